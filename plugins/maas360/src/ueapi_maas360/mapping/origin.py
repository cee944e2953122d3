"""Where objects come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from attrs import frozen

from ueapi.model import Absence, Origin, Ref


@frozen
class Source:
    """One tenant and its clock: makes references and origins."""

    tenant: str
    now: Callable[[], datetime]

    def ref(self, native: str) -> Ref:
        """Refer to an object of this tenant."""
        return Ref(tenant=self.tenant, id=native)

    def origin(
        self,
        raw: Mapping[str, object],
        *,
        inferred: Iterable[str] = (),
        absent: Mapping[str, Absence] | None = None,
    ) -> Origin:
        """Say where an object was read just now; `raw` is what is kept of the product's own row."""
        return Origin(
            backend="maas360",
            read_at=self.now(),
            inferred=frozenset(inferred),
            absent=dict(absent or {}),
            raw=dict(raw),
        )


def not_shown(*names: str) -> dict[str, Absence]:
    """Fields the product does not expose."""
    return dict.fromkeys(names, Absence.NOT_EXPOSED_BY_PRODUCT)


def not_read(*names: str) -> dict[str, Absence]:
    """Fields that take another call."""
    return dict.fromkeys(names, Absence.NOT_FETCHED)
