"""The virtual administrator: does by hand what no API can, hours later and not always right."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final

from attrs import define, evolve, field, frozen

from ueapi.apple import plist
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.apple.profiles import ConfigurationProfile, is_marker, read, redacted, write
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.simulator import Console

HOUR: Final = 3600.0
SOONEST: Final = 1 * HOUR
LATEST: Final = 20 * HOUR
"""Seconds until a chore is done, at the least and at the most."""

Reveal = Callable[[bytes], bytes]
"""Puts secrets back where a profile has references to them."""


class ChoreKind(StrEnum):
    """What an administrator can be asked to do."""

    SET_UP_ACCOUNT_DRIVEN_ENROLLMENT = "set-up-account-driven-enrollment"
    LINK_LOCATION = "link-location"
    DISCOVERY = "discovery"
    MAKE_PROFILE = "make-profile"
    FORGET_RECORDS = "forget-records"
    """Remove records of ended enrollments; nothing waits for it, so it is not played."""
    COPY_PROFILE = "copy-profile"


@frozen
class Chore:
    """One thing to do by hand; `kind` is a `ChoreKind`. A profile has its name in `subject`."""

    id: str
    kind: str
    subject: str
    content: bytes | None = field(default=None, repr=False)


def _as_it_is(content: bytes) -> bytes:
    return content


def _nothing() -> None:
    return


def _unseen(name: str) -> bytes | None:
    """What somebody sees who has no other console to look into."""
    del name
    return None


@define(eq=False)
class VirtualAdministrator:
    """Takes chores and does each 1 to 20 virtual hours later.

    With `mistakes`, the first profile with more than one setting gets one wrong value, and the first link to a location
    is forgotten; both are reported done. A chore taken again with a remark is done right.
    """

    console: Console = field(repr=False)
    clock: VirtualClock = field(repr=False)
    rng: random.Random = field(repr=False)
    on_done: Callable[[str], None] = field(repr=False)
    mistakes: bool = field(default=True, kw_only=True)
    reveal: Reveal = field(default=_as_it_is, repr=False, kw_only=True)
    on_discovery: Callable[[], None] = field(default=_nothing, repr=False, kw_only=True)
    original: Callable[[str], bytes | None] = field(default=_unseen, repr=False, kw_only=True)
    """What the source's console shows for a profile of that name."""
    done: set[str] = field(factory=set, init=False)
    """Ids of the chores reported done, rightly or not."""
    slips: list[str] = field(factory=list, init=False)
    """Ids of the chores a mistake was made in, in order."""
    _has_miscopied: bool = field(default=False, init=False)
    _has_forgotten: bool = field(default=False, init=False)

    def take(self, chore: Chore, remark: str = "") -> None:
        """Accept a chore; `remark` says what was wrong with it the last time.

        Raises:
            ValueError: the kind is unknown, or a profile comes without content.
        """
        kind = ChoreKind(chore.kind)
        if kind is ChoreKind.MAKE_PROFILE and chore.content is None:
            raise ValueError(f"chore {chore.id} asks for a profile and has no content")
        delay = self.rng.uniform(SOONEST, LATEST)
        self.clock.after(delay, lambda: self._do(chore, is_careful=bool(remark.strip())))

    def _do(self, chore: Chore, *, is_careful: bool) -> None:
        match ChoreKind(chore.kind):
            case ChoreKind.SET_UP_ACCOUNT_DRIVEN_ENROLLMENT:
                self.console.set_up_account_driven_enrollment()
            case ChoreKind.LINK_LOCATION:
                self._link(chore, is_careful=is_careful)
            case ChoreKind.DISCOVERY:
                self.on_discovery()
            case ChoreKind.MAKE_PROFILE:
                self._make(chore, is_careful=is_careful)
            case ChoreKind.COPY_PROFILE:
                self._make(self._copied(chore), is_careful=is_careful)
            case ChoreKind.FORGET_RECORDS:
                pass
        self.done.add(chore.id)
        self.on_done(chore.id)

    def _copied(self, chore: Chore) -> Chore:
        shown = self.original(chore.subject)
        if shown is None:
            raise ValueError(f"the source's console shows no profile for chore {chore.id}")
        return evolve(chore, content=shown)

    def _link(self, chore: Chore, *, is_careful: bool) -> None:
        if self.mistakes and not is_careful and not self._has_forgotten:
            self._has_forgotten = True
            self.slips.append(chore.id)
            return
        self.console.link_location()

    def _make(self, chore: Chore, *, is_careful: bool) -> None:
        content = self.reveal(chore.content or b"")
        exists = self.console.profile_content(chore.subject) is not None
        if exists and not is_careful:
            # Nobody looks twice at finished work without a reason.
            return
        if self.mistakes and not is_careful and not self._has_miscopied:
            content = self._miscopied(chore, content)
        _refuse_markers(chore, content)
        if exists:
            self.console.edit_profile(chore.subject, content)
        else:
            self.console.make_profile(chore.subject, content)

    def _miscopied(self, chore: Chore, content: bytes) -> bytes:
        """The content with one value changed; as it is when there is only one setting, or none to change."""
        profile = read(content)
        settings = [
            (place, key)
            for place, payload in enumerate(profile.payloads)
            for key in sorted(payload.content)
        ]
        choices = [
            (place, key)
            for place, key in settings
            if isinstance(profile.payloads[place].content[key], int)
        ]
        if len(settings) < 2 or not choices:
            return content
        self._has_miscopied = True
        self.slips.append(chore.id)
        return write(_with_wrong_value(profile, *self.rng.choice(choices)))


