"""A snapshot as a file of lines: one object each, written while listing and read one by one.

The first line is a header, the last one tells the totals; a file without it was cut off. Sections follow one another in
the order of `SECTIONS`. Lines look like `{"user":{…}}`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Final, Generic, Literal, TypeVar

from attrs import field, frozen
from pydantic import Field, ValidationError

from ueapi.errors import UnreadableInput
from ueapi.migration.base import Document
from ueapi.migration.inventory import DeclaredLimits
from ueapi.model import App, Device, Group, LicensePool, Location, Profile, User, Value

V = TypeVar("V", bound=Value)

SECTIONS: Final[Mapping[str, type[Value]]] = MappingProxyType(
    {
        "user": User,
        "device": Device,
        "group": Group,
        "profile": Profile,
        "app": App,
        "location": Location,
        "pool": LicensePool,
    }
)
"""Kind of line → what it holds."""

LARGEST_LINE: Final = 64 * 1024 * 1024
LARGEST_FILE: Final = 8 * 1024 * 1024 * 1024

_HEADER: Final = b'{"snapshot":'
_FOOTER: Final = b'{"end":'


class Header(Document):
    """The first line."""

    format: Literal[2] = 2
    tenant: str
    backend: str
    taken_at: datetime
    limits: DeclaredLimits | None = None


class Footer(Document):
    """The last line: how many lines of each kind there are, what is missing, and what reading it cost."""

    rows: Mapping[str, int]
    missing: Mapping[str, str] = Field(default_factory=dict)
    spent: Mapping[str, int] = Field(default_factory=dict)
    calls: int = 0


class Writer:
    """Writes the lines; counts them by kind."""

    def __init__(self, out: BinaryIO, header: Header) -> None:
        """Write the header."""
        self._out = out
        self.rows = dict.fromkeys(SECTIONS, 0)
        self._line("snapshot", header.model_dump_json())

    def write(self, kind: str, values: Iterable[Value]) -> None:
        """Write values as they come; none is kept."""
        for value in values:
            self._line(kind, value.model_dump_json())
            self.rows[kind] += 1

    def close(self, footer: Footer) -> None:
        """Write the totals."""
        self._line("end", footer.model_dump_json())

    def _line(self, kind: str, content: str) -> None:
        self._out.write(b'{"%s":%s}\n' % (kind.encode(), content.encode("utf-8")))


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """A file only its owner can read, that appears whole at the end or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@frozen
class Section(Generic[V]):
    """The lines of one kind, read from the file whenever they are gone through."""

    path: Path
    kind: str
    holds: type[V]
    offset: int
    rows: int

    def __len__(self) -> int:
        return self.rows

    def __iter__(self) -> Iterator[V]:
        """Read value by value.

        Raises:
            UnreadableInput: a line holds something else; the message names its number within the section.
        """
        opening = b'{"%s":' % self.kind.encode()
        with self.path.open("rb") as lines:
            lines.seek(self.offset)
            for number in range(1, self.rows + 1):
                line = lines.readline(LARGEST_LINE)
                try:
                    if not (line.startswith(opening) and line.endswith(b"}\n")):
                        raise _broken(self.path, f"{self.kind} {number} is not where it was")
                    yield self.holds.model_validate_json(line[len(opening) : -2])
                except ValidationError as problem:
                    where = ".".join(map(str, problem.errors()[0]["loc"])) or "the top"
                    raise _broken(self.path, f"{self.kind} {number} is wrong at {where}") from None


