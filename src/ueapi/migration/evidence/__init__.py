"""Evidence of a move: what was done, exported so that others can verify it without us.

A *bundle* is a folder with these files:

| file | holds |
|---|---|
| `evidence.ndjson` | one entry a line, chained; see `ueapi.migration.chain` |
| `evidence.json` | the manifest: plan, number of entries, head, first and last time, version |
| `evidence.p7s` | when signed: a detached CMS signature over the manifest, DER |
| `SHA256SUMS` | the digests of the other files, as `sha256sum -c` reads them |
"""

from ueapi.migration.evidence.bundle import Manifest
from ueapi.migration.evidence.exporting import export
from ueapi.migration.evidence.verdict import Problem, Signature, Verdict
from ueapi.migration.evidence.verifying import verify

__all__ = ["Manifest", "Problem", "Signature", "Verdict", "export", "verify"]
