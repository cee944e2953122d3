"""Values of a profile specification that stand elsewhere: secrets, files, and other payloads of the profile.

A reference is a table with one key:

- `{ env = "NAME" }`: text of an environment variable;
- `{ file = "PATH" }`: content of a file, as text or as bytes, whichever the field wants;
- `{ bytes = "PATH" }`: content of a file as bytes, for keys without a field;
- `{ payload = "ID" }`: the UUID of the payload with that `id`.

Paths count from the specification's folder.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

from ueapi.apple.plist import LARGEST, PlistValue
from ueapi.cli.input_files import read_input
from ueapi.cli.settings_file import SecretSource, reveal
from ueapi.errors import InvalidSettings, UsageError

KINDS: Final = ("env", "file", "bytes", "payload")


@frozen(kw_only=True)
class Reference:
    """Where a value stands."""

    kind: str
    place: str


def reference_in(value: object) -> Reference | None:
    """The reference a value is; `None` for a value that stands for itself."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return None
    ((kind, place),) = value.items()
    if kind not in KINDS or not isinstance(place, str):
        return None
    return Reference(kind=kind, place=place)


@frozen(kw_only=True)
class References:
    """Fetches what references stand for. `payloads` are the UUIDs by `id`."""

    folder: Path
    payloads: Mapping[str, str]

    def fetch(
        self, reference: Reference, where: str, *, form: type[str] | type[bytes]
    ) -> PlistValue:
        """The value; `where` names the field for errors, and `form` is what the field wants.

        Raises:
            UsageError: it isn't there; the message names the place, never the content.
        """
        if reference.kind == "payload":
            return self._payload(reference.place, where)
        if reference.kind == "bytes" or (reference.kind == "file" and form is bytes):
            return read_input(str(self._path(reference.place)), limit=LARGEST)
        place = str(self._path(reference.place)) if reference.kind == "file" else reference.place
        text = _text(SecretSource(reference.kind, place), where)
        return text.encode() if form is bytes else text

    def _path(self, place: str) -> Path:
        return self.folder / Path(place).expanduser()

    def _payload(self, name: str, where: str) -> str:
        if name in self.payloads:
            return self.payloads[name]
        near = difflib.get_close_matches(name, self.payloads, n=1)
        raise UsageError(
            f"{where}: no payload of the profile has the id {name!r}.",
            remedy=f"Did you mean {near[0]}?" if near else 'Give that payload an id = "NAME".',
        )


def _text(source: SecretSource, where: str) -> str:
    try:
        return reveal(source, where).get_secret_value()
    except InvalidSettings as problem:
        raise InvalidSettings(
            problem.message, remedy="Put it there, or name another place; nothing was written."
        ) from None
    except UnicodeDecodeError:
        raise InvalidSettings(
            f"the file with {where} is no text.", remedy="Use { bytes = PATH } for bytes."
        ) from None
