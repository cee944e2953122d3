"""What a person does to enroll, or to move: made from the products' sheets, Apple's rules and a language's texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import evolve, field, frozen

from ueapi.apple.rules import CURRENT_IOS, IosVersion
from ueapi.contract import Capability
from ueapi.guidance.language import Sentence, Voice, load_language
from ueapi.guidance.people import Office, Person
from ueapi.guidance.product import (
    NEWEST_MAJOR,
    Product,
    Way,
    choose_way,
    passcode_length,
    product,
    version,
)
from ueapi.plugins import Registry

THEFT_PROTECTION: Final = IosVersion.parse("17.3")
"""Source: https://support.apple.com/de-de/HT212510"""


@frozen(kw_only=True)
class Part:
    """A headed list; `id` is the same in every language, and ordered parts are done one after the other."""

    id: str
    heading: str
    lines: tuple[Sentence, ...]
    is_ordered: bool = False


@frozen(kw_only=True)
class Failure:
    """Something that can go wrong: what the person sees, and what helps."""

    id: str
    seen: Sentence
    fix: Sentence


@frozen(kw_only=True)
class Instructions:
    """All that a person is told, in reading order.

    `notes` are for whoever sends them, in English, and in no output for the person: what is assumed about the product
    or the phone. `code` is what a QR code holds.
    """

    language: str
    product: str
    way: Way
    ios: IosVersion
    title: str
    greeting: Sentence
    intro: tuple[Sentence, ...]
    parts: tuple[Part, ...]
    failures_heading: str
    failures: tuple[Failure, ...]
    help_heading: str
    help: Sentence
    code: str | None
    code_caption: str
    notes: tuple[str, ...] = field(factory=tuple)

    def asking(self, question: Sentence) -> Instructions:
        """The same, led in by what is asked of the person."""
        return evolve(self, intro=(question, *self.intro[1:]))

    @property
    def steps(self) -> tuple[Sentence, ...]:
        """Everything to be done, in order."""
        return tuple(line for part in self.parts if part.is_ordered for line in part.lines)

    @property
    def warnings(self) -> tuple[Sentence, ...]:
        """What is good to know."""
        return next(part.lines for part in self.parts if part.id == "warnings")


@frozen(kw_only=True)
class _Case:
    """Everything the texts depend on."""

    voice: Voice = field(repr=False)
    target: Product
    way: Way
    leaving: Product | None
    old_way: Way | None
    person: Person
    office: Office

    @property
    def ios(self) -> IosVersion:
        return self.voice.ios


def instructions(
    backend: str,
    *,
    ios: str | IosVersion = CURRENT_IOS,
    language: str = "en",
    leaving: str | None = None,
    way: Way | None = None,
    old_way: Way | None = None,
    person: Person | None = None,
    office: Office | None = None,
    registry: Registry | None = None,
) -> Instructions:
    """Make the instructions for one person.

    Args:
        backend: the product the person enrolls with.
        ios: the version of iOS on the person's phone, from 15 on.
        language: `en`, `de`, or another there is a file for.
        leaving: the product the person signs out of first; the same one for enrolling anew.
        way: account or profile; without it the best there is.
        old_way: how the phone was enrolled before; without it both are described.
        person: who reads it; nothing of a person is needed.
        office: who asks.
        registry: where products are looked up; all installed plugins by default.

    Raises:
        UsageError: iOS below 15, a way that this iOS or product doesn't have, or no such language.
        UnknownBackend: no plugin has that name.
    """
    target = product(backend, registry=registry)
    old = product(leaving, registry=registry) if leaving is not None else None
    at = version(ios)
    who, desk = person or Person(), office or Office()
    values = {
        "product": target.label,
        "old": old.label if old else "",
        "ios": _shown(at),
        "length": passcode_length(),
    }
    if desk.organization is not None:
        values["organization"] = desk.organization
    case = _Case(
        voice=Voice(load_language(language), at, values),
        target=target,
        way=choose_way(target, at, way),
        leaving=old,
        old_way=old_way,
        person=who,
        office=desk,
    )
    return _made(case)


def _shown(ios: IosVersion) -> str:
    """A bare major version stands for all of its updates, unless one of them changed what people see."""
    has_changed = ios.parts[0] == THEFT_PROTECTION.parts[0]
    return str(ios) if has_changed else str(ios).removesuffix(".0")


def _made(case: _Case) -> Instructions:
    voice, office = case.voice, case.office
    kind = _kind(case)
    intro = (voice.say(f"intro.{kind}"), voice.say("intro.version"))
    parts, failures = tuple(_parts(case)), tuple(_failures(case))
    said = [*intro, *(line for part in parts for line in part.lines)]
    said += [sentence for failure in failures for sentence in (failure.seen, failure.fix)]
    return Instructions(
        language=voice.language.tag,
        product=case.target.label,
        way=case.way,
        ios=case.ios,
        title=str(voice.say(f"title.{kind}")),
        greeting=greeting(voice, case.person),
        intro=intro,
        parts=parts,
        failures_heading=str(voice.say("part.failures")),
        failures=failures,
        help_heading=str(voice.say("part.help")),
        help=help_line(voice, office),
        code=office.code,
        code_caption=str(voice.say("help.code" if office.page else "help.code-mail")),
        notes=(*_notes(case), *_assumed(said)),
    )


