"""What is typed wrongly ends with the code of wrong usage before anything is done, in words of ours."""

from __future__ import annotations

import pytest
from pydantic import Field, field_validator
from typer.testing import CliRunner, Result

from ueapi.cli.exits import Exit, exit_code
from ueapi.cli.main import app
from ueapi.client.opening import validated
from ueapi.contract import Settings
from ueapi.errors import InvalidSettings, UeapiError


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def code_of(result: Result) -> int:
    problem = result.exception
    return exit_code(problem) if isinstance(problem, UeapiError) else result.exit_code


@pytest.mark.parametrize("address", ["sam", "@example.org", "sam@", "sam@example", "sam@a..b", ""])
def test_an_address_no_phone_takes_is_wrong_usage(address: str) -> None:
    result = run("phone", "enroll", address, "--discovery", "https://127.0.0.1:9")

    assert code_of(result) == Exit.USAGE
    assert isinstance(result.exception, UeapiError)
    assert "sam@example.org" in result.exception.remedy
    assert not result.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("simulate", "memory", "--port", "99999"),
        ("simulate", "memory", "--port", "-1"),
        ("discovery", "serve", "--list", "x", "--anchors", "y", "--port", "0"),
        ("discovery", "check", "example.org", "--watch", "0"),
        ("demo", "--users", "0"),
        ("list", "phones", "work"),
        ("list", "devices", "work", "--format", "yaml"),
    ],
)
def test_a_value_that_can_not_be_is_refused_without_words_of_a_library(
    words: tuple[str, ...],
) -> None:
    result = run(*words)

    assert code_of(result) == Exit.USAGE
    assert "Invalid value" in result.stderr
    assert "Value error" not in result.stderr
    assert "Input should" not in result.stderr


class Place(Settings):
    """Settings of a made-up product."""

    url: str
    rows: int = Field(default=100, ge=25)

    @field_validator("url")
    @classmethod
    def _is_https(cls, value: str) -> str:
        if not value.startswith("https://"):
            raise ValueError("url must look like https://host")
        return value


def test_a_setting_that_breaks_a_rule_is_told_the_rule_in_a_plain_sentence() -> None:
    with pytest.raises(InvalidSettings) as refused:
        validated("acme", Place, {"url": "example.org", "rows": 3})

    assert refused.value.message == (
        "`url` is wrong: url must look like https://host; "
        "`rows` is wrong: it should be greater than or equal to 25."
    )


def test_a_rule_whose_words_hold_the_value_is_left_out() -> None:
    with pytest.raises(InvalidSettings) as refused:
        validated("acme", Place, {"url": "host"})

    assert refused.value.message == "`url` is wrong: it hasn't the form this setting takes."
