"""Rows as the product gives them, for tests; every value is text, as in its XML."""

from __future__ import annotations

KEY = "ApplUE7Q2K9M4X1B"
SERIAL = "QX7DEMO0042"
UDID = "00008101-000A1B2C3D4E001E"
IMEI = "350000000000042"

CORE = "GET /device-apis/devices/1.0/core/3009999"
SEARCH = "GET /device-apis/devices/2.0/search/customer/3009999"
SOFTWARE = "GET /device-apis/devices/1.0/softwareInstalled/3009999"
USERS = "GET /user-apis/user/1.0/search/3009999"
ADD_USER = "POST /user-apis/user/1.0/addUser/customer/3009999"
GROUPS = "GET /group-apis/group/1.0/groups/customer/3009999"


def core(**changes: str) -> dict[str, str]:
    return {
        "maas360DeviceID": KEY,
        "deviceName": "Zoë's <iPhone>",
        "ownership": "Employee Owned",
        "deviceOwner": "Zoë Öhlund",
        "username": "zoe",
        "emailAddress": "zoe@example.org",
        "platformName": "iOS",
        "sourceID": "1",
        "model": "iPhone 16",
        "osName": "iOS 26",
        "imeiEsn": "",
        "installedDate": "2026-02-03T08:15:20",
        "lastReported": "2026-02-05T06:40:02",
        "installedDateInEpochms": "1770106520000",
        "lastReportedInEpochms": "1770273602000",
        "deviceStatus": "Active",
        "maas360ManagedStatus": "Enrolled",
        "udid": "",
        "wifiMacAddress": "",
        "isSupervisedDevice": "false",
    } | changes


def full(**changes: str) -> dict[str, str]:
    return (
        core()
        | {
            "phoneNumber": "",
            "osVersion": "26.10",
            "modelId": "iPhone17,3",
            "platformSerialNumber": "",
            "enrollmentMode": "",
            "mdmPolicy": "BYOD baseline",
            "lastMdmRegisteredInEpochms": "1770106525000",
        }
        | changes
    )


def user(number: str = "4711", **changes: str) -> dict[str, str]:
    return {
        "userIdentifier": number,
        "id": number,
        "userName": "zoe",
        "fullName": "Zoë Öhlund & Söhne",
        "emailAddress": "zoe@example.org",
        "domain": "example.org",
        "phoneNumber": "15550100",
    } | changes
