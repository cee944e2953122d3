"""Answers to orders that are no `actionResponse`, and say in a text how it went."""

from __future__ import annotations

from ueapi.errors import Rejected, Unintelligible
from ueapi.flow import Reply
from ueapi_maas360.wire.reading import Record, document

_REFUSED = frozenset({"failure", "failed", "error"})


def agreed(reply: Reply, root: str | None, *, of: str) -> Record:
    """The record under the answer's only root, known to be no refusal. An empty answer is an empty record.

    `root` is the name that is expected, or `None` where no source shows it.

    Raises:
        Rejected: the answer's `status` says that it failed.
        Unintelligible: the answer is neither XML nor JSON, or is another document, such as a sign-in page.
    """
    if not reply.body.strip():
        return Record("")
    top = document(reply)
    found = top.record(root or next(iter(top.nodes), ""))
    if found is None or found.name.lower() == "html":
        raise Unintelligible(
            f"the answer about {of} is not the expected document.",
            remedy="Check that the URL is the root of the account's instance; look into the portal before repeating.",
        )
    if (found.text("status") or "").strip().lower() in _REFUSED:
        raise Rejected(
            f"the product refuses {of}.",
            remedy="Look into the portal for the reason; nothing was changed.",
        )
    return found
