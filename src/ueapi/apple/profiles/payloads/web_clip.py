"""The web clip payload: a link on the Home screen."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ueapi.apple.profiles.payloads.base import TypedPayload


class WebClip(TypedPayload):
    """A link on the Home screen."""

    payload_type: ClassVar[str] = "com.apple.webClip.managed"

    url: Annotated[str, Field(alias="URL")]
    label: Annotated[str, Field(alias="Label")]
    """The name below the icon."""
    icon: Annotated[bytes | None, Field(alias="Icon", repr=False)] = None
    """A square PNG, at most 400 by 400 pixels."""
    precomposed: Annotated[bool | None, Field(alias="Precomposed")] = None
    """Whether the icon is shown without shine."""
    is_removable: Annotated[bool | None, Field(alias="IsRemovable")] = None
    full_screen: Annotated[bool | None, Field(alias="FullScreen")] = None
    """Whether the page opens like an app, without Safari's controls."""
    ignore_manifest_scope: Annotated[bool | None, Field(alias="IgnoreManifestScope")] = None
    """Whether a full-screen page may lead elsewhere without Safari's controls coming back. Since 14.0."""
    target_app: Annotated[str | None, Field(alias="TargetApplicationBundleIdentifier")] = None
    """Bundle identifier of the app that opens the link. Since 14.0."""
