"""Write the pages on Apple's rules from the table that ueapi ships, so that manual and code can't differ.

A mkdocs hook. Each payload type that iOS has or had gets a page of its own, listed in the navigation below the page of
all payload types; `<!-- rules: NAME -->` in a page becomes what is named there. Only identifiers, versions and our own
words are shown.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from mkdocs.structure.files import File

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.docs_verdicts import (
    COLUMNS,
    HOME,
    NEWEST,
    PAGES,
    RESTRICTIONS,
    RULES,
    Told,
    alternative,
    anchor_of,
    badge,
    in_words,
    link,
    listed,
    named,
    payload_page,
    table,
    told,
)

from ueapi.apple.rules import Demand, Disagreement, IosVersion, Mode, RuleKind

MARK: Final = re.compile(r"^<!-- rules: ([\w-]+) -->$", re.MULTILINE)
PAYLOADS: Final = f"{HOME}/payloads/index.md"
WORDS: Final = {
    Demand.REQUIRED: "must be there",
    Demand.REQUIRED_ACCOUNT_DRIVEN: "must be there for account-driven enrollment",
    Demand.ABSENT_ACCOUNT_DRIVEN: "must not be there for account-driven enrollment",
}


def on_config(config: Any) -> Any:
    """List each payload type below the page of all of them."""
    config.nav = [_with_payloads(entry) for entry in config.nav]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add a page for each payload type."""
    for item in ios_items(RuleKind.PAYLOAD, RULES.ids(RuleKind.PAYLOAD)):
        content = "\n".join(of_payload(item)) + "\n"
        files.append(File.generated(config, payload_page(item.id), content=content))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Replace each mark by what it names; an unknown name is an error."""
    return MARK.sub(lambda mark: "\n".join(PARTS[str(mark[1])]()), markdown)


def _with_payloads(entry: Any) -> Any:
    if isinstance(entry, list):
        return [_with_payloads(child) for child in entry]
    if not isinstance(entry, dict):
        return entry
    ((title, below),) = entry.items()
    if below != PAYLOADS:
        return {title: _with_payloads(below)}
    types = ios_items(RuleKind.PAYLOAD, RULES.ids(RuleKind.PAYLOAD))
    return {title: [PAYLOADS, *({_short(item.id): payload_page(item.id)} for item in types)]}


def _short(identifier: str) -> str:
    return identifier.removeprefix("com.apple.")


# ---------------------------------------------------------------- the page of a payload type


def of_payload(item: Told) -> Iterator[str]:
    """All there is to say of one payload type."""
    page = payload_page(item.id)
    yield f"# {item.id}\n"
    yield f"Under User Enrollment: {in_words(item)}. {_in_a_profile(item)}\n"
    yield from _by_version(item)
    if item.now.instead:
        yield f"\n**Instead:** {alternative(item, page)}.\n"
    yield from _demands(item.id)
    yield from _enforced(item.id, "\n## What iOS enforces once it is there")
    yield from disputes(told for told in RULES.disagreements if told.payload == item.id)
    yield from _keys(item, page)
    yield f"\nFor another version of iOS: `ueapi rules show payload '{item.id}' --ios 26.4`."


def _in_a_profile(item: Told) -> str:
    modes = {run.verdict.mode for run in item.runs}
    if Mode.FORBIDDEN in modes or item.now.was_forbidden:
        return "Where it is forbidden, iOS refuses the whole profile that holds it."
    return "A profile for personal phones may hold it."


def _by_version(item: Told) -> Iterator[str]:
    answers = [RULES.verdict(RuleKind.PAYLOAD, item.id, ios=version) for version in COLUMNS]
    starred = [answer.note.startswith("Nothing newer") for answer in answers]
    cells = [
        badge(answer.mode) + ("&nbsp;\\*" if star else "")
        for answer, star in zip(answers, starred, strict=True)
    ]
    yield f"| iOS | {' | '.join(map(str, COLUMNS))} |"
    yield "|---" * (len(COLUMNS) + 1) + "|"
    yield f"| verdict | {' | '.join(cells)} |"
    yield f"| basis | {' | '.join(answer.basis for answer in answers)} |"
    if any(starred):
        yield f"\n\\* Nothing newer than iOS {RULES.release.ios} is known about it here."
    yield f"\n{_history(item)} {_sources(item)}\n"


def _history(item: Told) -> str:
    now = item.now
    facts = [f"In iOS from {now.introduced}"]
    if now.deprecated:
        facts.append(f"deprecated from {now.deprecated}")
    if now.removed:
        facts.append(f"taken out in {now.removed}")
    if now.supervised_only:
        facts.append("for supervised devices only")
    return f"{', '.join(facts)}."


def _sources(item: Told) -> str:
    """Where Apple says so: for the newest answer, then for older ones that rest on something else."""
    newest = item.now.source
    older = {run.verdict.source: run.since for run in item.runs if run.verdict.source != newest}
    before = [f"for iOS {since}: {_source(source)}" for source, since in older.items()]
    return f"Source: {'; '.join([_source(newest), *before])}."


def _source(address: str) -> str:
    kind = "schema" if "github.com" in address else "documentation"
    return f"[Apple's {kind}]({address})"


def _demands(payload_type: str) -> Iterator[str]:
    found = RULES.conditions(payload_type, ios=NEWEST)
    if found:
        yield "\n## What it must and must not hold\n"
    for each in found:
        words = WORDS[each.demand]
        yield f"- `{each.key}` {words}, from iOS {each.since} on ({_source(each.source)})"


def _enforced(identifier: str, title: str) -> Iterator[str]:
    forced = RULES.forced(identifier)
    if forced is None:
        return
    yield f"{title}\n"
    yield "Whatever values are sent:\n"
    for key, value in forced.values.items():
        yield f"- `{key}` is `{str(value).lower()}`"
    for key in forced.present_only:
        yield f"- `{key}` has an effect by being there; its value has none"
    yield f"\nSource: {_source(forced.source)}.\n"


def disputes(found: Iterable[Disagreement]) -> Iterator[str]:
    """Where a product's documentation and Apple's data differ, as far as it is about one payload type."""
    for number, each in enumerate(found):
        if not number:
            yield "\n## Sources disagree\n"
        key = f" (`{each.key}`)" if each.key else ""
        yield f"- **{each.subject}**{key}. {each.claimed_by}: {each.claim}. Apple: {each.apple}. {each.advice}"


def _keys(item: Told, page: str) -> Iterator[str]:
    names = sorted(RULES.keys_of(item.id), key=str.lower)
    keys = [told(RuleKind.KEY, f"{item.id}:{name}") for name in names]
    there = [key for key in keys if key.is_on_ios]
    never = [key for key in keys if not key.is_on_ios]
    if not there:
        return
    yield "\n## Keys\n"
    yield f"{_counted(there)}\n"
    yield from table(there, page, head="key", known_source=item.now.source)
    if never:
        yield f"\nNot on iOS: {listed(never)}"


def _counted(items: Iterable[Told]) -> str:
    found = [item.now.mode for item in items]
    parts = [f"{found.count(mode)} {badge(mode)}" for mode in Mode if mode in found]
    return f"On iOS {NEWEST}: {', '.join(parts)}."


# ---------------------------------------------------------------- what marks stand for


def ios_items(kind: RuleKind, identifiers: Iterable[str]) -> list[Told]:
    """The items that iOS has or had, sorted."""
    items = (told(kind, identifier) for identifier in sorted(set(identifiers), key=str.lower))
    return [item for item in items if item.is_on_ios]


def payload_types() -> Iterator[str]:
    """Each payload type with a link to its page."""
    yield "| payload type | under User Enrollment | in iOS | instead |"
    yield "|---|---|---|---|"
    for item in ios_items(RuleKind.PAYLOAD, RULES.ids(RuleKind.PAYLOAD)):
        now = item.now
        end = f" until {now.removed}" if now.removed else ""
        name = link(RuleKind.PAYLOAD, item.id, PAYLOADS)
        yield f"| {name} | {in_words(item)} | {now.introduced}{end} | {alternative(item, PAYLOADS)} |"


def restrictions() -> Iterator[str]:
    """What restricts a personal phone, and what doesn't."""
    page = f"{HOME}/restrictions.md"
    keys = ios_items(RuleKind.KEY, (f"{RESTRICTIONS}:{key}" for key in RULES.keys_of(RESTRICTIONS)))
    source = RULES.verdict(RuleKind.PAYLOAD, RESTRICTIONS, ios=NEWEST).source
    usable = [key for key in keys if any(run.verdict.is_usable for run in key.runs)]
    rest = [key for key in keys if key not in usable]
    yield f"{_counted(keys)}\n"
    yield "\n## What works\n"
    yield from table(usable, page, head="key", known_source=source)
    yield "\n## What doesn't\n"
    yield from table(rest, page, head="key", known_source=source)


