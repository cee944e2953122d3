"""What every sheet promises: complete, with evidence, and matching the code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import ModuleType

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

    def test_every_claim_has_its_evidence(self, harness: Harness) -> None:
        """What is provided, manual or refused names its source; what isn't offered yet needs none."""
        sheet = harness.tenant.sheet

        without = [
            c.value
            for c in sheet
            if sheet[c].level is not Level.NOT_IMPLEMENTED and not sheet[c].evidence
        ]

        assert without == []

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

    def test_refuses_without_a_request(self, harness: Harness) -> None:
        """Nothing was sent for all of the refusals above."""
        refused = [c for c in harness.tenant.sheet if not harness.tenant.sheet[c].is_callable]
        before = len(harness.simulator.log.entries)

        for capability in refused:
            error = harness.tenant.sheet.refusal(capability, backend=harness.tenant.backend)
            assert error is not None
            assert error.remedy

        assert len(harness.simulator.log.entries) == before


def missing_suites(module: ModuleType) -> list[str]:
    """Facets without a suite in a plugin's test module, and whether faults have theirs; a plugin's test asserts none."""
    there = {
        getattr(value, "facet", None) for name, value in vars(module).items() if "Test" in name
    }
    return sorted({*FACETS, "faults", "sheet"} - there)
