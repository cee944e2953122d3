"""Discovery for a plain web server: the document as a file, and what the server must be told to serve it rightly.

A plain server gives everybody the same answer; only the responder tells people apart.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ueapi.apple.enrollment import discovery
from ueapi.errors import UsageError

_NGINX: Final = """\
# Inside the server block for https at the domain of the Managed Apple IDs.
location = {path} {{
    default_type {kind};
    add_header Cache-Control "no-store" always;
    try_files {path} =404;
}}
"""
_APACHE: Final = """\
# Inside the virtual host for https at the domain of the Managed Apple IDs.
<Location "{path}">
    ForceType {kind}
    Header always set Cache-Control "no-store"
</Location>
"""
DOCUMENT: Final = discovery.WELL_KNOWN.lstrip("/")


def export(document: discovery.Document, folder: Path) -> tuple[Path, ...]:
    """Write the document and snippets for two web servers into a folder; return what was written.

    Raises:
        UsageError: the folder holds another document already. Nothing was written.
    """
    target = folder / DOCUMENT
    content = document.to_json()
    if target.exists() and target.read_bytes() != content:
        raise UsageError(
            f"{target} exists and says something else.",
            remedy="Name another folder, or remove the file; nothing was written.",
        )
    words = {"path": discovery.WELL_KNOWN, "kind": discovery.CONTENT_TYPE}
    files = {
        target: content,
        folder / "nginx.conf": _NGINX.format(**words).encode(),
        folder / "apache.conf": _APACHE.format(**words).encode(),
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    return tuple(files)
