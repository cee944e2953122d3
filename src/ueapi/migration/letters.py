"""What people read when they are asked: made for the product, the way in, their iPhone's iOS and their language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import field, frozen

from ueapi import guidance
from ueapi.apple.rules import CURRENT_IOS, IosVersion
from ueapi.errors import UsageError
from ueapi.guidance.language import load_language
from ueapi.guidance.people import LONGEST
from ueapi.guidance.product import OLDEST
from ueapi.migration.documents import Plan, PlannedPerson
from ueapi.migration.steering import Question
from ueapi.plugins import Registry


@frozen(kw_only=True)
class Letter:
    """One message for phones on this version of iOS."""

    ios: IosVersion
    message: guidance.Message = field(repr=False)


@frozen(kw_only=True)
class Letters:
    """Writes the messages of a move, in the language of each person where the policy knows it."""

    backend: str
    leaving: str
    language: str
    languages: Mapping[str, str] = field(repr=False)
    office: guidance.Office = field(repr=False)
    registry: Registry = field(repr=False)

    @classmethod
    def of(cls, plan: Plan, registry: Registry | None = None) -> Self:
        """Prepare them as the plan's policy says.

        Raises:
            UsageError: there is no such language, or a name or address of the office doesn't fit a page. Nothing was
                written.
        """
        policy = plan.policy
        for language in sorted({policy.language, *policy.languages.values()}):
            load_language(language)
        return cls(
            backend=plan.target.backend,
            leaving=plan.source.backend,
            language=policy.language,
            languages={address.casefold(): tag for address, tag in policy.languages.items()},
            office=guidance.Office(
                organization=policy.organization, help_desk=policy.help_desk, page=policy.help_page
            ),
            registry=registry or Registry.installed(),
        )

    def letters(self, person: PlannedPerson, question: Question) -> tuple[Letter, ...]:
        """The messages for a person, one for each major version of iOS that their phones run, the oldest first."""
        reader = guidance.Person(name=_line(person.name), account=_line(_account(person)))
        return tuple(
            Letter(
                ios=ios,
                message=guidance.message(
                    question.value, reader, self._round(person, ios), registry=self.registry
                ),
            )
            for ios in _versions(person)
        )

    def _round(self, person: PlannedPerson, ios: IosVersion) -> guidance.Round:
        account = (_account(person) or "").casefold()
        return guidance.Round(
            backend=self.backend,
            leaving=self.leaving,
            ios=ios,
            language=self.languages.get(account, self.language),
            office=self.office,
        )


def _account(person: PlannedPerson) -> str | None:
    return str(person.managed_apple_id) if person.managed_apple_id else None


def _line(text: str | None) -> str | None:
    """What fits a page; a record may hold anything."""
    if text is None or not text.strip() or len(text) > LONGEST or not text.isprintable():
        return None
    return text


def _versions(person: PlannedPerson) -> tuple[IosVersion, ...]:
    found = {v.parts[0]: v for v in sorted(filter(None, map(_version, _texts(person))))}
    return tuple(found[major] for major in sorted(found)) or (IosVersion.parse(CURRENT_IOS),)


def _texts(person: PlannedPerson) -> list[str | None]:
    return [device.os_version for device in person.devices]


def _version(text: str | None) -> IosVersion | None:
    try:
        found = IosVersion.parse(text) if text else None
    except UsageError:
        return None
    return found if found is not None and found >= OLDEST else None
