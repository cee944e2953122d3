"""Simulated Apple vouches for a key in a device. Source: Apple's schema, DevicePropertiesAttestation."""

from __future__ import annotations

from attrs import frozen
from cryptography import x509

from ueapi.apple.enrollment.attestation import FRESHNESS, OS_VERSION, Attestation, freshness
from ueapi.apple.enrollment.certificate_request import PublicKey
from ueapi.rehearsal.enrolling.authority import Authority


@frozen
class AppleAttests:
    """Makes attestations for one device under User Enrollment, so without anything that names the hardware."""

    authority: Authority
    os_version: str = "26.0"

    def __call__(self, key: PublicKey, token: str) -> Attestation:
        """The attestation of a key, fresh for a challenge's token."""
        further = (
            x509.UnrecognizedExtension(FRESHNESS, freshness(token)),
            x509.UnrecognizedExtension(OS_VERSION, self.os_version.encode()),
        )
        return Attestation(chain=(self.authority.issue("attested key", key, further=further),))
