"""An account on a network of its own, a client with its credentials, and a phone that does as the test says."""

from __future__ import annotations

import json
import plistlib
import random
from collections.abc import Mapping
from urllib.parse import urlencode

from attrs import define, field
from lxml import etree

from ueapi.apple import mdm
from ueapi.flow import Reply
from ueapi.model import EnrollmentID, EnrollmentKind
from ueapi.rehearsal.apps_and_books import AppsAndBooks, StoreApp
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.enrollments import Grant
from ueapi.rehearsal.fleet import Hardware
from ueapi.rehearsal.simulator import Surroundings
from ueapi.rehearsal.wire import Network
from ueapi_maas360.simulator import Maas360Simulator, build

URL = "https://services.example.org"
LOCATION = "Location C"
MARA = "mara@example.org"
JSON = "application/json"
XML = "application/xml"

MAIL = StoreApp(
    store_id="1234567", bundle_id="org.example.mail", name="Example Mail", version="4.2.0"
)
HARDWARE = Hardware(
    serial="QX7DEMO00042", udid="00008101-DEMO", imei="350000000000042", phone_number="+15550100"
)


@define
class Answered:
    """A reply with its document."""

    reply: Reply

    @property
    def status(self):
        return self.reply.status

    @property
    def json(self):
        return json.loads(self.reply.body)

    @property
    def xml(self):
        return etree.fromstring(self.reply.body)

    def header(self, name: str):
        return self.reply.headers.get(name)


@define
class World:
    """One account and everything around it; `{b}` in a path is its billing id."""

    clock: VirtualClock = field(factory=VirtualClock)
    apple: AppsAndBooks = field(factory=AppsAndBooks)
    network: Network = field(factory=Network)
    service: Maas360Simulator = field(init=False)
    token: str = field(init=False)

    def __attrs_post_init__(self):
        self.apple.open_location(LOCATION)
        around = Surroundings(
            clock=self.clock, rng=random.Random(7), apple=self.apple, location=LOCATION
        )
        self.service = build(around)
        self.network.hosts["services.example.org"] = self.service.app
        self.token = self.service.access.issue().token

    @property
    def billing(self):
        return self.service.access.billing_id

    @property
    def store(self):
        return self.service.account.store

    def send(self, method: str, path: str, headers: Mapping[str, str] = {}, body: bytes = b""):
        return Answered(self.network.send(method, URL + self.path(path), headers, body))

    def path(self, path: str):
        return path.replace("{b}", self.billing)

    def authorized(self, **more: str):
        return {"authorization": f'MaaS token="{self.token}"', **more}

    def get(self, path: str, /, accept: str = JSON, **query: object):
        where = f"{path}?{urlencode(query)}" if query else path
        return self.send("GET", where, self.authorized(accept=accept))

    def post(self, path: str, /, accept: str = JSON, **form: object):
        headers = self.authorized(
            accept=accept, **{"content-type": "application/x-www-form-urlencoded"}
        )
        return self.send("POST", path, headers, urlencode(form).encode())

    def post_json(self, path: str, body: object):
        headers = self.authorized(accept=JSON, **{"content-type": JSON})
        return self.send("POST", path, headers, json.dumps(body).encode())

    # -- what most tests need ----------------------------------------------------------------------

    def user(self, name: str = "mara", email: str = MARA, full: str = "Mara Lind") -> int:
        answered = self.post(
            "/user-apis/user/1.0/addUser/customer/{b}",
            userName=name,
            domain="example.org",
            fullName=full,
            email=email,
        )
        return answered.json["response"]["userIdentifier"]

    def sell(self, seats: int, app: StoreApp = MAIL) -> None:
        self.apple.publish(app)
        self.apple.set_seats(LOCATION, app.store_id, seats)
        self.service.console.link_location()

    def enroll(self, account: str = MARA, key: str = "one", **changes: object) -> Phone:
        self.service.console.set_up_account_driven_enrollment()
        phone = Phone(self, account=account, key=key, **changes)
        phone.enroll()
        phone.connect()
        return phone

    def device(self, key: str):
        path = "/device-apis/devices/2.0/search/customer/{b}"
        return self.get(path, maas360DeviceId=key).json["devices"]["device"]


