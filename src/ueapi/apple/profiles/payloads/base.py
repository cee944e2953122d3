"""What all typed payloads have in common: Apple's keys as fields, and nothing lost that has no field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, ClassVar, Final, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    SecretBytes,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.apple.profiles.document import Payload
from ueapi.apple.profiles.identity import payload_uuid
from ueapi.apple.profiles.payloads.describing import descriptions
from ueapi.apple.profiles.payloads.values import FreeKeys
from ueapi.errors import InvalidModel
from ueapi.wording import rule_of

_FURTHER: Final = "further"
_MOST_TOLD: Final = 5
"""Broken keys in one message; a hostile profile has thousands."""
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_ ]{2,60}")
_READING: Final = object()
"""Marks that Apple's keys are read, not that a person describes a payload."""


class TypedKeys(BaseModel):
    """A dictionary of a payload with a field for each key that administrators use.

    Fields carry Apple's key as alias and can be given by either name. Types are strict: text is no data, a switch no
    number. Keys without a field are kept in `further` and written again. Secrets are `SecretStr` or `SecretBytes`, so
    that no `repr` shows them; it doesn't show names and addresses of people either.

    Building one in code with a wrong value raises pydantic's `ValidationError`, a `ValueError` that names the field.
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        populate_by_name=True,
        hide_input_in_errors=True,
        # Most programs use few of the models, and compiling one takes longer than importing it.
        defer_build=True,
    )

    envelope: ClassVar[frozenset[str]] = frozenset()
    """Keys that are set elsewhere, and would be lost in `further`."""

    further: Annotated[FreeKeys, Field(repr=False)] = {}
    """Keys of this dictionary that the model has no field for, unchanged."""

    @classmethod
    def of_keys(cls, keys: Mapping[str, PlistValue], where: str) -> Self:
        """Read Apple's keys; `where` names the place for the error.

        Raises:
            InvalidModel: a key has a type or value Apple's schema doesn't know, or a required one is missing.
        """
        try:
            return cls.model_validate(keys, context=_READING)
        except ValidationError as problem:
            raise _invalid(problem, where) from None

    @classmethod
    def key_names(cls) -> Mapping[str, str]:
        """Apple's key for each field, by the field's name."""
        return {
            name: field.alias or name
            for name, field in cls.model_fields.items()
            if name != _FURTHER
        }

    def keys_dict(self) -> PlistDict:
        """The keys as Apple spells them; what was never set is left out."""
        written: PlistDict = dict(self.further)
        for name, key in type(self).key_names().items():
            if (value := getattr(self, name)) is not None:
                written[key] = _plain(value)
        return written

    def __repr_args__(self) -> Iterable[tuple[str | None, object]]:
        """What is set; most payloads leave most keys alone."""
        return [(name, value) for name, value in super().__repr_args__() if value is not None]

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The schema with what each field means, for editors."""
        schema = handler(core_schema)
        rows = handler.resolve_ref_schema(schema).get("properties", {})
        told = descriptions(cls)
        for name, field in cls.model_fields.items():
            row = rows.get(name) or rows.get(field.alias)
            if row is not None and name in told:
                row["description"] = told[name]
        return schema

    @model_validator(mode="before")
    @classmethod
    def _sort(cls, given: object, asked: ValidationInfo) -> object:
        """Put what has no field aside, when keys of Apple are read; whoever describes a payload must spell right."""
        if asked.context is not _READING or not isinstance(given, Mapping):
            return given
        known = frozenset(cls.key_names().values())
        own = {key: value for key, value in given.items() if key in known}
        cls._demand_constants(own)
        return {**own, _FURTHER: {key: given[key] for key in given if key not in known}}

    @classmethod
    def _demand_constants(cls, own: Mapping[str, object]) -> None:
        """A field with a default is a key with one allowed value: nobody types it, but no payload may lack it."""
        for name, key in cls.key_names().items():
            field = cls.model_fields[name]
            if not field.is_required() and field.default is not None and key not in own:
                _refuse("lacking", f"{key} is missing")

    @field_validator(_FURTHER, mode="after")
    @classmethod
    def _keep_apart(
        cls, further: Mapping[str, PlistValue], asked: ValidationInfo
    ) -> Mapping[str, PlistValue]:
        if twice := sorted(further.keys() & set(cls.key_names().values())):
            _refuse("has_field", f"the model has a field for {', '.join(twice)}; set the field")
        if asked.context is not _READING and (taken := sorted(further.keys() & cls.envelope)):
            _refuse("envelope", f"{', '.join(taken)} is written by itself; leave it out")
        return further


class TypedPayload(TypedKeys):
    """A payload with a field for each key that administrators use; `payload_type` is Apple's name of it."""

    payload_type: ClassVar[str]
    envelope: ClassVar[frozenset[str]] = frozenset(
        {"PayloadType", "PayloadIdentifier", "PayloadUUID", "PayloadVersion", "PayloadDisplayName"}
    )

    @classmethod
    def of(cls, payload: Payload) -> Self:
        """Read the settings of a payload of this type.

        Raises:
            InvalidModel: the payload has another type, or a key breaks Apple's schema. The message names the key.
        """
        if payload.type != cls.payload_type:
            raise InvalidModel(
                f"a payload of the type {payload.type} is no {cls.payload_type}.",
                remedy="Choose the model by the payload's type.",
            )
        return cls.of_keys(payload.content, payload.type)

    def payload(self, *, identifier: str, display_name: str | None = None) -> Payload:
        """The payload as a value; the UUID follows from the identifier, so it is the same every time."""
        return Payload(
            type=self.payload_type,
            identifier=identifier,
            uuid=payload_uuid(identifier),
            content=self.keys_dict(),
            display_name=display_name,
        )


def _plain(value: object) -> PlistValue:
    if isinstance(value, TypedKeys):
        return value.keys_dict()
    if isinstance(value, SecretStr | SecretBytes):
        return value.get_secret_value()
    if isinstance(value, Mapping):
        return {str(key): _plain(child) for key, child in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(child) for child in value]
    return _leaf(value)


def _leaf(value: object) -> PlistValue:
    if isinstance(value, str | bool | int | float | bytes | datetime):
        return value
    raise InvalidModel(
        f"a payload can't hold a {type(value).__name__}.", remedy="Use a type of property lists."
    )


def _refuse(code: str, why: str) -> None:
    # The text is fixed or made of Apple's key names; pydantic would read braces in it as places to fill.
    raise PydanticCustomError("payload_" + code, "{why}", {"why": why})


def _invalid(problem: ValidationError, where: str) -> InvalidModel:
    rows = problem.errors(include_input=False, include_url=False, include_context=False)
    found = [f"{_place(row['loc']) or where}: {rule_of(row['msg'])}" for row in rows[:_MOST_TOLD]]
    more = f"; and {len(rows) - _MOST_TOLD} more" if len(rows) > _MOST_TOLD else ""
    return InvalidModel(
        f"the payload {where} breaks Apple's schema: {'; '.join(found)}{more}.",
        remedy="Correct the named keys; nothing was changed.",
    )


def _place(parts: tuple[int | str, ...]) -> str:
    """The way to a key, without names that are not Apple's: those of free keys are content."""
    return ".".join(str(part) for part in parts if isinstance(part, int) or _KEY.fullmatch(part))
