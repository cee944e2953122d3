"""Apps as the product gives them."""

from __future__ import annotations

from ueapi_hexnode.wire.base import Row, Text


class AppRow(Row):
    """An app in the catalog; `identifier` is the bundle identifier."""

    id: int
    name: Text = None
    identifier: Text = None
    app_type: str
    platform: Text = None
    version: Text = None
    webapp_url: Text = None
