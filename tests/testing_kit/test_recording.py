"""A recording of each simulator is clean, reads like the original, and is written whole or not at all."""

from __future__ import annotations

import json
import re
import stat
from functools import cache

import pytest
from attrs import evolve

from tests.testing_kit.recorded import BACKENDS, overheard, take, taken_of, words_of
from ueapi.errors import NotFound, Rejected, UnreadableInput, UsageError
from ueapi.flow import Call, Effect, Reply
from ueapi.model import Device
from ueapi.testing.recording import (
    Ear,
    Replay,
    Rules,
    Vocabulary,
    differences,
    read,
    replace,
    walkthrough,
    write,
)

taken = cache(take)


@pytest.fixture(params=BACKENDS)
def backend(request):
    return request.param


def test_nothing_of_anyone_is_left(backend):
    harness = taken(backend).harness
    everything = "\n".join(taken(backend).recording.texts.values()).casefold()

    for person in harness.fleet.people:
        for word in (person.username, person.name, person.name.partition(" ")[0] + "'s"):
            assert word.casefold() not in everything
    for setting in harness.place.settings.values():
        assert len(str(setting)) < 6 or str(setting).casefold() not in everything
    assert harness.place.server.host not in everything


def test_no_header_but_the_media_type_is_kept(backend):
    for case in taken(backend).recording.tape.cases:
        assert set(case.headers) <= {"content-type"}


def test_only_reading_calls_were_made_and_signing_in_is_not_among_them(backend):
    operations = {case.operation for case in taken(backend).recording.tape.cases}

    assert {"users.list", "devices.list", "devices.get"} <= operations
    assert not any("sign" in operation or "token" in operation for operation in operations)


def test_a_folder_of_cases_reads_like_the_tenant_did(backend, tmp_path):
    recording = taken(backend).recording
    write(tmp_path / "golden", recording.texts)

    replay = Replay.of(tmp_path / "golden")
    seen = walkthrough(replay, taken(backend).harness.tenant.sheet)

    assert list(differences(recording.seen, seen)) == []
    assert {s.operation for s in seen} == {s.operation for s in recording.seen}


def test_joins_hold_in_a_replay(backend, tmp_path):
    write(tmp_path / "golden", taken(backend).recording.texts)
    replay = Replay.of(tmp_path / "golden")

    users, devices = list(replay.users.list()), list(replay.devices.list())

    owned = [device for device in devices if device.user is not None]
    assert owned
    for device in owned:
        assert any(device.user.means(user) for user in users)
    accounts = [str(user.managed_apple_id) for user in users if user.managed_apple_id]
    assert all(re.fullmatch(r"person-\d+@example\.org", account) for account in accounts)
    assert len(set(accounts)) == len(accounts)


def test_a_replay_reads_one_by_one_what_was_listed(backend, tmp_path):
    write(tmp_path / "golden", taken(backend).recording.texts)
    replay = Replay.of(tmp_path / "golden")

    listed = next(iter(replay.devices.list()))
    device = replay.devices.get(listed.id)

    assert isinstance(device, Device)
    assert (device.model, device.os_version) == (listed.model, listed.os_version)
    assert device.enrollment.kind is listed.enrollment.kind


def test_times_keep_their_order_and_move_by_one_amount(backend, tmp_path):
    write(tmp_path / "golden", taken(backend).recording.texts)
    before = [device.last_seen for device in taken(backend).harness.tenant.devices.list()]

    after = [device.last_seen for device in Replay.of(tmp_path / "golden").devices.list()]

    moved = {(b.replace(microsecond=0) - a).days for b, a in zip(before, after, strict=True)}
    assert len(moved) == 1
    assert moved.pop() >= 400


def test_the_same_randomness_gives_the_same_recording(backend):
    again = take(backend)

    assert again.recording.texts == taken(backend).recording.texts


def test_a_question_nobody_recorded_is_named_by_its_template(tmp_path):
    write(tmp_path / "golden", taken("hexnode").recording.texts)
    replay = Replay.of(tmp_path / "golden")

    with pytest.raises(NotFound, match=r"no golden case for GET /api/v1/devices/\{id\}/") as caught:
        replay.devices.get("98765")

    assert "98765" not in str(caught.value)


def test_a_change_is_refused_before_it_is_sent():
    harness, _ = overheard("hexnode")
    device = next(iter(harness.tenant.devices.list()))

    with pytest.raises(UsageError, match="makes a change while it reads"):
        harness.tenant.devices.unenroll(device.id)

    assert harness.simulator.log.changing() == []


