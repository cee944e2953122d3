"""What an author states is read with bounds, and wrong statements are told by their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from ueapi.errors import UnreadableInput
from ueapi.plugins import Registry
from ueapi.testing.quality import LARGEST, Quality, Status, quality_file


def written(folder: Path, text: str) -> Path:
    path = folder / "quality.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", Registry.installed().names)
def test_each_bundled_backend_states_something(name: str) -> None:
    registry = Registry.installed()

    assert quality_file(registry, name) is not None
    assert Quality.of_backend(registry, name).format == 1


def test_what_is_not_answered_is_to_do(tmp_path: Path) -> None:
    quality = Quality.read(written(tmp_path, "rules: {changelog: done}\n"))

    assert quality.answer("changelog").status is Status.DONE
    assert quality.answer("types").status is Status.TODO


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rules: {punctuality: done}", "no such rule: punctuality"),
        ("rules: {types: {status: exempt}}", "an exemption has a reason"),
        ("rules: {types: perhaps}", "rules.types"),
        ("costs: {users.list: 1}", "costs"),
        ("losses: [{path: users/*, capability: users.fly, reason: wings}]", "losses.0.capability"),
        ("format: 2", "format"),
        ("grade: gold", "grade"),
        ("rules: [unclosed", "no YAML"),
        ("a: &a [1]\nb: *a", "a reference"),
        ("[" * 20 + "]" * 20, "nests deeper"),
        ("x: " + "y" * LARGEST, "larger than"),
    ],
)
def test_a_wrong_statement_is_told_by_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UnreadableInput, match=told) as caught:
        Quality.read(written(tmp_path, text))

    assert caught.value.remedy


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="can't be read"):
        Quality.read(tmp_path / "quality.yaml")
