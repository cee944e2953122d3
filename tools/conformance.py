"""Write each backend's `conformance.json`, from a run of the kit; the manual is made from these files.

`python -m tools.conformance [NAME...]` writes them beside each plugin's `quality.yaml`; with `--check` it writes
nothing and ends with 1 where a file is not what a run gives now.
"""

from __future__ import annotations

import sys
import time

from tools.docs_conformance import FILE

from ueapi.plugins import Registry
from ueapi.testing.quality import quality_file
from ueapi.testing.running import run


def main(arguments: list[str]) -> int:
    """Run the kit for the named backends, or for all."""
    registry = Registry.installed()
    names = [each for each in arguments if not each.startswith("-")] or list(registry.names)
    stale = [name for name in names if not written(registry, name, "--check" in arguments)]
    for name in stale:
        print(f"{name}: conformance.json is not what a run gives")
    return 1 if stale else 0


def written(registry: Registry, name: str, only_check: bool) -> bool:
    """Run one; false where the file differs and is only to be checked."""
    stated = quality_file(registry, name)
    if stated is None:
        print(f"{name}: no quality.yaml, so there is no place for {FILE}")
        return True
    began = time.monotonic()
    found = run(name, registry=registry)
    print(
        f"{name}: {len(found.failed)} of {len(found.results)} fail, {time.monotonic() - began:.0f} s"
    )
    path = stated.with_name(FILE)
    if only_check:
        return path.is_file() and path.read_text(encoding="utf-8") == found.to_json()
    path.write_text(found.to_json(), encoding="utf-8")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
