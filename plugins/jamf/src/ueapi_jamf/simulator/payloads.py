"""What the server does to a configuration profile before it stores it.

Source: Jamf's notes on a known product issue (PI-827): entities are decoded once more than XML asks for, whitespace
at the ends of texts is trimmed, and the outer identifiers are the server's own. Guess: which identifiers those are,
and that what the device would refuse isn't looked at.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from ueapi.apple import plist
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.errors import InvalidModel
from ueapi_jamf.simulator.answers import refuse_classic


def ingested(text: str, identifier: str) -> bytes:
    """The profile to store from the text of `payloads`.

    Raises:
        Refused: after decoding once more it is no property list.
    """
    try:
        return stored(html.unescape(text).encode(), identifier)
    except InvalidModel:
        refuse_classic(409, "Unable to update the database")


def checked(text: str, identifier: str) -> bytes:
    """The profile to store from the text of `payloads` as it is, refused as if it had been decoded once more.

    Raises:
        Refused: after decoding once more it would be no property list.
    """
    ingested(text, identifier)
    try:
        return stored(text.encode(), identifier)
    except InvalidModel:
        refuse_classic(409, "Unable to update the database")


def stored(content: bytes, identifier: str) -> bytes:
    """The profile with the server's identifiers, texts trimmed, written anew.

    Raises:
        InvalidModel: it is no property list.
    """
    profile = plist.read(content)
    trimmed: PlistDict = {key: _trimmed(value) for key, value in profile.items()}
    trimmed["PayloadIdentifier"] = trimmed["PayloadUUID"] = identifier
    return plist.write_canonical(trimmed)


def _trimmed(value: PlistValue) -> PlistValue:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        return {key: _trimmed(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_trimmed(inner) for inner in value]
    return value
