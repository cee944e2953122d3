"""Verifying a signed profile: is it what was signed, by whom, and is that someone to trust."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NoReturn

from attrs import field, frozen
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from ueapi.apple.profiles.certificates import Certificate, is_strong_key, read_certificate
from ueapi.apple.profiles.cms import SignedMessage, SignerEntry, refuse, take_apart
from ueapi.apple.profiles.trust import Chain, Trust, find_chain
from ueapi.errors import InvalidModel, UsageError

_DIGESTS: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_WEAK: Final = ("md2", "md4", "md5", "sha1")
_PKCS1: Final = "RSA"
_PSS: Final = "RSA-PSS"
_ECDSA: Final = "ECDSA"
_ALGORITHMS: Final[dict[str, tuple[str, str | None]]] = {
    "rsassa_pkcs1v15": (_PKCS1, None),
    "rsassa_pss": (_PSS, None),
    **{f"{digest}_rsa": (_PKCS1, digest) for digest in _DIGESTS},
    **{f"{digest}_ecdsa": (_ECDSA, digest) for digest in _DIGESTS},
}
"""Parser's name -> our name, and the digest that the name fixes."""
_LONGEST_SALT: Final = 512
_SET: Final = b"\x31"
_GRAVEST_FIRST: Final = (Trust.UNTRUSTED, Trust.NOT_YET_VALID, Trust.EXPIRED)
_ALTERED_REMEDY: Final = "Don't use the file: get it again from whoever signed it."


