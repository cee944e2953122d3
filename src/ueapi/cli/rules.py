"""`ueapi rules`: what Apple allows on personal phones, for one item and for whole profiles."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ueapi.cli.exits import Exit
from ueapi.cli.paragraphs import say
from ueapi.cli.printing import print_document
from ueapi.cli.table import safe
from ueapi.errors import UeapiError, UnreadableInput, UsageError
from ueapi.wording import counted

if TYPE_CHECKING:
    from ueapi.apple.rules import IosRange, RuleKind, RuleVerdict
    from ueapi.cli.located import Checked

app = typer.Typer(
    help="What Apple allows under User Enrollment, by version of iOS.", no_args_is_help=True
)

IOS: Final = "26.0"
"""The version that is asked for when none is named."""
KINDS: Final = "payload, key, command, query, setting, checkin, declaration or status"

IosOption = Annotated[
    str, typer.Option("--ios", help="A version, or a range (15.0-26.0) whose worst answer counts.")
]


class Form(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


@app.command("show")
def show(
    kind: Annotated[str, typer.Argument(help=f"What it is: {KINDS}.")],
    item: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Apple's name: com.apple.wifi.managed, com.apple.wifi.managed:ProxyType, EraseDevice.",
        ),
    ],
    ios: IosOption = IOS,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Say what Apple allows for one item, why, and what to use instead."""
    from ueapi.apple import rules

    found = rules.verdict(_kind(kind), item, ios=ios)
    if as_json:
        print_document(_document(found, ios))
        return
    _print_verdict(found)


def _kind(word: str) -> RuleKind:
    from ueapi.apple.rules import RuleKind

    if word in set(RuleKind):
        return RuleKind(word)
    near = difflib.get_close_matches(word, list(RuleKind), n=1)
    meant = f"Did you mean {near[0]}? " if near else ""
    raise UsageError(f"rules have no kind {word!r}.", remedy=f"{meant}Kinds are {KINDS}.")


def _document(found: RuleVerdict, asked: str) -> dict[str, object]:
    instead = found.instead
    return {
        "kind": found.kind.value,
        "id": found.id,
        "ios": asked,
        "verdict": found.mode.value,
        "at": str(found.ios),
        "reason": found.reason,
        "basis": found.basis,
        "source": found.source,
        "introduced": _text(found.introduced),
        "deprecated": _text(found.deprecated),
        "removed": _text(found.removed),
        "supervised_only": found.supervised_only,
        "instead": None
        if instead is None
        else {
            "kind": _text(instead.kind),
            "id": instead.id or None,
            "words": instead.words,
        },
        "note": found.note or None,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _print_verdict(found: RuleVerdict) -> None:
    style = "green" if found.is_usable else "red"
    say(f"{found.id}: {found.mode} on iOS {found.ios}", style=style)
    say(found.reason, indent=2)
    if found.instead:
        say(f"Instead: {found.instead}", indent=2, hanging=4)
    if found.note:
        say(found.note, indent=2)
    if history := ", ".join(_history(found)):
        say(f"{history[0].upper()}{history[1:]}.", indent=2)
    say(f"Basis: {found.basis}. {found.source}", indent=2, hanging=4, style="dim")


def _history(found: RuleVerdict) -> Iterator[str]:
    if found.introduced:
        yield f"in iOS since {found.introduced}"
    if found.deprecated:
        yield f"deprecated from {found.deprecated} on"
    if found.removed:
        yield f"taken out in {found.removed}"
    if found.supervised_only:
        yield "for supervised devices"


@app.command("check", short_help="Say what a user-enrolled iPhone makes of profiles.")
def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Profiles; - is stdin.")],
    ios: IosOption = IOS,
    form: Annotated[Form, typer.Option("--format", help="How to print.")] = Form.TEXT,
) -> None:
    """Say what a user-enrolled iPhone makes of profiles, before one gets them.

    Exits 0 when everything works, 1 when something doesn't, 2 when a file can't be read.
    """
    from ueapi.apple.rules import IosRange

    run = _Run(files, IosRange.parse(ios))
    match form:
        case Form.TEXT:
            _print_text(run)
        case Form.JSON:
            _print_json(run, ios)
        case Form.SARIF:
            from ueapi.cli.sarif import print_sarif

            print_sarif(run.checked(), run.errors)
    raise typer.Exit(run.code)


class _Run:
    """One pass over the files; nothing of a file is kept but what is counted."""

    def __init__(self, files: Sequence[str], ios: IosRange) -> None:
        self._files = files
        self._ios = ios
        self.errors: list[tuple[str, str]] = []
        self.clean = 0
        self.faulty = 0

    def checked(self) -> Iterator[Checked]:
        """Each readable file; the others are told on stderr and remembered."""
        from ueapi.cli.located import check_file

        for name in self._files:
            try:
                checked = check_file(name, self._ios)
            except UnreadableInput as problem:
                self._note(name, problem)
                continue
            self.clean += checked.is_clean
            self.faulty += not checked.is_clean
            yield checked

    @property
    def ios(self) -> IosRange:
        """What was asked for."""
        return self._ios

    @property
    def code(self) -> Exit:
        """An unreadable file outweighs findings: nobody knows what is in it."""
        if self.errors:
            return Exit.USAGE
        return Exit.REFUSED if self.faulty else Exit.DONE

    def _note(self, name: str, problem: UeapiError) -> None:
        text = " ".join(str(problem).split())
        self.errors.append((name, text))
        typer.echo(f"ueapi: {safe(text)}", err=True)


def _print_text(run: _Run) -> None:
    from ueapi.cli.findings_text import print_checked

    for checked in run.checked():
        print_checked(checked, run.ios)
    total = run.clean + run.faulty + len(run.errors)
    parts = [f"{run.clean} clean", f"{run.faulty} with findings"]
    parts += [f"{len(run.errors)} unreadable"] if run.errors else []
    say(f"{counted(total, 'file')} for iOS {run.ios}: {', '.join(parts)}.")


def _print_json(run: _Run, asked: str) -> None:
    from ueapi.cli.findings_text import file_row
    from ueapi.cli.streamed import HOLE, print_streamed

    def document() -> dict[str, object]:
        failed = [{"file": name, "error": text} for name, text in run.errors]
        return {"ios": asked, "files": [HOLE], "errors": failed}

    print_streamed(document, map(file_row, run.checked()))
