"""Starts a plugin project: what `ueapi plugin new` writes."""

from ueapi.testing.scaffold.writing import write

__all__ = ["write"]
