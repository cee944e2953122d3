"""XML from outside is read without entities, document types and surprises of size."""

from __future__ import annotations

import pytest

from ueapi.contract.xml import DEEPEST, read_xml
from ueapi.errors import Unintelligible


def test_a_plain_document_is_read_without_comments() -> None:
    root = read_xml(b"<a><!-- x --><b>1 &amp; 2</b></a>")

    assert [child.tag for child in root] == ["b"]
    assert root.findtext("b") == "1 & 2"


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY x "aaaa"><!ENTITY y "&x;&x;&x;">]><a>&y;&y;</a>',
        "<!DOCTYPE a><a/>".encode("utf-16"),
    ],
)
def test_a_document_type_is_refused(document: bytes) -> None:
    with pytest.raises(Unintelligible, match="document type"):
        read_xml(document)


@pytest.mark.parametrize("document", [b"", b"{}", b"<a>", b"<a>&unknown;</a>", b"\xff\xfe<a/>"])
def test_what_is_no_xml_is_named_and_not_shown(document: bytes) -> None:
    with pytest.raises(Unintelligible, match="expected XML"):
        read_xml(document)


def test_size_is_bounded() -> None:
    with pytest.raises(Unintelligible, match="over the limit of 4"):
        read_xml(b"<abc/>", limit=4)


def test_depth_is_bounded() -> None:
    allowed, deeper = (b"<a>" * n + b"</a>" * n for n in (DEEPEST, DEEPEST + 1))

    assert read_xml(allowed).tag == "a"
    with pytest.raises(Unintelligible, match="deeper"):
        read_xml(deeper)