@define
class Phone:
    """Speaks the device protocol, and accepts everything unless told otherwise."""

    world: World
    account: str = MARA
    key: str = "one"
    name: str = "Mara's iPhone"
    kind: EnrollmentKind = EnrollmentKind.ACCOUNT_DRIVEN_USER
    hardware: Hardware | None = None
    refuses: set[str] = field(factory=set)
    app_state: str = "Managed"
    apps: dict[str, str] = field(factory=dict)
    profiles: dict[str, dict] = field(factory=dict)
    seen: list[str] = field(factory=list)
    grant: Grant = field(init=False)

    @property
    def sender(self):
        if self.hardware is not None:
            return {"udid": self.hardware.udid}
        return {"enrollment_id": EnrollmentID(f"E-{self.key}")}

    @property
    def csn(self):
        """The device's key in the account."""
        rows = self.world.store.devices.values()
        return next(r.key for r in rows if r.record and r.record.token == self.grant.token)

    def enroll(self):
        side = self.world.service.device_side
        self.grant = side.sign_in(self.account, self.kind, hardware=self.hardware)
        is_user = self.hardware is None
        first = mdm.Authenticate if is_user else mdm.DeviceEnrollmentAuthenticate
        second = mdm.TokenUpdate if is_user else mdm.DeviceEnrollmentTokenUpdate
        topic = "com.apple.mgmt.External.demo"
        facts = {"os_version": "26.1", "product_name": "iPhone17,3"}
        self._put("/mdm/checkin", first(topic=topic, **self.sender, **facts).to_plist())
        token = second(topic=topic, **self.sender, token=b"t", push_magic="m")
        self._put("/mdm/checkin", token.to_plist())

    def leave(self):
        message = mdm.CheckOut(topic="com.apple.mgmt.External.demo", **self.sender)
        self._put("/mdm/checkin", message.to_plist())

    def connect(self):
        """Poll until nothing is left to do."""
        reply = self._put("/mdm/connect", mdm.CommandPoll(**self.sender).to_plist())
        while reply.body and reply.status == 200:
            command = mdm.command_from_plist(reply.body)
            self.seen.append(command.request_type)
            reply = self._put("/mdm/connect", self._answer(command).to_plist())

    def _put(self, path: str, body: bytes) -> Reply:
        headers = {"authorization": f"Bearer {self.grant.token}"}
        reply = self.world.network.send("PUT", URL + path, headers, body)
        assert reply.status in (200, 401, 403), reply
        return reply

    def _answer(self, command: mdm.Command) -> mdm.CommandResult:
        refused = command.request_type in self.refuses
        chain = (mdm.ErrorLink(code=4001, domain="MCInstallationErrorDomain", english="Refused."),)
        return mdm.CommandResult(
            **self.sender,
            command_uuid=command.uuid,
            status=mdm.Status.ERROR if refused else mdm.Status.ACKNOWLEDGED,
            request_type=command.request_type,
            error_chain=chain if refused else (),
            response={} if refused else self._response(command),
        )

    def _response(self, command: mdm.Command):
        content = command.content
        match command.request_type:
            case "DeviceInformation":
                facts = {"DeviceName": self.name, "ModelName": "iPhone 16"}
                more = {"OSVersion": "26.1", "ProductName": "iPhone17,3"}
                return {"QueryResponses": facts | more}
            case "InstallProfile":
                profile = plistlib.loads(content["Payload"])
                self.profiles[profile["PayloadIdentifier"]] = profile
            case "RemoveProfile":
                self.profiles.pop(content["Identifier"], None)
            case "InstallApplication":
                store_id = str(content.get("iTunesStoreID"))
                app = self.world.apple.app(store_id)
                bundle_id = app.bundle_id if app else str(content["Identifier"])
                self.apps[bundle_id] = self.app_state
                return {"Identifier": bundle_id, "State": "Queued"}
            case "RemoveApplication":
                self.apps.pop(content["Identifier"], None)
            case "ManagedApplicationList":
                return {"ManagedApplicationList": {k: {"Status": v} for k, v in self.apps.items()}}
            case "ProfileList":
                return {"ProfileList": [_listed(p) for p in self.profiles.values()]}
        return {}


def _listed(profile: dict) -> dict:
    return {k: profile[k] for k in ("PayloadIdentifier", "PayloadDisplayName", "PayloadUUID")}
