"""What the fields of a model mean, taken from the texts below them."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise


def descriptions(model: type) -> dict[str, str]:
    """The text below each field of a class and of those it is made from, by the field's name.

    Read from the source only when asked, since parsing it at import would take longer than all the rest. A class
    without source at hand has no descriptions.
    """
    found: dict[str, str] = {}
    for owner in reversed(model.__mro__):
        if "__annotations__" in vars(owner):
            found.update(_below_fields(owner))
    return found


def _below_fields(owner: type) -> Iterator[tuple[str, str]]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(owner)))
    except (OSError, SyntaxError):
        return
    definition = tree.body[0]
    if not isinstance(definition, ast.ClassDef):
        return
    for field, text in pairwise(definition.body):
        match field, text:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(told))),
            ):
                yield name, inspect.cleandoc(told)