@frozen(kw_only=True)
class StoredSnapshot:
    """A snapshot that stays on disk; going through a part reads it again.

    It has what `Snapshot` has, but its parts are no tuples. Don't change the file meanwhile.
    """

    path: Path
    header: Header = field(repr=False)
    footer: Footer = field(repr=False)
    offsets: Mapping[str, int] = field(repr=False)

    @property
    def tenant(self) -> str:
        """The tenant's name."""
        return self.header.tenant

    @property
    def backend(self) -> str:
        """The name of its backend."""
        return self.header.backend

    @property
    def taken_at(self) -> datetime:
        """When it was read, UTC."""
        return self.header.taken_at

    @property
    def limits(self) -> DeclaredLimits | None:
        """The limits the backend declared."""
        return self.header.limits

    @property
    def missing(self) -> Mapping[str, str]:
        """What could not be read, and why."""
        return self.footer.missing

    @property
    def spent(self) -> Mapping[str, int]:
        """Requests by operation."""
        return self.footer.spent

    @property
    def calls(self) -> int:
        """Requests it cost."""
        return self.footer.calls

    @property
    def users(self) -> Section[User]:
        """Everyone the tenant knows."""
        return self._section("user", User)

    @property
    def devices(self) -> Section[Device]:
        """Devices of every kind of enrollment."""
        return self._section("device", Device)

    @property
    def groups(self) -> Section[Group]:
        """Groups with their members."""
        return self._section("group", Group)

    @property
    def profiles(self) -> Section[Profile]:
        """Profiles without secrets."""
        return self._section("profile", Profile)

    @property
    def apps(self) -> Section[App]:
        """The catalog."""
        return self._section("app", App)

    @property
    def locations(self) -> Section[Location]:
        """Locations of Apps and Books."""
        return self._section("location", Location)

    @property
    def pools(self) -> Section[LicensePool]:
        """Licenses by location and app."""
        return self._section("pool", LicensePool)

    def _section(self, kind: str, holds: type[V]) -> Section[V]:
        rows = self.footer.rows.get(kind, 0)
        return Section(self.path, kind, holds, self.offsets.get(kind, 0), rows)


def is_streamed(path: Path) -> bool:
    """Whether a file begins like a streamed snapshot.

    Raises:
        OSError: it can't be read.
    """
    with path.open("rb") as start:
        return start.read(len(_HEADER)) == _HEADER


def open_stored(path: Path) -> StoredSnapshot:
    """Look through a streamed snapshot once: header, order, totals. The objects are read later.

    Raises:
        UnreadableInput: it is too large, cut off, of another format, or its totals don't fit. Nothing was changed.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise _broken(path, f"it is larger than {LARGEST_FILE:,} bytes")
    with path.open("rb") as lines:
        header = _parsed(path, Header, _HEADER, lines.readline(LARGEST_LINE))
        offsets, rows, last = _scanned(path, lines)
    footer = _parsed(path, Footer, _FOOTER, last)
    if any(footer.rows.get(kind, 0) != count for kind, count in rows.items()):
        raise _broken(path, "its totals don't fit its lines")
    return StoredSnapshot(path=path, header=header, footer=footer, offsets=offsets)


def _scanned(path: Path, lines: BinaryIO) -> tuple[dict[str, int], dict[str, int], bytes]:
    """Where each section begins, how many lines it has, and the closing line."""
    openings = {b'{"%s":' % kind.encode(): kind for kind in SECTIONS}
    offsets: dict[str, int] = {}
    rows = dict.fromkeys(SECTIONS, 0)
    place, now = lines.tell(), ""
    while line := lines.readline(LARGEST_LINE):
        if line.startswith(_FOOTER):
            if lines.read(1):
                raise _broken(path, "lines follow its end")
            return offsets, rows, line
        kind = openings.get(line[: line.find(b":") + 1])
        if kind is None or not line.endswith(b"\n") or (kind != now and kind in offsets):
            raise _broken(path, f"line {sum(rows.values()) + 2} is none of a snapshot")
        if kind != now:
            offsets[kind], now = place, kind
        rows[kind] += 1
        place += len(line)
    raise _broken(path, "it was cut off: the closing line is missing")


D = TypeVar("D", bound=Document)


def _parsed(path: Path, kind: type[D], opening: bytes, line: bytes) -> D:
    content = line.strip()[len(opening) : -1]
    try:
        return kind.model_validate_json(content)
    except ValidationError:
        found = _format(content)
        if found is not None and found != 2:
            raise _broken(path, f"it has format {found}, and this version reads 2") from None
        raise _broken(path, f"its {kind.__name__.lower()} can't be read") from None


def _format(content: bytes) -> int | None:
    try:
        found = json.loads(content).get("format")
    except (ValueError, AttributeError, RecursionError):
        return None
    return found if isinstance(found, int) else None


def _broken(path: Path, what: str) -> UnreadableInput:
    return UnreadableInput(
        f"{path.name} is no snapshot that can be used: {what}.",
        remedy="Make one with `ueapi migrate snapshot TENANT`; nothing was changed.",
    )
