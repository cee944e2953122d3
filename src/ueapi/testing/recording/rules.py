"""What may stay as it is in a recording. Whatever nobody declared is replaced."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ueapi.errors import UnreadableInput
from ueapi.testing.recording.vocabulary import Vocabulary, plain_name

FILE: Final = "recording.toml"
LARGEST: Final = 256 * 1024

COUNTS: Final = frozenset(
    {
        *("count", "total", "totalcount", "totalpages", "totalresults", "size", "page", "pagesize"),
        *("pagenumber", "pagecount", "perpage", "limit", "offset", "numberofelements", "start"),
    }
)
"""Fields that number rows and pages, in any product's spelling."""

VERSIONS: Final = frozenset(
    {"version", "osversion", "appversion", "shortversion", "bundleversion", "payloadversion"}
)
PLATFORMS: Final = frozenset({"ios", "ipados", "macos", "tvos", "watchos", "visionos", "apple"})
ORDERS: Final = frozenset({"sort", "order", "orderby", "sortby", "section", "fields", "include"})
"""Query fields that hold names of fields."""

_VERSION: Final = re.compile(r"\d{1,3}(\.\d{1,4}){0,3}")
_MODEL: Final = re.compile(
    r"(iPhone|iPad|iPod touch|iPod|Apple Vision|Apple Watch)"
    r"( (Pro|Air|mini|SE|Plus|Max|Ultra|X|XR|XS|[1-9]\d?e?|\(\d(st|nd|rd|th) generation\)))*"
)
_HARDWARE: Final = re.compile(r"(iPhone|iPad|iPod|RealityDevice|Watch)\d{1,2},\d{1,2}")
_OF_APPLE: Final = re.compile(r"com\.apple(\.[A-Za-z]{2,24}){1,4}")
_WORDS_OF_APPLE: Final = frozenset(
    {
        *(
            "Configuration",
            "System",
            "User",
            "Any",
            "None",
            "WEP",
            "WPA",
            "WPA2",
            "WPA3",
            "Auto",
            "Manual",
        ),
        *("EAP", "IKEv2", "IPSec", "VPN", "Certificate", "SharedSecret"),
    }
)
_NAMES: Final = re.compile(r"[A-Za-z_]{1,40}([.:]?[A-Za-z_]{1,40}){0,3}(:(asc|desc))?", re.ASCII)
_TRUTH: Final = frozenset({"", "true", "false", "yes", "no", "none", "null"})
_NEVER: Final = re.compile(r"(0001-01-01|1970-01-01|9999-12-31)([T ][0:.]{5,16}(Z|\+00:00)?)?")
"""What products write for a time that never was."""
_SMALL: Final = re.compile(r"-?(0|[1-9]\d{0,2})", re.ASCII)
_TECHNICAL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .,:;/()+_-]{0,63}", re.ASCII)
_LONG_NUMBER: Final = re.compile(r"\d{5}")
_FEW_DIGITS: Final = 1000

Scalar = str | int | float | bool | None


class Rules(BaseModel):
    """A plugin project's `recording.toml`: which fields of its product's answers are harmless, and why they can stay.

    `fields` are names the product documents and the plugin's code doesn't mention. `keep` are fields with technical
    values. `enumerations` list the values a field can have; others are replaced. `date_formats` are further spellings
    of times, as `strptime` takes them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    fields: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    enumerations: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    date_formats: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Rules:
        """Read the file.

        Raises:
            UnreadableInput: it is missing, too large, or not of this form; the message names the wrong entry.
        """
        try:
            text = path.read_bytes()
            if len(text) > LARGEST:
                raise UnreadableInput(
                    f"{path.name} has {len(text)} bytes.", remedy="Make it smaller."
                )
            return cls.model_validate(tomllib.loads(text.decode("utf-8")))
        except ValidationError as problem:
            wrong = ", ".join(".".join(map(str, error["loc"])) for error in problem.errors())
            raise UnreadableInput(
                f"{path.name}: {wrong} is wrong.",
                remedy=f"It has {', '.join(cls.model_fields)}; nothing was recorded.",
            ) from None
        except (OSError, ValueError):
            raise UnreadableInput(
                f"{path.name} can't be read as TOML.", remedy="Correct it; nothing was recorded."
            ) from None

    @cached_property
    def kept(self) -> frozenset[str]:
        """`keep`, in the form names are compared in."""
        return frozenset(map(plain_name, self.keep))

    @cached_property
    def allowed(self) -> Mapping[str, frozenset[str]]:
        """`enumerations`, by names in the form they are compared in."""
        return {plain_name(name): frozenset(values) for name, values in self.enumerations.items()}


def may_stay(name: str, value: Scalar, rules: Rules, words: Vocabulary) -> bool:
    """Whether a value can stay as it is: by its own shape, or because someone declared its field."""
    field = plain_name(name)
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int | float):
        return (
            _is_small(value)
            or field in COUNTS
            or (field in rules.kept and _is_technical(str(value)))
        )
    if value.strip().casefold() in _TRUTH or _has_neutral_shape(value):
        return True
    if field in rules.allowed:
        return value in rules.allowed[field]
    if field in COUNTS and value.isascii() and value.isdecimal():
        return True
    if field in VERSIONS and _VERSION.fullmatch(value):
        return True
    if field in ORDERS and _NAMES.fullmatch(value):
        return all(words.knows(part) for part in re.split(r"[.:]", value))
    return words.says(value) or (field in rules.kept and _is_technical(value))


def may_stay_of_apple(value: Scalar) -> bool:
    """Whether a setting of a profile can stay: a switch, one of Apple's words, or a number too small to mean anyone."""
    if isinstance(value, str):
        return value in _WORDS_OF_APPLE
    return value is None or isinstance(value, bool) or _is_small(value)


def _is_small(number: float) -> bool:
    """Numbers of rows and settings of up to three digits mean nobody, and adapters know some of them by heart."""
    return abs(number) < _FEW_DIGITS and number == int(number)


def _has_neutral_shape(value: str) -> bool:
    return (
        value.casefold() in PLATFORMS
        or _SMALL.fullmatch(value) is not None
        or _NEVER.fullmatch(value) is not None
        or any(shape.fullmatch(value) for shape in (_MODEL, _HARDWARE, _OF_APPLE))
    )


def _is_technical(value: str) -> bool:
    return _TECHNICAL.fullmatch(value) is not None and _LONG_NUMBER.search(value) is None
