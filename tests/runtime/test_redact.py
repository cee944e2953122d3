from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ueapi.runtime.redact import MASK, Redactor


@pytest.mark.parametrize(
    "text",
    [
        "sent to noor.haddad@example.org today",
        "q=noor.haddad%40example.org&x=1",
        "Authorization: Bearer SECRETSECRET",
        "basic SECRETSECRET==",
        "eyJSECRETSECRET.SECRETSECRET.SECRETSECRET",
        '{"client_secret": "SECRETSECRET"}',
        "password=SECRETSECRET&x=1",
        "api_key: SECRETSECRET",
        "Token=SECRETSECRET",
    ],
)
def test_what_looks_like_a_secret_or_a_person_is_removed(text):
    cleaned = Redactor().clean(text)

    assert MASK in cleaned
    assert "SECRET" not in cleaned
    assert "noor" not in cleaned


@given(st.text(st.characters(codec="utf-8"), min_size=4), st.text(), st.text())
def test_a_known_secret_never_stays(secret, before, after):
    assert secret not in Redactor.knowing([secret]).clean(before + secret + after).replace(MASK, "")


def test_ordinary_text_stays():
    text = "the group Sales holds 12 devices (status 409)."

    assert Redactor.knowing(["hunter2-and-more"]).clean(text) == text
