"""Rows as a table, JSON, NDJSON or CSV. Documents go to stdout, everything else to stderr."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console

Row = Mapping[str, object]

UNLIMITED: Final = 100_000
"""Characters in a line when nobody looks: a pipe gets one line for each row, whole enough to search in."""

SAMPLE: Final = 1000
"""Rows of a table that are measured before it is drawn; a longer listing is drawn in several tables."""


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"


@cache
def errors() -> Console:
    """Where everything but documents goes."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


@cache
def output() -> Console:
    """Where tables and summaries go."""
    from rich.console import Console

    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return Console(highlight=False, width=UNLIMITED)
    return Console(highlight=False)


def print_document(document: object) -> None:
    """One JSON document on stdout, with stable key order."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n")


def print_rows(columns: Sequence[str], rows: Iterable[Row], form: Format) -> int:
    """Print rows as they come and return their number."""
    match form:
        case Format.TABLE:
            return _table(columns, iter(rows))
        case Format.CSV:
            return _csv(columns, rows)
        case Format.NDJSON:
            return _ndjson(rows)
        case Format.JSON:
            return _json(rows)


def _table(columns: Sequence[str], rows: Iterator[Row]) -> int:
    from ueapi.cli.table import drawn

    count, width = 0, output().width
    while part := list(islice(rows, SAMPLE)):
        cells = [[_text(row.get(c)) for c in columns] for row in part]
        output().print(drawn(columns, cells, width))
        count += len(part)
    return count


def _text(value: object) -> str:
    from ueapi.cli.table import safe

    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else safe(str(value))


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> int:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow(["" if row.get(c) is None else row[c] for c in columns])
        count += 1
    return count


def _ndjson(rows: Iterable[Row]) -> int:
    count = 0
    for row in rows:
        sys.stdout.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
        count += 1
    return count


def _json(rows: Iterable[Row]) -> int:
    """One array, written row by row so that a long listing needs no memory."""
    count = 0
    sys.stdout.write("[")
    for row in rows:
        sys.stdout.write(",\n " if count else "\n ")
        sys.stdout.write(json.dumps(row, ensure_ascii=False, default=str))
        count += 1
    sys.stdout.write("\n]\n" if count else "]\n")
    return count
