"""No secret, token, body or address leaves through logs, errors or `repr`."""

from __future__ import annotations

import asyncio
import logging
import traceback

import httpx
import pytest
from tests.client.fake import SECRET, URL, Product

from ueapi.errors import InvalidSettings, Rejected
from ueapi.model import ManagedAppleID
from ueapi.runtime.address import InsecureWarning

PERSON = "noor.haddad@example.org"
HIDDEN = (SECRET, "token-number", PERSON, "noor.haddad", "%40example.org")


def shown(caplog) -> str:
    return "\n".join(f"{r.getMessage()} {r.__dict__}" for r in caplog.records)


def run_through(tenant):
    list(tenant.users.list())
    tenant.users.find(ManagedAppleID(PERSON))


def test_logs_at_debug_level_name_no_secret_token_or_person(caplog):
    caplog.set_level(logging.DEBUG)

    with Product(people=2).connect() as tenant:
        run_through(tenant)

    assert "GET /find" in shown(caplog)
    assert not [word for word in HIDDEN if word in shown(caplog)]


def test_asynchronous_logs_are_as_discreet(caplog):
    caplog.set_level(logging.DEBUG, logger="ueapi")
    caplog.set_level(logging.DEBUG, logger="httpx")

    async def run():
        async with Product(people=2).connect_async() as tenant:
            await tenant.users.find(ManagedAppleID(PERSON))

    asyncio.run(run())

    assert not [word for word in HIDDEN if word in shown(caplog)]


def test_the_http_library_stays_loud_for_others(caplog):
    caplog.set_level(logging.INFO, logger="httpx")
    Product().connect().close()

    with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as other:
        other.get("https://other.example.org/")

    assert "other.example.org" in caplog.text


def test_an_error_of_the_product_is_cleaned_of_people_and_secrets():
    quoted = f"{PERSON} and Bearer abcdefgh and {SECRET}".encode()
    product = Product(script=[httpx.Response(400, content=quoted)])

    with product.connect() as tenant, pytest.raises(Rejected) as caught:
        tenant.users.get("u1")

    text = "".join(traceback.format_exception(caught.value)) + repr(caught.value.problems)
    assert not [word for word in (*HIDDEN, "abcdefgh") if word in text]


def test_a_tenant_shows_neither_address_nor_secret():
    with Product().connect(name="old") as tenant:
        assert repr(tenant) == "<Tenant old (fake)>"
        assert SECRET not in repr(vars(tenant))


def test_a_wrong_setting_is_named_and_never_its_value():
    telling = "a-telling-" + "value"

    with pytest.raises(InvalidSettings) as caught:
        Product().connect(size=telling)

    assert "`size`" in str(caught.value)
    assert telling not in "".join(traceback.format_exception(caught.value))


def test_a_misspelled_setting_gets_its_neighbour_s_name():
    with pytest.raises(InvalidSettings, match="did you mean `account`") as caught:
        Product().connect(acount="robot")

    assert "url, account, secret" in str(caught.value)


def test_a_missing_setting_is_named():
    arguments = Product().arguments()
    del arguments["secret"]
    from ueapi import connect

    with pytest.raises(InvalidSettings, match="`secret` is missing"):
        connect("fake", **arguments)


@pytest.mark.parametrize("url", ["http://tenant.example.org", "http://10.0.0.1:8080"])
def test_plain_http_to_another_machine_is_refused(url):
    with pytest.raises(InvalidSettings, match="unencrypted"):
        Product().connect(url=url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1"])
def test_plain_http_to_this_machine_is_fine(url):
    with Product().connect(url=url) as tenant:
        assert tenant.users.get("u1").id == "u1"


def test_plain_http_on_purpose_is_loud(caplog):
    with (
        pytest.warns(InsecureWarning),
        Product().connect(url="http://tenant.example.org", insecure=True) as tenant,
    ):
        assert tenant.users.get("u1").id == "u1"

    assert "WITHOUT encryption" in caplog.text


@pytest.mark.parametrize(
    "url", ["tenant.example.org", "ftp://x.example.org", "", "https://", f"{URL}?a=b"]
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(InvalidSettings, match="not the address"):
        Product().connect(url=url)


def test_credentials_in_the_address_are_refused_and_not_shown():
    with pytest.raises(InvalidSettings) as caught:
        Product().connect(url="https://robot:hush-hush@tenant.example.org")

    assert "hush-hush" not in str(caught.value)
