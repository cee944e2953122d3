"""Apps as the product gives them."""

from __future__ import annotations

from typing import Final

from pydantic import ConfigDict, model_validator

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


_COPIED: Final = (
    "name",
    "identifier",
    "appstore_id",
    "version",
    "bundle_size",
    "description",
    "category",
    "icon",
    "price",
    "vendor",
    "average_user_rating",
    "content_rating",
    "primaryGenreId",
    "appstore_url",
)


class StoreRow(Row):
    """An app the store search found; its fields go back as they came when the app is added."""

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    identifier: Text = None
    appstore_id: int | str | None = None

    def as_body(self) -> dict[str, object]:
        """What is sent to add the app.

        Source: Hexnode developer documentation, Applications, add app to list.
        """
        fields = self.model_dump()
        copied = {key: fields[key] for key in _COPIED if fields.get(key) is not None}
        return {**copied, "app_type": "store", "platform": "ios"}


class FoundRow(Row):
    """The answer of the store search, as a page or as a bare list; which one is not documented."""

    results: list[StoreRow]

    @model_validator(mode="before")
    @classmethod
    def _as_page(cls, found: object) -> object:
        return {"results": found} if isinstance(found, list) else found
