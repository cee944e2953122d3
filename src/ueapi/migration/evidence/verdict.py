"""What verifying a bundle found."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class Problem:
    """One thing that does not hold, in a file of the bundle; `entry` is the number of the first bad entry."""

    file: str
    text: str
    entry: int | None = None


@frozen(kw_only=True)
class Signature:
    """Who signed the manifest. The name counts only when `is_trusted`: then the certificate leads to an anchor."""

    signer: str
    is_trusted: bool


@frozen(kw_only=True)
class Verdict:
    """Whether nothing was changed; what is told of entries holds up to the first problem."""

    problems: tuple[Problem, ...]
    entries: int
    """Entries that follow one another from the first."""
    head: str
    """The digest of the last of them."""
    plan: str = ""
    first: str = ""
    last: str = ""
    published: int | None = None
    """The number of the entry whose digest was given as the published head: all up to it is as it was then."""
    signature: Signature | None = None

    @property
    def is_good(self) -> bool:
        """Whether there are no problems."""
        return not self.problems

    @property
    def first_bad_entry(self) -> int | None:
        """The number of the first entry that does not hold."""
        return next((p.entry for p in self.problems if p.entry is not None), None)
