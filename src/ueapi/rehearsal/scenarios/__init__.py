"""Named troubles to rehearse a move under."""

from ueapi.rehearsal.scenarios.catalog import CALM, SCENARIOS, scenario
from ueapi.rehearsal.scenarios.plays import Scenario, Stage

__all__ = ["CALM", "SCENARIOS", "Scenario", "Stage", "scenario"]
