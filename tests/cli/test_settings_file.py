"""The file of named tenants: what is written is read back, only the owner may read it, and it holds no secret."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest

from ueapi.cli.settings_file import (
    SecretSource,
    TenantEntry,
    find_entry,
    read_entries,
    reveal,
    write_entries,
)
from ueapi.errors import InvalidSettings

ODD = [
    "plain",
    "with space",
    "a.b",
    'quo"te',
    "back\\slash",
    "Zoë 許",
    "[x]",
    "#",
    "",
    "new\nline",
    "tab\t\x7f\x00",
    "\u2028",
]


def entry(name: str, **settings: str | int) -> TenantEntry:
    return TenantEntry(name, "hexnode", settings, {"api_key": SecretSource("env", "KEY")})


@pytest.mark.parametrize("odd", ODD)
def test_odd_names_and_values_come_back(tmp_path: Path, odd: str) -> None:
    path = tmp_path / "tenants.toml"
    written = {odd: entry(odd, url=odd, size=7), "other": entry("other", url="u")}

    write_entries(path, written)

    assert read_entries(path) == written


@pytest.mark.parametrize(
    "source",
    [
        SecretSource("env", "A_B"),
        SecretSource("file", '/a "b"/c'),
        SecretSource("command", "pass show 'x y'"),
        SecretSource("keychain", "acme/api_key"),
    ],
)
def test_each_source_of_a_secret_comes_back(tmp_path: Path, source: SecretSource) -> None:
    path = tmp_path / "tenants.toml"
    written = {"acme": TenantEntry("acme", "hexnode", {}, {"api_key": source})}

    write_entries(path, written)

    assert read_entries(path) == written


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "tenants.toml"

    write_entries(path, {"a": entry("a")})

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_others_could_read_becomes_the_owners(tmp_path: Path) -> None:
    path = tmp_path / "tenants.toml"
    path.write_text("")
    path.chmod(0o644)

    write_entries(path, {"a": entry("a")})

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_absent_file_has_no_tenant(tmp_path: Path) -> None:
    assert read_entries(tmp_path / "absent.toml") == {}


def test_what_is_written_is_toml_with_the_place_only(tmp_path: Path) -> None:
    path = tmp_path / "tenants.toml"

    write_entries(path, {"a": entry("a", url="https://a.example.org")})

    assert tomllib.loads(path.read_text()) == {
        "tenants": {
            "a": {"backend": "hexnode", "url": "https://a.example.org", "api_key": {"env": "KEY"}}
        }
    }


def test_the_owner_of_a_name_is_listed_when_asking_for_another(tmp_path: Path) -> None:
    path = tmp_path / "tenants.toml"
    write_entries(path, {"b": entry("b"), "a": entry("a")})

    with pytest.raises(InvalidSettings, match="there: a, b"):
        find_entry(path, "c")


def test_a_secret_comes_from_a_file_or_a_command_without_its_line_end(tmp_path: Path) -> None:
    place = tmp_path / "secret"
    place.write_text("hunter2\n")

    for source in (SecretSource("file", str(place)), SecretSource("command", f"cat {place}")):
        found = reveal(source, "api_key")
        assert found.get_secret_value() == "hunter2"
        assert "hunter2" not in repr(found)


def test_an_empty_secret_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")

    with pytest.raises(InvalidSettings, match="api_key"):
        reveal(SecretSource("file", str(tmp_path / "empty")), "api_key")


def test_a_failing_command_shows_none_of_its_output(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings) as caught:
        reveal(SecretSource("command", "sh -c 'echo hunter2; exit 3'"), "api_key")

    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__
