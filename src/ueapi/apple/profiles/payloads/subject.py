"""Whom a certificate is for, shared by the payloads that have one issued."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from ueapi.apple.profiles.payloads.base import TypedKeys
from ueapi.apple.profiles.payloads.values import Array

Subject: TypeAlias = Array[Array[Array[str]]]
"""An X.500 name: for each part a set of pairs, as in `[[["O", "Example"]], [["CN", "phone"]]]`.

The first of a pair is an OID or one of C, L, ST, O, OU, CN.
"""
Names: TypeAlias = str | Array[str]
"""One name or several."""


class SubjectAltName(TypedKeys):
    """Further names of the certificate's owner."""

    email: Annotated[Names | None, Field(alias="rfc822Name", repr=False)] = None
    dns_name: Annotated[Names | None, Field(alias="dNSName")] = None
    uri: Annotated[Names | None, Field(alias="uniformResourceIdentifier")] = None
    nt_principal_name: Annotated[Names | None, Field(alias="ntPrincipalName", repr=False)] = None
    """The user principal name of Windows."""
