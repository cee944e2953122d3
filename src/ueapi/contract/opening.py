"""How a command of a plugin's own reaches the tenants of the settings file. New in contract 1.1.

The command line hands the opener over as the `obj` of the command's context; a plugin imports nothing but this module:

```python
@app.command()
def read(context: typer.Context, tenant: str, path: str) -> None:
    with opener(context.obj)(tenant) as opened:
        found = opened.run(opened.native_as(AcmeApi), AcmeApi.read, path)
```
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from attrs import field, frozen

from ueapi.contract.capability import CapabilitySheet
from ueapi.errors import UsageError
from ueapi.flow import Flow

F = TypeVar("F")
N = TypeVar("N")
P = ParamSpec("P")
T = TypeVar("T")


class OpenedTenant(Protocol):
    """A tenant as a plugin's command holds it: what drives flows, under the rules of all calls."""

    @property
    def name(self) -> str:
        """The tenant's name in the settings file."""
        ...

    @property
    def backend(self) -> str:
        """The name of its backend."""
        ...

    @property
    def sheet(self) -> CapabilitySheet:
        """What the backend can do, and what a person must do."""
        ...

    def native_as(self, kind: type[N]) -> N:
        """The product's own API as the class that the plugin has for it."""
        ...

    def run(
        self,
        facet: F,
        method: Callable[Concatenate[F, P], Flow[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Drive one flow of a facet, or of the product's own API."""
        ...


@frozen
class TenantOpener:
    """Opens tenants of one backend by their names; use what it returns in a `with` statement."""

    backend: str
    _open: Callable[[str], AbstractContextManager[OpenedTenant]] = field(repr=False)

    def __call__(self, name: str) -> AbstractContextManager[OpenedTenant]:
        """Open a tenant of the settings file; its secrets come from where the file says.

        Raises:
            InvalidSettings: there is none of that name, or a setting is wrong.
            UsageError: it is a tenant of another backend.
        """
        return self._open(name)


def opener(given: object) -> TenantOpener:
    """The opener in a command's context, its `obj`.

    Raises:
        UsageError: the command wasn't called through `ueapi`.
    """
    if isinstance(given, TenantOpener):
        return given
    raise UsageError(
        "the command was not called through ueapi, so it has no tenants.",
        remedy="Call it as `ueapi NAME ...`; nothing was sent.",
    )
