"""Profiles for the tests of the command line, and one place to run it."""

from __future__ import annotations

import plistlib
from pathlib import Path

from tests.acceptance.command import Shell


def payload(kind: str, identifier: str, **settings: object) -> dict[str, object]:
    return {
        "PayloadType": kind,
        "PayloadIdentifier": identifier,
        "PayloadUUID": f"{identifier}-UUID",
        "PayloadVersion": 1,
        **settings,
    }


def profile(*payloads: dict[str, object], **more: object) -> dict[str, object]:
    return {
        "PayloadType": "Configuration",
        "PayloadIdentifier": "org.example.work",
        "PayloadUUID": "00000000-0000-0000-0000-000000000001",
        "PayloadVersion": 1,
        "PayloadDisplayName": "Example Work",
        "PayloadContent": list(payloads),
        **more,
    }


WIFI = payload(
    "com.apple.wifi.managed",
    "org.example.work.wifi",
    PayloadDisplayName="Office",
    SSID_STR="Example",
    EncryptionType="WPA2",
    Password="hunter2",
)
VPN = payload("com.apple.vpn.managed", "org.example.work.vpn", PayloadDisplayName="Tunnel")
PROXIED = {**WIFI, "ProxyType": "Auto"}
GOOD = profile(WIFI)
BAD = profile(VPN, PROXIED)


def put(
    shell: Shell,
    name: str,
    content: dict[str, object],
    form: plistlib.PlistFormat = plistlib.FMT_XML,
) -> Path:
    path = shell.folder / name
    path.write_bytes(plistlib.dumps(content, fmt=form, sort_keys=False))
    return path