def greeting(voice: Voice, person: Person) -> Sentence:
    """Good day, by name where there is one."""
    if person.name is None:
        return voice.say("greeting.plain")
    return voice.say("greeting.named", name=person.name)


def help_line(voice: Voice, office: Office) -> Sentence:
    """Where to ask."""
    if office.help_desk is None:
        return voice.say("help.none")
    return voice.say("help.contact", contact=office.help_desk)


def _kind(case: _Case) -> str:
    if case.leaving is None:
        return "enroll"
    return "again" if case.leaving.name == case.target.name else "move"


def _parts(case: _Case) -> Iterator[Part]:
    moves = case.leaving is not None
    yield _part(case, "before", list(_preparing(case)))
    if moves:
        yield _part(case, "goes", ["apps", "accounts", "documents", "settings"])
        yield _part(case, "stays", ["private", "account", "phone"])
        yield _ordered(case, "leave", [f"leave.{key}" for key in _leaving(case.old_way)])
    yield _ordered(case, f"join-{case.way}", list(_joining(case)))
    check = "check" if case.way is Way.ACCOUNT else "check-profile"
    yield _part(case, "after", ["apps", check])
    yield _part(case, "warnings", ["no-erase", "passcode", "not-restored"], prefix="warning")


def _preparing(case: _Case) -> Iterator[str]:
    yield from ("power", "passcode")
    if case.leaving is not None:
        yield "save"
    if case.ios >= THEFT_PROTECTION:
        yield "theft"


def _leaving(old_way: Way | None) -> tuple[str, ...]:
    match old_way:
        case Way.ACCOUNT:
            return ("open", "entry", "sign-out", "gone")
        case Way.PROFILE:
            return ("menu", "profile", "remove", "gone")
        case None:
            return ("open", "entry", "sign-out", "otherwise", "gone")


def _joining(case: _Case) -> Iterator[str]:
    if case.way is Way.ACCOUNT:
        named = "named-account" if case.person.account else "account"
        yield from (f"join.{key}" for key in ("menu", "sign-in", named, "login", "icloud"))
        yield from ("join.read", "join.allow")
        return
    if case.office.enrollment_page:
        yield "join.page"
    else:
        yield "join.invitation" if case.target.invites else "join.handed"
    yield from (f"join.{key}" for key in ("own", "certificate", "download", "minutes"))
    yield from ("join.read", "join.enroll")


def _failures(case: _Case) -> Iterator[Failure]:
    for name in _failing(case):
        yield Failure(
            id=name,
            seen=case.voice.say(f"failure.{name}-seen"),
            fix=case.voice.say(f"failure.{name}-fix"),
        )


def _failing(case: _Case) -> Iterator[str]:
    if case.way is Way.ACCOUNT:
        yield from ("discovery", "wrong-account", "mismatch")
        if case.leaving is not None:
            yield from ("managed", "payload")
    else:
        yield from ("expired", "profile", "mismatch", "payload")
    if case.ios >= THEFT_PROTECTION:
        yield "delay"
    yield from ("app", "declined")
    if case.way is Way.ACCOUNT:
        yield "session"


def _notes(case: _Case) -> Iterator[str]:
    """What whoever sends the instructions should know; in English, like everything for operators."""
    sheet, label = case.target.sheet, case.target.label
    rows = {
        Way.ACCOUNT: (
            Capability.ENROLLMENTS_ACCOUNT_DRIVEN_SETUP,
            Capability.ENROLLMENTS_DISCOVERY,
        ),
        Way.PROFILE: (Capability.ENROLLMENTS_INVITE,),
    }[case.way]
    for capability in rows:
        if sheet[capability].assumed:
            yield f"{label}: what `{capability.value}` says is assumed; try it with one phone first."
    if case.ios.parts[0] > NEWEST_MAJOR:
        yield f"The menus of iOS {case.ios} are not known; those of iOS {NEWEST_MAJOR} are described."
    if case.way is Way.PROFILE:
        yield "Enrollment by a profile is gone from iOS 18 on; choose the account wherever it works."


def _assumed(sentences: Iterable[Sentence]) -> Iterator[str]:
    """A note on words of the iPhone that nobody vouches for, among those that were used."""
    found = {span.text for sentence in sentences for span in sentence.spans if span.is_assumed}
    if found:
        yield (
            "What the iPhone shows is assumed here, and no source confirms it in this language: "
            f"{'; '.join(f'“{words}”' for words in sorted(found))}. Compare it with a phone."
        )


def _part(case: _Case, id: str, keys: Iterable[str], *, prefix: str = "") -> Part:  # noqa: A002
    return Part(
        id=id,
        heading=str(case.voice.say(f"part.{id}")),
        lines=tuple(case.voice.say(f"{prefix or id}.{key}") for key in keys),
    )


def _ordered(case: _Case, id: str, keys: Iterable[str]) -> Part:  # noqa: A002
    more = {"account": case.person.account or "", "address": case.office.enrollment_page or ""}
    return Part(
        id=id,
        heading=str(case.voice.say(f"part.{id}")),
        lines=tuple(case.voice.say(key, **more) for key in keys),
        is_ordered=True,
    )
