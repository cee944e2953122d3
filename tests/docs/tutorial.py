"""Runs a tutorial as it is printed: files are put down, commands run, and what is shown has to come out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from attrs import define, field, frozen

BLOCK: Final = re.compile(
    r"^```(?P<language>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
SECONDS: Final = 120


@frozen
class Block:
    """One block of a page; `line` is where it begins."""

    language: str
    title: str | None
    text: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page, in their order."""
    text = page.read_text("utf-8")
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(match["language"], match["title"], match["text"], line)


@define
class Reader:
    """Somebody who types what the page says, in a folder of their own, without a network."""

    folder: Path
    project: str
    """The folder the page's `cd` leads to, whose `src` is importable once it is installed."""
    said: str = field(default="", init=False)
    """What the last command printed."""

    def follow(self, block: Block) -> None:
        """Do what a block asks for.

        Raises:
            AssertionError: a command failed, or what is shown wasn't printed.
        """
        match block:
            case Block(title=str(title)):
                place = self.folder / title
                assert place.parent.exists() or place.parent.parent.exists(), title
                place.parent.mkdir(exist_ok=True)
                place.write_text(block.text, encoding="utf-8")
            case Block(language="sh"):
                self._run(block)
            case Block(language="text"):
                self._compare(block)
            case _:
                raise AssertionError(f"line {block.line}: a block of {block.language} does nothing")

    def _run(self, block: Block) -> None:
        state = self.folder / ".where"
        script = f'{block.text}\ncode=$?\npwd > "{state}"\nexit $code'
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        self.said = done.stdout + done.stderr
        # A check that finds something ends with 1.
        may_find = "plugin check" in block.text
        assert done.returncode in (0, int(may_find)), f"line {block.line}: {self.said}"
        assert "Traceback" not in self.said, f"line {block.line}: {self.said}"
        folder = Path(state.read_text("utf-8").strip())
        state.unlink()
        self.folder = folder

    def _environment(self) -> Mapping[str, str]:
        """Installing takes nothing from anywhere, and lands beside the project."""
        home = self.folder if self.folder.name == self.project else self.folder / self.project
        site = home.parent / "site"
        before = os.environ.get("PYTHONPATH", "")
        paths = [str(site), str(home / "src"), *filter(None, [before])]
        scripts = Path(sys.executable).parent
        return {
            **os.environ,
            "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join(paths),
            "PIP_NO_INDEX": "1",
            "PIP_NO_DEPS": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this one the other way round
            "PIP_TARGET": str(site),
            "COLUMNS": "100",
        }

    def _compare(self, block: Block) -> None:
        came = " ".join(self.said.split())
        shown = [" ".join(line.split()) for line in block.text.splitlines()]
        missing = [line for line in shown if line not in came]
        assert missing == [], f"line {block.line}: {missing} not in\n{self.said}"
