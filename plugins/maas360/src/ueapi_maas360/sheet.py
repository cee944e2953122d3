"""What the MaaS360 backend can do: nothing yet, and the sheet says so for each capability."""

from __future__ import annotations

from typing import Final

from ueapi.contract import Capability, CapabilitySheet, not_implemented

SHEET: Final = CapabilitySheet.of({capability: not_implemented() for capability in Capability})
