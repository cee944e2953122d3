from __future__ import annotations

from functools import partial

import pytest

from ueapi_hexnode.simulator.server import ROUTES


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r[0]} {r[1]}")
def test_every_route_names_its_source_or_says_that_it_is_a_guess(route):
    handler = route[2].func if isinstance(route[2], partial) else route[2]

    assert "Source: " in (handler.__doc__ or "") or "Guess: " in (handler.__doc__ or "")


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r[0]} {r[1]}")
def test_every_path_ends_with_a_slash(route):
    assert route[1].endswith("/")
