"""Rows as the portal gives them, for tests."""

from __future__ import annotations

from ueapi_hexnode.wire.base import Row

SERIAL = "QX7DEMO0042"
UDID = "00008101-000A1B2C3D4E001E"
IMEI = "350000000000042"


def user(number: int = 12, name: str = "Zoë Öhlund & Söhne", email: str | None = "zoe@example.org"):
    return {
        "id": number,
        "name": name,
        "email": email,
        "phoneno": "+15550100",
        "domain": "local",
        "total_devices": 1,
    }


def device(number: int = 41, **changes: object):
    return {
        "id": number,
        "device_name": "Zoë's iPhone",
        "model_name": "iPhone 16",
        "os_name": "iOS",
        "os_version": "26.1",
        "enrolled_time": "2026-02-03T08:15:20.114207Z",
        "last_reported": "2026-02-05T06:40:02.330Z",
        "compliant": True,
        "serial_number": "",
        "udid": None,
        "enrollment_status": "enrolled",
        "user": {"id": 12, "name": "Zoë Öhlund & Söhne"},
        "imei": None,
    } | changes


def detail(number: int = 41, **changes: object):
    return {
        "id": number,
        "platform": "ios",
        "enrollment_status": "enrolled",
        "enrolled_time": "2026-02-03T08:15:20.114207Z",
        "disenrolled_time": None,
        "lastreported": "2026-02-05T06:40:02.330Z",
        "latitude": "48.1",
        "user": {"id": 12, "name": "Zoë Öhlund & Söhne", "email": "zoe@example.org"},
        "device": {
            "device_name": "Zoë's iPhone",
            "model_name": "iPhone 16",
            "product_name": "iPhone17,3",
            "os_name": "iOS",
            "os_version": "26.1",
            "serial_number": None,
            "imei_1": None,
            "phoeno_1": None,
        },
        "policies": [{"id": 7, "name": "BYOD baseline", "version": 3}],
        "applications": [
            {
                "id": 153,
                "name": "Example Mail",
                "version": "4.2.0",
                "managed": True,
                "status": "Installed",
            },
            {
                "id": 154,
                "name": "Example Chat",
                "version": "",
                "managed": True,
                "status": "Pending",
            },
            {
                "id": 900,
                "name": "Private Diary",
                "version": "1",
                "managed": False,
                "status": "Installed",
            },
        ],
    } | changes


def app(number: int = 153, **changes: object):
    return {
        "id": number,
        "name": "Example Mail",
        "identifier": "org.example.mail",
        "app_type": "store",
        "platform": "ios",
        "version": "4.2.0",
        "license": None,
        "webapp_url": None,
    } | changes


def everything_kept(row: Row) -> str:
    return row.model_dump_json()
