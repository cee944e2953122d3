"""Reads the public surface that plugins build on: every name, parameter, field and member, each as one line of text.

A surface is a flat dictionary from a path to a description. `ueapi.contract.Devices.get` is a method,
`ueapi.contract.Devices.get(device_id)` its parameter. Annotations are taken as they are written in the source, so the
description is the same on every version of Python.
"""

from __future__ import annotations

import ast
import enum
import importlib
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import attrs
from pydantic import BaseModel

from ueapi.contract.deprecation import REMOVED_IN

MODULES = (
    "ueapi.contract",
    "ueapi.contract.opening",
    "ueapi.contract.wording",
    "ueapi.contract.xml",
    "ueapi.flow",
    "ueapi.errors",
    "ueapi.model",
    "ueapi.apple.plist",
    "ueapi.apple.profiles",
)
"""What a plugin may import, and 1.x promises to keep."""

CORE = "ueapi."
REQUIRED = "required"
PROTOCOL = "protocol"
DEPRECATED = " deprecated until "
_NEEDS = "__ueapi_needs__"
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)

Surface = Mapping[str, str]


def surface(modules: tuple[str, ...] = MODULES) -> Surface:
    """Describe all public names of these modules."""
    found: dict[str, str] = {}
    for name in modules:
        module = importlib.import_module(name)
        for public in public_names(module):
            found |= dict(described(f"{name}.{public}", getattr(module, public)))
    return found


def public_names(module: ModuleType) -> list[str]:
    """What a module offers: its `__all__`, or what it defines itself."""
    declared = getattr(module, "__all__", None)
    if declared is not None:
        return sorted(declared)
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    names = (name for statement in tree.body for name in _defined(statement))
    return sorted(
        n for n in names if not n.startswith("_") and not isinstance(vars(module)[n], TypeVar)
    )


def _defined(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case ast.Assign(targets=targets):
            yield from (t.id for t in targets if isinstance(t, ast.Name))
        case _:
            pass


def described(path: str, value: object) -> Iterator[tuple[str, str]]:
    """Describe one name and everything in it."""
    if isinstance(value, ModuleType):
        yield path, "module"
    elif isinstance(value, type):
        yield path, _kind(value)
        yield from _members(path, value)
    elif inspect.isfunction(value):
        yield from _callable(path, value, "function")
    elif type(value).__module__ == "typing" or "GenericAlias" in type(value).__name__:
        yield path, f"alias {_alias(value)}"
    else:
        yield path, f"constant {type(value).__name__}"


def _alias(value: object) -> str:
    supertype = getattr(value, "__supertype__", None)
    return f"new type of {supertype.__name__}" if supertype is not None else str(value)


def _kind(owner: type) -> str:
    """What a class is, and which of ours it is also: `except` and `isinstance` rest on that."""
    if getattr(owner, "_is_protocol", False):
        return PROTOCOL
    parents = [c.__name__ for c in owner.__mro__[1:] if c.__module__.startswith(CORE)]
    kind = "enumeration" if issubclass(owner, enum.Enum) else "class"
    return f"{kind} ({', '.join(parents)})" if parents else kind


def _members(path: str, owner: type) -> Iterator[tuple[str, str]]:
    if issubclass(owner, enum.Enum):
        yield from ((f"{path}.{m.name}", f"member {m.value!r}") for m in owner)
    fields = dict(_fields(owner))
    yield from ((f"{path}.{name}", text) for name, text in fields.items())
    if not fields and "__init__" in _own(owner) and _kind(owner) != PROTOCOL:
        yield from _callable(f"{path}.__init__", _own(owner)["__init__"], "constructor")
    for name, value in sorted(_own(owner).items()):
        if not name.startswith("_") and name not in fields:
            yield from _member(f"{path}.{name}", value)


def _own(owner: type) -> dict[str, object]:
    """What a class has from itself and those of ours, and not from a library."""
    ours = [c for c in reversed(owner.__mro__) if c.__module__.startswith(CORE)]
    return {name: value for c in ours for name, value in vars(c).items()}


def _fields(owner: type) -> Iterator[tuple[str, str]]:
    if attrs.has(owner):
        position = 0
        for one in attrs.fields(owner):
            if not one.init:
                continue
            where = "by name" if one.kw_only else f"at {position}"
            position += not one.kw_only
            default = REQUIRED if one.default is attrs.NOTHING else f"= {_shown(one.default)}"
            yield one.alias or one.name, f"field {where}: {_text(one.type)} {default}"
    elif issubclass(owner, BaseModel):
        written = {n: a for c in reversed(owner.__mro__) for n, a in _annotations(c).items()}
        for name, info in owner.model_fields.items():
            made = info.default_factory or info.default
            default = REQUIRED if info.is_required() else f"= {_shown(made)}"
            yield name, f"field by name: {_text(written.get(name))} {default}"


def _annotations(owner: type) -> Mapping[str, object]:
    return vars(owner).get("__annotations__", {}) if owner.__module__.startswith(CORE) else {}


def _member(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, property):
        yield path, f"property: {_text(_returns(value.fget))}"
    elif isinstance(value, (classmethod, staticmethod)):
        yield from _callable(path, value.__func__, type(value).__name__)
    elif inspect.isfunction(value):
        yield from _callable(path, value, "method")


def _returns(function: object) -> object:
    return inspect.signature(function).return_annotation if callable(function) else None


def _callable(path: str, function: object, kind: str) -> Iterator[tuple[str, str]]:
    if not callable(function):
        return
    signature = inspect.signature(function)
    needed = getattr(function, _NEEDS, None)
    told = f" needs {needed.value}" if needed is not None else ""
    yield path, f"{kind} -> {_text(signature.return_annotation)}{told}{_going(function)}"
    skipped = 0 if kind in ("function", "staticmethod") else 1
    for position, parameter in enumerate(list(signature.parameters.values())[skipped:]):
        yield f"{path}({parameter.name})", _parameter(parameter, position)


def _going(function: object) -> str:
    removed_in = getattr(function, REMOVED_IN, None)
    return "" if removed_in is None else f"{DEPRECATED}{removed_in}"


def _parameter(parameter: inspect.Parameter, position: int) -> str:
    where = f"at {position}" if parameter.kind in _POSITIONAL else "by name"
    if parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
        return f"any number: {_text(parameter.annotation)}"
    bare = parameter.default is inspect.Parameter.empty
    default = REQUIRED if bare else f"= {_shown(parameter.default)}"
    return f"parameter {where}: {_text(parameter.annotation)} {default}"


def _text(annotation: object) -> str:
    if annotation is None or annotation is inspect.Signature.empty:
        return "None" if annotation is None else "untyped"
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "untyped")


def _shown(default: object) -> str:
    """A default in a form that is the same in every process."""
    if (made_by := getattr(default, "factory", None)) is not None:
        return f"{made_by.__name__}()"
    if callable(default):
        return getattr(default, "__name__", type(default).__name__)
    if isinstance(default, (frozenset, set)):
        return f"{type(default).__name__} of {sorted(map(str, default))}"
    return repr(default)