def revealing(originals: Iterable[bytes]) -> Reveal:
    """What somebody who knows these profiles does: put their secrets back in place of the references.

    References to other secrets stay.

    Raises:
        ValueError: two of the profiles have different secrets under one reference.
    """
    known: dict[PlistValue, PlistValue] = {}
    for original in originals:
        profile = read(original)
        for marker, secret in _pairs(_contents(redacted(profile)), _contents(profile)):
            if known.setdefault(marker, secret) != secret:
                raise ValueError("two profiles have different secrets under one reference")

    def reveal(content: bytes) -> bytes:
        profile = read(content)
        payloads = tuple(
            evolve(p, content=_revealed_dict(p.content, known)) for p in profile.payloads
        )
        return write(evolve(profile, payloads=payloads))

    return reveal


def _with_wrong_value(profile: ConfigurationProfile, place: int, key: str) -> ConfigurationProfile:
    payloads = list(profile.payloads)
    payload = payloads[place]
    right = payload.content[key]
    if not isinstance(right, int):
        raise TypeError(f"{key} is neither a truth value nor a whole number")
    wrong = not right if isinstance(right, bool) else right + 1
    payloads[place] = evolve(payload, content={**payload.content, key: wrong})
    return evolve(profile, payloads=tuple(payloads))


def _refuse_markers(chore: Chore, content: bytes) -> None:
    """A reference typed in as a password would pass for the secret wherever secrets are compared."""
    if any(is_marker(leaf) for leaf in _leaves(plist.read(content))):
        raise ValueError(
            f"chore {chore.id} refers to a secret that the administrator doesn't know; give `reveal`"
        )


def _contents(profile: ConfigurationProfile) -> Sequence[PlistValue]:
    return [payload.content for payload in profile.payloads]


def _leaves(value: PlistValue) -> Iterator[PlistValue]:
    if isinstance(value, Mapping):
        for child in value.values():
            yield from _leaves(child)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for child in value:
            yield from _leaves(child)
    else:
        yield value


def _pairs(masked: PlistValue, plain: PlistValue) -> Iterator[tuple[PlistValue, PlistValue]]:
    """Each reference with its secret; both values have the same shape."""
    for marker, secret in zip(_leaves(masked), _leaves(plain), strict=True):
        if is_marker(marker) and marker != secret:
            yield marker, secret


def _revealed_dict(
    value: Mapping[str, PlistValue], known: Mapping[PlistValue, PlistValue]
) -> PlistDict:
    return {key: _revealed(child, known) for key, child in value.items()}


def _revealed(value: PlistValue, known: Mapping[PlistValue, PlistValue]) -> PlistValue:
    if isinstance(value, Mapping):
        return _revealed_dict(value, known)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_revealed(child, known) for child in value]
    return known.get(value, value) if is_marker(value) else value
