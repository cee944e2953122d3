"""The page about the backend that its author names in `quality.yaml`: that it is there, and says how to connect."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from unittest import SkipTest

from pydantic import SecretStr

from ueapi.contract import Settings
from ueapi.testing.harness import Harness
from ueapi.testing.promises import promise
from ueapi.testing.quality import Status, quality_file
from ueapi.testing.tiers import Topic

LARGEST: Final = 1024 * 1024
"""Bytes of a page that are read."""
SHORTEST: Final = 300
"""Characters below which a page can't say what it has to."""
_PROJECT: Final = "pyproject.toml"
_HIGHEST: Final = 6
"""Folders above `quality.yaml` in which the page is looked for."""


class ManualConformance:
    """Whoever installs the backend finds out how to use it."""

    facet = "manual"

    @promise(
        "manual.page.names-settings",
        Topic.DOCS_PAGE,
        fix="Write the page, name it with `docs-page: {status: done, evidence: PATH}` in quality.yaml, and name there "
        "each setting that is needed to connect and how to come by it.",
    )
    def test_the_page_is_there_and_names_what_connecting_takes(self, harness: Harness) -> None:
        """The page that `quality.yaml` names is there, and names each setting that connecting takes."""
        text = page(harness)
        assert len(text) >= SHORTEST, f"the page has {len(text)} characters only"
        settings = harness.registry.settings_type(harness.tenant.backend)
        missing = [name for name in needed(settings) if not re.search(rf"\b{name}\b", text)]

        assert not missing, f"the page doesn't name {', '.join(missing)}"


def needed(settings: type[Settings]) -> list[str]:
    """Settings that have to be given, and secrets that may be; the address goes without saying."""
    return [
        name
        for name, field in settings.model_fields.items()
        if name != "url" and (field.is_required() or SecretStr.__name__ in str(field.annotation))
    ]


def page(harness: Harness) -> str:
    """The text of the page.

    Raises:
        SkipTest: the author exempts it or names none yet, or it isn't among the files that are installed.
        AssertionError: it is named, and not there.
    """
    answer = harness.quality.answer(Topic.DOCS_PAGE.value)
    if answer.status is not Status.DONE:
        raise SkipTest(answer.reason or "quality.yaml names no page yet")
    file = quality_file(harness.registry, harness.tenant.backend)
    if file is None:
        raise SkipTest("there is no quality.yaml to look for the page from")
    if re.match(r"https?://", answer.evidence):
        raise SkipTest("the page is on the web, and the kit asks no network")
    assert answer.evidence, "quality.yaml says that there is a page, and not where"
    for folder in list(file.parents)[:_HIGHEST]:
        if (found := folder / answer.evidence).is_file():
            return _bounded(found)
    if not any((folder / _PROJECT).is_file() for folder in list(file.parents)[:_HIGHEST]):
        raise SkipTest("the backend is installed without its sources, so its page isn't here")
    raise AssertionError(f"there is no {answer.evidence}")


def _bounded(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(LARGEST).decode("utf-8", errors="replace")
