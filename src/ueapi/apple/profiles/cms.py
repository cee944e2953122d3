"""Signed messages (CMS) taken apart: what was signed, by whom it says, and with which certificates.

Nothing is verified here. Source: RFC 5652, section 5; RFC 4055 for RSA-PSS; RFC 5753 for ECDSA.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NoReturn

from asn1crypto import algos, cms, core
from attrs import field, frozen
from cryptography import x509

from ueapi.apple.plist_values import LARGEST
from ueapi.apple.profiles.ber import definite, encoded
from ueapi.apple.profiles.certificates import UNREADABLE
from ueapi.apple.profiles.der import (
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    SET,
    Element,
    element,
    tagged,
)
from ueapi.errors import InvalidModel

LARGEST_SIGNED: Final = LARGEST + 1024 * 1024
"""Bytes of a signed message: a property list and room for certificates."""
MOST_CERTIFICATES: Final = 32
"""Certificates in one message; a chain has three or four."""
MOST_SIGNERS: Final = 4
"""Signers of one message; profiles have one."""

_FIRST, _SECOND = tagged(0), tagged(1)
_KEY_IDENTIFIER: Final = 0x80
_NAMES_KEPT: Final = 64
_REMEDY: Final = "Get the signed file again from whoever signed it; nothing was changed."


@frozen(kw_only=True)
class PssParameters:
    """How an RSA-PSS signature was padded; `salt` in bytes."""

    digest: str
    mask_digest: str
    salt: int


@frozen(kw_only=True)
class SignedAttributes:
    """What a signer signed besides the content. `encoded` is the DER SET OF that the signature covers."""

    encoded: bytes = field(repr=False)
    content_type: str
    message_digest: bytes = field(repr=False)


@frozen(kw_only=True)
class SignerEntry:
    """One signer as the message tells it; known by issuer and serial number, or by the identifier of the key."""

    issuer: bytes | None = field(repr=False)
    serial_number: int | None
    key_identifier: bytes | None = field(repr=False)
    digest: str
    algorithm: str
    pss: PssParameters | None
    signature: bytes = field(repr=False)
    attributes: SignedAttributes | None


@frozen(kw_only=True)
class SignedMessage:
    """A signed message taken apart, unverified."""

    content: bytes = field(repr=False)
    certificates: tuple[x509.Certificate, ...]
    signers: tuple[SignerEntry, ...]


def take_apart(signed: bytes) -> SignedMessage:
    """Read a signed message with its content inside, DER or BER, without verifying anything.

    Raises:
        InvalidModel: no such message, cut short, over its bounds, without signer or without content.
    """
    if len(signed) > LARGEST_SIGNED:
        refuse(f"it has {len(signed)} bytes, over the limit of {LARGEST_SIGNED}")
    whole = definite(signed)
    try:
        return _message(whole)
    except UNREADABLE as problem:
        refuse(f"it can't be read ({type(problem).__name__})")


def refuse(why: str) -> NoReturn:
    """Say why bytes are no usable signed message.

    Raises:
        InvalidModel: always.
    """
    raise InvalidModel(f"this is no usable signed message: {why}.", remedy=_REMEDY)


def _message(whole: bytes) -> SignedMessage:
    kind, outer = element(whole).demanded(SEQUENCE).parts()
    if _name(kind, cms.ContentType) != "signed_data":
        refuse("it is of another kind, such as an encrypted one")
    (inner,) = outer.demanded(_FIRST).parts()
    version, _, inside, *rest = inner.demanded(SEQUENCE).parts()
    version.demanded(INTEGER)
    choices = rest.pop(0) if rest[0].tag == _FIRST else None
    _revoked = rest.pop(0) if rest[0].tag == _SECOND else None
    (entries,) = rest
    signers = entries.demanded(SET).parts()
    if not 1 <= len(signers) <= MOST_SIGNERS:
        refuse(f"it has {len(signers)} signers, and 1 to {MOST_SIGNERS} are read")
    return SignedMessage(
        content=_content(inside),
        certificates=() if choices is None else _certificates(choices.parts()),
        signers=tuple(_signer(entry) for entry in signers),
    )


def _content(inside: Element) -> bytes:
    kind, *values = inside.demanded(SEQUENCE).parts()
    if _name(kind, cms.ContentType) != "data":
        refuse("its content is of another kind than plain data")
    if not values:
        refuse("its content is kept apart from it")
    (marked,) = values
    (value,) = marked.demanded(_FIRST).parts()
    return value.demanded(OCTET_STRING).body


def _certificates(choices: Sequence[Element]) -> tuple[x509.Certificate, ...]:
    if len(choices) > MOST_CERTIFICATES:
        refuse(f"it has more than {MOST_CERTIFICATES} certificates")
    if any(choice.tag != SEQUENCE for choice in choices):
        refuse("it holds a certificate of a kind that is not read here")
    # A certificate may be there twice; once is enough.
    return tuple(dict.fromkeys(_certificate(choice) for choice in choices))


def _certificate(found: Element) -> x509.Certificate:
    # Looked at before, since the other library only warns of it.
    version, second, *_ = found.parts()[0].demanded(SEQUENCE).parts()
    serial = second if version.tag == _FIRST else version
    if serial.demanded(INTEGER).number <= 0:
        refuse("a certificate has no positive serial number")
    return x509.load_der_x509_certificate(found.whole)


def _signer(entry: Element) -> SignerEntry:
    _, who, digest, *rest = entry.demanded(SEQUENCE).parts()
    signed = rest.pop(0) if rest[0].tag == _FIRST else None
    algorithm, signature, *_ = rest
    issuer, serial = who.parts() if who.tag == SEQUENCE else (None, None)
    return SignerEntry(
        issuer=issuer and issuer.demanded(SEQUENCE).whole,
        serial_number=serial and serial.demanded(INTEGER).number,
        key_identifier=None if issuer else who.demanded(_KEY_IDENTIFIER).body,
        digest=_name(digest.demanded(SEQUENCE).parts()[0], algos.DigestAlgorithmId),
        algorithm=_name(algorithm.demanded(SEQUENCE).parts()[0], algos.SignedDigestAlgorithmId),
        pss=_pss(algorithm),
        signature=signature.demanded(OCTET_STRING).body,
        attributes=None if signed is None else _attributes(signed),
    )


def _name(kind: Element, names: type[core.ObjectIdentifier]) -> str:
    """The name of an object identifier, or its numbers."""
    name: str = names.map(_numbers(kind.demanded(OBJECT_IDENTIFIER).whole))
    return name


@lru_cache(maxsize=_NAMES_KEPT)
def _numbers(identifier: bytes) -> str:
    """The numbers of an object identifier; the same few come with every message."""
    numbers: str = core.ObjectIdentifier.load(identifier, strict=True).dotted
    return numbers


def _pss(algorithm: Element) -> PssParameters | None:
    if _name(algorithm.parts()[0], algos.SignedDigestAlgorithmId) != "rsassa_pss":
        return None
    chosen = algos.SignedDigestAlgorithm.load(algorithm.whole, strict=True)["parameters"]
    if chosen["trailer_field"].native != "trailer_field_bc":
        refuse("its RSA-PSS signature ends in an unknown way")
    return PssParameters(
        digest=chosen["hash_algorithm"]["algorithm"].native,
        mask_digest=chosen["mask_gen_algorithm"]["parameters"]["algorithm"].native,
        salt=chosen["salt_length"].native,
    )


def _attributes(found: Element) -> SignedAttributes:
    rows = [one.demanded(SEQUENCE).parts() for one in found.parts()]
    return SignedAttributes(
        # In the message the set is marked as [0]; signed was a plain SET OF (RFC 5652, section 5.4).
        encoded=encoded(SET, found.body),
        content_type=_name(_only(rows, "content_type"), cms.ContentType),
        message_digest=_only(rows, "message_digest").demanded(OCTET_STRING).body,
    )


def _only(rows: Iterable[Sequence[Element]], name: str) -> Element:
    """The one value of an attribute; what others hold is not looked at."""
    found = [values for kind, *values in rows if _name(kind, cms.CMSAttributeType) == name]
    values = [value for (held,) in found for value in held.demanded(SET).parts()]
    if len(values) != 1:
        refuse("its signed attributes lack the kind or the digest of the content, or repeat it")
    return values[0]