def of_kind(kind: RuleKind) -> Iterator[str]:
    """The items of one kind."""
    items = ios_items(kind, RULES.ids(kind))
    yield f"{_counted(items)}\n"
    yield from table(items, PAGES[kind], head=str(kind))


def declarations() -> Iterator[str]:
    """Declarations by their family."""
    families: dict[str, list[Told]] = {}
    for item in ios_items(RuleKind.DECLARATION, RULES.ids(RuleKind.DECLARATION)):
        families.setdefault(item.id.split(".")[2], []).append(item)
    for family, items in sorted(families.items(), key=lambda pair: -len(pair[1])):
        yield f"\n## {family.capitalize()}\n"
        yield f"{_counted(items)}\n"
        yield from table(items, PAGES[RuleKind.DECLARATION], head="declaration")
        for item in items:
            yield from _enforced(item.id, f"\n**What iOS enforces once `{item.id}` is there.**")


def of_section(section: str) -> Iterator[str]:
    """The keys of one section of the schema, each with what holds it."""
    items = ios_items(RuleKind.KEY, RULES.section_ids(section))
    yield f"{_counted(items)}\n"
    yield "| key | under User Enrollment | in iOS |"
    yield "|---|---|---|"
    for item in items:
        now = item.now
        end = f" until {now.removed}" if now.removed else ""
        name = named(item.id, anchor_of(item.id))
        yield f"| {name} | {in_words(item)} | {now.introduced}{end} |"


