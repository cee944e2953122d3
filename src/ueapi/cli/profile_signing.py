"""`ueapi profile sign` and `ueapi profile strip`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ueapi.cli.input_files import LARGEST_PEM, read_input, read_profile, shown_name
from ueapi.cli.output_files import mode_for, refuse_overwriting, write_output
from ueapi.cli.settings_file import SecretSource, reveal
from ueapi.cli.table import safe
from ueapi.errors import InvalidSettings, UsageError

if TYPE_CHECKING:
    from ueapi.apple.profiles.signing import Signer

FileArgument = Annotated[str, typer.Argument(metavar="FILE", help="A profile; - is stdin.")]
OutputOption = Annotated[Path, typer.Option("--out", help="File to write.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Write the output even over the input.")]


def sign(
    file: FileArgument,
    certificate: Annotated[
        str, typer.Option("--certificate", help="PEM file: the certificate and those above it.")
    ],
    key: Annotated[str, typer.Option("--key", help="PEM file with the private key.")],
    output: OutputOption,
    password_env: Annotated[
        str | None, typer.Option("--password-env", help="Variable with the key's password.")
    ] = None,
    password_file: Annotated[
        str | None, typer.Option("--password-file", help="File with the key's password.")
    ] = None,
    force: ForceOption = False,
    again: Annotated[
        bool, typer.Option("--re-sign", help="Replace a signature; it is not verified.")
    ] = False,
) -> None:
    """Sign a profile.

    A phone then shows who it comes from, and notices any change.
    """
    from ueapi.apple.profiles.envelope import open_document, save_document

    _guard(output, file, force=force)
    refuse_overwriting(output, (certificate, key), remedy="Name another file to write.")
    opened = read_profile(file)
    if opened.is_signed and not again:
        raise UsageError(
            f"{shown_name(file)} is signed already.",
            remedy="Replace that signature with --re-sign, or take it off with `ueapi profile strip`.",
        )
    signer = _signer(certificate, key, _password(password_env, password_file))
    document = open_document(opened.original)
    content = save_document(document, opened.profile, signature=signer)
    write_output(output, content, mode=mode_for(opened.profile))
    ends = signer.certificate.not_valid_after_utc
    _tell(f"{output}: signed by {signer.subject}, whose certificate ends {ends:%Y-%m-%d}.")


def strip(file: FileArgument, output: OutputOption, force: ForceOption = False) -> None:
    """Take the signature off a profile. It is not verified; do that first."""
    from ueapi.apple.profiles import write

    _guard(output, file, force=force)
    opened = read_profile(file)
    write_output(output, write(opened.profile), mode=mode_for(opened.profile))
    what = "the signature is gone" if opened.is_signed else "there was no signature"
    _tell(f"{output}: {what}.")


def _guard(output: Path, file: str, *, force: bool) -> None:
    if not force:
        refuse_overwriting(
            output, (file,), remedy="Write it all the same with --force; nothing was written."
        )


def _password(variable: str | None, file: str | None) -> bytes | None:
    if variable is not None and file is not None:
        raise UsageError(
            "two places are named for the password.",
            remedy="Use --password-env or --password-file.",
        )
    if variable is None and file is None:
        return None
    source = SecretSource("env", variable) if variable else SecretSource("file", file or "")
    try:
        return reveal(source, "password").get_secret_value().encode()
    except InvalidSettings as problem:
        raise InvalidSettings(problem.message, remedy="Put it there; nothing was signed.") from None


def _signer(certificate: str, key: str, password: bytes | None) -> Signer:
    from ueapi.apple.profiles.signing import Signer

    return Signer.from_pem(
        read_input(certificate, limit=LARGEST_PEM), read_input(key, limit=LARGEST_PEM), password
    )


def _tell(text: str) -> None:
    typer.echo(safe(text), err=True)
