"""Content for any typed payload, made from the model's own fields."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le
from hypothesis import strategies as st
from pydantic import SecretBytes, SecretStr
from pydantic.fields import FieldInfo

from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.apple.profiles.payloads import WORDS, TypedKeys

MODELS_BY_WORD = sorted(WORDS.items())
TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=8)
LEAVES = st.one_of(TEXT, st.booleans(), st.integers(-9, 9), st.binary(max_size=4))
ANYTHING: st.SearchStrategy[PlistValue] = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)


def fields_of(model: type[TypedKeys]) -> Iterator[tuple[str, FieldInfo]]:
    """Each field but `further`, with Apple's key."""
    model.model_rebuild()
    for name, key in model.key_names().items():
        yield key, model.model_fields[name]


def content_of(model: type[TypedKeys]) -> st.SearchStrategy[PlistDict]:
    """What Apple's schema allows for a model, with keys nobody has heard of."""
    needed, free = dict[str, Any](), dict[str, Any]()
    for key, field in fields_of(model):
        is_needed = field.is_required() or field.default is not None
        (needed if is_needed else free)[key] = drawn(field.annotation, field.metadata)
    unknown = st.dictionaries(TEXT.map("X-{}".format), ANYTHING, max_size=2)
    known = st.fixed_dictionaries(needed, optional=free)
    return st.builds(lambda one, two: {**one, **two}, known, unknown)


def drawn(kind: Any, limits: list[Any]) -> st.SearchStrategy[Any]:
    """Values of one type."""
    kind, limits = _bare(kind, limits)
    if get_origin(kind) in (Union, types.UnionType):
        options = [option for option in get_args(kind) if option is not types.NoneType]
        return st.one_of([drawn(option, limits) for option in options])
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if get_origin(kind) is tuple:
        return st.lists(drawn(get_args(kind)[0], []), max_size=2)
    if _is_mapping(kind):
        inner = get_args(kind)[1]
        return st.dictionaries(TEXT, ANYTHING if inner is object else drawn(inner, []), max_size=2)
    if issubclass(kind, TypedKeys):
        return content_of(kind)
    return _drawn_leaf(kind, limits)


def _drawn_leaf(kind: type, limits: list[Any]) -> st.SearchStrategy[Any]:
    if kind is bool:
        return st.booleans()
    if kind is int:
        lowest = next((limit.ge for limit in limits if isinstance(limit, Ge)), -(2**31))
        highest = next((limit.le for limit in limits if isinstance(limit, Le)), 2**31)
        return st.integers(lowest, highest)
    return {str: TEXT, SecretStr: TEXT, bytes: st.binary(max_size=4), SecretBytes: st.binary()}[
        kind
    ]


def full(model: type[TypedKeys]) -> PlistDict:
    """The same content every time, with every field set."""
    return {key: _sample(field.annotation, field.metadata) for key, field in fields_of(model)}


def _sample(kind: Any, limits: list[Any]) -> PlistValue:
    kind, limits = _bare(kind, limits)
    if get_origin(kind) in (Union, types.UnionType):
        return _sample(get_args(kind)[0], limits)
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if get_origin(kind) is tuple:
        return [_sample(get_args(kind)[0], [])]
    if _is_mapping(kind):
        inner = get_args(kind)[1]
        return {"Any": "free" if inner is object else _sample(inner, [])}
    if issubclass(kind, TypedKeys):
        return full(kind)
    return _sample_leaf(kind, limits)


def _sample_leaf(kind: type, limits: list[Any]) -> PlistValue:
    lowest: Any = next((limit.ge for limit in limits if isinstance(limit, Ge)), 1)
    plain: Mapping[type, PlistValue] = {
        bool: True,
        int: lowest,
        str: "shown",
        bytes: b"shown",
        SecretStr: "s3cr3t",
        SecretBytes: b"s3cr3t",
    }
    return plain[kind]


def _bare(kind: Any, limits: list[Any]) -> tuple[Any, list[Any]]:
    while get_origin(kind) is Annotated:
        kind, *more = get_args(kind)
        limits = [*limits, *more]
    return kind, limits


def _is_mapping(kind: Any) -> bool:
    return isinstance(get_origin(kind), type) and issubclass(get_origin(kind), Mapping)


def key_paths(model: type[TypedKeys], above: str = "") -> Iterator[str]:
    """The paths of all keys with a field, as Apple's rules spell them."""
    for key, field in fields_of(model):
        path = f"{above}{key}"
        yield path
        yield from _paths_below(field.annotation, path)


def _paths_below(kind: Any, path: str) -> Iterator[str]:
    kind, _ = _bare(kind, [])
    if get_origin(kind) in (Union, types.UnionType):
        for option in get_args(kind):
            yield from _paths_below(option, path)
    elif get_origin(kind) is tuple:
        yield from _paths_below(get_args(kind)[0], f"{path}[]")
    elif isinstance(kind, type) and issubclass(kind, TypedKeys):
        yield from key_paths(kind, f"{path}.")


def secret_paths(value: object, above: str = "") -> Iterator[str]:
    """The paths of all secret fields that are set, as `secret_keys` spells them."""
    if isinstance(value, SecretStr | SecretBytes):
        yield above
    elif isinstance(value, TypedKeys):
        dot = f"{above}." if above else ""
        for name, key in type(value).key_names().items():
            yield from secret_paths(getattr(value, name), f"{dot}{key}")
    elif isinstance(value, Mapping):
        for key, child in value.items():
            yield from secret_paths(child, f"{above}.{key}")
    elif isinstance(value, tuple):
        for at, child in enumerate(value):
            yield from secret_paths(child, f"{above}[{at}]")