# ---------------------------------------------------------------- numbers

COUNTED: Final = (
    ("profile payload types", RuleKind.PAYLOAD, "payload", ""),
    ("payload keys", RuleKind.KEY, "payload-key", ""),
    ("of these, Restrictions keys", RuleKind.KEY, "payload-key", RESTRICTIONS),
    ("commands", RuleKind.COMMAND, "command", ""),
    ("DeviceInformation and SecurityInfo keys", RuleKind.QUERY, "query", ""),
    ("Settings items", RuleKind.SETTING, "setting", ""),
    ("check-in messages", RuleKind.CHECKIN, "checkin", ""),
    ("declarative configurations", RuleKind.DECLARATION, "configuration", ""),
    ("status items", RuleKind.STATUS, "status-item", ""),
)


def numbers() -> Iterator[str]:
    """How many items Apple's schema marks how, and how many of them iOS has lost since."""
    release = IosVersion.parse(RULES.release.ios)
    yield f"| | allowed | forbidden | otherwise | not on iOS | lost by {release} | lost by {NEWEST} |"
    yield "|---" + "|--:" * 2 + "|---" + "|--:" * 3 + "|"
    for name, kind, section, owner in COUNTED:
        modes = RULES.modes(section, owner=owner)
        other = [
            f"{modes[mode]} {words}"
            for mode, words in (
                (Mode.IGNORED, "ignored"),
                (Mode.REQUIRED, "required"),
                (Mode.REQUIRES_SUPERVISION, "supervised only"),
            )
            if modes[mode]
        ]
        ids = [i for i in RULES.section_ids(section) if i.startswith(owner + ":" * bool(owner))]
        lost = [sum(_is_lost(kind, i, version) for i in ids) for version in (release, NEWEST)]
        yield (
            f"| {name} | {modes[Mode.ALLOWED]} | {modes[Mode.FORBIDDEN]} | {', '.join(other) or 'none'} "
            f"| {modes[Mode.NOT_AVAILABLE]} | {lost[0]} | {lost[1]} |"
        )


def _is_lost(kind: RuleKind, identifier: str, version: IosVersion) -> bool:
    verdict = RULES.verdict(kind, identifier, ios=version)
    return verdict.introduced is not None and verdict.mode is Mode.NOT_AVAILABLE


def release() -> Iterator[str]:
    """Which state of Apple's schema this is."""
    of = RULES.release
    address = f"{of.repository}/tree/{of.commit}"
    yield f"Apple's schema of iOS {of.ios}, published on {of.date} under the {of.license} licence"
    yield f"([commit {of.commit[:7]}]({address})), and {_newer()} newer items kept by hand."


def _newer() -> int:
    kinds = (RuleKind.KEY, RuleKind.DECLARATION, RuleKind.STATUS, RuleKind.PAYLOAD)
    return sum(
        RULES.verdict(kind, each, ios=NEWEST).basis == "overrides"
        for kind in kinds
        for each in RULES.ids(kind)
        if (found := RULES.verdict(kind, each, ios=NEWEST).introduced) is not None
        and found > IosVersion.parse(RULES.release.ios)
    )


def disagreements() -> Iterator[str]:
    """Every known disagreement, those about one subject together."""
    subjects: dict[str, list[Disagreement]] = {}
    for each in RULES.disagreements:
        subjects.setdefault(each.subject, []).append(each)
    for subject, found in subjects.items():
        yield f"\n### {subject}\n"
        for who, claim in dict.fromkeys((each.claimed_by, each.claim) for each in found):
            yield f"- **{who}:** {claim}."
        yield from (f"- **Apple:** {each.apple} ({_source(each.source)})." for each in found)
        yield from (f"- **Advice:** {advice}" for advice in dict.fromkeys(e.advice for e in found))
        yield from (f"- {_when_told(each)}" for each in found if each.payload)


def _when_told(each: Disagreement) -> str:
    holder = f"`{each.payload}{':' * bool(each.key)}{each.key}`"
    how = "It may do nothing" if each.effect == "uncertain" else "It is good to know"
    return f"{how} wherever a profile holds {holder}, so `check` tells it."


PARTS: Final = {
    "numbers": numbers,
    "release": release,
    "payload-types": payload_types,
    "profile-keys": lambda: of_section("envelope-key"),
    "restrictions": restrictions,
    "commands": lambda: of_kind(RuleKind.COMMAND),
    "command-keys": lambda: of_section("command-key"),
    "queries": lambda: of_kind(RuleKind.QUERY),
    "settings": lambda: of_kind(RuleKind.SETTING),
    "setting-keys": lambda: of_section("setting-key"),
    "check-ins": lambda: of_kind(RuleKind.CHECKIN),
    "check-in-keys": lambda: of_section("checkin-key"),
    "device-keys": lambda: of_section("device-info-key"),
    "declarations": declarations,
    "declaration-keys": lambda: of_section("declaration-key"),
    "status-items": lambda: of_kind(RuleKind.STATUS),
    "disagreements": disagreements,
}
