"""What every backend promises about devices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final
from unittest import SkipTest

from ueapi.client import Tenant
from ueapi.contract import Accepted, Capability
from ueapi.errors import Conflict
from ueapi.model import Device, DeviceReport
from ueapi.testing.harness import Harness, plain
from ueapi.testing.promises import promise
from ueapi.testing.subjects import (
    UNKNOWN,
    first_id,
    need,
    people,
    phones,
    require_not_found,
    require_refused,
    same_at_any_page_size,
)
from ueapi.testing.tiers import Topic

HIDDEN_FIELDS = ("serial", "serial_number", "udid", "imei", "meid", "phone_number", "location")
SLACK: Final = timedelta(minutes=1)
"""How far a product may round a time."""
HEARD = 2.0
"""Hours in which a phone that is on hears of an order."""


def _device(device_id: str) -> Callable[[Tenant], Device]:
    return lambda tenant: tenant.devices.get(device_id)


def _report(device_id: str) -> Callable[[Tenant], DeviceReport]:
    return lambda tenant: tenant.devices.report(device_id)


def _unenroll(device_id: str) -> Callable[[Tenant], Accepted]:
    return lambda tenant: tenant.devices.unenroll(device_id)


def _forget(device_id: str) -> Callable[[Tenant], Accepted]:
    return lambda tenant: tenant.devices.forget(device_id)


class DevicesConformance:
    """The devices facet."""

    facet = "devices"

    @promise(
        "devices.list.every-phone-once",
        Topic.READS,
        Capability.DEVICES_LIST,
        fix="Follow the pages to the end, and read model, OS version and user from the listing's rows.",
    )
    def test_lists_every_phone_once(self, harness: Harness) -> None:
        """As many phones as are enrolled, each with model, OS version and owner."""
        devices = harness.both_ways(Capability.DEVICES_LIST, lambda t: list(t.devices.list()))
        if devices is None:
            return
        seeds = [phone for person in harness.fleet.people for phone in person.phones]

        assert len({d.id for d in devices}) == len(devices)
        assert sorted((d.model, d.os_version) for d in devices) == sorted(
            (s.model, s.os_version) for s in seeds
        )
        assert all(d.user is not None for d in devices)

    @promise(
        "devices.list.twice-is-equal",
        Topic.LAWS,
        Capability.DEVICES_LIST,
        fix="Take nothing into a device but what the product says; only `origin.read_at` may differ.",
    )
    def test_reading_twice_is_equal(self, harness: Harness) -> None:
        """Nothing but the time of reading differs between two listings."""
        first = harness.both_ways(Capability.DEVICES_LIST, lambda t: list(t.devices.list()))
        if first is not None:
            assert plain(first) == plain(harness.tenant.devices.list())

    @promise(
        "devices.list.any-page-size",
        Topic.PAGING,
        Capability.DEVICES_LIST,
        fix="Derive each page's cursor from what the product answered, and not from the rows asked for.",
    )
    def test_lists_the_same_at_any_page_size(self, harness: Harness) -> None:
        """However the listing is cut into pages, its rows and their order are the same."""
        same_at_any_page_size(harness, Capability.DEVICES_LIST, lambda t: t.devices.list())

    @promise(
        "devices.list.owners",
        Topic.READS,
        Capability.DEVICES_LIST,
        fix="Link a device to its user by the id or the user name that the listing of users has.",
    )
    def test_each_phone_is_its_owners(self, harness: Harness) -> None:
        """The user a device names is in the listing of users, and has as many phones as in the fleet."""
        users = need(people(harness), "users")
        devices = harness.both_ways(Capability.DEVICES_LIST, lambda t: list(t.devices.list()))
        if devices is None:
            return
        found = [(u.name, sum(bool(d.user and d.user.means(u)) for d in devices)) for u in users]

        assert sorted((name or "", n) for name, n in found) == sorted(
            (person.name, len(person.phones)) for person in harness.fleet.people
        )

    @promise(
        "devices.enrollment-kind.user-enrollment",
        Topic.READS,
        Capability.DEVICES_ENROLLMENT_KIND,
        fix="Map the product's words for enrollment by a table; what the product doesn't say is UNKNOWN.",
    )
    def test_tells_user_enrollment_from_the_rest(self, harness: Harness) -> None:
        """As many phones are under User Enrollment as the fleet has."""
        devices = harness.both_ways(Capability.DEVICES_LIST, lambda t: list(t.devices.list()))
        if devices is None or not harness.can(Capability.DEVICES_ENROLLMENT_KIND):
            return
        seeds = [phone for person in harness.fleet.people for phone in person.phones]

        found = sum(1 for d in devices if d.enrollment.kind.is_user_enrollment)

        assert found == sum(1 for s in seeds if s.enrollment.is_user_enrollment)

    @promise(
        "devices.enrollment-id.as-claimed",
        Topic.SHEET,
        Capability.DEVICES_ENROLLMENT_ID,
        fix="Fill `enrollment_id` where the sheet claims it, and leave it None where the sheet refuses.",
    )
    def test_enrollment_ids_are_as_the_sheet_says(self, harness: Harness) -> None:
        """Claimed, each enrollment has its own; refused, none has one."""
        found = [d.enrollment.enrollment_id for d in phones(harness)]
        known = [each for each in found if each is not None]

        assert len(set(known)) == len(known)
        assert bool(known) == (bool(found) and harness.can(Capability.DEVICES_ENROLLMENT_ID))

    @promise(
        "devices.list.nothing-hidden",
        Topic.PRIVACY,
        Capability.DEVICES_LIST,
        fix="Leave serial number, UDID, IMEI and phone number out of the wire models.",
    )
    def test_shows_nothing_apple_hides(self, harness: Harness) -> None:
        """No hidden identifier is in a device, whatever the product holds."""
        devices = harness.both_ways(Capability.DEVICES_LIST, lambda t: list(t.devices.list()))
        secrets = harness.simulator.secrets()

        for device in devices or ():
            text = device.model_dump_json()
            assert not any(secret in text for secret in secrets)
            assert not any(hasattr(device, field) for field in HIDDEN_FIELDS)

    @promise(
        "devices.times.as-they-happened",
        Topic.READS,
        Capability.DEVICES_LIST,
        fix="Read each time with its zone; one written without is in the product's zone, and never in this machine's.",
    )
    def test_times_are_those_at_which_things_happened(self, harness: Harness) -> None:
        """Every time of a device lies between the fleet's first enrollment and now: no zone is lost on the way."""
        devices = harness.both_ways(Capability.DEVICES_LIST, lambda t: list(t.devices.list()))
        began, now = harness.world.clock.start, harness.world.clock.now()
        for device in devices or ():
            for name, moment in _times(device):
                early, late = began - SLACK - moment, moment - now - SLACK
                assert max(early, late) <= timedelta(0), (
                    f"{name} is {max(early, late)} too {'early' if early > late else 'late'}"
                )

    @promise(
        "devices.get.as-listed",
        Topic.LAWS,
        Capability.DEVICES_GET,
        fix="Read rows of the listing and single devices through the same mapping.",
    )
    def test_gets_what_it_lists(self, harness: Harness) -> None:
        """A device read alone agrees with its row."""
        for device in phones(harness)[:3]:
            alone = harness.both_ways(Capability.DEVICES_GET, _device(device.id))
            if alone is not None:
                assert (alone.model, alone.os_version) == (device.model, device.os_version)
                assert alone.enrollment.state is device.enrollment.state
                assert alone.enrollment.kind.is_user_enrollment
                assert alone.name == device.name

    @promise(
        "devices.get.unknown",
        Topic.READS,
        Capability.DEVICES_GET,
        fix="Have `fault` map the product's answer for an unknown id to NotFound; an empty answer is NotFound too.",
    )
    def test_getting_none_is_not_found(self, harness: Harness) -> None:
        """An id that no device has raises NotFound."""
        require_not_found(harness, Capability.DEVICES_GET, _device(UNKNOWN))

    @promise(
        "devices.report.of-that-device",
        Topic.READS,
        Capability.DEVICES_REPORT,
        fix="Ask for the device by its id, and check that the answer is about it.",
    )
    def test_reports_what_the_phone_reported(self, harness: Harness) -> None:
        """A report is about the device asked for."""
        for device in phones(harness)[:2]:
            report = harness.both_ways(Capability.DEVICES_REPORT, _report(device.id))
            if report is not None:
                assert report.device.id == device.id

    @promise(
        "devices.report.managed-only",
        Topic.PRIVACY,
        Capability.DEVICES_REPORT,
        fix="Leave out apps that the product doesn't manage; the person's own apps are nobody's business.",
    )
    def test_reports_no_personal_app(self, harness: Harness) -> None:
        """Only apps of the catalog are in a report, and none twice."""
        catalog = {app.bundle_id for app in harness.fleet.apps}
        for device in phones(harness)[:6]:
            report = harness.both_ways(Capability.DEVICES_REPORT, _report(device.id))
            found = [app.bundle_id for app in (report.apps or ())] if report else []
            assert set(found) <= catalog
            assert len(set(found)) == len(found)

    @promise(
        "devices.unenroll.that-one-only",
        Topic.WRITES,
        Capability.DEVICES_UNENROLL,
        fix="Send the order for that device's id alone, with the command that keeps the personal side.",
    )
    def test_unenrolling_ends_that_enrollment_and_no_other(self, harness: Harness) -> None:
        """The work side goes once the phone has heard of it; nobody else is touched."""
        device_id = first_id(phones(harness))
        before = {d.id for d in phones(harness)}
        if harness.both_ways(Capability.DEVICES_UNENROLL, _unenroll(device_id)) is None:
            return
        harness.pass_time(hours=HEARD)

        after = {d.id for d in phones(harness)}

        assert before - after == {device_id}

    @promise(
        "devices.unenroll.unknown",
        Topic.WRITES,
        Capability.DEVICES_UNENROLL,
        fix="Map the answer for an unknown id to NotFound, Rejected or Conflict, and read what an order's answer says.",
    )
    def test_unenrolling_none_is_refused(self, harness: Harness) -> None:
        """An id that no device has is refused, and nothing ends."""
        require_refused(harness, Capability.DEVICES_UNENROLL, _unenroll(UNKNOWN))

    @promise(
        "devices.forget.ended-only",
        Topic.WRITES,
        Capability.DEVICES_FORGET,
        fix="Read the device's state first, and raise Conflict while its enrollment is active.",
    )
    def test_an_active_enrollment_is_not_forgotten(self, harness: Harness) -> None:
        """Forgetting an enrolled phone raises Conflict, and the phone stays enrolled."""
        device_id = first_id(phones(harness))
        if not harness.can(Capability.DEVICES_FORGET):
            harness.both_ways(Capability.DEVICES_FORGET, _forget(device_id))
            return
        try:
            harness.tenant.devices.forget(device_id)
        except Conflict:
            assert device_id in {d.id for d in phones(harness)}
            return
        raise AssertionError("the record of an enrolled phone was removed")

    @promise(
        "devices.forget.is-gone",
        Topic.WRITES,
        Capability.DEVICES_FORGET,
        fix="Remove the device's record in the product, and no other.",
    )
    def test_an_ended_enrollment_is_forgotten(self, harness: Harness) -> None:
        """After the end of an enrollment its record can be removed; every other record stays."""
        device_id = first_id(phones(harness))
        if not harness.can(Capability.DEVICES_FORGET):
            harness.both_ways(Capability.DEVICES_FORGET, _forget(device_id))
            return
        if not harness.can(Capability.DEVICES_UNENROLL):
            raise SkipTest("the backend ends no enrollment, so there is none to forget")
        harness.tenant.devices.unenroll(device_id)
        harness.pass_time(hours=HEARD)
        before = {d.id for d in harness.tenant.devices.list()}

        harness.tenant.devices.forget(device_id)

        assert {d.id for d in harness.tenant.devices.list()} == before - {device_id}


def _times(device: Device) -> Iterator[tuple[str, datetime]]:
    told = {
        "last_seen": device.last_seen,
        "enrollment.since": device.enrollment.since,
        "enrollment.ended": device.enrollment.ended,
    }
    yield from ((name, moment) for name, moment in told.items() if moment is not None)
