"""Apps of the catalog, and to whom they are distributed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from attrs import frozen

from ueapi.errors import NotFound, Unintelligible
from ueapi.model import App, AppKind, Scope
from ueapi_maas360 import assumed
from ueapi_maas360.mapping.origin import Source, not_read, not_shown
from ueapi_maas360.wire.reading import Record

KINDS: Final[Mapping[str, AppKind]] = MappingProxyType(
    {"1": AppKind.IN_HOUSE, "2": AppKind.STORE, "8": AppKind.WEB}
)
"""`appType` of what iPhones and iPads take; other numbers are apps for Android and the Mac."""
STORE_TYPE: Final = "2"

_KEPT: Final = ("appId", "appName", "appType", "platform", "appFullVersion", "status", "category")
_NEVER: Final = ("store_id", "url", "license_mode", "installs_by_itself", "has_configuration")


class Target(StrEnum):
    """`targetDevices`: whom an app is distributed to."""

    EVERYONE = "0"
    GROUP = "1"
    DEVICE = "2"


@frozen
class AppKey:
    """What the product knows an app by: its type and its identifier, written as "2:org.example.mail"."""

    type: str
    native: str

    def __str__(self) -> str:
        return f"{self.type}:{self.native}"

    @classmethod
    def parse(cls, app_id: str) -> AppKey:
        """Read the key from a neutral id.

        Raises:
            NotFound: no app of this product can have that id.
        """
        kind, colon, native = app_id.partition(":")
        if kind in KINDS and colon and native:
            return cls(kind, native)
        raise NotFound(
            "an id of an app here has the form 2:org.example.mail, and this one does not.",
            remedy="Take ids from what this tenant lists; nothing was sent.",
        )


def is_listed(row: Record) -> bool:
    """Whether a row of the catalog is an app for iPhone and iPad that was not deleted."""
    deleted = (row.text("status") or "").strip().lower() == assumed.DELETED
    return app_type(row) in KINDS and not deleted


def app_type(row: Record) -> str:
    """The number of an app's type, as text.

    Raises:
        Unintelligible: the row has none.
    """
    number = row.number("appType")
    if number is None:
        raise row.misfit("appType", "a number")
    return str(number)


def app_from_row(source: Source, row: Record, scope: Scope | None = None) -> App:
    """Translate a row of the catalog; `scope` is read separately.

    A custom app looks like one of the store, so the kind of those is a conclusion.
    """
    key = AppKey(app_type(row), row.needed("appId"))
    kind = KINDS[key.type]
    has_name = row.text("appName") is not None
    return App(
        ref=source.ref(str(key)),
        origin=source.origin(
            row.kept(_KEPT),
            inferred=_inferred(kind, has_name=has_name),
            absent=not_shown("bundle_id", "version", *_NEVER)
            | (not_read("scope") if scope is None else {}),
        ),
        name=row.text("appName") or key.native,
        kind=kind,
        bundle_id=None if kind is AppKind.WEB else key.native,
        version=row.text("appFullVersion"),
        scope=scope,
    )


def app_as_added(source: Source, key: AppKey, *, name: str) -> App:
    """An app the product has just taken and doesn't show yet; only its id is certain."""
    return App(
        ref=source.ref(str(key)),
        origin=source.origin(
            {},
            inferred=("name", "kind"),
            absent=not_shown(*_NEVER) | not_read("version", "scope"),
        ),
        name=name,
        kind=KINDS[key.type],
        bundle_id=key.native,
    )


def _inferred(kind: AppKind, *, has_name: bool) -> Iterator[str]:
    if kind is AppKind.STORE:
        yield "kind"
    if not has_name:
        yield "name"


def scope_from_rows(rows: Iterable[Record]) -> Scope:
    """Put an app's distributions together as a neutral scope.

    Raises:
        Unintelligible: a distribution has a kind of target that is not known; nothing is left out in silence.
    """
    groups: list[str] = []
    devices: list[str] = []
    everyone = False
    for row in rows:
        match row.text("targetDevices"):
            case Target.EVERYONE:
                everyone = True
            case Target.GROUP:
                groups.append(row.needed("deviceGroupId"))
            case Target.DEVICE:
                devices.append(row.needed("deviceId"))
            case _:
                raise Unintelligible(
                    "a distribution of an app has an unknown kind of target.",
                    remedy="Report it to the plugin's author; nothing was guessed and nothing was changed.",
                )
    return Scope(everyone=everyone, device_groups=tuple(groups), devices=tuple(devices))
