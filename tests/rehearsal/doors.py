"""Ways in to products of a test: one authority for all devices, one domain, a password for everyone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ueapi.rehearsal.clock import START
from ueapi.rehearsal.enrolling.accounts import Accounts
from ueapi.rehearsal.enrolling.authority import Authority
from ueapi.rehearsal.enrolling.device import Server, WayIn
from ueapi.rehearsal.enrolling.domain import Domain
from ueapi.rehearsal.enrolling.service import BYOD
from ueapi.rehearsal.simulator import Simulator
from ueapi.rehearsal.wire import Network


def doors(
    network: Network,
    products: Mapping[str, Simulator],
    servers: Mapping[str, Server],
    leads_to: Callable[[], Server],
) -> WayIn:
    """Open the ways in to products by name; discovery leads to whatever the function says."""
    way_in = WayIn(network=network, devices=Authority("Devices", START), accounts=Accounts())
    for name, product in products.items():
        product.way_in.host = servers[name].host
        product.way_in.apple = way_in.devices
        way_in.servers[servers[name].host] = servers[name]
    network.hosts["example.org"] = Domain(lambda _: f"https://{leads_to().host}{BYOD}")
    return way_in
