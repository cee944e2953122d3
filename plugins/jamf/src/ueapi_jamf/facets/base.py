"""What all facets of this backend share."""

from __future__ import annotations

from attrs import frozen

from ueapi.contract import Context


@frozen
class Facet:
    """Knows the tenant and the clock."""

    context: Context
