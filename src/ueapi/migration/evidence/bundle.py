"""The files of a bundle, and their exact text: what is written can be compared byte by byte with what must be there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

ENTRIES: Final = "evidence.ndjson"
MANIFEST: Final = "evidence.json"
SIGNATURE: Final = "evidence.p7s"
SUMS: Final = "SHA256SUMS"

MANIFEST_FORMAT: Final = 1


class Manifest(BaseModel):
    """What the evidence is of, and where it ends. It is what gets signed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: Literal[1] = MANIFEST_FORMAT
    plan: str
    """The hash of the plan."""
    entries: int = Field(ge=0, le=10**12)
    head: str
    """The digest of the last entry."""
    first: str
    """Time of the first entry, ISO 8601, UTC."""
    last: str
    ueapi: str
    """The version that exported."""
    signed: bool
    """Whether a signature belongs to the bundle, so that one that was taken away is missed."""

    def text(self) -> str:
        """The one way to write it."""
        return json.dumps(self.model_dump(), indent=1, sort_keys=True) + "\n"


def sums_text(digests: Mapping[str, str]) -> str:
    """File name → SHA-256, one a line, in the order of the names."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))
