"""Writes the files of a new plugin project."""

from __future__ import annotations

from pathlib import Path

from ueapi.errors import UnreadableInput


def write(name: str, *, into: Path) -> tuple[Path, ...]:
    """Write the project folder `ueapi-NAME` and return the files in it.

    Raises:
        UnreadableInput: the folder exists; it is left untouched.
    """
    folder = into / f"ueapi-{name}"
    if folder.exists():
        raise UnreadableInput(
            f"{folder} exists.", remedy="Choose another name or `--dir`; nothing was changed."
        )
    folder.mkdir(parents=True)
    readme = folder / "README.md"
    readme.write_text(f"# ueapi-{name}\n", encoding="utf-8")
    return (readme,)
