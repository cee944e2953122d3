from __future__ import annotations

import inspect
from functools import partial

import pytest

from ueapi_maas360.simulator import assumed
from ueapi_maas360.simulator.server import ROUTES


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.path}")
def test_every_route_names_its_source_or_says_that_it_is_a_guess(route):
    act = route.act.func if isinstance(route.act, partial) else route.act

    assert "Source: " in (act.__doc__ or "") or "Guess: " in (act.__doc__ or "")


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.path}")
def test_every_path_names_the_customer_and_ends_without_a_slash(route):
    assert "{billing}" in route.path
    assert not route.path.endswith("/")


def test_paths_are_served_once():
    served = [(route.method, route.path) for route in ROUTES]

    assert len(served) == len(set(served))


def test_what_is_assumed_is_said_in_one_place():
    assert "no readable source" in (inspect.getdoc(assumed) or "")
