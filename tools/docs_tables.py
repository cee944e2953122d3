"""Fill tables of the manual from the code, so that no page can promise what the code does not do.

A mkdocs hook: `<!-- table: NAME -->` in a page becomes the table of that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from typer.core import TyperArgument
from typer.main import get_command

from ueapi.cli.main import app
from ueapi.contract import Capability, Level, Support
from ueapi.plugins import Registry

MARK = re.compile(r"^<!-- table: ([\w-]+) -->$", re.MULTILINE)
SIGN = {
    Level.NATIVE: "yes",
    Level.PARTIAL: "partly",
    Level.MANUAL: "by hand",
    Level.UNSUPPORTED: "no",
    Level.NOT_IMPLEMENTED: "not yet",
}


def on_page_markdown(markdown: str, **_: object) -> str:
    """Replace each mark by its table; an unknown name is an error."""
    return MARK.sub(lambda mark: "\n".join(TABLES[str(mark[1])]()), markdown)


def capabilities() -> Iterator[str]:
    """A row for each capability, a column for each installed backend."""
    registry = Registry.installed()
    sheets = {name: registry.sheet(name) for name in registry.names}
    products = [registry.manifest(name).product for name in registry.names]
    yield f"| capability | {' | '.join(products)} |"
    yield "|---" * (len(sheets) + 1) + "|"
    for capability in Capability:
        cells = [cell(sheet[capability]) for sheet in sheets.values()]
        yield f"| `{capability.value}` | {' | '.join(cells)} |"


def losses() -> Iterator[str]:
    """For each backend, what is missing or different, in the sheet's own words."""
    registry = Registry.installed()
    for name in registry.names:
        yield f"\n## {registry.manifest(name).product}\n"
        sheet = registry.sheet(name)
        for capability in sheet:
            support = sheet[capability]
            text = support.loss or support.why or "; ".join(support.steps)
            if text:
                yield f"- `{capability.value}` ({SIGN[support.level]}): {escaped(text)}"


def cell(support: Support) -> str:
    """One cell: the level, and a star where no source confirms it."""
    return SIGN[support.level] + (" \\*" if support.assumed else "")


def commands() -> Iterator[str]:
    """Each command with its arguments and options."""
    yield from of_command(get_command(app), ())


def of_command(command: Any, path: tuple[str, ...]) -> Iterator[str]:
    """A section for a command, then one for each of its own."""
    children: dict[str, Any] | None = getattr(command, "commands", None)
    if path and children is None:
        arguments = [shown_name(p) for p in command.params if isinstance(p, TyperArgument)]
        words = " ".join(["ueapi", *path, *arguments])
        yield f"\n## `ueapi {' '.join(path)}`\n"
        yield f"```\n{words} [OPTIONS]\n```\n"
        yield f"{escaped(command.help or '')}\n"
        yield from of_parameters(command.params)
    for name, child in sorted((children or {}).items()):
        yield from of_command(child, (*path, name))


def of_parameters(parameters: list[Any]) -> Iterator[str]:
    """A row for each argument and option."""
    rows = [p for p in parameters if "--help" not in p.opts]
    if not rows:
        return
    yield "| argument or option | meaning | default |"
    yield "|---|---|---|"
    for parameter in rows:
        default = parameter.default
        shown = "" if default is None or default is False or callable(default) else f"`{default}`"
        yield f"| `{shown_name(parameter)}` | {escaped(getattr(parameter, 'help', None) or '')} | {shown} |"


def shown_name(parameter: Any) -> str:
    """An option as it is typed, an argument in capitals."""
    if isinstance(parameter, TyperArgument):
        return str(parameter.metavar or parameter.name.upper())
    return ", ".join(parameter.opts)


def escaped(text: str) -> str:
    """Keep text from being read as a table's border or as a tag."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


TABLES = {"capabilities": capabilities, "losses": losses, "commands": commands}
