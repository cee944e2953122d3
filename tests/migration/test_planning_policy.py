"""Promises of the policy file: exactly the policy's fields, and the manual's sample means what it says."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from tests.migration import fleets
from tests.migration.test_planning import WHOLE
from ueapi import migration
from ueapi.cli.outlook import tell_forecast
from ueapi.cli.policy_file import read_policy
from ueapi.errors import InvalidSettings, UnreadableInput
from ueapi.migration.documents import Plan, Policy
from ueapi.migration.inventory import DeclaredLimits, TakenSnapshot
from ueapi.migration.planning import make_plan

MANUAL = Path(__file__).resolve().parents[2] / "docs/how-to/plan-waves.md"


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def written(folder: Path, text: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def plan_with(policy: Policy, people: int = 8) -> Plan:
    target = TakenSnapshot(
        tenant="new",
        backend="new",
        taken_at=fleets.AT,
        limits=DeclaredLimits(concurrency=2, per_minute=30),
    )
    numbers = range(1, people + 1)
    return make_plan(
        fleets.source(
            users=tuple(fleets.user(n) for n in numbers),
            devices=tuple(fleets.device(n, n) for n in numbers),
        ),
        target,
        policy=policy,
        product=WHOLE,
    )


def test_the_manuals_sample_is_a_policy(tmp_path: Path) -> None:
    policy = read_policy(written(tmp_path, block("toml")))

    assert policy.start == date(2027, 1, 11)
    assert policy.help_desk_per_day == 80
    assert policy.freeze[0].last == date(2027, 2, 5)
    assert policy.stop.gap_p95_minutes == 90.0
    assert not policy.allows(date(2027, 1, 15))


def test_the_manual_names_every_field() -> None:
    text = MANUAL.read_text(encoding="utf-8")

    assert [name for name in Policy.model_fields if name not in text] == []


def test_the_manuals_forecast_runs_as_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plan.json"
    plan_with(Policy(start=date(2027, 1, 11))).write(path)

    exec(compile(block("python"), str(MANUAL), "exec"), {"path": path})

    assert capsys.readouterr().out.startswith("2027-01-1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("help_desk_per_dy = 3", "Did you mean help_desk_per_day?"),
        ("[stop]\nerror_rat = 0.1", "Did you mean error_rate?"),
        ("[[freeze]]\nfrom = 2026-12-24\nlast = 2026-12-31", "Allowed: first, last"),
        ("timezone = 'Mars/Base'", "timezone: no such time zone"),
        ("wave_sizes = 'many'", "wave_sizes"),
        ("[[freeze]]\nfirst = 2026-12-24\nlast = 2026-12-31", "a freeze needs `start`"),
        ("wave_gap = ", "not valid TOML"),
    ],
)
def test_a_wrong_policy_file_is_refused_with_the_way_out(
    text: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidSettings) as caught:
        read_policy(written(tmp_path, text))

    assert said in str(caught.value)


def test_an_address_in_a_wrong_policy_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings) as caught:
        read_policy(written(tmp_path, "vips = ['private person']"))

    assert "private" not in str(caught.value)


def test_a_missing_policy_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="can't be read"):
        read_policy(tmp_path / "none.toml")


def test_the_table_says_dates_calls_and_the_nearest_limit(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell_forecast(plan_with(Policy(start=date(2027, 1, 11), timezone="Europe/Berlin")))

    told = capsys.readouterr().out
    assert "pilot" in told
    assert "Mon 2027-01-11 09:00" in told
    assert "new: 30 calls a minute" in told
    assert "(Europe/Berlin)" in told


def test_the_table_counts_hours_without_dates(capsys: pytest.CaptureFixture[str]) -> None:
    tell_forecast(plan_with(Policy()))

    assert "+24.0 h" in capsys.readouterr().out


def test_a_plan_of_another_format_is_refused_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    plan_with(Policy()).write(path)
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {"format": 1}))

    with pytest.raises(UnreadableInput, match=r"format 1; this version of ueapi reads 4"):
        Plan.read(path)


def test_a_plan_with_every_list_filled_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    plan = plan_with(read_policy(written(tmp_path, block("toml"))))
    plan.write(path)

    read = Plan.read(path)

    assert read == plan
    assert migration.forecast(read) == plan.forecast


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('language = "fr"', "language: there are no texts"),
        ('[languages]\n"ada@example.org" = "xx"', "languages: there are no texts"),
        ('organization = ""', "organization: "),
        ('help_desk = "one\\ntwo"', "help_desk: "),
        ('help_page = "http://example.org"', "help_page: "),
        ('help_page = "https://example.org/?for=ada@example.org"', "help_page: "),
        ('federated = ["https://example.org"]', "federated: give bare domains"),
        ('federated = ["example.org."]', "federated: give bare domains"),
        ('enrollment_address = "http://mdm.example.org"', "enrollment_address: give an https"),
        ('discovery_check = "maybe"', "discovery_check: "),
    ],
)
def test_what_no_message_and_no_look_can_be_made_with_is_refused_at_once(
    line: str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidSettings, match=re.escape(told)) as refusal:
        read_policy(written(tmp_path, line))

    assert "nothing was changed" in str(refusal.value)


def test_the_plan_tells_of_people_whom_the_policy_would_let_wait_or_does_not_know() -> None:
    policy = Policy(federated=frozenset({"example.com"}), languages={"who@example.org": "de"})

    notes = plan_with(policy).notes

    assert "The policy's federated names no domain of 8 people, who will wait." in notes
    assert "The policy's languages names 1 of 1 whom the source doesn't know." in notes
    assert not [n for n in plan_with(Policy()).notes if "policy" in n]
