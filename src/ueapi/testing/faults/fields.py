"""Answers whose rows have a field more, a field less, or a value nobody documented."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Final
from unittest import SkipTest

from attrs import define, field

from ueapi.contract import Capability
from ueapi.errors import Unintelligible
from ueapi.model import Thing
from ueapi.rehearsal.faults.recording import recorded, replay
from ueapi.rehearsal.faults.rows import NEW_VALUE, JsonTable, Table, XmlTable, table_of
from ueapi.rehearsal.wire import Application, Message, Receive, Send
from ueapi.testing.faults.acts import LISTINGS, ORDERS, READINGS, Reading
from ueapi.testing.faults.line import Line
from ueapi.testing.faults.outcome import Outcome, leaves, offered, rest, told, tried
from ueapi.testing.harness import Harness
from ueapi.testing.promises import promise
from ueapi.testing.tiers import Topic

Edit = Callable[[Table], None]
Path = tuple[str, ...]

DEEPEST: Final = 2
"""Levels of names that are taken away."""


@define(eq=False)
class Edited:
    """The product with its rows changed on the way out."""

    application: Application = field(repr=False)
    edit: Edit | None = None

    @classmethod
    def at(cls, harness: Harness) -> Edited:
        """Put it in front of the harness's product."""
        hosts = harness.world.network.hosts
        host = harness.place.server.host
        edited = cls(hosts[host])
        hosts[host] = edited
        return edited

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self.edit is None or scope["method"] != "GET":
            await self.application(scope, receive, send)
            return
        answer = await recorded(self.application, scope, receive)
        table = table_of(answer) if answer.status == 200 else None
        if table is not None and len(table):
            self.edit(table)
            answer = answer.saying(table.written())
        await replay(answer, send)


class FieldsConformance:
    """Rows are read as they are documented: more is ignored, less is told, and what is new is not guessed."""

    @promise(
        "faults.fields.new-field",
        Topic.FAULTS,
        fix="Have wire models ignore other fields.",
    )
    def test_a_field_nobody_documented_is_ignored(self, harness: Harness) -> None:
        """Products grow fields; every reading stays the same."""
        line, edited = Line.at(harness), Edited.at(harness)
        for reading in offered(harness, READINGS):
            deed = reading.prepare(harness)
            calm = told(deed(harness.tenant))
            rest(harness)
            edited.edit = lambda table: table.add_field()
            outcome = tried(reading.capability.value, deed, tenant=harness.tenant, line=line)
            edited.edit = None
            assert outcome.error is None, (
                f"{outcome.what} {outcome.ended} because of a field it doesn't know. Fix: have wire models ignore "
                "other fields."
            )
            assert told(outcome.value) == calm, (
                f"{outcome.what} takes an unknown field for one it knows"
            )

    @promise(
        "faults.fields.new-value",
        Topic.FAULTS,
        fix="Map the product's words by a table, and raise Unintelligible or say unknown for a new one.",
    )
    def test_a_value_nobody_documented_is_never_taken_for_a_known_one(
        self, harness: Harness
    ) -> None:
        """A new value is kept as unknown, or the listing raises Unintelligible and names the field."""
        names = harness.simulator.enumerated
        if not names:
            raise SkipTest(f"{harness.tenant.backend}: the simulator names no field of few values")
        _end_one_enrollment(harness)
        line, edited = Line.at(harness), Edited.at(harness)
        for reading in offered(harness, LISTINGS):
            for name in sorted(names):
                outcome, calm = _edited(harness, line, edited, reading, edit=_with_new_value(name))
                if outcome.error is not None:
                    _require_named(outcome, name)
                    continue
                _require_unknown(outcome, name, calm)

    @promise(
        "faults.fields.missing",
        Topic.FAULTS,
        fix="Give None with its reason in `origin.absent`, or raise Unintelligible; never a default.",
    )
    def test_a_missing_field_is_told_and_never_made_up(self, harness: Harness) -> None:
        """What a row lacks is absent with its reason, or the listing raises Unintelligible; never a default."""
        line, edited = Line.at(harness), Edited.at(harness)
        for reading in offered(harness, LISTINGS):
            for path in _paths(harness, edited, reading):
                outcome, calm = _edited(harness, line, edited, reading, edit=_without(path))
                if outcome.error is not None:
                    _require_named(outcome, path[-1])
                    continue
                _require_told(outcome, path, calm)


def _end_one_enrollment(harness: Harness) -> None:
    """Have phones differ, where the backend can: a default that most rows have anyway would not show."""
    for change in ORDERS:
        if change.capability is Capability.DEVICES_UNENROLL:
            harness.both_ways(change.capability, change.prepare(harness, 0))
            harness.pass_time(hours=2)


