"""How long a Python and a command line take to start, each in a fresh process."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path


def importing(use: str = "pass") -> float:
    """Seconds of `import ueapi` and of what it is used for, without starting Python itself."""
    script = (
        f"import time; t = time.perf_counter(); import ueapi; {use}; print(time.perf_counter() - t)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)


def helping() -> float:
    """Seconds of `ueapi --help`, from starting the process to its end."""
    command = str(Path(sys.executable).with_name("ueapi"))
    started = time.perf_counter()
    subprocess.run([command, "--help"], check=True, capture_output=True)
    return time.perf_counter() - started
