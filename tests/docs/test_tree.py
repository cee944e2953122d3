"""The tree keeps the rules of the house, and the manual keeps up with the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.check_tree import check_line, check_name, check_vendor_words, findings

import ueapi
from ueapi import errors
from ueapi.contract import Capability
from ueapi.plugins import Registry

TOP = Path(__file__).resolve().parents[2]
PAGES = [TOP / "README.md", TOP / "CONTRIBUTING.md", *sorted((TOP / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#]+)(?:#[\w-]*)?\)")


def test_the_tree_keeps_the_rules_of_the_house() -> None:
    assert findings(TOP) == []


@pytest.mark.parametrize(
    "line", ["https://py" + "pi.org/simple", "see /ro" + "ot/project/x", "open('/ho" + "me/me/x')"]
)
def test_a_registry_host_or_a_machine_path_is_found(line: str) -> None:
    assert list(check_line(line))


@pytest.mark.parametrize(
    "line", ["GET /api/v1/users/home", "src/home/x", "https://example.org/work/x"]
)
def test_paths_of_an_api_are_no_machine_paths(line: str) -> None:
    assert not list(check_line(line))


def test_a_name_without_subject_is_found() -> None:
    assert list(check_name("src/ueapi/model/utils.py"))
    assert list(check_name("src/ueapi/helpers/users.py"))
    assert not list(check_name("src/ueapi/model/people.py"))


def test_a_vendor_word_in_neutral_code_is_found() -> None:
    assert list(check_vendor_words("src/ueapi/client/doors.py", ["# Jamf does it so"]))
    assert not list(check_vendor_words("src/ueapi/client/doors.py", ["# some products do it so"]))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(TOP).as_posix())
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    targets = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]

    assert [link for link in targets if not (page.parent / link).exists()] == []


def test_every_error_is_in_the_tree_at_the_top_of_its_module() -> None:
    defined = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, ueapi.UeapiError)
    }

    assert {name for name in defined if name not in (errors.__doc__ or "")} == set()


def test_every_backend_has_a_row_for_each_capability() -> None:
    registry = Registry.installed()

    assert registry.names == ("hexnode", "jamf", "maas360", "memory")
    for name in registry.names:
        assert set(registry.sheet(name).rows) == set(Capability)


def test_every_row_that_claims_something_names_its_source_or_is_assumed() -> None:
    registry = Registry.installed()
    bare = [
        f"{name} {capability}"
        for name in registry.names
        for capability, support in registry.sheet(name).rows.items()
        if support.is_callable and not (support.evidence or support.assumed)
    ]

    assert bare == []


def test_every_exit_code_is_documented() -> None:
    from ueapi.cli.exits import Exit

    page = (TOP / "docs/reference/command-line.md").read_text("utf-8")

    assert [code for code in Exit if f"| {code.value} |" not in page] == []
