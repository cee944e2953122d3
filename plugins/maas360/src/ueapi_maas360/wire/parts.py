"""Bodies of several parts, for documents the product takes like an upload."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from lxml import etree

from ueapi.errors import InvalidModel

_LINE: Final = b"\r\n"


def xml_part(name: str, root: str, fields: Mapping[str, str]) -> tuple[bytes, str]:
    """A body with one part that holds an XML document, and the body's content type.

    The boundary follows from the document, so that the same document gives the same body.

    Raises:
        InvalidModel: a field holds a character that no XML document can hold.
    """
    document = _document(root, fields)
    boundary = f"ueapi-{sha256(document).hexdigest()[:32]}"
    lines = (
        f"--{boundary}".encode(),
        f'Content-Disposition: form-data; name="{name}"'.encode(),
        b"Content-Type: application/xml",
        b"",
        document,
        f"--{boundary}--".encode(),
        b"",
    )
    return _LINE.join(lines), f"multipart/form-data; boundary={boundary}"


def _document(root: str, fields: Mapping[str, str]) -> bytes:
    top = etree.Element(root)
    for key, value in fields.items():
        try:
            etree.SubElement(top, key).text = value
        except ValueError:
            raise InvalidModel(
                f"the field {key} holds a character that XML can't hold.",
                remedy="Correct it; nothing was sent.",
            ) from None
    return etree.tostring(top, encoding="utf-8", xml_declaration=True)
