"""Signed messages (CMS) with attributes of one's own beside the content, as SCEP sends them; or without the content.

Profiles are signed more plainly: see `ueapi.apple.profiles.signing` and `.verification`. Source: RFC 5652, section 5.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any, Final, NoReturn, TypeAlias

from asn1crypto import cms, core
from asn1crypto import x509 as asn1_x509
from attrs import field, frozen
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from ueapi.apple.enrollment.certificate_loading import load_certificate
from ueapi.apple.enrollment.certificate_request import PrivateKey
from ueapi.apple.profiles.ber import definite, encoded
from ueapi.apple.profiles.certificates import UNREADABLE, is_strong_key
from ueapi.errors import InvalidModel

LARGEST: Final = 256 * 1024
"""Bytes of a message; one with an encrypted certificate has a few thousand."""
MOST_CERTIFICATES: Final = 8
MOST_ATTRIBUTES: Final = 32

_DATA: Final = "1.2.840.113549.1.7.1"
_CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
_SET: Final = 0x31
Digests: TypeAlias = Mapping[str, hashes.HashAlgorithm]
"""Digests a signature may be over, by name."""
STRONG: Final[Digests] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
WITH_SHA_1: Final[Digests] = {**STRONG, "sha1": hashes.SHA1()}  # noqa: S303 - see below
"""For what nothing depends on that isn't proved otherwise; many servers still answer so."""
_REMEDY: Final = "The sender breaks the protocol; nothing was changed."


@frozen(kw_only=True)
class Opened:
    """A message whose signature is right. `attributes` are what was signed besides: the DER of each value, by OID."""

    content: bytes | None = field(repr=False)
    attributes: Mapping[str, bytes] = field(repr=False)
    signer: x509.Certificate
    certificates: tuple[x509.Certificate, ...]
    digest: str
    """Name of the digest the signature is over."""


def sign_with_attributes(
    content: bytes | None,
    *,
    certificate: x509.Certificate,
    key: PrivateKey,
    attributes: Mapping[str, bytes],
) -> bytes:
    """Sign content, or no content at all, together with attributes (the DER of each value, by OID)."""
    digest = hashlib.sha256(content or b"").digest()
    signed = _attribute_set(
        {
            _CONTENT_TYPE: core.ObjectIdentifier(_DATA).dump(),
            _MESSAGE_DIGEST: core.OctetString(digest).dump(),
            **attributes,
        }
    )
    own = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    by = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": _issuer_and_serial(own)}),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": cms.CMSAttributes.load(signed),
            "signature_algorithm": {"algorithm": _algorithm_of(key)},
            "signature": _signature(key, signed),
        }
    )
    message = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": _inside(content),
            "certificates": [own],
            "signer_infos": [by],
        }
    )
    whole: bytes = cms.ContentInfo({"content_type": "signed_data", "content": message}).dump()
    return whole


def open_signed(
    signed: bytes, *, detached: bytes | None = None, digests: Digests = STRONG
) -> Opened:
    """Check the one signature of a message by the certificate in it; whom that belongs to is not looked at.

    Args:
        signed: DER or BER, as received.
        detached: the content, where the message comes without it.
        digests: what the signature may be over.

    Raises:
        InvalidModel: no such message, over its bounds, altered, weakly signed, or content both inside and beside it.
    """
    if len(signed) > LARGEST:
        _refuse(f"it has {len(signed)} bytes, over the limit of {LARGEST}")
    whole = definite(signed)
    try:
        return _opened(whole, detached, digests)
    except UNREADABLE as problem:
        _refuse(f"it can't be read ({type(problem).__name__})")


def _opened(whole: bytes, detached: bytes | None, digests: Digests) -> Opened:
    outer = cms.ContentInfo.load(whole, strict=True)
    if outer["content_type"].native != "signed_data":
        _refuse("it is of another kind than a signed message")
    inner = outer["content"]
    content = _content(inner["encap_content_info"])
    if content is not None and detached is not None:
        _refuse("it has its content both inside and beside it")
    if len(inner["signer_infos"]) != 1:
        _refuse("it has not exactly one signer")
    entry = inner["signer_infos"][0]
    known = _certificates(inner["certificates"])
    signer = _signer(entry["sid"], known)
    attributes, covered = _signed_attributes(entry["signed_attrs"])
    covers = content if content is not None else detached
    digest = _digest(entry, digests)
    _check_content(digest, attributes, covers or b"")
    _check_signature(entry, signer, covered, digest)
    return Opened(
        content=covers,
        attributes=attributes,
        signer=signer,
        certificates=tuple(known.values()),
        digest=digest.name,
    )


def _content(inside: Any) -> bytes | None:  # noqa: ANN401 - the parser has no types
    if inside["content_type"].dotted != _DATA:
        _refuse("its content is of another kind than plain data")
    value = inside["content"]
    if isinstance(value, core.Void):
        return None
    content: bytes = value.contents
    return content