def test_a_question_to_come_back_later_is_no_answer():
    ear = Ear()
    call = Call(operation="users.list", method="GET", path="/users", effect=Effect.READS)

    for status in (429, 503, 404, 200):
        ear.note(call, Reply(status))

    assert [heard.reply.status for heard in ear.heard] == [404]


def test_a_tenant_that_shows_nothing_is_an_error():
    harness, registry = overheard("hexnode")
    registry.ear.settings = None

    with pytest.raises(UsageError, match="nothing to record"):
        taken_of(harness, registry)


def test_an_enumeration_nobody_declared_is_named_where_it_breaks_the_reading():
    harness, registry = overheard("hexnode")
    only_names = Vocabulary(words_of("hexnode").names)

    with pytest.raises(Rejected) as caught:
        taken_of(harness, registry, words=only_names)

    assert "no longer reads" in caught.value.message
    assert "recording.toml" in caught.value.remedy


def test_what_the_plugin_declares_stays():
    harness, registry = overheard("hexnode")
    rules = Rules(
        enumerations={
            "status": ("enrolled", "Installed", "Success", "In_Progress", "Pending", "Failed"),
            "enrollment_status": ("enrolled", "disenrolled"),
            "grouptype": ("custom", "dynamic"),
        },
        keep=("action",),
    )

    recording = taken_of(harness, registry, rules)

    assert '"enrolled"' in recording.texts["012-devices.list.json"]


class TestFolders:
    def test_it_is_readable_by_its_owner_only(self, tmp_path):
        folder = tmp_path / "golden"

        write(folder, {"001-a.json": "{}"})

        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "001-a.json").stat().st_mode) == 0o600
        assert [p.name for p in tmp_path.iterdir()] == ["golden"]

    def test_what_is_there_stays(self, tmp_path):
        folder = tmp_path / "golden"
        write(folder, {"001-a.json": "{}"})

        with pytest.raises(UsageError, match="exists"):
            write(folder, {"001-a.json": "[]"})

        assert (folder / "001-a.json").read_text() == "{}"

    def test_an_old_recording_is_replaced_as_a_whole(self, tmp_path):
        folder = tmp_path / "golden"
        write(folder, {"001-a.json": "{}", "002-b.json": "{}"})

        replace(folder, {"001-a.json": "[]"})

        assert {p.name: p.read_text() for p in folder.iterdir()} == {"001-a.json": "[]"}
        assert [p.name for p in tmp_path.iterdir()] == ["golden"]

    @pytest.mark.parametrize("other", ["notes.txt", "folder"])
    def test_a_folder_of_something_else_is_never_replaced(self, tmp_path, other):
        folder = tmp_path / "golden"
        folder.mkdir()
        (folder / other).mkdir() if other == "folder" else (folder / other).write_text("mine")

        with pytest.raises(UsageError, match="no folder of golden cases"):
            replace(folder, {"001-a.json": "[]"})

        assert (folder / other).exists()

    def test_a_failed_write_leaves_the_old_one(self, tmp_path):
        folder = tmp_path / "golden"
        write(folder, {"001-a.json": "{}"})

        with pytest.raises(OSError, match="name"):
            replace(folder, {"no/such/folder-in-the-file's-name": "x"})

        assert (folder / "001-a.json").read_text() == "{}"
        assert [p.name for p in tmp_path.iterdir()] == ["golden"]

    @pytest.mark.parametrize(
        "text", ["", "[]", '{"format": 2}', '{"format": 1, "query": []}', "{" * 9]
    )
    def test_a_file_that_is_no_case_is_named(self, tmp_path, text):
        write(tmp_path / "golden", taken("hexnode").recording.texts)
        (tmp_path / "golden" / "002-broken.json").write_text(text)

        with pytest.raises(UnreadableInput, match=r"002-broken\.json is no golden case"):
            read(tmp_path / "golden")

    def test_no_folder_is_no_recording(self, tmp_path):
        with pytest.raises(UnreadableInput, match="no folder of golden cases"):
            read(tmp_path / "absent")


def test_a_refusal_is_recorded_and_raised_again_in_a_replay(tmp_path):
    _, registry = overheard("hexnode")
    backend = registry.ear.build(registry.ear.settings)
    call = Call(operation="x", method="GET", path="/a", effect=Effect.READS)
    case = evolve(
        taken("hexnode").recording.tape.cases[0],
        path="/a",
        at={},
        query=(),
        status=404,
        content={"detail": "Not found."},
    )

    with pytest.raises(NotFound, match="no such object"):
        Replay([case], backend).answer(call)


def test_a_case_gives_the_bytes_it_describes():
    case = taken("hexnode").recording.tape.cases[0]

    reply = case.reply()

    assert isinstance(reply, Reply)
    assert json.loads(reply.body) == case.content
