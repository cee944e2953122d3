"""Everything this backend takes for granted without a confirming source, each behind one name.

A wrong guess is corrected here and nowhere else. The sheet marks the abilities that rest on one as `assumed`.
"""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import Final

TIMES_ARE_IN: Final[tzinfo] = UTC
"""Zone of the times written without one, such as `lastReported`; the fields in milliseconds beside them need none."""
