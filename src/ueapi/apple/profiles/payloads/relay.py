"""The relay payload: encrypted proxies for the work apps bound to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, SecretStr

from ueapi.apple.profiles.payloads.base import TypedKeys, TypedPayload
from ueapi.apple.profiles.payloads.binding import attribute_for
from ueapi.apple.profiles.payloads.values import Array


class RelayServer(TypedKeys):
    """One relay; it needs an address for HTTP/3, for HTTP/2, or both."""

    http3_url: Annotated[str | None, Field(alias="HTTP3RelayURL")] = None
    """An address, or a template after RFC 9298."""
    http2_url: Annotated[str | None, Field(alias="HTTP2RelayURL")] = None
    """An address, or a template after RFC 9298."""
    headers: Annotated[
        Mapping[str, SecretStr] | None, Field(alias="AdditionalHTTPHeaderFields")
    ] = None
    """HTTP headers sent with each request; what relays know phones by."""
    certificate_uuid: Annotated[str | None, Field(alias="PayloadCertificateUUID")] = None
    """UUID of the identity payload in the same profile."""
    public_keys: Annotated[Array[bytes] | None, Field(alias="RawPublicKeys", repr=False)] = None
    """DER; the server must use one of them. Empty: any trusted certificate."""


class Relay(TypedPayload):
    """Relays that traffic passes one after the other. Under User Enrollment since 18.0, and only with `relay_uuid`."""

    payload_type: ClassVar[str] = "com.apple.relay.managed"

    relays: Annotated[Array[RelayServer], Field(alias="Relays")]
    match_domains: Annotated[Array[str] | None, Field(alias="MatchDomains")] = None
    """Domains that go through, their subdomains included. Empty: all."""
    excluded_domains: Annotated[Array[str] | None, Field(alias="ExcludedDomains")] = None
    relay_uuid: Annotated[str | None, Field(alias="RelayUUID")] = None
    """What apps name to use these relays."""

    def app_attribute(self) -> dict[str, str]:
        """The attribute that sends a work app's traffic through these relays.

        Raises:
            InvalidModel: the payload has no `relay_uuid`.
        """
        return attribute_for("RelayUUID", self.relay_uuid)
