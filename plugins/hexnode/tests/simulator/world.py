"""A portal on a network of its own, a client with its key, and a phone that does as the test says."""

from __future__ import annotations

import json
import plistlib
import random

from attrs import define, field

from ueapi.apple import mdm
from ueapi.flow import Reply
from ueapi.model import EnrollmentID, EnrollmentKind
from ueapi.rehearsal.apps_and_books import AppsAndBooks, StoreApp
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.enrollments import Grant
from ueapi.rehearsal.fleet import Hardware
from ueapi.rehearsal.simulator import Surroundings
from ueapi.rehearsal.wire import Network
from ueapi_hexnode.simulator import HexnodeSimulator, build

URL = "https://portal.example.org"
LOCATION = "Location B"
MARA = "mara@example.org"

MAIL = StoreApp(
    store_id="1234567", bundle_id="org.example.mail", name="Example Mail", version="4.2.0"
)
HARDWARE = Hardware(
    serial="QX7DEMO0042", udid="00008101-DEMO", imei="350000000000042", phone_number="+15550100"
)


@define
class Answered:
    """A reply with its JSON."""

    reply: Reply

    @property
    def status(self):
        return self.reply.status

    @property
    def json(self):
        return json.loads(self.reply.body or b"null")

    def header(self, name: str):
        return self.reply.headers.get(name)


@define
class World:
    """One portal and everything around it."""

    clock: VirtualClock = field(factory=VirtualClock)
    apple: AppsAndBooks = field(factory=AppsAndBooks)
    network: Network = field(factory=Network)
    portal: HexnodeSimulator = field(init=False)

    def __attrs_post_init__(self):
        around = Surroundings(
            clock=self.clock, rng=random.Random(7), apple=self.apple, location=LOCATION
        )
        self.portal = build(around)
        self.portal.throttle.is_on = False
        self.network.hosts["portal.example.org"] = self.portal.app

    def call(self, method: str, path: str, body: object = None, *, key: str | None = None):
        headers = {"authorization": self.portal.portal.api_key if key is None else key}
        content = b"" if body is None else json.dumps(body).encode()
        where = path if path.startswith("https://") else f"{URL}/api/v1{path}"
        return Answered(self.network.send(method, where, headers, content))

    def get(self, path: str):
        return self.call("GET", path)

    def post(self, path: str, body: object):
        return self.call("POST", path, body)

    def put(self, path: str, body: object):
        return self.call("PUT", path, body)

    def delete(self, path: str):
        return self.call("DELETE", path)

    # -- what most tests need ----------------------------------------------------------------------

    def user(self, name: str = "Mara Lind", email: str = MARA) -> int:
        return self.post("/users/", {"name": name, "email": email}).json["id"]

    def sell(self, seats: int, app: StoreApp = MAIL) -> None:
        self.apple.publish(app)
        self.apple.set_seats(LOCATION, app.store_id, seats)

    def app(self, app: StoreApp = MAIL) -> int:
        body = {
            "name": app.name,
            "app_type": "store",
            "platform": "ios",
            "category": "Business",
            "icon": "https://cdn.example.org/i.png",
            "identifier": app.bundle_id,
            "appstore_id": app.store_id,
            "version": app.version,
        }
        return self.post("/applications/", body).json["id"]

    def enroll(self, account: str = MARA, key: str = "one", **changes: object) -> Phone:
        self.portal.console.set_up_account_driven_enrollment()
        phone = Phone(self, account=account, key=key, **changes)
        phone.enroll()
        return phone

    def actions(self, device: int):
        return [
            (row["action"], row["status"])
            for row in self.get(f"/devices/{device}/action_status/").json["results"]
        ]


@define
class Phone:
    """Speaks the device protocol, and accepts everything unless told otherwise."""

    world: World
    account: str = MARA
    key: str = "one"
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

    def enroll(self):
        side = self.world.portal.device_side
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
                facts = {"DeviceName": "Mara's iPhone", "ModelName": "iPhone 16"}
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
                self.apps[app.bundle_id] = self.app_state
                return {"Identifier": app.bundle_id, "State": "Queued"}
            case "RemoveApplication":
                self.apps.pop(content["Identifier"], None)
            case "ManagedApplicationList":
                return {"ManagedApplicationList": {k: {"Status": v} for k, v in self.apps.items()}}
            case "ProfileList":
                return {"ProfileList": [_listed(p) for p in self.profiles.values()]}
        return {}


def _listed(profile: dict) -> dict:
    return {k: profile[k] for k in ("PayloadIdentifier", "PayloadDisplayName", "PayloadUUID")}