def _edited(
    harness: Harness, line: Line, edited: Edited, reading: Reading, *, edit: Edit
) -> tuple[Outcome, list[Thing]]:
    """Read once as it is, and once edited."""
    deed = reading.prepare(harness)
    rest(harness)
    line.clear()
    calm = deed(harness.tenant)
    edited.edit = edit
    outcome = tried(reading.capability.value, deed, tenant=harness.tenant, line=line)
    edited.edit = None
    return outcome, calm if isinstance(calm, list) else []


# ---------------------------------------------------------------- edits


def _with_new_value(name: str) -> Edit:
    def edit(table: Table) -> None:
        match table:
            case JsonTable():
                for row in table.rows:
                    _set_everywhere(row, name)
            case XmlTable():
                for element in (e for row in table.rows for e in row.iter(name)):
                    element.text = NEW_VALUE

    return edit


def _set_everywhere(value: object, name: str) -> None:
    if isinstance(value, list):
        for each in value:
            _set_everywhere(each, name)
    if isinstance(value, dict):
        for key, child in value.items():
            if key == name:
                value[key] = NEW_VALUE
            else:
                _set_everywhere(child, name)


def _without(path: Path) -> Edit:
    """Take the field from the first row that has it."""

    def edit(table: Table) -> None:
        match table:
            case JsonTable():
                any(_took(row, path) for row in table.rows)
            case XmlTable():
                holders = (row for row in table.rows if row.find(path[0]) is not None)
                for row in islice(holders, 1):
                    row.remove(row.findall(path[0])[0])

    return edit


def _took(row: object, path: Path) -> bool:
    for name in path[:-1]:
        row = row.get(name) if isinstance(row, dict) else None
    if not isinstance(row, dict) or row.get(path[-1]) is None:
        return False
    del row[path[-1]]
    return True


def _paths(harness: Harness, edited: Edited, reading: Reading) -> list[Path]:
    """Where the rows of a listing have something, at most two names deep."""
    found: dict[Path, None] = {}

    def note(table: Table) -> None:
        match table:
            case JsonTable():
                for row in table.rows:
                    found.update(dict.fromkeys(_json_paths(row)))
            case XmlTable():
                for element in table.rows:
                    found.update(dict.fromkeys((str(child.tag),) for child in element))

    edited.edit = note
    reading.prepare(harness)(harness.tenant)
    edited.edit = None
    return list(found)


def _json_paths(row: Mapping[str, object], before: Path = ()) -> Iterator[Path]:
    for name, value in row.items():
        if value is None:
            continue
        yield (*before, name)
        if isinstance(value, dict) and len(before) + 1 < DEEPEST:
            yield from _json_paths(value, (*before, name))


# ---------------------------------------------------------------- verdicts


def _require_named(outcome: Outcome, name: str) -> None:
    assert isinstance(outcome.error, Unintelligible), (
        f"{outcome.what} {outcome.ended} for a row it can't read ({name}). Fix: raise Unintelligible."
    )
    assert name in str(outcome.error), (
        f"{outcome.what} doesn't name the field it can't read ({name}): {outcome.error} Fix: name it in the message."
    )


def _require_unknown(outcome: Outcome, name: str, calm: list[Thing]) -> None:
    odd = outcome.value if isinstance(outcome.value, list) else []
    assert [each.id for each in odd] == [each.id for each in calm], (
        f"{outcome.what} leaves rows out whose {name} is new. Fix: keep the row, and the value as unknown."
    )
    pairs = [
        (leaves(told(before)), leaves(told(after))) for before, after in zip(calm, odd, strict=True)
    ]
    moved = {p for before, after in pairs for p in after if before.get(p) != after[p]}
    for _, after in pairs:
        for path in moved & after.keys():
            assert _is_unknown(after[path]), (
                f"{outcome.what} takes a new value of {name} for {'.'.join(path)} {after[path]!r}. Fix: map values by "
                "a table, and what isn't in it to unknown or Unintelligible."
            )


def _require_told(outcome: Outcome, path: Path, calm: list[Thing]) -> None:
    name = ".".join(path)
    odd = outcome.value if isinstance(outcome.value, list) else []
    assert [each.id for each in odd] == [each.id for each in calm], (
        f"{outcome.what} leaves rows out that lack {name}, or takes them for others. Fix: keep the row, or raise "
        "Unintelligible."
    )
    for before, after in zip(calm, odd, strict=True):
        was, now = leaves(told(before)), leaves(told(after))
        for place in (p for p in was if was[p] != now.get(p)):
            assert _is_unknown(now.get(place)) or place[0] in after.origin.inferred, (
                f"{outcome.what} makes up {'.'.join(place)} {now.get(place)!r} where a row lacks {name}. Fix: give "
                "`None`, name it in `origin.inferred`, or raise Unintelligible."
            )
            missing = getattr(after, place[0]) is None
            assert not missing or place[0] in after.origin.absent, (
                f"{outcome.what} doesn't say why {place[0]} is absent where a row lacks {name}. Fix: name it in "
                "`origin.absent`."
            )


def _is_unknown(value: object) -> bool:
    return value in (None, "unknown", (), []) or NEW_VALUE.casefold() in str(value).casefold()
