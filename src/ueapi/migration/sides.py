"""The two tenants of a plan: what was in them, and what their backends declare."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from ueapi.contract import Cost
from ueapi.migration.base import Document
from ueapi.migration.inventory import DeclaredLimits


def _declared(text: str) -> str:
    Cost.parse(text)
    return text


Declared = Annotated[str, AfterValidator(_declared)]
"""Requests of an operation, as a sheet says it: "1 + 1 per page"."""


class Side(Document):
    """One tenant as the plan knew it."""

    tenant: str
    backend: str
    product: str
    """The product's own name."""
    taken_at: datetime
    limits: DeclaredLimits | None = None
    """What the backend declared for this tenant; `None` when the snapshot doesn't hold it."""
    rows: Mapping[str, int] = Field(default_factory=dict)
    """Users, devices, groups, profiles and apps it had."""
    spent: Mapping[str, int] = Field(default_factory=dict)
    """Requests by operation that reading it took."""
    does: Mapping[str, Declared | None] | None = None
    """What the backend does by itself, by operation, with the requests its sheet declares for it: `None` where it
    declares none, and in place of all where the sheet wasn't known."""
