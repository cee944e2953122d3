"""Promises of the files for a plain web server."""

from __future__ import annotations

from pathlib import Path

import pytest

from ueapi.apple.enrollment import discovery
from ueapi.discovery import export
from ueapi.errors import UsageError

MADE = discovery.document("https://mdm.example.org/enroll")


def test_the_document_lies_where_a_web_server_expects_it(tmp_path: Path) -> None:
    written = export(MADE, tmp_path)

    found = tmp_path / ".well-known" / "com.apple.remotemanagement"
    assert found in written
    assert discovery.document_from_json(found.read_bytes()) == MADE
    assert "application/json" in (tmp_path / "nginx.conf").read_text()


def test_another_document_is_not_overwritten(tmp_path: Path) -> None:
    export(discovery.document("https://old.example.org/enroll"), tmp_path)

    with pytest.raises(UsageError, match="says something else"):
        export(MADE, tmp_path)

    assert b"old.example.org" in (tmp_path / ".well-known/com.apple.remotemanagement").read_bytes()
