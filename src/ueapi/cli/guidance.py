"""`ueapi guide`: what people read before, during and after they enroll their own iPhone."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ueapi.errors import InvalidModel, UsageError

if TYPE_CHECKING:
    from ueapi.guidance import Instructions, Office, TrustPage, Way

app = typer.Typer(
    help="What people read: instructions for their iPhone, and what the organization can see.",
    no_args_is_help=True,
)

EVERYONE: Final = 0o666
OWNER_ONLY: Final = 0o600
"""For what names a person."""

Backend = Annotated[str, typer.Option("--backend", help="The product people enroll with.")]
Ios = Annotated[str, typer.Option("--ios", help="The version of iOS, from 15 on.")]
Language = Annotated[
    str, typer.Option("--language", help="en, de, or another there is a file for.")
]
Organization = Annotated[
    str | None, typer.Option("--organization", help="Its name, as people know it.")
]
HelpDesk = Annotated[
    str | None, typer.Option("--help-desk", help="A mail address or a telephone number.")
]
Out = Annotated[Path | None, typer.Option("--out", help="A file; without it stdout.")]


class Form(StrEnum):
    """How instructions are written."""

    TEXT = "text"
    HTML = "html"
    PRINT = "print"


class PageForm(StrEnum):
    """How a trust page is written."""

    HTML = "html"
    MARKDOWN = "markdown"


class Enrolling(StrEnum):
    """How a phone comes under management."""

    ACCOUNT = "account"
    PROFILE = "profile"


class Readers(StrEnum):
    """Who reads a trust page."""

    PEOPLE = "people"
    COUNCIL = "council"


@app.command("instructions", short_help="Write the steps for one person, to enroll or to move.")
def instructions(
    backend: Backend,
    leaving: Annotated[
        str | None,
        typer.Option("--from", help="The product people leave; the same one for enrolling anew."),
    ] = None,
    ios: Ios = "26.0",
    language: Language = "en",
    form: Annotated[
        Form, typer.Option("--format", help="text, html for a mail, or print for a sheet.")
    ] = Form.TEXT,
    way: Annotated[
        Enrolling | None, typer.Option("--way", help="How people enroll; the best by default.")
    ] = None,
    old_way: Annotated[
        Enrolling | None,
        typer.Option("--old-way", help="How they enrolled before; both are told by default."),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Whom to greet.")] = None,
    account: Annotated[
        str | None, typer.Option("--account", help="The Managed Apple Account to type.")
    ] = None,
    organization: Organization = None,
    help_desk: HelpDesk = None,
    page: Annotated[
        str | None,
        typer.Option("--page", help="Where everyone can read this; the QR code holds it."),
    ] = None,
    enrollment_page: Annotated[
        str | None, typer.Option("--enrollment-page", help="Where a profile is handed out.")
    ] = None,
    out: Out = None,
) -> None:
    """Write the steps for one person: how to enroll, or how to leave one product and join another.

    Nothing is sent. What is assumed about the product or the iPhone is told on stderr.
    """
    _require_extra()
    from ueapi import guidance

    _check(account)
    made = guidance.instructions(
        backend,
        ios=ios,
        language=language,
        leaving=leaving,
        way=_way(way),
        old_way=_way(old_way),
        person=guidance.Person(name=name, account=account),
        office=_office(organization, help_desk, page, enrollment_page),
    )
    for note in made.notes:
        typer.echo(f"ueapi: {note}", err=True)
    private = bool(name or account)
    _write(out, _instructions(made, form), mode=OWNER_ONLY if private else EVERYONE)


def _check(account: str | None) -> None:
    """Nobody is told to type what no phone takes.

    Raises:
        UsageError: it has no name or no full domain; the message doesn't repeat it.
    """
    from ueapi.apple.enrollment.discovery import UserIdentifier

    if account is None:
        return
    try:
        UserIdentifier.of(account)
    except InvalidModel:
        raise UsageError(
            "the account is no Managed Apple Account a phone takes.",
            remedy="Give it as the person types it, such as sam@example.org; nothing was written.",
        ) from None


@app.command("trust", short_help="Write what an organization can and can't see or do.")
def trust(
    backend: Backend,
    ios: Ios = "26.0",
    language: Language = "en",
    audience: Annotated[
        Readers, typer.Option("--audience", help="people, or council with items and sources.")
    ] = Readers.PEOPLE,
    form: Annotated[PageForm, typer.Option("--format", help="How to write it.")] = PageForm.HTML,
    organization: Organization = None,
    help_desk: HelpDesk = None,
    out: Out = None,
) -> None:
    """Write the page that says what an organization can and can't see or do on people's own iPhones.

    Every line is derived from Apple's rules for that version of iOS and from what the product's plugin declares.
    """
    _require_extra()
    from ueapi import guidance

    made = guidance.trust_page(
        backend,
        ios=ios,
        language=language,
        audience=guidance.Audience(audience.value),
        office=_office(organization, help_desk),
    )
    _write(out, _page(made, form), mode=EVERYONE)


def _office(
    organization: str | None,
    help_desk: str | None,
    page: str | None = None,
    enrollment_page: str | None = None,
) -> Office:
    from ueapi.guidance import Office

    return Office(
        organization=organization,
        help_desk=help_desk,
        page=page,
        enrollment_page=enrollment_page,
    )


def _way(wanted: Enrolling | None) -> Way | None:
    from ueapi.guidance import Way

    return None if wanted is None else Way(wanted.value)


def _instructions(made: Instructions, form: Form) -> str:
    from ueapi.guidance import as_mail, as_print, as_text

    return {Form.TEXT: as_text, Form.HTML: as_mail, Form.PRINT: as_print}[form](made)


def _page(made: TrustPage, form: PageForm) -> str:
    from ueapi.guidance import trust_as_html, trust_as_markdown

    return trust_as_html(made) if form is PageForm.HTML else trust_as_markdown(made)


def _write(out: Path | None, text: str, *, mode: int) -> None:
    from ueapi.cli.output_files import write_output

    if out is None:
        typer.echo(text, nl=False)
        return
    write_output(out, text.encode("utf-8"), mode=mode)


def _require_extra() -> None:
    """Say which extra is missing before an import does."""
    from importlib.util import find_spec

    missing = [name for name in ("jinja2", "segno") if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"{' and '.join(missing)} are not installed.",
            remedy="Install ueapi with the extra `guide`; nothing was written.",
        )
