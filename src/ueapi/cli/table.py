"""A table that loses nothing: words stay whole while they fit, addresses break before the `@`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.table import Table

GAP: Final = 2


def drawn(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Table:
    """Lay rows out in at most that many characters."""
    from rich.table import Table
    from rich.text import Text

    widths = _widths([columns, *rows], width)
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for name, room in zip(columns, widths, strict=True):
        table.add_column(Text(name), width=room, overflow="fold")
    for row in rows:
        cells = zip(row, widths, strict=True)
        table.add_row(*(Text("\n".join(_lines(cell, room))) for cell, room in cells))
    return table


def safe(text: str) -> str:
    """Text from a product without characters that could steer a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _widths(lines: Sequence[Sequence[str]], width: int) -> list[int]:
    """Natural widths if they fit; else the longest word of each column, and the rest shared by need."""
    from rich.cells import cell_len

    columns = list(zip(*lines, strict=True))
    natural = [max(map(cell_len, cells)) for cells in columns]
    room = width - GAP * len(columns)
    if sum(natural) <= room:
        return natural
    least = [max(cell_len(w) for cell in cells for w in _words(cell)) for cells in columns]
    if sum(least) > room:
        return _squeezed(least, room)
    return _shared(least, natural, room - sum(least))


def _squeezed(least: list[int], room: int) -> list[int]:
    """Narrow the widest column until all fit; its words are then broken, not cut off."""
    widths = list(least)
    while sum(widths) > room and max(widths) > 1:
        widths[widths.index(max(widths))] -= 1
    return widths


def _shared(least: list[int], natural: list[int], spare: int) -> list[int]:
    """Give spare room to whoever needs it, those first that then fit whole."""
    widths = list(least)
    for column in sorted(range(len(least)), key=lambda c: natural[c] - least[c]):
        more = min(natural[column] - least[column], spare)
        widths[column] += more
        spare -= more
    return widths


def _words(cell: str) -> list[str]:
    return [part for word in cell.split() for part in _parts(word)] or [""]


def _parts(word: str) -> Iterator[str]:
    name, at, host = word.partition("@")
    if name and at:
        yield name
        yield f"@{host}"
    else:
        yield word


def _lines(cell: str, room: int) -> Iterator[str]:
    from rich.cells import cell_len

    if cell_len(cell) <= room:
        yield cell
        return
    line = ""
    for word in cell.split():
        for number, part in enumerate(_parts(word)):
            joined = f"{line}{'' if number or not line else ' '}{part}"
            if line and cell_len(joined) > room:
                yield line
                joined = part
            line = joined
    yield line
