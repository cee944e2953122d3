"""Declarative management on a product's side: what it declares to a phone, and what the phone tells back.

Source: Apple's schema, declarative/protocol.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from attrs import evolve
from starlette.responses import Response

from ueapi.apple import mdm
from ueapi.apple.declarations import Declaration, to_json
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.rehearsal.enrollments import EnrollmentRecord

JSON_TYPE: Final = "application/json"
KINDS: Final = ("activation", "asset", "configuration", "management")
"""The kinds of declarations, as addresses and types name them."""


def kind_of(declaration_type: str) -> str:
    """The kind in a type: `com.apple.configuration.passcode.settings` is a configuration."""
    return declaration_type.removeprefix("com.apple.").partition(".")[0]


def tokens_of(record: EnrollmentRecord) -> mdm.SynchronizationTokens:
    """The state of what is declared; another token for other declarations."""
    revisions = "\n".join(f"{d.identifier} {d.server_token}" for d in record.declarations)
    digest = hashlib.sha256(revisions.encode()).hexdigest()
    return mdm.SynchronizationTokens(declarations=digest, at=record.declared_at or record.since)


def declared(record: EnrollmentRecord, call: mdm.DeclarativeManagement) -> Response:
    """Answer a phone that asks what is declared, or tells how it went."""
    match call.endpoint:
        case mdm.Endpoint.TOKENS:
            return Response(tokens_of(record).to_json(), media_type=JSON_TYPE)
        case mdm.Endpoint.DECLARATION_ITEMS:
            return Response(_items(record).to_json(), media_type=JSON_TYPE)
        case mdm.Endpoint.STATUS:
            record.status = _merged(record.status, mdm.StatusReport.from_json(call.content or b""))
            return Response(status_code=200)
        case mdm.Endpoint.DECLARATION:
            return _one(record, call)


def _items(record: EnrollmentRecord) -> mdm.DeclarationItems:
    rows: dict[str, list[mdm.DeclarationItem]] = {kind: [] for kind in KINDS}
    for one in record.declarations:
        item = mdm.DeclarationItem(identifier=one.identifier, server_token=one.server_token)
        rows[kind_of(one.type)].append(item)
    return mdm.DeclarationItems(
        token=tokens_of(record).declarations,
        activations=tuple(rows["activation"]),
        assets=tuple(rows["asset"]),
        configurations=tuple(rows["configuration"]),
        management=tuple(rows["management"]),
    )


def _one(record: EnrollmentRecord, call: mdm.DeclarativeManagement) -> Response:
    wanted = call.declaration
    found: Declaration | None = next(
        (d for d in record.declarations if (kind_of(d.type), d.identifier) == wanted), None
    )
    if found is None:
        return Response(status_code=404)
    return Response(to_json(found), media_type=JSON_TYPE)


def _merged(former: mdm.StatusReport | None, told: mdm.StatusReport) -> mdm.StatusReport:
    """A report holds what changed, unless it says that it is full; everything else stays as it was told."""
    if former is None or told.is_full:
        return told
    return evolve(told, items=_over(former.items, told.items))


def _over(below: Mapping[str, PlistValue], above: Mapping[str, PlistValue]) -> PlistDict:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        if isinstance(under, Mapping) and isinstance(value, Mapping):
            merged[key] = _over(under, value)
        else:
            merged[key] = value
    return merged
