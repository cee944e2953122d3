"""`ueapi demo`: a whole move, rehearsed on virtual phones."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ueapi.cli.rehearse import (
    JsonOption,
    OutOption,
    ScenarioOption,
    SeedOption,
    UsersOption,
    Wanted,
    rehearse,
)

SOURCE: Final = "jamf"
TARGET: Final = "hexnode"
"""What is rehearsed when nobody says otherwise."""
OUT: Final = Path("ueapi-demo")


def demo(
    users: UsersOption = 60,
    seed: SeedOption = 7,
    out: OutOption = OUT,
    as_json: JsonOption = False,
    scenario: ScenarioOption = None,
) -> None:
    """Rehearse a whole move from Jamf Pro to Hexnode on virtual phones and virtual time."""
    wanted = Wanted(
        source=SOURCE, target=TARGET, users=users, seed=seed, scenario=scenario, out=out
    )
    rehearse(wanted, as_json=as_json, again="ueapi demo")
