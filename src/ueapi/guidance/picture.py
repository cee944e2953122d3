"""A QR code as a picture that a page carries inside itself."""

from __future__ import annotations

import io

import segno


def qr_svg(text: str) -> str:
    """An SVG element without size of its own and without any reference; black on white, so that it scans in the dark.

    Level M survives a fold in a printed sheet. The address stands beside the picture as text, so readers of a screen
    skip the picture.
    """
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out,
        kind="svg",
        border=4,
        dark="#000",
        light="#fff",
        omitsize=True,
        svgclass=None,
        lineclass=None,
        svgns=False,
        xmldecl=False,
        nl=False,
    )
    return out.getvalue().decode("utf-8").replace("<svg", '<svg aria-hidden="true"', 1)
