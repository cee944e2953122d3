"""Verifying a bundle: offline, with nothing but its files, and with what the verifier got elsewhere."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from attrs import define, field
from pydantic import ValidationError

from ueapi.errors import InvalidModel, UnreadableInput
from ueapi.migration.chain import EMPTY, LONGEST_LINE, Entry, Head, fault_in
from ueapi.migration.evidence.bundle import (
    ENTRIES,
    MANIFEST,
    SIGNATURE,
    SUMS,
    Manifest,
    sums_text,
)
from ueapi.migration.evidence.signature import LARGEST, verified
from ueapi.migration.evidence.verdict import Problem, Signature, Verdict
from ueapi.wording import counted

if TYPE_CHECKING:
    from cryptography import x509

_LARGEST_TEXT: Final = 64 * 1024
"""Bytes of a manifest or of the sums; they have a few hundred."""
_REMEDY: Final = "Name the folder that `ueapi migrate evidence export` wrote."


def verify(
    folder: Path,
    *,
    at: datetime,
    head: str | None = None,
    anchors: Sequence[x509.Certificate] = (),
) -> Verdict:
    """Recompute the chain and compare all files of a bundle with one another. Nothing is fetched.

    Any changed byte is found. Who has the ledger could make a new chain that holds in itself: `head`, kept elsewhere
    since it was shown by `status` or a report, and a signature both tell it from the true one.

    Args:
        folder: the bundle.
        at: the time at which certificates must be valid, with a time zone.
        head: a digest that was published; everything up to its entry must be there unchanged.
        anchors: certificates to trust. When given, there must be a signature that leads to one of them.

    Raises:
        UnreadableInput: the folder is no bundle, or can't be read.
    """
    found = _Finding(published=head.strip().lower() if head else None)
    digests = {ENTRIES: found.read_entries(folder / ENTRIES)}
    content = _bytes_of(folder / MANIFEST, _LARGEST_TEXT, must=True) or b""
    digests[MANIFEST] = hashlib.sha256(content).hexdigest()
    manifest = found.read_manifest(content)
    signature = _bytes_of(folder / SIGNATURE, LARGEST)
    if signature is not None:
        digests[SIGNATURE] = hashlib.sha256(signature).hexdigest()
    signed = found.read_signature(signature, content, manifest, anchors=anchors, at=at)
    found.compare_sums(_bytes_of(folder / SUMS, _LARGEST_TEXT), digests)
    found.compare_head()
    return Verdict(
        problems=tuple(found.problems),
        entries=found.end.entries,
        head=found.end.digest,
        plan=manifest.plan if manifest else "",
        first=found.first.at if found.first else "",
        last=found.last.at if found.last else "",
        published=found.published_at,
        signature=signed,
    )


@define(kw_only=True)
class _Finding:
    published: str | None
    problems: list[Problem] = field(factory=list)
    end: Head = EMPTY
    first: Entry | None = None
    last: Entry | None = None
    published_at: int | None = None

    def read_entries(self, path: Path) -> str:
        """Follow the chain up to the first bad entry; returns the file's digest."""
        digest, is_whole = hashlib.sha256(), True
        for line in _lines(path):
            digest.update(line)
            if is_whole:
                is_whole = self._follow(line)
        return digest.hexdigest()

    def _follow(self, line: bytes) -> bool:
        entry, fault = fault_in(line, after=self.end)
        if fault or entry is None:
            self.blame(ENTRIES, fault, entry=self.end.entries + 1)
            return False
        self.end = Head(entries=entry.n, digest=entry.digest)
        self.first, self.last = self.first or entry, entry
        if entry.digest == self.published:
            self.published_at = entry.n
        return True

    def read_manifest(self, content: bytes) -> Manifest | None:
        """Read the manifest and compare it with the chain."""
        try:
            manifest = Manifest.model_validate_json(content)
        except ValidationError:
            self.blame(MANIFEST, "it is no manifest of evidence")
            return None
        if manifest.text().encode() != content:
            self.blame(MANIFEST, "it is not written as ueapi writes it")
        if not self.problems or self.problems[0].file != ENTRIES:
            self._compare(manifest)
        return manifest

    def _compare(self, manifest: Manifest) -> None:
        there, told = self.end.entries, manifest.entries
        # With the head of the entries and another number, it is the number that was changed.
        if there != told and manifest.head != self.end.digest:
            n = min(there, told) + 1
            fate = "is missing" if there < told else "is one more"
            text = f"entry {n} {fate}: the manifest tells of {counted(told, 'entry', several='entries')}"
            self.blame(ENTRIES, text, entry=n)
            return
        first, last = self.first, self.last
        facts = {
            "the number": (there, told),
            "the head": (self.end.digest, manifest.head),
            "the plan": (first and first.input_digest, manifest.plan),
            "the first time": (first and first.at, manifest.first),
            "the last time": (last and last.at, manifest.last),
        }
        wrong = [name for name, (a, b) in facts.items() if a != b]
        if wrong:
            self.blame(MANIFEST, f"it tells of other entries: {', '.join(wrong)} differ")

    def read_signature(
        self,
        signature: bytes | None,
        content: bytes,
        manifest: Manifest | None,
        *,
        anchors: Sequence[x509.Certificate],
        at: datetime,
    ) -> Signature | None:
        """Verify the signature when there is one, and miss one that must be there."""
        if signature is None:
            if anchors or (manifest and manifest.signed):
                self.blame(SIGNATURE, "there is no signature")
            return None
        if manifest and not manifest.signed:
            self.blame(SIGNATURE, "the manifest tells of no signature")
        try:
            found = verified(signature, content, anchors=anchors, at=at)
        except InvalidModel as problem:
            self.blame(SIGNATURE, problem.message.rstrip("."))
            return None
        if anchors and found.problems:
            reasons = " ".join(r for signer in found.signers for r in signer.reasons)
            self.blame(SIGNATURE, f"its signer is not trusted: {reasons.rstrip('.')}")
        names = ", ".join(signer.subject for signer in found.signers)
        return Signature(signer=names, is_trusted=bool(anchors) and not found.problems)

    def compare_sums(self, sums: bytes | None, digests: Mapping[str, str]) -> None:
        """Compare the files' digests with those written beside them: finds what no signature covers."""
        if sums is None:
            self.blame(SUMS, "it is missing")
            return
        if sums == sums_text(digests).encode():
            return
        lines = sums.decode("ascii", "replace").splitlines()
        wrong = [name for name in digests if f"{digests[name]}  {name}" not in lines]
        for name in wrong:
            self.blame(name, f"its digest is not the one in {SUMS}")
        if not wrong:
            self.blame(SUMS, "it tells of other files, or is not written as ueapi writes it")

    def compare_head(self) -> None:
        """Miss the published head when it is not in the chain."""
        if self.published is not None and self.published_at is None:
            self.blame(
                ENTRIES, "no entry has the published head: entries were removed or made anew"
            )

    def blame(self, file: str, text: str, *, entry: int | None = None) -> None:
        """Note a problem."""
        self.problems.append(Problem(file=file, text=text, entry=entry))


def _lines(path: Path) -> Iterator[bytes]:
    """Lines with their ends; one that is too long comes in pieces, which are no entries."""
    try:
        with _opened(path) as file:
            while line := file.readline(LONGEST_LINE):
                yield line
    except OSError as problem:
        raise _unreadable(path, problem) from None


def _bytes_of(path: Path, largest: int, *, must: bool = False) -> bytes | None:
    """A file's content, one byte more than the largest at most; `None` when it may be missing and is."""
    try:
        with _opened(path) as file:
            return file.read(largest + 1)
    except FileNotFoundError as problem:
        if must:
            raise _unreadable(path, problem) from None
        return None
    except OSError as problem:
        raise _unreadable(path, problem) from None


def _opened(path: Path) -> BinaryIO:
    # Anything else, such as a pipe, could keep the reader waiting for ever.
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no file")
    return path.open("rb")


def _unreadable(path: Path, problem: OSError) -> UnreadableInput:
    return UnreadableInput(f"{path} can't be read: {problem.strerror}.", remedy=_REMEDY)
