"""Messages encrypted to the holder of an RSA key (CMS): in chained blocks, their key under PKCS #1 v1.5.

AES is what is spoken; who talks to servers of others takes DES too, which many of them still answer with. Source:
RFC 5652, section 6; RFC 3565 for AES; RFC 8894, sections 2.9 and 3.1, for the choice.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, Final, NoReturn, TypeAlias

from asn1crypto import cms, core, parser
from asn1crypto import x509 as asn1_x509
from attrs import frozen
from cryptography import x509
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding

from ueapi.apple.enrollment.cms_signed import LARGEST
from ueapi.apple.profiles.ber import definite, encoded
from ueapi.apple.profiles.certificates import UNREADABLE
from ueapi.errors import InvalidModel

_DATA: Final = "1.2.840.113549.1.7.1"
_OCTET_STRING: Final = 0x04
_CONSTRUCTED: Final = 0x20
_MOST_RECIPIENTS: Final = 4
_REMEDY: Final = "Encrypt it again to the right certificate; nothing was changed."


@frozen(kw_only=True)
class BlockCipher:
    """A way to encrypt in chained blocks; `name` as the parser has it, sizes in bytes."""

    name: str
    key_bytes: int
    block: int

    def chain(self, key: bytes, start: bytes) -> Cipher[modes.CBC]:
        """The chain of blocks under a key."""
        if self.block == _AES_BLOCK:
            return Cipher(algorithms.AES(key), modes.CBC(start))
        # DES is triple DES with three times the same key.
        return Cipher(TripleDES((key * 3)[:_TRIPLE_BYTES]), modes.CBC(start))


_AES_BLOCK: Final = 16
_TRIPLE_BYTES: Final = 24
AES_128: Final = BlockCipher(name="aes128_cbc", key_bytes=16, block=_AES_BLOCK)
TRIPLE_DES: Final = BlockCipher(name="tripledes_3key", key_bytes=_TRIPLE_BYTES, block=8)
Ciphers: TypeAlias = Mapping[str, BlockCipher]
"""Ciphers content may be under, by name."""
STRONG: Final[Ciphers] = {
    AES_128.name: AES_128,
    "aes192_cbc": BlockCipher(name="aes192_cbc", key_bytes=24, block=_AES_BLOCK),
    "aes256_cbc": BlockCipher(name="aes256_cbc", key_bytes=32, block=_AES_BLOCK),
}
WITH_DES: Final[Ciphers] = {
    **STRONG,
    TRIPLE_DES.name: TRIPLE_DES,
    "des": BlockCipher(name="des", key_bytes=8, block=8),
}
"""For content that isn't secret, such as certificates."""


def encrypt(content: bytes, recipient: x509.Certificate, *, cipher: BlockCipher = AES_128) -> bytes:
    """Encrypt content so that only the holder of the certificate's key can read it; the system draws the content's key.

    Raises:
        InvalidModel: the certificate's key is not RSA.
    """
    public = recipient.public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        _refuse("its recipient has no RSA key")
    key, start = os.urandom(cipher.key_bytes), os.urandom(cipher.block)
    padder = PKCS7(cipher.block * 8).padder()
    encryptor = cipher.chain(key, start).encryptor()
    padded = padder.update(content) + padder.finalize()
    whom = {
        "version": "v0",
        "rid": cms.RecipientIdentifier({"issuer_and_serial_number": _name_of(recipient)}),
        "key_encryption_algorithm": {"algorithm": "rsaes_pkcs1v15"},
        "encrypted_key": public.encrypt(key, padding.PKCS1v15()),
    }
    message = cms.EnvelopedData(
        {
            "version": "v0",
            "recipient_infos": [cms.RecipientInfo({"ktri": cms.KeyTransRecipientInfo(whom)})],
            "encrypted_content_info": {
                "content_type": "data",
                "content_encryption_algorithm": {
                    "algorithm": cipher.name,
                    "parameters": core.OctetString(start),
                },
                "encrypted_content": encryptor.update(padded) + encryptor.finalize(),
            },
        }
    )
    whole: bytes = cms.ContentInfo({"content_type": "enveloped_data", "content": message}).dump()
    return whole


def decrypt(
    encrypted: bytes,
    *,
    certificate: x509.Certificate,
    key: rsa.RSAPrivateKey,
    ciphers: Ciphers = STRONG,
) -> bytes:
    """Read what was encrypted to a certificate, under one of the ciphers.

    Raises:
        InvalidModel: no such message, over its bounds, to somebody else, or altered.
    """
    whole = _whole(encrypted)
    try:
        return _decrypted(whole, certificate, key, ciphers)
    except UNREADABLE as problem:
        _refuse(f"it can't be read ({type(problem).__name__})")


