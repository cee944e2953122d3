"""The twins: what a blocking tenant can do, an asynchronous one can do, as the contract says."""

from __future__ import annotations

import collections.abc
import inspect
import typing

import pytest

from ueapi import contract
from ueapi.client import adoors, doors
from ueapi.flow import Page

NAMES = ("Users", "Groups", "Devices", "Enrollments", "Profiles", "Apps", "Licenses", "Commands")
LISTS = {"page": "list"}


def methods(kind):
    return {n: m for n, m in inspect.getmembers(kind, inspect.isfunction) if n[0] != "_"}


def parameters(method, *, without=()):
    hints = typing.get_type_hints(method)
    hints.pop("return")
    return {n: t for n, t in hints.items() if n not in without}


def result(method):
    """The kind of result (a value or rows) and its type, whoever gives it."""
    kind = typing.get_type_hints(method)["return"]
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (collections.abc.Iterator, collections.abc.AsyncIterator):
        return "rows", parts[0]
    if origin is collections.abc.Generator:
        kind = parts[2]
        if typing.get_origin(kind) is Page:
            return "rows", typing.get_args(kind)[0]
    return "value", kind


@pytest.mark.parametrize("name", NAMES)
def test_both_doors_have_the_contract_s_methods_parameters_and_results(name):
    facet = {LISTS.get(n, n): m for n, m in methods(getattr(contract, name)).items()}
    blocking = methods(getattr(doors, f"{name}Door"))
    asynchronous = methods(getattr(adoors, f"{name}Door"))

    assert blocking.keys() == asynchronous.keys() == facet.keys()
    for method, promised in facet.items():
        wanted = parameters(promised, without={"cursor"})
        assert parameters(blocking[method]) == parameters(asynchronous[method]) == wanted
        assert result(blocking[method]) == result(asynchronous[method]) == result(promised)
        assert inspect.getdoc(blocking[method]) == inspect.getdoc(asynchronous[method])


def test_both_tenants_have_the_same_doors_and_properties():
    from ueapi import AsyncTenant, Tenant

    public = [
        {n for n in dir(kind) if not n.startswith("_")} | set(kind.__init__.__code__.co_names)
        for kind in (Tenant, AsyncTenant)
    ]

    assert public[0] - {"BlockingDriver", "doors"} == public[1] - {"AsyncDriver", "adoors"}


def test_connecting_takes_the_same_arguments_either_way():
    from ueapi import connect, connect_async

    assert list(inspect.signature(connect).parameters) == list(
        inspect.signature(connect_async).parameters
    )
