"""How fast profiles are judged by Apple's rules, on one core.

Run as a script it goes over the same profiles in four ways and prints, for each, how many it did in a second; `first`
is the very first pass, for which no verdict is remembered yet.
"""

from __future__ import annotations

import json
import plistlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Final

from ueapi.apple import rules
from ueapi.apple.plist import PlistValue
from ueapi.apple.profiles import ConfigurationProfile, Payload, payload_uuid, write
from ueapi.apple.profiles.document import read

CORPUS: Final = Path(__file__).resolve().parent.parent / "tests/apple/corpus"
IOS: Final = "18.0-27.0"
SECONDS: Final = 0.5
"""How long each way is measured."""

Content = Mapping[str, PlistValue]


def ordinary() -> list[bytes]:
    """The unsigned profiles of the tests' corpus; without one, some of the kind administrators write."""
    signed = b"\x30"
    files = [path.read_bytes() for path in sorted(CORPUS.glob("*.mobileconfig"))]
    return [content for content in files if not content.startswith(signed)] or [*_typical()]


def _typical() -> Iterable[bytes]:
    for number, rows in enumerate(_ROWS):
        identifier = f"org.example.profile{number}"
        payloads = tuple(
            Payload(
                type=kind,
                identifier=f"{identifier}.{place}",
                uuid=payload_uuid(f"{identifier}.{place}"),
                content=content,
                display_name=f"Part {place}",
            )
            for place, (kind, content) in enumerate(rows)
        )
        yield write(
            ConfigurationProfile(
                identifier=identifier,
                uuid=payload_uuid(identifier),
                display_name=f"Profile {number}",
                organization="Example",
                payloads=payloads,
            )
        )


_CERTIFICATE: Final[tuple[str, Content]] = (
    "com.apple.security.root",
    {"PayloadCertificateFileName": "root.cer", "PayloadContent": bytes(range(256)) * 4},
)
_WIFI: Final[Content] = {
    "SSID_STR": "Office",
    "AutoJoin": True,
    "HIDDEN_NETWORK": False,
    "EncryptionType": "WPA3",
    "Password": "example",
}
_EAP: Final[Content] = {
    "AcceptEAPTypes": [25],
    "UserName": "person",
    "OuterIdentity": "anonymous",
    "TLSTrustedServerNames": ["radius.example.org"],
    "TLSMinimumVersion": "1.2",
}
_LIMITS: Final[Content] = {
    "allowOpenFromManagedToUnmanaged": False,
    "allowOpenFromUnmanagedToManaged": True,
    "forceAirDropUnmanaged": True,
    "requireManagedPasteboard": True,
    "allowScreenShot": False,
    "allowLockScreenNotificationsView": False,
    "forceEncryptedBackup": True,
    "allowCamera": False,
    "allowAirDrop": False,
    "allowAppInstallation": False,
    "allowCloudBackup": False,
    "allowAssistant": False,
}
_MAIL: Final[Content] = {
    "EmailAccountType": "EmailTypeIMAP",
    "EmailAddress": "person@example.org",
    "IncomingMailServerHostName": "imap.example.org",
    "IncomingMailServerPortNumber": 993,
    "IncomingMailServerUseSSL": True,
    "IncomingMailServerUsername": "person",
    "IncomingMailServerAuthentication": "EmailAuthPassword",
    "OutgoingMailServerHostName": "smtp.example.org",
    "OutgoingMailServerPortNumber": 587,
    "OutgoingMailServerUseSSL": True,
    "OutgoingMailServerUsername": "person",
    "OutgoingMailServerAuthentication": "EmailAuthPassword",
}
_PASSCODE: Final[Content] = {"forcePIN": True, "minLength": 8, "requireAlphanumeric": True}
_VPN: Final[Content] = {
    "UserDefinedName": "Office",
    "VPNType": "IKEv2",
    "VPNUUID": "0F5D2E0C-6E8C-4A53-8E1D-6F6F2A9C1B11",
    "IKEv2": {
        "RemoteAddress": "vpn.example.org",
        "RemoteIdentifier": "vpn.example.org",
        "LocalIdentifier": "person",
        "AuthenticationMethod": "Certificate",
    },
}
_PROXY: Final[Content] = {"ProxyType": "Manual", "ProxyServer": "proxy.example.org"}
_ROWS: Final[tuple[tuple[tuple[str, Content], ...], ...]] = (
    (("com.apple.wifi.managed", _WIFI),),
    (_CERTIFICATE, ("com.apple.wifi.managed", {**_WIFI, "EAPClientConfiguration": _EAP})),
    (("com.apple.wifi.managed", {**_WIFI, **_PROXY, "ProxyServerPort": 8080}),),
    (("com.apple.applicationaccess", _LIMITS),),
    (("com.apple.mobiledevice.passwordpolicy", _PASSCODE),),
    (("com.apple.mail.managed", _MAIL),),
    (_CERTIFICATE, ("com.apple.vpn.managed.applayer", _VPN)),
    (("com.apple.vpn.managed", _VPN), ("com.apple.applicationaccess", _LIMITS)),
    tuple(
        ("com.apple.webClip.managed", {"URL": f"https://{n}.example.org/", "Label": f"App {n}"})
        for n in range(6)
    ),
    (
        _CERTIFICATE,
        ("com.apple.wifi.managed", {**_WIFI, "EAPClientConfiguration": _EAP}),
        ("com.apple.mail.managed", _MAIL),
        ("com.apple.applicationaccess", _LIMITS),
        ("com.apple.mobiledevice.passwordpolicy", _PASSCODE),
    ),
)


def loading() -> float:
    """Seconds of `Rules.load()` in a fresh process, its modules imported already."""
    return _timed("from ueapi.apple.rules import Rules", "Rules.load()")


def importing() -> float:
    """Seconds of importing the rules and loading them, in a fresh process."""
    return _timed("", "from ueapi.apple.rules import Rules; Rules.load()")


def _timed(before: str, what: str) -> float:
    script = f"import time; {before or 'pass'}; t = time.perf_counter(); {what}; print(time.perf_counter() - t)"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def table_size() -> int:
    """Bytes of the shipped table."""
    return len(resources.files("ueapi.apple.rules").joinpath("rules.json").read_bytes())


def _per_second(work: Callable[[], int]) -> float:
    """How many profiles a second; a first pass fills the memory of verdicts and isn't counted."""
    work()
    started = time.perf_counter()
    done = 0
    while (passed := time.perf_counter() - started) < SECONDS:
        done += work()
    return done / passed


def main() -> None:
    """Measure each way and print."""
    files = ordinary()
    read_before = [read(content) for content in files]
    ways: Mapping[str, Callable[[], int]] = {
        "bare": lambda: len([plistlib.loads(content) for content in files]),
        "read": lambda: len([read(content) for content in files]),
        "check": lambda: len([rules.check(profile, ios=IOS) for profile in read_before]),
        "both": lambda: len([rules.check(read(content), ios=IOS) for content in files]),
    }
    rules.Rules.load()
    started = time.perf_counter()
    ways["both"]()
    first = len(files) / (time.perf_counter() - started)
    figures = {name: _per_second(work) for name, work in ways.items()}
    size = sum(map(len, files)) / len(files)
    print(json.dumps({"profiles": len(files), "bytes": size, "first": first, **figures}))


if __name__ == "__main__":
    main()
