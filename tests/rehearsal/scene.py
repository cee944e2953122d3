"""One phone and one tiny product."""

from __future__ import annotations

import random

from attrs import define

from tests.rehearsal.doors import doors
from tests.rehearsal.tiny import Tiny, tiny
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.apps_and_books import AppsAndBooks, StoreApp
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.fleet import Hardware, PhoneSeed
from ueapi.rehearsal.phone import Server, VirtualPhone
from ueapi.rehearsal.pushing import PushService
from ueapi.rehearsal.wire import Network

ANNE = "anne@example.org"
BYOD = EnrollmentKind.ACCOUNT_DRIVEN_USER
STORE_ID = "6480000001"
TASKS = "org.example.tasks"
HARDWARE = Hardware(
    serial="SERIALOFANNE", udid="00008110-ANNE", imei="351234567890123", phone_number="+15550100"
)
DAY = 86_400.0


def seed(os_version: str = "26.1", owned: frozenset[str] = frozenset()) -> PhoneSeed:
    return PhoneSeed(
        key="phone-1",
        name="Anne's iPhone",
        model="iPhone 15",
        model_identifier="iPhone15,4",
        os_version=os_version,
        enrollment=BYOD,
        hardware=HARDWARE,
        owned_apps=owned,
    )


@define
class Scene:
    clock: VirtualClock
    apple: AppsAndBooks
    product: Tiny
    server: Server
    phone: VirtualPhone

    @property
    def record(self):
        return self.product.enrollments[-1]

    def enroll(self, account: str, kind: EnrollmentKind) -> None:
        if kind is EnrollmentKind.ACCOUNT_DRIVEN_USER:
            self.phone.sign_in(account)
        else:
            self.phone.enroll_on_web(self.server, account, kind)

    def settle(self) -> None:
        self.clock.sleep(DAY)

    def ask(self) -> None:
        self.product.device_side.inquire(self.record)
        self.settle()


def scene(os_version: str = "26.1", owned: frozenset[str] = frozenset(), seats: int = 5) -> Scene:
    clock, apple, network = VirtualClock(), AppsAndBooks(), Network()
    apple.publish(StoreApp(store_id=STORE_ID, bundle_id=TASKS, name="Tasks", version="1"))
    apple.set_seats("Main", STORE_ID, seats)
    product = tiny(clock, apple)
    network.hosts["tiny.example.org"] = product.app
    server = Server(name="tiny", host="tiny.example.org", location="Main", side=product.device_side)
    phones: dict[str, VirtualPhone] = {}
    phone = VirtualPhone(
        seed=seed(os_version, owned),
        network=network,
        clock=clock,
        rng=random.Random(3),
        apple=apple,
        accepts=lambda _: 30.0,
        way_in=doors(network, {"tiny": product}, {"tiny": server}, lambda: server),
        directory=phones,
    )
    product.device_side.push = PushService(product.device_side, phones)
    return Scene(clock=clock, apple=apple, product=product, server=server, phone=phone)
