"""Findings about one profile file, each with the payload it is about and the line where that stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, frozen

from ueapi.cli.input_files import OpenedProfile, read_profile, shown_name

if TYPE_CHECKING:
    from ueapi.apple.profiles.document import ConfigurationProfile
    from ueapi.apple.rules import Effect, Finding, IosRange, Mode

    _Place: TypeAlias = tuple[int | None, Finding]
    _Mark: TypeAlias = tuple[int | None, str | None, Mode | None, Effect]


@frozen(kw_only=True)
class Located:
    """A finding, the position of its payload from 0, that payload's name for people, and the line if it is known.

    `lasts` says whether it is also found on the highest version that was asked about.
    """

    finding: Finding
    payload: int | None
    name: str
    line: int | None
    lasts: bool


@frozen(kw_only=True)
class Checked:
    """A file and what was found in it."""

    file: str
    title: str
    is_signed: bool
    found: tuple[Located, ...]

    @property
    def is_clean(self) -> bool:
        """Whether everything works; notes don't count."""
        return not any(one.finding.is_loss for one in self.found)

    def count(self, severity: str) -> int:
        """How many findings are of a severity."""
        return sum(1 for one in self.found if one.finding.severity == severity)


def check_file(name: str, ios: IosRange) -> Checked:
    """Check one file.

    Raises:
        UnreadableInput: the file can't be read as a profile.
    """
    opened = read_profile(name)
    placed = list(_placed(opened.profile, ios))
    lines = _Lines(opened if placed else None)
    lasting = _lasting(opened.profile, placed, ios)
    return Checked(
        file=name,
        title=opened.profile.display_name or opened.profile.identifier,
        is_signed=opened.is_signed,
        found=tuple(
            Located(
                finding=finding,
                payload=at,
                name=_name(opened.profile, at),
                line=lines.find(at, finding.key),
                lasts=_mark(at, finding) in lasting,
            )
            for at, finding in placed
        ),
    )


def heading_name(checked: Checked) -> str:
    """What to call a checked file."""
    return shown_name(checked.file)


def _placed(profile: ConfigurationProfile, ios: IosRange) -> Iterator[_Place]:
    """The findings of a whole check, part by part: identifiers needn't be unique, positions are."""
    from ueapi.apple import rules

    for finding in rules.check(evolve(profile, payloads=()), ios=ios):
        yield None, finding
    for at, payload in enumerate(profile.payloads):
        for finding in rules.check(evolve(profile, payloads=(payload,), extra={}), ios=ios):
            yield at, finding


def _lasting(
    profile: ConfigurationProfile, placed: list[_Place], ios: IosRange
) -> frozenset[_Mark]:
    """What is found on the highest version of a range: a worst answer can be one of older versions only."""
    if not placed or ios.lowest == ios.highest:
        return frozenset(_mark(at, finding) for at, finding in placed)
    from ueapi.apple import rules

    highest = rules.IosRange(ios.highest, ios.highest)
    return frozenset(_mark(at, finding) for at, finding in _placed(profile, highest))


def _mark(at: int | None, finding: Finding) -> _Mark:
    return at, finding.key, finding.mode, finding.effect


def _name(profile: ConfigurationProfile, at: int | None) -> str:
    if at is None:
        return profile.display_name or profile.identifier
    return profile.payloads[at].display_name or profile.payloads[at].identifier


class _Lines:
    """Lines of an XML file that isn't wrapped in a signature; of others nobody could look one up."""

    def __init__(self, opened: OpenedProfile | None) -> None:
        from ueapi.cli.plist_lines import lines_of

        has_lines = opened is not None and opened.is_xml and not opened.is_signed
        self._lines = lines_of(opened.content) if opened is not None and has_lines else {}

    def find(self, payload: int | None, key: str | None) -> int | None:
        """The line of the key, else of the payload: a key that is missing has none."""
        return self._lines.get((payload, key or ""), self._lines.get((payload, "")))
