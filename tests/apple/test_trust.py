"""Who is trusted to have signed, and why not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from tests.apple.signers import (
    CONTENT,
    DAY,
    NOW,
    Identity,
    ec_key,
    intermediate,
    issue,
    judged,
    leaf,
    root,
    rsa_key,
    signer,
    signer_of,
)

from ueapi.apple.profiles.signing import sign
from ueapi.apple.profiles.trust import Trust
from ueapi.errors import UsageError


def test_expired_untrusted_and_not_yet_valid_are_told_apart() -> None:
    signed = sign(CONTENT, signer=signer())
    stranger = issue("Stranger", ca=True)

    assert judged(signed, at=NOW + 31 * DAY).trust is Trust.EXPIRED
    assert judged(signed, at=NOW - 31 * DAY).trust is Trust.NOT_YET_VALID
    assert judged(signed, stranger).trust is Trust.UNTRUSTED
    both = judged(signed, stranger, at=NOW + 31 * DAY)
    assert both.trust is Trust.UNTRUSTED
    assert both.problems == (Trust.UNTRUSTED, Trust.EXPIRED)


def test_the_times_at_the_very_ends_are_valid() -> None:
    signed = sign(CONTENT, signer=signer())

    assert judged(signed, at=NOW + 30 * DAY).trust is Trust.TRUSTED
    assert judged(signed, at=NOW - 30 * DAY).trust is Trust.TRUSTED


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(UsageError, match="time zone"):
        judged(sign(CONTENT, signer=signer()), at=NOW.replace(tzinfo=None))


def test_a_signer_that_is_itself_an_anchor_is_trusted() -> None:
    alone = issue("Alone", usage="digital_signature")

    assert judged(sign(CONTENT, signer=signer_of(alone)), alone).trust is Trust.TRUSTED
    assert judged(sign(CONTENT, signer=signer_of(alone))).trust is Trust.UNTRUSTED


def test_a_missing_link_is_named() -> None:
    result = judged(sign(CONTENT, signer=signer_of(leaf())))

    assert result.trust is Trust.UNTRUSTED
    assert "CN=Example Issuing" in result.signers[0].reasons[0]


def test_anchors_may_supply_the_missing_link() -> None:
    signed = sign(CONTENT, signer=signer_of(leaf()))

    assert judged(signed, intermediate()).trust is Trust.TRUSTED


def no_authority() -> tuple[Identity, ...]:
    middle = issue("Middle", by=root())
    return issue("Leaf", by=middle), middle


def no_right_to_issue() -> tuple[Identity, ...]:
    middle = issue("Middle", by=root(), ca=True, usage="crl_sign")
    return issue("Leaf", by=middle), middle


def no_right_to_sign() -> tuple[Identity, ...]:
    return (issue("Leaf", by=root(), usage="key_encipherment"),)


def longer_than_allowed() -> tuple[Identity, ...]:
    first = issue("First", by=root(), ca=True, path_length=0)
    second = issue("Second", by=first, ca=True)
    return issue("Leaf", by=second), second, first


def forged_by_name() -> tuple[Identity, ...]:
    impostor = issue("Example Root", key=ec_key("impostor"), ca=True)
    return (issue("Leaf", by=impostor),)


def demanding_names() -> tuple[Identity, ...]:
    names = x509.NameConstraints(
        permitted_subtrees=[x509.DNSName("example.org")], excluded_subtrees=None
    )
    middle = issue("Middle", by=root(), ca=True, extra=(names,))
    return issue("Leaf", by=middle), middle


def demanding_signer() -> tuple[Identity, ...]:
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
    return (issue("Leaf", by=root(), extra=(odd,)),)


def weak_link() -> tuple[Identity, ...]:
    middle = issue("Middle", by=root(), ca=True, key=rsa_key("short", 1024))
    return issue("Leaf", by=middle), middle


def endless() -> tuple[Identity, ...]:
    chain = [issue("Level 0", by=root(), ca=True)]
    for level in range(1, 9):
        chain.append(issue(f"Level {level}", by=chain[-1], ca=True))
    return (issue("Leaf", by=chain[-1]), *reversed(chain))


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (no_authority, "may not issue"),
        (no_right_to_issue, "may not issue"),
        (no_right_to_sign, "may not sign"),
        (longer_than_allowed, "longer than it allows"),
        (forged_by_name, "was not signed by"),
        (demanding_names, "not understood"),
        (demanding_signer, "not understood"),
        (weak_link, "weak"),
        (endless, "longer than 8"),
    ],
)
def test_a_chain_that_breaks_a_rule_is_not_trusted(
    made: Callable[[], tuple[Identity, ...]], why: str
) -> None:
    result = judged(sign(CONTENT, signer=signer_of(*made())))

    assert result.trust is Trust.UNTRUSTED
    assert any(why in reason for reason in result.signers[0].reasons)


def test_certificates_that_allow_ways_without_number_end_the_search() -> None:
    key = ec_key("maze")
    maze = [issue("Maze", key=key, ca=True) for _ in range(20)]
    start = issue("Leaf", by=maze[0])

    result = judged(sign(CONTENT, signer=signer_of(start, *maze)))

    assert result.trust is Trust.UNTRUSTED
    assert any("too many ways" in reason for reason in result.signers[0].reasons)


def test_an_expired_cross_certificate_does_not_hide_the_valid_chain() -> None:
    key = ec_key("crossed")
    old = issue("Crossed", by=root(), key=key, ca=True, ends=NOW - DAY)
    new = issue("Crossed", by=root(), key=key, ca=True)
    start = issue("Leaf", by=new)

    assert judged(sign(CONTENT, signer=signer_of(start, old, new))).trust is Trust.TRUSTED


def test_names_are_shown_without_control_characters() -> None:
    odd = issue("Evil\x1b[31m\u202e\nName" + "x" * 40)

    result = judged(sign(CONTENT, signer=signer_of(odd)))

    assert result.signers[0].subject == "CN=Evil[31mName" + "x" * 40


def test_an_oddly_long_name_is_shortened() -> None:
    odd = issue("Long", subject=overlong())

    result = judged(sign(CONTENT, signer=signer_of(odd)))

    subject = result.signers[0].subject
    assert subject.startswith("OU=part 59,OU=part 58")
    assert len(subject) == 300


def overlong() -> x509.Name:
    return x509.Name(
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"part {n}") for n in range(60)
    )
