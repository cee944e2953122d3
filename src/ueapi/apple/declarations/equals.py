"""The vocabulary of the mapping between payloads and declarations: rows of a table, read in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from attrs import field, frozen

from ueapi.apple.plist import PlistValue


class Turn(StrEnum):
    """How a value changes between the two."""

    SAME = "same"
    NOT = "not"
    """A truth value turned around."""
    DATA = "data"
    """Data in the payload, base64 text in the credential."""
    LINK = "link"
    """A payload's UUID on one side, an asset's identifier on the other."""
    SERVER_PATH = "server-path"
    """An address of the person's own collection, which declarations don't have, as the path on the server."""
    HTTPS = "https"
    """A whole address, which must be https in a declaration."""
    PEM = "pem"
    DER_ROOT = "der-root"
    DER = "der"


@frozen
class Words:
    """Values with other names; the payload's first."""

    names: Mapping[str, str]


@frozen
class Items:
    """An array of dictionaries with other keys; the payload's first."""

    rows: tuple[Row, ...]


Turning: TypeAlias = Turn | Words | Items


@frozen
class Row:
    """One key of a payload and its equal.

    `place` is the path in the declaration, or in the asset that the key `slot` of the declaration names. A row that
    `must` be there decides whether the payload (or the declaration) can be converted at all.
    """

    key: str
    place: str
    turn: Turning = Turn.SAME
    slot: str = field(default="", kw_only=True)
    must: bool = field(default=False, kw_only=True)


class Form(StrEnum):
    """Where an asset keeps its content."""

    INLINE = "inline"
    JSON = "json"
    RAW = "raw"


CONTENT: Final = "content"
"""The one field of an asset whose hosted content is no JSON."""


@frozen(kw_only=True)
class Asset:
    """A kind of asset; `needs` are the fields Apple demands of it."""

    type: str
    form: Form
    needs: tuple[str, ...] = ()


@frozen(kw_only=True)
class Slot:
    """A key of a declaration that names an asset.

    `unless` is the path of the authentication method; with the value `None` the asset must be absent, and must be
    there otherwise. Source: Apple's schema, Account:Mail.
    """

    reference: str
    asset: Asset
    unless: str | None = None


@frozen(kw_only=True)
class Loss:
    """A key of a payload that declarations have no equal for.

    `harmless` is the value that says what holds without the key anyway.
    """

    key: str
    reason: str
    harmless: PlistValue | None = None


@frozen(kw_only=True)
class Copy:
    """Where `flag` is true, `target` has the value of `source`: the declaration has no such flag and says it twice."""

    flag: str
    source: str
    target: str


@frozen(kw_only=True)
class Demand:
    """The declaration can't be without `place`, unless `given` is true and `absent` is not there."""

    place: str
    given: str
    absent: str


@frozen(kw_only=True)
class Equal:
    """A payload type and the declaration type that does the same.

    `constants` is what the declaration demands and the payload implies. `fill` is what it demands as soon as something
    else of the same dictionary is there. `lost` are keys without an equal, `stays` keys that keep the whole payload a
    payload, with the reason. `lost_back` are keys of the declaration without an equal in the payload.
    """

    payload_type: str
    declaration: str
    rows: tuple[Row, ...]
    slots: tuple[Slot, ...] = ()
    constants: Mapping[str, tuple[str, ...]] = field(factory=dict)
    fill: Mapping[str, PlistValue] = field(factory=dict)
    lost: tuple[Loss, ...] = ()
    stays: Mapping[str, str] = field(factory=dict)
    lost_back: Mapping[str, str] = field(factory=dict)
    copy: Copy | None = None
    demand: Demand | None = None
