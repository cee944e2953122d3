"""Which privilege an API role needs for each request.

Source: Jamf Pro API 11.30 schema (`x-required-privileges`); developer.jamf.com, Classic API minimum required
privileges, for what is below `/JSSResource`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ueapi_jamf import paths
from ueapi_jamf.assumed import INVENTORY_PRIVILEGE
from ueapi_jamf.paths import classic, pro

_COMMANDS: Final = "View MDM command information in Jamf Pro API"
_DEVICES: Final = "Read Mobile Devices"
_SMART: Final = "Read Smart Mobile Device Groups"
_STATIC: Final = "Read Static Mobile Device Groups"
_LOCATIONS: Final = "Read Volume Purchasing Locations"

PRIVILEGES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("GET", pro(paths.DEVICES)): (_DEVICES,),
    ("POST", pro(paths.UNMANAGE)): ("Unmanage Mobile Devices",),
    ("GET", pro(paths.COMMANDS)): (_COMMANDS,),
    ("POST", pro(paths.COMMANDS)): (_COMMANDS, INVENTORY_PRIVILEGE),
    ("GET", pro(paths.USERS)): ("Read User",),
    ("GET", pro(paths.USER)): ("Read User",),
    ("POST", pro(paths.USERS)): ("Create User",),
    ("PUT", pro(paths.USER)): ("Update User",),
    ("GET", pro(paths.DEVICE_GROUPS)): (_SMART, _STATIC),
    ("GET", pro(paths.STATIC_GROUP)): (_STATIC,),
    ("POST", pro(paths.STATIC_GROUPS)): ("Create Static Mobile Device Groups",),
    ("PATCH", pro(paths.STATIC_GROUP)): ("Update Static Mobile Device Groups",),
    ("GET", pro(paths.SMART_GROUP)): (_SMART,),
    ("GET", pro(paths.SMART_MEMBERS)): (_SMART, _DEVICES),
    ("GET", pro(paths.STATIC_MEMBERS)): (_STATIC, _DEVICES),
    ("GET", pro(paths.LOCATIONS)): (_LOCATIONS,),
    ("GET", pro(paths.CONTENT)): (_LOCATIONS,),
    ("GET", classic(paths.USER_GROUPS)): ("Read Smart User Groups", "Read Static User Groups"),
    ("GET", classic(paths.USER_GROUP)): ("Read Smart User Groups", "Read Static User Groups"),
    ("POST", classic(paths.USER_GROUP)): ("Create Static User Groups",),
    ("PUT", classic(paths.USER_GROUP)): ("Update Static User Groups",),
    ("DELETE", classic(paths.DEVICE)): ("Delete Mobile Devices",),
    ("GET", classic(paths.PROFILES)): ("Read iOS Configuration Profiles",),
    ("GET", classic(paths.PROFILE)): ("Read iOS Configuration Profiles",),
    ("POST", classic(paths.PROFILE)): ("Create iOS Configuration Profiles",),
    ("PUT", classic(paths.PROFILE)): ("Update iOS Configuration Profiles",),
    ("GET", classic(paths.APPS)): ("Read Mobile Device Applications",),
    ("GET", classic(paths.APP)): ("Read Mobile Device Applications",),
    ("POST", classic(paths.APP)): ("Create Mobile Device Applications",),
    ("PUT", classic(paths.APP)): ("Update Mobile Device Applications",),
    ("GET", classic(paths.ASSIGNMENTS)): ("Read VPP Assignment",),
    ("GET", classic(paths.ASSIGNMENT)): ("Read VPP Assignment",),
    ("POST", classic(paths.ASSIGNMENT)): ("Create VPP Assignment",),
    ("PUT", classic(paths.ASSIGNMENT)): ("Update VPP Assignment",),
}


def needed_for(method: str, path: str) -> str | None:
    """The privileges a request needs, as Jamf Pro's role editor names them."""
    found = PRIVILEGES.get((method, path))
    return " and ".join(found) if found else None
