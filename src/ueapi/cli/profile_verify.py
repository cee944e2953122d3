"""`ueapi profile verify`: who signed, and whether to trust them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer
from attrs import frozen

from ueapi.cli.exits import Exit
from ueapi.cli.input_files import LARGEST_PEM, OpenedProfile, read_input, read_profile, shown_name
from ueapi.cli.paragraphs import say
from ueapi.cli.printing import print_document
from ueapi.errors import InvalidModel, UnreadableInput, UsageError

if TYPE_CHECKING:
    from cryptography import x509

    from ueapi.apple.profiles.verification import VerifiedSigner

TRUSTED: Final = "trusted"
UNSIGNED: Final = "unsigned"
INVALID: Final = "invalid"

_MEANINGS: Final = {
    TRUSTED: "The signature is right, and the signer's chain reaches an anchor.",
    "untrusted": "The signature is right, but the signer's chain reaches none of the anchors.",
    "expired": "The signature is right, but the time of a certificate is over.",
    "not-yet-valid": "The signature is right, but the time of a certificate has not begun.",
    UNSIGNED: "The profile has no signature.",
    INVALID: "The signature is not right.",
}


@frozen(kw_only=True)
class _Verdict:
    """What became of one file; `problem` says why a signature is not right."""

    trust: str
    signers: tuple[VerifiedSigner, ...] = ()
    problem: str | None = None


def verify(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A profile; - is stdin.")],
    anchors: Annotated[
        str, typer.Option("--anchors", help="PEM file with the certificates to trust.")
    ],
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="TIME",
            help="When certificates must be valid, such as 2026-11-21T12:00:00Z; now if not given.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Say who signed a profile, and whether to trust them.

    Exits 0 when trusted, else 1. Nothing is fetched from a network, so revocation is not checked.
    """
    moment, trusted = _moment(at), _anchors(anchors)
    found = _verdict(read_profile(file), trusted, moment)
    if as_json:
        print_document(_document(found, file, moment))
    else:
        _print(found, file)
    raise typer.Exit(Exit.DONE if found.trust == TRUSTED else Exit.REFUSED)


def _anchors(name: str) -> list[x509.Certificate]:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(read_input(name, limit=LARGEST_PEM))
    except ValueError:
        raise UnreadableInput(
            f"{shown_name(name)}: holds no certificates in PEM.",
            remedy="Name a file with BEGIN CERTIFICATE in it.",
        ) from None


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageError(
            f"{text!r} is no time with a zone.", remedy="Write it as 2026-11-21T12:00:00Z."
        )
    return moment


def _verdict(opened: OpenedProfile, anchors: list[x509.Certificate], at: datetime) -> _Verdict:
    from ueapi.apple.profiles.verification import verify as verify_signature

    if not opened.is_signed:
        return _Verdict(trust=UNSIGNED)
    try:
        found = verify_signature(opened.original, anchors=anchors, at=at)
    except InvalidModel as problem:
        return _Verdict(trust=INVALID, problem=str(problem))
    return _Verdict(trust=found.trust.value, signers=found.signers)


def _document(found: _Verdict, file: str, at: datetime) -> dict[str, object]:
    return {
        "file": file,
        "at": at.isoformat(),
        "trust": found.trust,
        "problem": found.problem,
        "signers": [_row(one) for one in found.signers],
    }


def _row(one: VerifiedSigner) -> dict[str, object]:
    return {
        "subject": one.subject,
        "issuer": one.issuer,
        "serial_number": f"{one.serial_number:x}",
        "not_before": one.not_before.isoformat(),
        "not_after": one.not_after.isoformat(),
        "chain": list(one.chain),
        "digest": one.digest,
        "algorithm": one.algorithm,
        "trust": one.trust.value,
        "problems": [problem.value for problem in one.problems],
        "reasons": list(one.reasons),
    }


def _print(found: _Verdict, file: str) -> None:
    style = "green" if found.trust == TRUSTED else "red"
    say(f"{shown_name(file)}: {found.trust}", style=style)
    say(found.problem or _MEANINGS[found.trust], indent=2)
    for one in found.signers:
        say(f"Signer: {one.subject}", indent=2, hanging=4)
        say(f"Issuer: {one.issuer}", indent=2, hanging=4)
        say(f"Valid:  {one.not_before:%Y-%m-%d} to {one.not_after:%Y-%m-%d}", indent=2)
        say("Chain:", indent=2)
        for place, name in enumerate(one.chain, start=1):
            say(f"{place}. {name}", indent=4, hanging=7)
        for reason in one.reasons:
            say(reason, indent=2, hanging=4)
    if found.signers:
        say("Revocation is not checked.", indent=2, style="dim")
