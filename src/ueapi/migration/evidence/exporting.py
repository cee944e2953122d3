"""Writing a bundle: the chain is verified on the way, so that nobody signs what does not hold."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import ueapi
from ueapi.errors import UnreadableInput
from ueapi.migration.chain import EMPTY, Entry, Head, fault_of
from ueapi.migration.evidence.bundle import (
    ENTRIES,
    MANIFEST,
    SIGNATURE,
    SUMS,
    Manifest,
    sums_text,
)
from ueapi.migration.evidence.signature import detached

if TYPE_CHECKING:
    from ueapi.apple.profiles.signing import Signer
    from ueapi.migration.ledger import Ledger

_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def export(ledger: Ledger, folder: Path, *, signer: Signer | None = None) -> Manifest:
    """Write the evidence up to this moment as a bundle; files of an earlier export in the folder are replaced.

    Only the owner can read the files. They name no person: people are keys, and of the plan there is only its hash.

    Args:
        ledger: may be open for reading only, also while another process works on it.
        folder: is made when it is missing.
        signer: signs the manifest; without one the bundle is unsigned.

    Raises:
        UnreadableInput: the ledger holds no move yet, or its evidence was altered; the message names the first bad
            entry. Nothing of an earlier export was replaced.
    """
    plan = ledger.plan_hash()
    if plan is None:
        raise UnreadableInput(
            "the ledger holds no move yet.", remedy="Begin one with `ueapi migrate apply`."
        )
    folder.mkdir(parents=True, exist_ok=True)
    with _private(folder / ENTRIES) as out:
        first, last, digest = _write_entries(ledger, out)
        if first.input_digest != plan:
            raise _altered("its plan is not the one that the first entry tells of")
    manifest = Manifest(
        plan=plan,
        entries=last.n,
        head=last.digest,
        first=first.at,
        last=last.at,
        ueapi=ueapi.__version__,
        signed=signer is not None,
    )
    files = {MANIFEST: manifest.text().encode()}
    if signer is not None:
        files[SIGNATURE] = detached(files[MANIFEST], signer=signer)
    else:
        (folder / SIGNATURE).unlink(missing_ok=True)
    sums = {ENTRIES: digest} | {n: hashlib.sha256(c).hexdigest() for n, c in files.items()}
    files[SUMS] = sums_text(sums).encode()
    for name, content in files.items():
        with _private(folder / name) as out:
            out.write(content)
    return manifest


class _Writable(Protocol):
    def write(self, content: bytes, /) -> int: ...


def _write_entries(ledger: Ledger, out: _Writable) -> tuple[Entry, Entry, str]:
    first = last = None
    head, digest = EMPTY, hashlib.sha256()
    for entry in ledger.entries():
        fault = fault_of(entry, after=head)
        if fault:
            raise _altered(fault)
        line = f"{entry.line()}\n".encode()
        out.write(line)
        digest.update(line)
        head = Head(entries=entry.n, digest=entry.digest)
        first, last = first or entry, entry
    if first is None or last is None:
        raise _altered("there is none")
    return first, last, digest.hexdigest()


def _altered(why: str) -> UnreadableInput:
    return UnreadableInput(
        f"the evidence in the ledger was altered: {why}.",
        remedy="Keep the ledger as it is, and export from an unchanged copy of it.",
    )


@contextmanager
def _private(path: Path) -> Iterator[_Writable]:
    """A file only its owner can read, there whole or not at all."""
    draft = path.with_name(f".{path.name}.part")
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(draft, _FLAGS, 0o600), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
