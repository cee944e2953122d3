"""What all files of a move share: frozen content, closed to what it doesn't know."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Document(BaseModel):
    """A frozen part of a file; its `repr` shows no content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"
