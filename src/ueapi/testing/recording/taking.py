"""Takes a recording: reads the tenant, replaces, reads the result back, proves it clean."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum

from attrs import field, frozen
from pydantic import ValidationError

from ueapi.contract import Backend, CapabilitySheet, Settings
from ueapi.errors import Rejected, UeapiError, UsageError
from ueapi.testing.recording.cases import Case, Tape
from ueapi.testing.recording.listening import Ear
from ueapi.testing.recording.proof import Forbidden, require_clean
from ueapi.testing.recording.redacting import Redacted, redacted
from ueapi.testing.recording.replaying import Replay
from ueapi.testing.recording.rules import Rules
from ueapi.testing.recording.vocabulary import Vocabulary
from ueapi.testing.recording.walkthrough import ROWS, SAMPLES, Readable, Seen, walkthrough


@frozen(kw_only=True)
class Recording:
    """A clean tape, ready to be written: file names and texts, what was read, and how many fields nobody knew."""

    tape: Tape
    texts: Mapping[str, str] = field(repr=False)
    seen: tuple[Seen, ...] = field(repr=False)
    unknown_fields: int


def record(
    tenant: Readable,
    sheet: CapabilitySheet,
    ear: Ear,
    *,
    rules: Rules,
    words: Vocabulary,
    rng: random.Random,
    rows: int = ROWS,
    samples: int = SAMPLES,
) -> Recording:
    """Read an overheard tenant, and make golden cases of what it answered. Nothing is written.

    `words` are those of the plugin's own code; `rng` decides how far times are moved.

    Raises:
        Rejected: the result can't be proven clean, or no longer reads as the original did; `problems` names places.
        UeapiError: the tenant could not be read.
    """
    ear.forget()
    seen = walkthrough(tenant, sheet, rows=rows, samples=samples)
    if not ear.heard or ear.settings is None or ear.build is None:
        raise UsageError(
            "the tenant showed nothing to record.", remedy="Check its rights; nothing was written."
        )
    hosts = frozenset(ear.hosts)
    result = redacted(ear.heard, ear.settings, rules=rules, words=words, hosts=hosts, rng=rng)
    tape = Tape(backend=ear.backend, settings=result.settings, cases=result.cases)
    texts = tape.texts()
    require_clean(texts, _forbidden(result, ear, words.adding(rules.fields)))
    backend = ear.build(_accepted(type(ear.settings), result.settings))
    _require_alike(seen, _read_again(tape.cases, backend, sheet, rows=rows, samples=samples))
    return Recording(tape=tape, texts=texts, seen=seen, unknown_fields=result.unknown_fields)


def _accepted(model: type[Settings], settings: Mapping[str, object]) -> Settings:
    try:
        return model.model_validate(dict(settings))
    except ValidationError as problem:
        wrong = sorted({".".join(map(str, error["loc"])) for error in problem.errors()})
        raise _unlike(
            [f"the backend's setting {name} takes no replacement" for name in wrong]
        ) from None


def _forbidden(result: Redacted, ear: Ear, words: Vocabulary) -> Forbidden:
    return Forbidden(
        originals=result.originals,
        secrets=frozenset(ear.secrets),
        hosts=frozenset(ear.hosts),
        issued=result.issued,
        words=words,
    )


def _read_again(
    cases: tuple[Case, ...], backend: Backend, sheet: CapabilitySheet, *, rows: int, samples: int
) -> tuple[Seen, ...]:
    try:
        return walkthrough(Replay(cases, backend), sheet, rows=rows, samples=samples)
    except (UeapiError, ValueError) as problem:
        # The backend's own error may quote what it read; that was replaced, yet stays unsaid all the same.
        raise _unlike([f"reading ends with {type(problem).__name__}"]) from None


def _require_alike(before: tuple[Seen, ...], after: tuple[Seen, ...]) -> None:
    problems = list(differences(before, after))
    if problems:
        raise _unlike(problems)


def _unlike(problems: list[str]) -> Rejected:
    return Rejected(
        "with the replacements, the backend no longer reads what it read.",
        problems=problems,
        remedy="Declare the values these come from under `enumerations` in recording.toml; nothing was written.",
    )


def differences(before: tuple[Seen, ...], after: tuple[Seen, ...]) -> Iterator[str]:
    """Where two walks differ in form: operations, numbers of objects, absent fields, enumerations."""
    counted = [Counter(seen.operation for seen in walk) for walk in (before, after)]
    if counted[0] != counted[1]:
        yield from sorted(
            f"{name}: read {counted[0][name]} times, and then {counted[1][name]} times"
            for name in counted[0].keys() | counted[1].keys()
            if counted[0][name] != counted[1][name]
        )
        return
    for one, other in zip(before, after, strict=True):
        if one.refusal != other.refusal or len(one.values) != len(other.values):
            yield f"{one.operation}: {len(one.values)} objects became {len(other.values)}"
            continue
        found = dict.fromkeys(
            place
            for value, again in zip(one.values, other.values, strict=True)
            for place in unlike(value.model_dump(), again.model_dump(), ())
        )
        yield from (f"{one.operation}: {'.'.join(place)}" for place in found)


def unlike(one: object, other: object, place: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The places where two values differ in form; texts, numbers and times only differ when one is missing."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        if len(one) != len(other):
            yield place
            return
        for name in one.keys() & other.keys():
            yield from unlike(one[name], other[name], (*place, str(name)))
    elif isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        if len(one) != len(other):
            yield place
            return
        for left, right in zip(one, other, strict=True):
            yield from unlike(left, right, place)
    elif isinstance(one, (Enum, bool)) or one is None:
        if one != other:
            yield place
    elif isinstance(one, (str, int, float, bytes, datetime)) and not isinstance(other, type(one)):
        yield place
