"""Numbers in sentences that people read."""

from __future__ import annotations


def counted(number: int, one: str, *, several: str | None = None) -> str:
    """A number with what it counts, in the form that fits: "1 phone", "0 phones", "1,200 people".

    Args:
        number: how many.
        one: what one of them is called.
        several: what others than one are called; `one` with an s at its end when not given.
    """
    word = one if number == 1 else several or f"{one}s"
    return f"{number:,} {word}"


def people(number: int) -> str:
    """How many people: "1 person", "12 people"."""
    return counted(number, "person", several="people")
