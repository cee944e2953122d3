"""The endpoints this backend uses, as templates below each API's root."""

from __future__ import annotations

from typing import Final

OAUTH_TOKEN: Final = "/v1/oauth/token"  # noqa: S105 - an address, not a secret
ACCOUNT_TOKEN: Final = "/v1/auth/token"  # noqa: S105 - an address, not a secret

DEVICES: Final = "/v2/mobile-devices/detail"
UNMANAGE: Final = "/v2/mobile-devices/{id}/unmanage"
COMMANDS: Final = "/v2/mdm/commands"
USERS: Final = "/v1/users"
USER: Final = "/v1/users/{id}"
DEVICE_GROUPS: Final = "/v2/mobile-device-groups"
SMART_GROUP: Final = "/v2/mobile-device-groups/smart-groups/{id}"
SMART_MEMBERS: Final = "/v2/mobile-device-groups/smart-group-membership/{id}"
STATIC_GROUPS: Final = "/v2/mobile-device-groups/static-groups"
STATIC_GROUP: Final = "/v2/mobile-device-groups/static-groups/{id}"
STATIC_MEMBERS: Final = "/v2/mobile-device-groups/static-group-membership/{id}"
LOCATIONS: Final = "/v1/volume-purchasing-locations"
CONTENT: Final = "/v1/volume-purchasing-locations/{id}/content"

DEVICE: Final = "/mobiledevices/id/{id}"
USER_GROUPS: Final = "/usergroups"
USER_GROUP: Final = "/usergroups/id/{id}"
PROFILES: Final = "/mobiledeviceconfigurationprofiles"
PROFILE: Final = "/mobiledeviceconfigurationprofiles/id/{id}"
APPS: Final = "/mobiledeviceapplications"
APP: Final = "/mobiledeviceapplications/id/{id}"
ASSIGNMENTS: Final = "/vppassignments"
ASSIGNMENT: Final = "/vppassignments/id/{id}"


def pro(path: str) -> str:
    """The template below the server's address of an endpoint of the Jamf Pro API."""
    return f"/api{path}"


def classic(path: str) -> str:
    """The template below the server's address of an endpoint of the Classic API."""
    return f"/JSSResource{path}"
