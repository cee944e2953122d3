"""The sheet: complete, with room for what came after a backend was made."""

from __future__ import annotations

import pytest

from ueapi.contract import Capability, CapabilitySheet, Level, native
from ueapi.contract.capability import ADDED


def test_a_sheet_without_rows_for_younger_abilities_refuses_them():
    rows = {c: native("a guide") for c in Capability if c not in ADDED}

    sheet = CapabilitySheet.of(rows)

    for capability in ADDED:
        assert sheet[capability].level is Level.NOT_IMPLEMENTED
        assert "came with contract" in sheet[capability].why


def test_a_sheet_without_a_row_of_the_first_day_is_refused_by_name():
    rows = {c: native("a guide") for c in Capability if c is not Capability.USERS_LIST}

    with pytest.raises(ValueError, match=r"users\.list"):
        CapabilitySheet.of(rows)


def test_a_row_names_what_can_be_assigned_to():
    row = native("a guide", to=("devices",))

    assert row.to == frozenset({"devices"})
    assert native("a guide").to is None


def test_a_row_naming_something_else_is_refused():
    with pytest.raises(ValueError, match="planets"):
        native("a guide", to=("planets",))


def test_a_row_declares_what_its_operation_takes():
    rows = {c: native("a guide") for c in Capability}
    rows[Capability.USERS_GET] = native("a guide", calls="1", finding="1 per page")

    costs = CapabilitySheet.of(rows).costs

    assert {name: str(cost) for name, cost in costs.items()} == {
        "users.get": "1",
        "users.find": "1 per page",
    }


def test_a_row_with_a_cost_of_another_form_is_refused():
    with pytest.raises(ValueError, match="a cost has the form"):
        native("a guide", calls="lots")
