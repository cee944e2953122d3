"""Text for people: wrapped to the terminal, with quiet colors where there is one."""

from __future__ import annotations

from textwrap import wrap
from typing import Final

from ueapi.cli.printing import output
from ueapi.cli.table import safe
from ueapi.cli.telling import NARROWEST, WIDEST

SEVERITY_STYLES: Final = {"error": "red", "warning": "yellow", "note": "dim"}


def say(text: str, *, indent: int = 0, hanging: int | None = None, style: str = "") -> None:
    """Print a paragraph; later lines stand at `hanging`, and colors show on a terminal only."""
    say_labeled("", text, indent=indent, hanging=hanging, style=style)


def say_labeled(
    label: str, text: str, *, indent: int = 0, hanging: int | None = None, style: str = ""
) -> None:
    """Print a paragraph that begins with a label of its own style; without a label the style is for all."""
    from rich.text import Text

    whole = safe(f"{label}{text}")
    lines = wrap(
        whole,
        min(max(output().width, NARROWEST), WIDEST),
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent if hanging is None else hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )
    printed = Text("\n".join(lines), style="" if label else style)
    if label:
        printed.stylize(style, indent, indent + len(label.rstrip()))
    output().print(printed, soft_wrap=True)