def _certificates(choices: Any) -> dict[bytes, x509.Certificate]:  # noqa: ANN401 - the parser has no types
    """Certificates by what names them: issuer and serial number."""
    if isinstance(choices, core.Void) or not 1 <= len(choices) <= MOST_CERTIFICATES:
        _refuse(f"it has not 1 to {MOST_CERTIFICATES} certificates")
    if any(choice.name != "certificate" for choice in choices):
        _refuse("it holds a certificate of a kind that is not read here")
    return {
        _issuer_and_serial(one.chosen).dump(): load_certificate(one.chosen.dump())
        for one in choices
    }


def _signer(sid: Any, known: Mapping[bytes, x509.Certificate]) -> x509.Certificate:  # noqa: ANN401 - the parser has no types
    if sid.name != "issuer_and_serial_number":
        _refuse("its signer is not named by issuer and serial number")
    found = known.get(sid.chosen.dump())
    if found is None:
        _refuse("the certificate of its signer is not in it")
    if not is_strong_key(found):
        _refuse("its signer's key is too short or of an unknown kind")
    return found


def _signed_attributes(found: Any) -> tuple[Mapping[str, bytes], bytes]:  # noqa: ANN401 - the parser has no types
    if isinstance(found, core.Void):
        _refuse("it has no signed attributes")
    # In the message the set is marked as [0]; signed was a plain SET OF (RFC 5652, section 5.4).
    covered = encoded(_SET, found.contents)
    rows = core.SetOf.load(covered, strict=True, spec=core.Any)
    if len(rows) > MOST_ATTRIBUTES:
        _refuse(f"it has more than {MOST_ATTRIBUTES} signed attributes")
    attributes: dict[str, bytes] = {}
    for row in rows:
        name, value = _attribute(row.dump())
        if name in attributes:
            _refuse("a signed attribute is there twice")
        attributes[name] = value
    return attributes, covered


def _attribute(row: bytes) -> tuple[str, bytes]:
    parts = core.SequenceOf.load(row, strict=True, spec=core.Any)
    name, values = (one.dump() for one in parts)
    inner = core.SetOf.load(values, strict=True, spec=core.Any)
    if len(inner) != 1:
        _refuse("a signed attribute has not one value")
    return core.ObjectIdentifier.load(name, strict=True).dotted, inner[0].dump()


def _digest(entry: Any, digests: Digests) -> hashes.HashAlgorithm:  # noqa: ANN401 - the parser has no types
    found = digests.get(entry["digest_algorithm"]["algorithm"].native)
    return found or _refuse(f"its digest is none of {', '.join(digests)}")


def _check_content(
    digest: hashes.HashAlgorithm, attributes: Mapping[str, bytes], content: bytes
) -> None:
    if attributes.get(_CONTENT_TYPE) != core.ObjectIdentifier(_DATA).dump():
        _refuse("its signed attributes name another kind of content")
    wanted = core.OctetString(hashlib.new(digest.name, content).digest()).dump()
    if not hmac.compare_digest(attributes.get(_MESSAGE_DIGEST, b""), wanted):
        _refuse("its content is not what was signed")


def _check_signature(
    entry: Any,  # noqa: ANN401 - the parser has no types
    signer: x509.Certificate,
    covered: bytes,
    digest: hashes.HashAlgorithm,
) -> None:
    algorithm = entry["signature_algorithm"]["algorithm"].native
    signature = entry["signature"].native
    key = signer.public_key()
    if algorithm not in _allowed(key, digest.name):
        _refuse("its signature is of another kind than its signer's key or digest")
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, covered, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, covered, ec.ECDSA(digest))
    except (InvalidSignature, UnsupportedAlgorithm):
        _refuse("its signature does not fit")


def _allowed(key: object, digest: str) -> tuple[str, ...]:
    if isinstance(key, rsa.RSAPublicKey):
        return ("rsassa_pkcs1v15", f"{digest}_rsa")
    return (f"{digest}_ecdsa",) if isinstance(key, ec.EllipticCurvePublicKey) else ()


def _attribute_set(attributes: Mapping[str, bytes]) -> bytes:
    """The DER of a set of attributes: in the order of their bytes, as a set is signed."""
    return encoded(_SET, b"".join(sorted(_rows(attributes))))


def _rows(attributes: Mapping[str, bytes]) -> Iterable[bytes]:
    for name, value in attributes.items():
        yield encoded(0x30, core.ObjectIdentifier(name).dump() + encoded(_SET, value))


def _inside(content: bytes | None) -> Mapping[str, object]:
    return (
        {"content_type": "data"}
        if content is None
        else {"content_type": "data", "content": content}
    )


def _issuer_and_serial(own: Any) -> Any:  # noqa: ANN401 - the parser has no types
    return cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number})


def _algorithm_of(key: PrivateKey) -> str:
    return "rsassa_pkcs1v15" if isinstance(key, rsa.RSAPrivateKey) else "sha256_ecdsa"


def _signature(key: PrivateKey, covered: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(covered, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(covered, ec.ECDSA(hashes.SHA256()))


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(f"this signed message can't be used: {why}.", remedy=_REMEDY)
