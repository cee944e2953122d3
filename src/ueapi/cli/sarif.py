"""Findings as SARIF 2.1.0, the format in which code hosts and editors take results.

Source: OASIS Standard, Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from ueapi.cli.findings_text import advice_of, message_of
from ueapi.cli.input_files import STDIN
from ueapi.cli.streamed import HOLE, print_streamed

if TYPE_CHECKING:
    from ueapi.apple.rules import Finding
    from ueapi.cli.located import Checked, Located

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
VERSION: Final = "2.1.0"

_SUBJECTS: Final = {"payload": "A payload", "key": "A key"}
_MEANINGS: Final = {
    "forbidden": "that Apple forbids under User Enrollment.",
    "ignored": "that has no effect on a user-enrolled iPhone.",
    "requires-supervision": "that works on supervised devices only.",
    "not-available": "that this version of iOS doesn't have.",
    "required": "that User Enrollment demands is missing.",
    "unknown": "that Apple's schema, as known to ueapi, doesn't list.",
    "disputed": "about which sources disagree.",
    "deprecated": "that works, and that Apple advises against.",
}
_NOTES: Final = frozenset({"deprecated"})
RULES: Final = tuple(f"{subject}-{word}" for subject in _SUBJECTS for word in _MEANINGS)
"""Every rule; a result names one by its position."""


def print_sarif(checked: Iterable[Checked], errors: Sequence[tuple[str, str]]) -> None:
    """Print one run.

    Args:
        checked: the files, read as they are asked for.
        errors: name and problem of unreadable files; grows while `checked` is read.
    """

    def document() -> dict[str, object]:
        run = {
            "tool": {"driver": _driver()},
            "columnKind": "unicodeCodePoints",
            "results": [HOLE],
            "invocations": [_invocation(errors)],
        }
        return {"$schema": SCHEMA, "version": VERSION, "runs": [run]}

    print_streamed(document, (row for file in checked for row in _results(file)))


def rule_of(finding: Finding) -> str:
    """Which rule a finding breaks."""
    subject = "payload" if finding.key is None else "key"
    return f"{subject}-{_word(finding)}"


def _word(finding: Finding) -> str:
    from ueapi.apple.rules import Effect, Severity
    from ueapi.apple.rules.judging import UNPROVEN

    if finding.mode is None:
        return "unknown" if finding.basis == UNPROVEN else "disputed"
    if finding.severity is Severity.NOTE and finding.effect is Effect.NONE:
        return "deprecated"
    return finding.mode.value


def _driver() -> dict[str, object]:
    import ueapi

    return {
        "name": "ueapi",
        "version": ueapi.__version__,
        "semanticVersion": ueapi.__version__,
        "rules": [_descriptor(rule) for rule in RULES],
    }


def _descriptor(rule: str) -> dict[str, object]:
    subject, _, word = rule.partition("-")
    return {
        "id": rule,
        "shortDescription": {"text": f"{_SUBJECTS[subject]} {_MEANINGS[word]}"},
        "defaultConfiguration": {"level": "note" if word in _NOTES else "warning"},
    }


def _invocation(errors: Sequence[tuple[str, str]]) -> dict[str, object]:
    return {
        "executionSuccessful": not errors,
        "toolExecutionNotifications": [
            {"level": "error", "message": {"text": text}, **_locations(_physical(name, None))}
            for name, text in errors
        ],
    }


def _locations(physical: dict[str, object]) -> dict[str, object]:
    return {"locations": [physical]} if physical else {}


def _results(checked: Checked) -> Iterator[dict[str, object]]:
    seen: dict[str, int] = {}
    for one in checked.found:
        mark = _fingerprint(one)
        seen[mark] = seen.get(mark, 0) + 1
        yield _result(checked, one, f"{mark}:{seen[mark]}")


def _result(checked: Checked, one: Located, mark: str) -> dict[str, object]:
    finding = one.finding
    rule = rule_of(finding)
    return {
        "ruleId": rule,
        "ruleIndex": RULES.index(rule),
        "level": finding.severity.value,
        "message": {"text": _text(checked, one)},
        "locations": [{**_physical(checked.file, one.line), "logicalLocations": _logical(one)}],
        "partialFingerprints": {"finding/v1": mark},
        "properties": {
            "effect": finding.effect.value,
            "isLoss": finding.is_loss,
            "mode": finding.mode,
            "ios": str(finding.ios),
            "basis": finding.basis,
            "instead": finding.instead or None,
            "sources": list(finding.sources),
            "signed": checked.is_signed,
        },
    }


def _text(checked: Checked, one: Located) -> str:
    finding = one.finding
    what = finding.payload_type if finding.key is None else f"{finding.payload_type}: {finding.key}"
    signed = " The file's signature was not verified." if checked.is_signed else ""
    # Braces would be placeholders.
    text = f'{what} in "{one.name}". {message_of(finding)} {advice_of(finding)}'.rstrip() + signed
    return text.replace("{", "{{").replace("}", "}}")


def _fingerprint(one: Located) -> str:
    finding = one.finding
    parts = (rule_of(finding), finding.payload_type, finding.payload_identifier, finding.key or "")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _physical(name: str, line: int | None) -> dict[str, object]:
    """Standard input is no artifact anyone could open."""
    if name == STDIN:
        return {}
    region = {} if line is None else {"region": {"startLine": line}}
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(name)}, **region}}


def _uri(name: str) -> str:
    path = Path(name)
    if not path.is_absolute():
        return quote(path.as_posix())
    here = Path.cwd()
    return quote(path.relative_to(here).as_posix()) if path.is_relative_to(here) else path.as_uri()


def _logical(one: Located) -> list[dict[str, object]]:
    finding = one.finding
    payload: dict[str, object] = {
        "name": one.name,
        "fullyQualifiedName": finding.payload_type,
        "kind": "object",
        "properties": {"identifier": finding.payload_identifier},
    }
    if finding.key is None:
        return [payload]
    key: dict[str, object] = {
        "name": finding.key,
        "fullyQualifiedName": f"{finding.payload_type}:{finding.key}",
        "kind": "property",
    }
    return [key, payload]
