"""One JSON document with a long list in it, written row by row: many files need no more memory than one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from textwrap import indent
from typing import Final

HOLE: Final = "\0rows"
"""Stands in the document where the rows go."""

_INDENT: Final = 2


def print_streamed(document: Callable[[], object], rows: Iterable[object]) -> None:
    """Print a document whose list `[HOLE]` is filled with rows as they come.

    Args:
        document: gives the document; asked before the rows and again after them, when only what comes after the
            list may have changed.
        rows: the elements.
    """
    mark = json.dumps(HOLE)
    head, _, _ = _dumped(document()).partition(mark)
    start = head.rstrip()
    margin = head[len(start) :].strip("\n")
    sys.stdout.write(start)
    count = 0
    for row in rows:
        sys.stdout.write(",\n" if count else "\n")
        sys.stdout.write(indent(_dumped(row), margin))
        count += 1
    _, _, tail = _dumped(document()).partition(mark)
    sys.stdout.write((tail if count else tail.lstrip()) + "\n")


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=_INDENT, default=str)
