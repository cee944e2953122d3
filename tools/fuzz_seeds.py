"""What fuzzing starts from: sound profiles in every form, odd ones, and pieces to damage them with.

Keys are made anew in each run, so signed seeds differ from run to run.
"""

from __future__ import annotations

import plistlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from ueapi.apple import plist
from ueapi.apple.profiles.document import ConfigurationProfile, Payload, write
from ueapi.apple.profiles.signing import Signer, sign

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Issued = tuple[x509.Certificate, Key]

TOKENS = (
    *(b"<dict>", b"</dict>", b"<dict/>", b"<array>", b"</array>", b"<array/>", b"<key>", b"</key>"),
    *(b"<key>a</key>", b"<string>", b"</string>", b"<integer>", b"</integer>", b"<real>inf</real>"),
    *(b"<real>nan</real>", b"<true/>", b"<data>AA==</data>", b"<date>2026-01-01T00:00:00Z</date>"),
    *(b"<!DOCTYPE plist [", b"<!ENTITY a 'a'>", b"]>", b"&a;", b"&#13;", b"&#0;", b"&amp;"),
    *(b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?xml version='1.0' encoding='UTF-16'?>"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\r\n", b"\xed\xa0\x80", b"PayloadContent", b"PayloadType"),
    *(
        b"bplist00",
        b"\x80\x01",
        b"\x33\x7f\xf0",
        b"\x6f\x11",
        b"\x5f\x10",
        b"\xaf\x13",
        b"\xd1\x01",
    ),
    *(b"\x14" + b"\xff" * 16, b"\x13\x80" + b"\x00" * 7, b"\x23\x7f\xf8" + b"\x00" * 6),
    *(b"\x30\x80", b"\x00\x00", b"\x24\x80", b"\xa0\x80", b"\x30\x00", b"\x31\x00", b"\x05\x00"),
    *(b"\x02\x01\x00", b"\x02\x01\xff", b"\x04\x00", b"\x01\x01\xff", b"\x82\xff\xff"),
    b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02",
    b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01",
    b"\x06\x05\x2b\x0e\x03\x02\x1a",
)
"""Pieces that mean something to one of the formats."""


@frozen(kw_only=True)
class Seeds:
    """Where fuzzing starts, which certificates are trusted, and all that a trusted signer signed."""

    inputs: tuple[bytes, ...]
    anchors: tuple[x509.Certificate, ...]
    signed: frozenset[bytes]


def make_seeds() -> Seeds:
    """Profiles in every form, signed by every kind of signer."""
    plain = tuple(_plain())
    content = plain[0]
    binary = plistlib.dumps(plist.read(content), fmt=plistlib.FMT_BINARY)
    root = _issue("Root", ca=True)
    return Seeds(
        inputs=(
            *plain,
            *_property_lists(),
            binary,
            *_signed(content, root),
            *_signed(binary, root),
        ),
        anchors=(root[0],),
        signed=frozenset({content, binary}),
    )


def _plain() -> Iterator[bytes]:
    network = Payload(
        type="com.apple.wifi.managed",
        identifier="org.example.w",
        uuid="W-1",
        content={"SSID_STR": "Work & <Home>\r\n", "Password": "x", "EAP": {"Types": [13, 1.5]}},
        display_name="👩‍🚀",
    )
    certificate = Payload(
        type="com.apple.security.pem",
        identifier="org.example.c",
        uuid="C-1",
        content={"PayloadContent": bytes(40), "At": datetime(2026, 1, 1)},  # noqa: DTZ001
    )
    profile = ConfigurationProfile(
        identifier="org.example.p",
        uuid="U-1",
        payloads=(network, certificate),
        extra={"PayloadRemovalDisallowed": True},
    )
    yield write(profile)
    yield write(ConfigurationProfile(identifier="org.example.e", uuid="E-1"))
    yield write(profile).decode().replace("UTF-8", "UTF-16").encode("utf-16")


def _property_lists() -> Iterator[bytes]:
    value = {
        "a": [True, False, 0, -1, 2**63, 2**31, 1.5, "x" * 20, "é", b"x" * 20, {}, []],
        "b": datetime(2001, 1, 1),  # noqa: DTZ001
        "c": {"d": {"e": ["f", "f"]}},
    }
    yield plistlib.dumps(value, fmt=plistlib.FMT_BINARY)
    yield plistlib.dumps(value)


def _signed(content: bytes, root: Issued) -> Iterator[bytes]:
    middle = _issue("Middle", by=root, ca=True)
    short = rsa.generate_private_key(65537, 2048)
    leaves = {
        "ec": _issue("Leaf", by=middle),
        "rsa": _issue("Leaf", by=middle, key=short),
        "late": _issue("Late", by=middle, ends=NOW - DAY),
        "lost": _issue("Lost", by=_issue("Nobody", ca=True)),
        "low": _issue("Low", by=_issue("No Authority", by=root)),
    }
    for leaf in leaves.values():
        signer = Signer(certificate=leaf[0], key=leaf[1], chain=(middle[0], root[0]))
        yield sign(content, signer=signer)
    yield _built(content, [leaves["ec"]], middle, pkcs7.PKCS7Options.NoAttributes)
    yield _built(content, [leaves["rsa"], leaves["late"]], middle)
    yield _padded(content, leaves["rsa"], middle)
    yield _open_ended(sign(content, signer=Signer(certificate=root[0], key=root[1])))


def _built(
    content: bytes, leaves: list[Issued], middle: Issued, *options: pkcs7.PKCS7Options
) -> bytes:
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_certificate(middle[0])
    for certificate, key in leaves:
        builder = builder.add_signer(certificate, key, hashes.SHA384())
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary, *options])


def _padded(content: bytes, leaf: Issued, middle: Issued) -> bytes:
    certificate, key = leaf
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_certificate(middle[0])
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    builder = builder.add_signer(certificate, key, hashes.SHA256(), rsa_padding=pss)
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def _open_ended(whole: bytes) -> bytes:
    """The same message, its outermost length left open (BER)."""
    header = 2 if whole[1] < 0x80 else 2 + (whole[1] & 0x7F)
    return whole[:1] + b"\x80" + whole[header:] + b"\x00\x00"


def _issue(
    name: str,
    *,
    by: Issued | None = None,
    key: Key | None = None,
    ca: bool = False,
    ends: datetime = NOW + DAY,
) -> Issued:
    own = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by[0].subject if by else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - 30 * DAY)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
    )
    return builder.sign(by[1] if by else own, hashes.SHA256()), own
