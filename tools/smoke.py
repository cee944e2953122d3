"""Start each bundled simulator on the loopback interface and list a few devices of it.

Needs the runtime dependencies only, so it shows that an installation works without the tools.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import ueapi

BACKENDS = ("jamf", "hexnode")
SCRIPT = Path(sys.executable).with_name("ueapi")


def list_devices(backend: str) -> int:
    """Count the devices of a fresh simulator, read through the library."""
    command = [SCRIPT, "simulate", backend, "--users", "5", "--seed", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as simulator:
        try:
            assert simulator.stdout is not None
            first = simulator.stdout.readline()
            if not first:
                sys.exit(f"{backend}: the simulator ended with {simulator.wait()}")
            answer = json.loads(first)
            settings = {"url": answer["url"], **answer["settings"]}
            with ueapi.connect(backend, **settings) as tenant:
                return sum(1 for _ in tenant.devices.list())
        finally:
            simulator.terminate()


def main() -> None:
    """List each backend's devices; an empty list is a failure."""
    for backend in BACKENDS:
        count = list_devices(backend)
        print(f"{backend}: {count} devices listed")
        if not count:
            sys.exit(f"{backend}: the simulator holds no device")


if __name__ == "__main__":
    main()