def cipher_of(encrypted: bytes) -> str:
    """Name of the cipher that content is under.

    Raises:
        InvalidModel: no such message, or another cipher than those known here.
    """
    whole = _whole(encrypted)
    try:
        return _wrapped(_inside(whole)["encrypted_content_info"].dump(), WITH_DES)[0].name
    except UNREADABLE as problem:
        _refuse(f"it can't be read ({type(problem).__name__})")


def _whole(encrypted: bytes) -> bytes:
    if len(encrypted) > LARGEST:
        _refuse(f"it has {len(encrypted)} bytes, over the limit of {LARGEST}")
    return definite(encrypted)


def _inside(whole: bytes) -> Any:  # noqa: ANN401 - the parser has no types
    outer = cms.ContentInfo.load(whole, strict=True)
    if outer["content_type"].native != "enveloped_data":
        _refuse("it is of another kind than an encrypted message")
    return outer["content"]


def _decrypted(
    whole: bytes, certificate: x509.Certificate, key: rsa.RSAPrivateKey, ciphers: Ciphers
) -> bytes:
    inner = _inside(whole)
    recipient = _own(inner["recipient_infos"], certificate)
    if recipient["key_encryption_algorithm"]["algorithm"].native not in _RSA:
        _refuse("its key is encrypted in another way than PKCS #1 v1.5")
    cipher, start, body = _wrapped(inner["encrypted_content_info"].dump(), ciphers)
    if len(start) != cipher.block or not body or len(body) % cipher.block:
        _refuse("it is cut short")
    secret = _secret(recipient["encrypted_key"].native, key, cipher.key_bytes)
    decryptor = cipher.chain(secret, start).decryptor()
    unpadder = PKCS7(cipher.block * 8).unpadder()
    return unpadder.update(decryptor.update(body) + decryptor.finalize()) + unpadder.finalize()


def _wrapped(content: bytes, ciphers: Ciphers) -> tuple[BlockCipher, bytes, bytes]:
    """How the content is encrypted: cipher, start of the chain of blocks, and the content, in parts or not."""
    kind, algorithm, body = _children(content)
    if core.ObjectIdentifier.load(kind, strict=True).dotted != _DATA:
        _refuse("its content is of another kind than plain data")
    how = cms.EncryptionAlgorithm.load(algorithm, strict=True)
    cipher = ciphers.get(how["algorithm"].native)
    if cipher is None:
        _refuse(f"it is encrypted in another way than {', '.join(ciphers)}")
    # Marked as [0] in the message; as the octet string it is, possibly in parts, the walker makes it one.
    _, method, _, _, inside, _ = parser.parse(body, strict=True)
    tag = _OCTET_STRING | _CONSTRUCTED if method else _OCTET_STRING
    whole = definite(encoded(tag, inside))
    return cipher, how["parameters"].native, core.OctetString.load(whole, strict=True).native


def _children(sequence: bytes) -> Iterator[bytes]:
    left = parser.parse(sequence, strict=True)[4]
    while left:
        _, _, _, header, inside, _ = parser.parse(left)
        size = len(header) + len(inside)
        yield left[:size]
        left = left[size:]


_RSA: Final = frozenset({"rsaes_pkcs1v15", "rsa"})


def _secret(encrypted: bytes, key: rsa.RSAPrivateKey, size: int) -> bytes:
    """The key of the content; a random one where there is none, so that nobody learns what was wrong."""
    spare = os.urandom(size)
    try:
        found = key.decrypt(encrypted, padding.PKCS1v15())
    except ValueError:
        return spare
    return found if len(found) == size else spare


def _own(recipients: Any, certificate: x509.Certificate) -> Any:  # noqa: ANN401 - the parser has no types
    if not 1 <= len(recipients) <= _MOST_RECIPIENTS:
        _refuse(f"it has not 1 to {_MOST_RECIPIENTS} recipients")
    wanted = _name_of(certificate).dump()
    known = [one.chosen for one in recipients if one.name == "ktri"]
    found = [one for one in known if one["rid"].chosen.dump() == wanted]
    if not found:
        _refuse("it is encrypted to somebody else")
    return found[0]


def _name_of(certificate: x509.Certificate) -> Any:  # noqa: ANN401 - the parser has no types
    own = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    return cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number})


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(f"this encrypted message can't be used: {why}.", remedy=_REMEDY)
