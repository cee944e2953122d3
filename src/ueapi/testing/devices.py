"""What every backend promises about devices and commands."""

from __future__ import annotations

from collections.abc import Callable

from ueapi.client import Tenant
from ueapi.contract import Capability
from ueapi.model import Device, DeviceReport, EnrollmentState
from ueapi.testing.harness import Harness, plain

HIDDEN_FIELDS = ("serial", "serial_number", "udid", "imei", "meid", "phone_number", "location")


def _enrolled(harness: Harness) -> list[Device]:
    return [
        d
        for d in harness.tenant.devices.list()
        if d.enrollment.kind.is_user_enrollment and d.enrollment.state is EnrollmentState.ENROLLED
    ]


def _device(device_id: str) -> Callable[[Tenant], Device]:
    return lambda tenant: tenant.devices.get(device_id)


def _report(device_id: str) -> Callable[[Tenant], DeviceReport]:
    return lambda tenant: tenant.devices.report(device_id)


class DevicesConformance:
    """The devices facet."""

    facet = "devices"

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

    def test_reading_twice_is_equal(self, harness: Harness) -> None:
        """Nothing but the time of reading differs between two listings."""
        first = harness.both_ways(Capability.DEVICES_LIST, lambda t: list(t.devices.list()))
        if first is not None:
            assert plain(first) == plain(harness.tenant.devices.list())

    def test_tells_user_enrollment_from_the_rest(self, harness: Harness) -> None:
        """As many phones are under User Enrollment as the fleet has."""
        devices = harness.both_ways(Capability.DEVICES_LIST, lambda t: list(t.devices.list()))
        if devices is None:
            return
        seeds = [phone for person in harness.fleet.people for phone in person.phones]

        found = sum(1 for d in devices if d.enrollment.kind.is_user_enrollment)

        assert found == sum(1 for s in seeds if s.enrollment.is_user_enrollment)

    def test_shows_nothing_apple_hides(self, harness: Harness) -> None:
        """No hidden identifier is in a device, whatever the product holds."""
        devices = harness.both_ways(Capability.DEVICES_LIST, lambda t: list(t.devices.list()))
        secrets = harness.simulator.secrets()

        for device in devices or ():
            text = device.model_dump_json()
            assert not any(secret in text for secret in secrets)
            assert not any(hasattr(device, field) for field in HIDDEN_FIELDS)

    def test_gets_what_it_lists(self, harness: Harness) -> None:
        """A device read alone agrees with its row."""
        for device in _enrolled(harness)[:3]:
            alone = harness.both_ways(Capability.DEVICES_GET, _device(device.id))
            if alone is not None:
                assert (alone.model, alone.os_version) == (device.model, device.os_version)
                assert alone.enrollment.state is device.enrollment.state

    def test_reports_what_the_phone_reported(self, harness: Harness) -> None:
        """A report is about the device asked for."""
        for device in _enrolled(harness)[:2]:
            report = harness.both_ways(Capability.DEVICES_REPORT, _report(device.id))
            if report is not None:
                assert report.device.id == device.id

    def test_unenrolling_ends_that_enrollment_and_no_other(self, harness: Harness) -> None:
        """The work side goes once the phone has heard of it; nobody else is touched."""
        device = _enrolled(harness)[0]
        accepted = harness.both_ways(
            Capability.DEVICES_UNENROLL, lambda t: t.devices.unenroll(device.id)
        )
        if accepted is None:
            return
        before = {d.id for d in _enrolled(harness)} | {device.id}
        harness.pass_time(hours=2)

        after = {d.id for d in _enrolled(harness)}

        assert before - after == {device.id}


class CommandsConformance:
    """The commands facet."""

    facet = "commands"

    def test_refreshing_leaves_a_trace(self, harness: Harness) -> None:
        """A command sent shows in the device's list, where the product keeps one."""
        device = _enrolled(harness)[0]
        sent = harness.both_ways(Capability.COMMANDS_SEND, lambda t: t.commands.refresh(device.id))
        found = harness.both_ways(
            Capability.COMMANDS_STATUS, lambda t: t.commands.of_device(device.id)
        )
        if sent is not None and found is not None:
            assert found
            assert all(command.device == device.id for command in found)
