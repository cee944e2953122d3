"""Signed messages (CMS) taken apart: what was signed, by whom it says, and with which certificates.

Nothing is verified here. Source: RFC 5652, section 5; RFC 4055 for RSA-PSS; RFC 5753 for ECDSA.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

from asn1crypto import cms, core
from attrs import field, frozen
from cryptography import x509

from ueapi.apple.plist_values import LARGEST
from ueapi.apple.profiles.ber import definite, encoded
from ueapi.apple.profiles.certificates import UNREADABLE
from ueapi.errors import InvalidModel

LARGEST_SIGNED: Final = LARGEST + 1024 * 1024
"""Bytes of a signed message: a property list and room for certificates."""
MOST_CERTIFICATES: Final = 32
"""Certificates in one message; a chain has three or four."""
MOST_SIGNERS: Final = 4
"""Signers of one message; profiles have one."""

_SET: Final = 0x31
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
    outer = cms.ContentInfo.load(whole, strict=True)
    if outer["content_type"].native != "signed_data":
        refuse("it is of another kind, such as an encrypted one")
    inner = outer["content"]
    entries = inner["signer_infos"]
    if not 1 <= len(entries) <= MOST_SIGNERS:
        refuse(f"it has {len(entries)} signers, and 1 to {MOST_SIGNERS} are read")
    return SignedMessage(
        content=_content(inner["encap_content_info"]),
        certificates=_certificates(inner["certificates"]),
        signers=tuple(_signer(entry) for entry in entries),
    )


def _content(inside: Any) -> bytes:  # noqa: ANN401 - the parser has no types
    if inside["content_type"].native != "data":
        refuse("its content is of another kind than plain data")
    value = inside["content"]
    if not isinstance(value, core.OctetString | core.ParsableOctetString):
        refuse("its content is kept apart from it")
    content: bytes = value.contents
    return content


def _certificates(choices: Any) -> tuple[x509.Certificate, ...]:  # noqa: ANN401 - the parser has no types
    if isinstance(choices, core.Void):
        return ()
    if len(choices) > MOST_CERTIFICATES:
        refuse(f"it has more than {MOST_CERTIFICATES} certificates")
    if any(choice.name != "certificate" for choice in choices):
        refuse("it holds a certificate of a kind that is not read here")
    # A certificate may be there twice; once is enough.
    return tuple(dict.fromkeys(_certificate(choice.chosen) for choice in choices))


def _certificate(parsed: Any) -> x509.Certificate:  # noqa: ANN401 - the parser has no types
    if parsed.serial_number <= 0:
        refuse("a certificate has no positive serial number")
    return x509.load_der_x509_certificate(parsed.dump())


def _signer(entry: Any) -> SignerEntry:  # noqa: ANN401 - the parser has no types
    who = entry["sid"]
    by_serial = who.name == "issuer_and_serial_number"
    return SignerEntry(
        issuer=who.chosen["issuer"].dump() if by_serial else None,
        serial_number=who.chosen["serial_number"].native if by_serial else None,
        key_identifier=None if by_serial else who.chosen.native,
        digest=entry["digest_algorithm"]["algorithm"].native,
        algorithm=entry["signature_algorithm"]["algorithm"].native,
        pss=_pss(entry["signature_algorithm"]),
        signature=entry["signature"].native,
        attributes=_attributes(entry["signed_attrs"]),
    )


def _pss(algorithm: Any) -> PssParameters | None:  # noqa: ANN401 - the parser has no types
    if algorithm["algorithm"].native != "rsassa_pss":
        return None
    chosen = algorithm["parameters"]
    if chosen["trailer_field"].native != "trailer_field_bc":
        refuse("its RSA-PSS signature ends in an unknown way")
    return PssParameters(
        digest=chosen["hash_algorithm"]["algorithm"].native,
        mask_digest=chosen["mask_gen_algorithm"]["parameters"]["algorithm"].native,
        salt=chosen["salt_length"].native,
    )


def _attributes(found: Any) -> SignedAttributes | None:  # noqa: ANN401 - the parser has no types
    if isinstance(found, core.Void):
        return None
    return SignedAttributes(
        # In the message the set is marked as [0]; signed was a plain SET OF (RFC 5652, section 5.4).
        encoded=encoded(_SET, found.contents),
        content_type=_only(found, "content_type"),
        message_digest=_only(found, "message_digest"),
    )


def _only(attributes: Any, name: str) -> Any:  # noqa: ANN401 - the parser has no types
    values = [
        value
        for attribute in attributes
        if attribute["type"].native == name
        for value in attribute["values"].native
    ]
    if len(values) != 1:
        refuse("its signed attributes lack the kind or the digest of the content, or repeat it")
    return values[0]
