"""What Jamf advises its clients, and how far a read can lag behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from ueapi.contract import Limits

ROWS_LAG: Final = timedelta(seconds=60)
"""Nodes of a cluster learn each other's changes about once a minute.

Source: developer.jamf.com, sticky sessions for Jamf Cloud."""

LIMITS: Final = Limits(concurrency=3, rows_lag=ROWS_LAG)
"""Jamf advises at most five connections for the whole tenant, and others use it too.

Source: developer.jamf.com, scalability best practices."""
