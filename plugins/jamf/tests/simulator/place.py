"""A simulated server with a settled fleet, and a plain client for it."""

from __future__ import annotations

import httpx
from attrs import define

from ueapi.rehearsal.wire import InProcess
from ueapi.rehearsal.world import Place, World
from ueapi_jamf.simulator import JamfSimulator, build

XML = {"accept": "application/xml"}


@define
class Client:
    """Signs in as an API client and sends what it is told to."""

    world: World
    place: Place
    http: httpx.Client
    token: str = ""

    @property
    def simulator(self) -> JamfSimulator:
        assert isinstance(self.place.simulator, JamfSimulator)
        return self.place.simulator

    def sign_in(self, path: str = "/api/v1/oauth/token", **changed: str) -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.place.settings["client_id"],
            "client_secret": self.place.settings["client_secret"],
        }
        response = self.http.post(path, data=form | changed)
        self.token = response.json().get("access_token", self.token)
        return response

    def send(self, method: str, path: str, **more) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return self.http.request(method, path, headers=headers, **more)

    def get(self, path: str, headers: dict[str, str] | None = None, **query) -> httpx.Response:
        params = {name.replace("page_size", "page-size"): value for name, value in query.items()}
        return self.send("GET", path, params=params, headers=headers or {})

    def rows(self, path: str, **query) -> list[dict]:
        response = self.get(path, **query)
        assert response.status_code == 200, response.text
        return response.json()["results"]

    def devices(self, **query) -> list[dict]:
        return self.rows("/api/v2/mobile-devices/detail", page_size=2000, **query)


def opened(*, users: int = 20, seed: int = 7) -> Client:
    """An empty server; nobody has enrolled."""
    world = World.empty(users=users, seed=seed)
    place = world.open(build, "source")
    base = f"https://{place.server.host}"
    client = Client(world, place, httpx.Client(transport=InProcess(world.network), base_url=base))
    client.sign_in()
    return client


def settled(*, users: int = 20, seed: int = 7) -> Client:
    """A server with the fleet's users, groups, profiles and apps, after every phone has enrolled."""
    client = opened(users=users, seed=seed)
    client.world.settle(client.place)
    client.sign_in()
    return client
