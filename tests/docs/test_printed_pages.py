"""Pages that are printed have margins of their own, and leave the size of the paper to whoever prints.

With a size in the page a browser no longer offers the other one: A4 would be shrunk onto US Letter.
"""

from __future__ import annotations

import re
from importlib import resources

import pytest

PAGES = (
    ("ueapi.guidance", "print.html"),
    ("ueapi.guidance", "trust.html"),
    ("ueapi.migration", "report.html"),
)


@pytest.mark.parametrize(("package", "name"), PAGES)
def test_a_printed_page_has_margins_and_fits_either_paper(package: str, name: str) -> None:
    text = (resources.files(package) / "pages" / name).read_text(encoding="utf-8")

    rules = re.findall(r"@page\s*\{([^}]*)\}", text)
    assert [rule.strip() for rule in rules] == ["margin:16mm"]
