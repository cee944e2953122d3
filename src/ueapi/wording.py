"""Numbers and rules in sentences that people read."""

from __future__ import annotations

from typing import Final


def counted(number: int, one: str, *, several: str | None = None) -> str:
    """A number with what it counts, in the form that fits: "1 phone", "0 phones", "1,200 people".

    Args:
        number: how many.
        one: what one of them is called.
        several: what others than one are called; `one` with an s at its end when not given.
    """
    word = one if number == 1 else several or f"{one}s"
    return f"{number:,} {word}"


_PREFIXES: Final = ("Value error, ", "Assertion failed, ")


def rule_of(message: str) -> str:
    """The rule that a value breaks, as part of a sentence of ours, out of the message of the library that checks it."""
    for prefix in _PREFIXES:
        message = message.removeprefix(prefix)
    if message.startswith("Input should "):
        message = f"it should {message.removeprefix('Input should ')}"
    return message.rstrip(".")


def people(number: int) -> str:
    """How many people: "1 person", "12 people"."""
    return counted(number, "person", several="people")
