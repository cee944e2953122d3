"""The identity a device is built with, in files: what a process apart from the simulator needs to be taken for one."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ueapi.apple.profiles.signing import Signer
from ueapi.errors import UnreadableInput
from ueapi.rehearsal.enrolling.authority import Authority

CERTIFICATE: Final = "certificate.pem"
KEY: Final = "key.pem"
_LARGEST: Final = 256 * 1024
_OWNER_ONLY: Final = 0o600


def self_signed(now: datetime) -> Signer:
    """An identity nobody vouches for. A real service refuses it."""
    made = Authority("Unknown device", now)
    return Signer(certificate=made.certificate, key=made.key)


def write_identity(folder: Path, signer: Signer) -> None:
    """Write the certificate and the key as PEM files that only their owner reads; former ones are replaced.

    Raises:
        OSError: the folder can't be written to.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    certificates = [signer.certificate, *signer.chain]
    _put(folder / CERTIFICATE, b"".join(c.public_bytes(Encoding.PEM) for c in certificates))
    key = signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _put(folder / KEY, key)


def read_identity(folder: Path) -> Signer:
    """Read what `write_identity` wrote.

    Raises:
        UnreadableInput: a file is missing or too large.
        UsageError: a file is no PEM, or they don't belong together.
    """
    return Signer.from_pem(_content(folder / CERTIFICATE), _content(folder / KEY))


def _put(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as found:
            content = found.read(_LARGEST + 1)
    except OSError as problem:
        raise UnreadableInput(
            f"{path} can't be read: {problem.strerror}.",
            remedy=f"Name a folder with {CERTIFICATE} and {KEY}; nothing was sent.",
        ) from None
    if len(content) > _LARGEST:
        raise UnreadableInput(
            f"{path} has more than {_LARGEST} bytes.",
            remedy=f"Name a folder with {CERTIFICATE} and {KEY}; nothing was sent.",
        )
    return content
