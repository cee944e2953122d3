"""`ueapi profile`: look at configuration profiles and compare them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ueapi.cli import profile_build, profile_signing, profile_verify
from ueapi.cli.exits import Exit
from ueapi.cli.former import WritesOut
from ueapi.cli.input_files import STDIN, OpenedProfile, read_profile, shown_name
from ueapi.cli.paragraphs import say, say_labeled
from ueapi.cli.printing import print_document
from ueapi.cli.settings_text import as_json as json_value
from ueapi.cli.settings_text import lines_of_settings, one_line
from ueapi.errors import InvalidModel, UsageError
from ueapi.wording import counted

if TYPE_CHECKING:
    from ueapi.apple.plist import PlistValue
    from ueapi.apple.profiles.difference import Change

app = typer.Typer(
    help="Look at, build, sign and compare configuration profiles.", no_args_is_help=True
)

FileArgument = Annotated[str, typer.Argument(metavar="FILE", help="A profile; - is stdin.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document.")]

_STYLES = {"added": "green", "removed": "red", "changed": "yellow"}


@app.command("show")
def show(file: FileArgument, as_json: JsonOption = False) -> None:
    """Show what is in a profile; secrets are left out."""
    opened = read_profile(file)
    if as_json:
        print_document(_document(opened))
        return
    _print_profile(opened)


def _document(opened: OpenedProfile) -> dict[str, object]:
    from ueapi.apple.profiles import redacted

    profile = redacted(opened.profile)
    return {
        "file": opened.name,
        "name": profile.display_name,
        "identifier": profile.identifier,
        "uuid": profile.uuid,
        "organization": profile.organization,
        "description": profile.description,
        "signed": opened.is_signed,
        "signature": _signature(opened),
        "settings": json_value(profile.extra),
        "payloads": [
            {
                "type": payload.type,
                "name": payload.display_name,
                "identifier": payload.identifier,
                "uuid": payload.uuid,
                "settings": json_value(payload.content),
            }
            for payload in profile.payloads
        ],
    }


def _signature(opened: OpenedProfile) -> dict[str, object] | None:
    """Who signed, as the file tells it: without anchors there is nobody to vouch for the name."""
    from ueapi.apple.profiles.verification import verify

    if not opened.is_signed:
        return None
    try:
        found = verify(opened.original, anchors=(), at=datetime.now(UTC))
    except InvalidModel as problem:
        return {"verified": False, "signers": [], "problem": problem.message}
    signers = [{"subject": one.subject, "issuer": one.issuer} for one in found.signers]
    return {"verified": False, "signers": signers, "problem": None}


def _print_profile(opened: OpenedProfile) -> None:
    from ueapi.apple.profiles import redacted

    profile = redacted(opened.profile)
    say(profile.display_name or profile.identifier, style="bold")
    for label, value in (
        ("Identifier", profile.identifier),
        ("Organization", profile.organization),
        ("Description", profile.description),
        ("Signature", _signature_text(opened)),
    ):
        if value:
            say(f"{label}: {value}", indent=2, hanging=4)
    _print_settings(profile.extra, indent=2)
    for place, payload in enumerate(profile.payloads, start=1):
        say("")
        name = f' "{payload.display_name}"' if payload.display_name else ""
        say(f"{place}. {payload.type}{name}", style="bold")
        say(payload.identifier, indent=3, style="dim")
        _print_settings(payload.content, indent=3)


def _print_settings(settings: Mapping[str, PlistValue], indent: int) -> None:
    for depth, text in lines_of_settings(settings, indent):
        say(text, indent=depth, hanging=depth + 2)


def _signature_text(opened: OpenedProfile) -> str:
    if not opened.is_signed:
        return "none"
    from ueapi.apple.profiles.verification import verify

    try:
        found = verify(opened.original, anchors=(), at=datetime.now(UTC))
    except InvalidModel as problem:
        return problem.message
    names = "; ".join(f"{one.subject}, issued by {one.issuer}" for one in found.signers)
    return f"{names} (not verified: that needs `ueapi profile verify` with anchors)"


@app.command("diff")
def diff(
    before: Annotated[str, typer.Argument(help="A profile; - is stdin.")],
    after: Annotated[str, typer.Argument(help="The profile to compare it with.")],
    as_json: JsonOption = False,
) -> None:
    """Say what differs in meaning between two profiles, without secrets.

    Names, identifiers and the order of payloads don't count. Exits 0 when nothing differs, else 1.
    """
    from ueapi.apple.profiles.difference import difference

    if before == after == STDIN:
        raise UsageError(
            "standard input can be read once only.", remedy="Name a file for one of the two."
        )
    old, new = read_profile(before), read_profile(after)
    changes = difference(old.profile, new.profile)
    if as_json:
        rows = [_row(change) for change in changes]
        print_document({"before": before, "after": after, "equal": not rows, "changes": rows})
    else:
        _print_changes(changes, shown_name(before), shown_name(after))
    raise typer.Exit(Exit.REFUSED if changes else Exit.DONE)


def _row(change: Change) -> dict[str, object]:
    return {
        "kind": change.kind.value,
        "payload_type": change.payload_type,
        "payload": change.payload,
        "key": change.key,
        "before": None if change.before is None else json_value(change.before),
        "after": None if change.after is None else json_value(change.after),
        "secret": change.is_secret,
    }


def _print_changes(changes: tuple[Change, ...], before: str, after: str) -> None:
    if not changes:
        say(f"{before} and {after} mean the same.")
        return
    for change in changes:
        what = "the whole payload" if change.key is None else change.key
        say_labeled(
            f"{change.kind:<7}  ",
            f'{change.payload_type} "{change.payload}": {what}',
            hanging=9,
            style=_STYLES[change.kind],
        )
        _print_values(change)
    say(f"{counted(len(changes), 'difference')} from {before} to {after}.")


def _print_values(change: Change) -> None:
    if change.key is None:
        for settings in (change.before, change.after):
            if isinstance(settings, dict):
                shown = {key: settings[key] for key in settings if key != "PayloadType"}
                _print_settings(shown, indent=9)
        return
    if change.is_secret:
        say("a secret, not shown", indent=9)
        return
    for label, value in (("before", change.before), ("after", change.after)):
        if value is not None:
            say(f"{label}: {one_line(value)}", indent=9, hanging=11)


app.command("build", cls=WritesOut)(profile_build.build)
app.command("sign", cls=WritesOut)(profile_signing.sign)
app.command("strip", cls=WritesOut)(profile_signing.strip)
app.command("verify")(profile_verify.verify)
