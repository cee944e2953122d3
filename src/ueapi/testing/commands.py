"""What every backend promises about commands and events."""

from __future__ import annotations

from collections.abc import Callable

from ueapi.client import Tenant
from ueapi.contract import Accepted, Capability
from ueapi.errors import NotFound
from ueapi.model import Command
from ueapi.testing.devices import HEARD
from ueapi.testing.harness import Harness
from ueapi.testing.promises import promise
from ueapi.testing.subjects import UNKNOWN, first_id, need, phones, require_refused
from ueapi.testing.tiers import Topic


def _refresh(device_id: str) -> Callable[[Tenant], Accepted]:
    return lambda tenant: tenant.commands.refresh(device_id)


def _commands(device_id: str) -> Callable[[Tenant], tuple[Command, ...]]:
    return lambda tenant: tenant.commands.of_device(device_id)


class CommandsConformance:
    """The commands facet."""

    facet = "commands"

    @promise(
        "commands.send.leaves-a-trace",
        Topic.WRITES,
        Capability.COMMANDS_SEND,
        Capability.COMMANDS_STATUS,
        fix="Ask for the commands of that device only, and give each the device's id.",
    )
    def test_refreshing_leaves_a_trace(self, harness: Harness) -> None:
        """A command sent shows in the device's list, where the product keeps one."""
        device_id = first_id(phones(harness))
        sent = harness.both_ways(Capability.COMMANDS_SEND, _refresh(device_id))
        found = harness.both_ways(Capability.COMMANDS_STATUS, _commands(device_id))
        if sent is not None and found is not None:
            assert found
            assert all(command.device == device_id for command in found)
            assert set(sent.command_ids) <= {command.id for command in found}

    @promise(
        "commands.send.that-device-only",
        Topic.WRITES,
        Capability.COMMANDS_SEND,
        fix="Send the command to that device's id alone.",
    )
    def test_refreshing_reaches_that_phone_only(self, harness: Harness) -> None:
        """Another phone's list is the same as before."""
        if not harness.can(Capability.COMMANDS_STATUS):
            harness.both_ways(Capability.COMMANDS_SEND, _refresh(first_id(phones(harness))))
            return
        one, other = need(phones(harness), "phones")[:2]
        before = harness.tenant.commands.of_device(other.id)

        harness.both_ways(Capability.COMMANDS_SEND, _refresh(one.id))

        assert harness.tenant.commands.of_device(other.id) == before

    @promise(
        "commands.send.unknown",
        Topic.WRITES,
        Capability.COMMANDS_SEND,
        fix="Map the answer for an unknown id to NotFound, Rejected or Conflict, and read what an order's answer says.",
    )
    def test_refreshing_none_is_refused(self, harness: Harness) -> None:
        """An order for an id that no device has is refused."""
        require_refused(harness, Capability.COMMANDS_SEND, _refresh(UNKNOWN))

    @promise(
        "commands.status.newest-first",
        Topic.READS,
        Capability.COMMANDS_STATUS,
        fix="Order commands by the time they were sent, the latest first, whatever order the product has.",
    )
    def test_commands_come_newest_first(self, harness: Harness) -> None:
        """The list begins with what was sent last."""
        device_id = first_id(phones(harness))
        for _ in range(2 if harness.can(Capability.COMMANDS_SEND) else 0):
            harness.tenant.commands.refresh(device_id)
            harness.pass_time(hours=HEARD)
        found = harness.both_ways(Capability.COMMANDS_STATUS, _commands(device_id)) or ()
        moments = [command.sent for command in found if command.sent is not None]

        assert moments == sorted(moments, reverse=True)

    @promise(
        "commands.status.unknown",
        Topic.READS,
        Capability.COMMANDS_STATUS,
        fix="Map an unknown device to NotFound, or give an empty list; don't let another device's commands through.",
    )
    def test_no_device_has_no_commands(self, harness: Harness) -> None:
        """An id that no device has raises NotFound, or has no commands."""
        try:
            found = harness.both_ways(Capability.COMMANDS_STATUS, _commands(UNKNOWN))
        except NotFound:
            return
        assert not found


class EventsConformance:
    """What the product tells by itself."""

    facet = "events"

    @promise(
        "events.watch.not-claimed",
        Topic.SHEET,
        Capability.EVENTS_WATCH,
        fix="Say unsupported or not implemented in the row of events.watch: the contract has no method for it yet.",
    )
    def test_watching_is_not_claimed_without_a_way_to_do_it(self, harness: Harness) -> None:
        """No sheet claims events while the contract has no method for them."""
        assert harness.can(Capability.EVENTS_WATCH) <= hasattr(harness.tenant, "events")
