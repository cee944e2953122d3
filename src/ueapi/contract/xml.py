"""The one reader of XML from products: no entities, no document type, no network, bounded size and depth."""

from __future__ import annotations

from typing import Final

from lxml import etree

from ueapi.errors import Unintelligible

LARGEST: Final = 16 * 1024 * 1024
"""Bytes of one document, unless the caller says otherwise."""
DEEPEST: Final = 64
"""Levels of nesting; replies of management products need about ten."""

_IS_DEEPER: Final = etree.XPath(f"boolean({'/*' * (DEEPEST + 1)})")
_REMEDY: Final = "Check that the URL is the product's API and not a proxy; nothing was changed."


def read_xml(body: bytes, *, limit: int = LARGEST) -> etree._Element:
    """Parse an untrusted document and return its root; comments and instructions are left out.

    Args:
        body: the document as received.
        limit: the most bytes to accept.

    Raises:
        Unintelligible: the document is no XML, larger or deeper than allowed, or declares a document type (which
            is how entities are smuggled in). The message never holds content.
    """
    if len(body) > limit:
        raise Unintelligible(
            f"an XML document has {len(body)} bytes, over the limit of {limit}.", remedy=_REMEDY
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unintelligible(
            f"expected XML and got {len(body)} bytes of something else.", remedy=_REMEDY
        ) from None
    _refuse_document_type(root)
    _refuse_depth(root)
    return root


def _refuse_document_type(root: etree._Element) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unintelligible("an XML document declares a document type.", remedy=_REMEDY)


def _refuse_depth(root: etree._Element) -> None:
    if _IS_DEEPER(root):
        raise Unintelligible(f"an XML document nests deeper than {DEEPEST} levels.", remedy=_REMEDY)