@frozen(kw_only=True)
class VerifiedSigner:
    """Someone whose signature over the content is right. Whether to trust them is told by `trust`.

    `chain` names the certificates from the signer upwards as far as they are known. `problems` lists all that speaks
    against trusting, `reasons` the same in sentences. Names come from the certificates, free of control characters.
    """

    subject: str
    issuer: str
    serial_number: int
    not_before: datetime
    not_after: datetime
    chain: tuple[str, ...]
    digest: str
    algorithm: str
    problems: tuple[Trust, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def trust(self) -> Trust:
        """The gravest of the problems, or `TRUSTED`."""
        return _gravest(self.problems)


@frozen(kw_only=True)
class Verification:
    """What a signed file holds, and everyone who signed it. Every signature of it is right."""

    content: bytes = field(repr=False)
    signers: tuple[VerifiedSigner, ...]

    @property
    def problems(self) -> tuple[Trust, ...]:
        """All that speaks against any of the signers, gravest first."""
        found = {problem for signer in self.signers for problem in signer.problems}
        return tuple(problem for problem in _GRAVEST_FIRST if problem in found)

    @property
    def trust(self) -> Trust:
        """`TRUSTED` only when every signer is; otherwise the gravest problem."""
        return _gravest(self.problems)


def verify(signed: bytes, *, anchors: Sequence[x509.Certificate], at: datetime) -> Verification:
    """Verify a signed file (CMS with its content inside, DER or BER) and judge its signers.

    Nothing is fetched: revocation is not checked, and neither are time stamps. RSA (PKCS #1 v1.5 and PSS) and ECDSA
    with SHA-256, SHA-384 or SHA-512 are accepted; SHA-1 and MD5 are refused, since their signatures can be forged.

    Args:
        signed: the file as received; nothing about it is trusted.
        anchors: the certificates to trust, usually of authorities.
        at: the time at which certificates must be valid, with a time zone.

    Raises:
        InvalidModel: no signed file, altered since signing, without the signer's certificate, or weakly signed.
        UsageError: `at` has no time zone.
    """
    if at.tzinfo is None:
        raise UsageError(
            "the time to verify at has no time zone.",
            remedy="Pass an aware time such as datetime.now(UTC).",
        )
    message = take_apart(signed)
    trusted = [read_certificate(anchor) for anchor in anchors]
    others = [read_certificate(one) for one in message.certificates]
    signers = []
    for entry in message.signers:
        signer = _certificate_of(entry, [*others, *trusted])
        digest, algorithm = _check_signature(message, entry, signer)
        chain = find_chain(signer, others=others, anchors=trusted, at=at)
        signers.append(_verified(signer, chain, digest=digest, algorithm=algorithm))
    return Verification(content=message.content, signers=tuple(signers))


def _verified(signer: Certificate, chain: Chain, *, digest: str, algorithm: str) -> VerifiedSigner:
    return VerifiedSigner(
        subject=signer.subject,
        issuer=signer.issuer,
        serial_number=signer.original.serial_number,
        not_before=signer.begins,
        not_after=signer.ends,
        chain=tuple(one.subject for one in chain.certificates),
        digest=digest,
        algorithm=algorithm,
        problems=chain.problems,
        reasons=chain.reasons,
    )


def _gravest(problems: Sequence[Trust]) -> Trust:
    return next((problem for problem in _GRAVEST_FIRST if problem in problems), Trust.TRUSTED)


def _certificate_of(entry: SignerEntry, known: Sequence[Certificate]) -> Certificate:
    found = {one.original: one for one in known if _is_of(one, entry)}
    if not found:
        refuse("the certificate of its signer is not in it")
    if len(found) > 1:
        refuse("more than one certificate fits its signer")
    return next(iter(found.values()))


def _is_of(one: Certificate, entry: SignerEntry) -> bool:
    if entry.key_identifier is not None:
        return one.key_identifier == entry.key_identifier
    return (
        one.original.serial_number == entry.serial_number
        and one.issuer_name.encoded == entry.issuer
    )


def _check_signature(
    message: SignedMessage, entry: SignerEntry, signer: Certificate
) -> tuple[str, str]:
    """Names of the digest and of the algorithm, once the signature is right."""
    digest = _digest(entry.digest)
    algorithm = _algorithm(entry)
    if not is_strong_key(signer.original):
        refuse("its signer's key is too short or of an unknown kind")
    covered = _covered(message, entry)
    key = signer.original.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm in {_PKCS1, _PSS}:
            key.verify(entry.signature, covered, _padding(entry), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm == _ECDSA:
            key.verify(entry.signature, covered, ec.ECDSA(digest))
        else:
            refuse("its signature is of another kind than its signer's key")
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        _refuse_altered("the signature does not fit")
    return f"SHA-{digest.digest_size * 8}", algorithm


def _digest(name: str) -> hashes.HashAlgorithm:
    if name.startswith(_WEAK):
        refuse("it is signed with SHA-1 or MD5, which can be forged; have it signed with SHA-256")
    if name not in _DIGESTS:
        refuse("it is signed with a digest that is not read here; SHA-256, SHA-384 and SHA-512 are")
    return _DIGESTS[name]


def _algorithm(entry: SignerEntry) -> str:
    if entry.algorithm.startswith(_WEAK):
        _digest(entry.algorithm)
    name, fixed = _ALGORITHMS.get(entry.algorithm, (None, None))
    if name is None:
        refuse("it is signed with an algorithm that is not read here; RSA and ECDSA are")
    if fixed is not None and fixed != entry.digest:
        refuse("its signature names two different digests")
    return name


def _padding(entry: SignerEntry) -> padding.AsymmetricPadding:
    if entry.pss is None:
        return padding.PKCS1v15()
    if entry.pss.digest != entry.digest:
        refuse("its signature names two different digests")
    if not 0 <= entry.pss.salt <= _LONGEST_SALT:
        refuse("its RSA-PSS signature has an impossible salt")
    mask = padding.MGF1(_digest(entry.pss.mask_digest))
    return padding.PSS(mask, entry.pss.salt)


def _covered(message: SignedMessage, entry: SignerEntry) -> bytes:
    """The bytes that the signature covers: the signed attributes, which name the content's digest, or the content."""
    if entry.attributes is None:
        # Signed attributes of another message could be passed off as content signed without any.
        if message.content.startswith(_SET):
            refuse("its content could be the signed attributes of another message")
        return message.content
    if entry.attributes.content_type != "data":
        refuse("its signed attributes name another kind of content")
    found = hashlib.new(entry.digest, message.content).digest()
    if not hmac.compare_digest(found, entry.attributes.message_digest):
        _refuse_altered("the content does not fit the digest that was signed")
    return entry.attributes.encoded


def _refuse_altered(why: str) -> NoReturn:
    raise InvalidModel(
        f"this signed file was altered after signing: {why}.", remedy=_ALTERED_REMEDY
    )
