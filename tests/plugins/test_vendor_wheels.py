"""The vendors' plugins as their users get them: as wheels, with everything that belongs to them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.plugins.wheels import installed, told

PLUGINS = Path(__file__).parents[2] / "plugins"

TELL = """
import json
from ueapi.plugins import Registry
from ueapi.testing.quality import Quality, quality_file

registry = Registry.installed()
path = quality_file(registry, {name!r})
print(json.dumps({{"path": str(path), "rules": len(Quality.of_backend(registry, {name!r}).rules)}}))
"""


@pytest.mark.parametrize("name", ["jamf", "hexnode", "maas360"])
def test_an_installed_plugin_has_what_its_author_states(name: str, tmp_path: Path) -> None:
    site = installed([PLUGINS / name], tmp_path)

    found = told(site, TELL.format(name=name))

    assert found["path"] == str(site / f"ueapi_{name}" / "quality.yaml")
    assert found["rules"] > 5
