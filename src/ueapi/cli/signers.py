"""Certificates and keys named on the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ueapi.errors import UnreadableInput, UsageError

if TYPE_CHECKING:
    from cryptography import x509

    from ueapi.apple.profiles.signing import Signer


def signer_of(
    certificate: Path | None, key: Path | None, password_env: str | None
) -> Signer | None:
    """Read who signs; `None` when nobody was named.

    Raises:
        UsageError: only a part was given, or the password's variable isn't there. Nothing was written.
    """
    from ueapi.apple.profiles.signing import Signer
    from ueapi.migration.bounded import read_bounded

    if certificate is None and key is None and password_env is None:
        return None
    if certificate is None or key is None:
        raise UsageError(
            "signing needs a certificate and its private key.",
            remedy="Give both --certificate and --key, or neither; nothing was written.",
        )
    password = os.environ.get(password_env) if password_env else None
    if password_env and password is None:
        raise UsageError(
            f"the environment has no variable {password_env}.",
            remedy="Set it to the key's password; nothing was written.",
        )
    secret = password.encode() if password is not None else None
    return Signer.from_pem(read_bounded(certificate), read_bounded(key), secret)


def anchors_in(path: Path | None) -> list[x509.Certificate]:
    """Read the certificates to trust; none when no file is named.

    Raises:
        UnreadableInput: the file holds none.
    """
    from cryptography import x509

    from ueapi.migration.bounded import read_bounded

    if path is None:
        return []
    try:
        return x509.load_pem_x509_certificates(read_bounded(path))
    except ValueError:
        raise UnreadableInput(
            f"{path} holds no certificates in PEM.", remedy="Name a file with the ones to trust."
        ) from None
