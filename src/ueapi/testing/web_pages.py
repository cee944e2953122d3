"""A person's way through the web pages of a simulated product, page by page, for a plugin's tests of its own pages."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Final

from attrs import define, field, frozen

from ueapi.apple import enrollment
from ueapi.apple.enrollment.mdm_profile import EnrollmentProfile
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.enrolling.client import Enroller
from ueapi.rehearsal.enrolling.filling import filled_in_by
from ueapi.rehearsal.enrolling.pages import MOBILE, Form, Meaning
from ueapi.rehearsal.world import Place, World

_TOLD: Final = enrollment.MachineInformation(product="iPhone15,4", version="21H16", language="en")


@frozen(kw_only=True)
class Seen:
    """What the person saw: each page with the names of its questions, and what the last one handed out."""

    pages: tuple[tuple[str, tuple[str, ...]], ...]
    profile: EnrollmentProfile

    @property
    def titles(self) -> tuple[str, ...]:
        """The pages' titles in order."""
        return tuple(title for title, _ in self.pages)

    @property
    def kind(self) -> EnrollmentKind:
        """The kind of enrollment the profile is for."""
        by_hand = self.profile.managed_apple_id is None
        return EnrollmentKind.DEVICE if by_hand else EnrollmentKind.PROFILE_DRIVEN_USER


@define(kw_only=True)
class Visitor:
    """A person in front of a product's pages; they take the way that keeps the phone their own.

    `insists` (name of a question → answer) is what they answer instead of what they know or would choose.
    """

    world: World = field(repr=False)
    place: Place = field(repr=False)
    account: str = field(repr=False)
    way: Meaning = Meaning.PERSONAL
    browser: str = MOBILE
    insists: Mapping[str, str] = field(factory=dict, repr=False)
    pages: list[tuple[str, tuple[str, ...]]] = field(factory=list, init=False)
    """What was shown so far, also where the way ended in a refusal."""

    def walk(self) -> Seen:
        """Fill in page after page up to a profile.

        Raises:
            EnrollmentFailed: the pages refuse, complain, or ask what nobody knows.
        """
        profile = self._device().downloaded(self._page)
        return Seen(pages=tuple(self.pages), profile=profile)

    def _device(self) -> Enroller:
        return Enroller(
            send=self.world.network.ask,
            signer=self.world.way_in.devices.signer("A visitor's iPhone"),
            told=_TOLD,
            answers=self._answers,
            rng=random.Random(self.account),
            browser=self.browser,
        )

    @property
    def _page(self) -> str:
        return f"{self.place.server.page}?user={self.account}"

    def _answers(self, form: Form) -> Mapping[str, str]:
        self.pages.append((form.title, tuple(form.asked)))
        known = filled_in_by(self.account, self.world.way_in.accounts, self.way)(form)
        return {name: self.insists.get(name, answer) for name, answer in known.items()}
