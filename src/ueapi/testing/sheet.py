"""What every sheet promises: complete, with evidence, and matching the code."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import get_type_hints

from ueapi.contract import (
    Apps,
    Capability,
    Commands,
    Devices,
    Enrollments,
    Groups,
    Level,
    Licenses,
    Profiles,
    Users,
    needed_by,
)
from ueapi.testing.harness import Harness
from ueapi.testing.promises import promise
from ueapi.testing.tiers import Topic

FACETS: Mapping[str, type] = {
    "users": Users,
    "groups": Groups,
    "devices": Devices,
    "enrollments": Enrollments,
    "profiles": Profiles,
    "apps": Apps,
    "licenses": Licenses,
    "commands": Commands,
}


def facet_methods() -> Iterator[tuple[str, str, Capability]]:
    """Every method of every facet with the capability it is marked with."""
    for name, facet in FACETS.items():
        for method, value in vars(facet).items():
            if not method.startswith("_") and callable(value):
                yield name, method, needed_by(value)


class SheetConformance:
    """The sheet and the code agree."""

    facet = "sheet"

    @promise(
        "sheet.rows.evidence",
        Topic.SHEET,
        fix="Name the vendor's document in the row's `evidence`; what no document says is `assumed=True` as well.",
    )
    def test_every_claim_has_its_evidence(self, harness: Harness) -> None:
        """What is provided, manual or refused names its source; what isn't offered yet needs none."""
        sheet = harness.tenant.sheet

        without = [
            c.value
            for c in sheet
            if sheet[c].level is not Level.NOT_IMPLEMENTED and not sheet[c].evidence
        ]

        assert without == []

    @promise(
        "sheet.rows.text",
        Topic.SHEET,
        fix="Say the loss, the steps or the reason in the row, in a sentence a reader can act on.",
    )
    def test_every_row_says_what_a_reader_needs(self, harness: Harness) -> None:
        """A partial row names its loss, a manual one its steps, a refusal its reason."""
        for capability in harness.tenant.sheet:
            row = harness.tenant.sheet[capability]
            text = {
                Level.NATIVE: "-",
                Level.PARTIAL: row.loss,
                Level.MANUAL: "".join(row.steps),
                Level.UNSUPPORTED: row.why,
                Level.NOT_IMPLEMENTED: row.why,
            }[row.level]
            assert text, capability

    @promise(
        "sheet.code.as-claimed",
        Topic.SHEET,
        fix="Override the facet's method, or change the row; take code out that no row claims.",
    )
    def test_code_exists_for_exactly_what_is_claimed(self, harness: Harness) -> None:
        """A callable capability is overridden; code behind a refusal would be a stale claim."""
        sheet = harness.tenant.sheet
        for facet, method, capability in facet_methods():
            if method == "translate":
                continue
            has_code = getattr(harness.facet(facet), method) is not getattr(FACETS[facet], method)
            assert has_code == sheet[capability].is_callable, (
                f"{facet}.{method}: {capability.value}"
            )

    @promise(
        "sheet.refusals.cost-nothing",
        Topic.SHEET,
        fix="Build rows with `manual`, `unsupported` or `not_implemented`, which word the refusal.",
    )
    def test_refuses_without_a_request(self, harness: Harness) -> None:
        """Every refusal has a remedy, and costs no request."""
        refused = [c for c in harness.tenant.sheet if not harness.tenant.sheet[c].is_callable]
        before = len(harness.simulator.log.entries)

        for capability in refused:
            error = harness.tenant.sheet.refusal(capability, backend=harness.tenant.backend)
            assert error is not None
            assert error.remedy

        assert len(harness.simulator.log.entries) == before

    @promise(
        "sheet.code.signatures",
        Topic.SHEET,
        fix="Give the method the contract's parameters, with their names, and its return type.",
    )
    def test_methods_have_the_contracts_signature(self, harness: Harness) -> None:
        """Each overridden method takes and returns what the contract says, so that every caller fits every backend."""
        for facet, method, _ in facet_methods():
            theirs = getattr(harness.facet(facet), method)
            promised = getattr(FACETS[facet], method)
            if theirs is promised:
                continue
            assert _shape(theirs) == _shape(promised), f"{facet}.{method} has other parameters"
            found = _types(theirs)
            assert found is None or found == _types(promised), f"{facet}.{method} has other types"

    @promise(
        "sheet.code.marks",
        Topic.SHEET,
        fix="Leave `@needs` away, or give it the capability that the contract's method has.",
    )
    def test_methods_carry_the_contracts_capability(self, harness: Harness) -> None:
        """A method that names its capability names the contract's."""
        for facet, method, capability in facet_methods():
            theirs = getattr(harness.facet(facet), method)
            try:
                found = needed_by(theirs)
            except LookupError:
                continue
            assert found is capability, f"{facet}.{method} is marked {found.value}"

    @promise(
        "sheet.code.facets-only",
        Topic.SHEET,
        fix="Keep further methods private (`_name`), or offer them through `native`.",
    )
    def test_a_facet_has_no_further_public_methods(self, harness: Harness) -> None:
        """What the contract doesn't know can't be asked through a tenant."""
        for name, facet in FACETS.items():
            known = {m for m in dir(facet) if not m.startswith("_")}
            own = {
                m
                for m in dir(harness.facet(name))
                if not m.startswith("_") and callable(getattr(harness.facet(name), m))
            }
            assert own <= known, f"{name}: {', '.join(sorted(own - known))}"

    @promise(
        "sheet.limits.sane",
        Topic.SHEET,
        fix="Give `Limits` what the vendor documents; None where no limit is known.",
    )
    def test_limits_are_limits(self, harness: Harness) -> None:
        """Each declared limit is above zero."""
        limits = harness.backend.limits
        known = (limits.per_minute, limits.per_day, limits.profiles_per_device)

        assert limits.concurrency >= 1
        assert limits.response_bytes > 0
        assert limits.rows_lag.total_seconds() >= 0
        assert limits.signed_in_for is None or limits.signed_in_for.total_seconds() > 0
        assert all(limit is None or limit >= 1 for limit in known)


def _shape(method: object) -> list[tuple[str, str, bool]]:
    found = inspect.signature(method).parameters.values() if callable(method) else ()
    return [(p.name, p.kind.name, p.default is inspect.Parameter.empty) for p in found]


def _types(method: object) -> Mapping[str, object] | None:
    """The types of a method by parameter; `None` where they can't be resolved when the program runs."""
    try:
        return get_type_hints(method)
    except NameError:
        return None
