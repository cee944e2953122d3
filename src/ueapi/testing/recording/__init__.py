"""Golden cases: what a product really answered, with everything replaced that could mean someone.

```python
registry = OverhearingRegistry.installed()
with ueapi.connect("example", registry=registry, ...) as tenant:
    recording = record(tenant, tenant.sheet, registry.ear, rules=Rules(), words=words, rng=rng)
write(Path("tests/golden"), recording.texts)

replay = Replay.of(Path("tests/golden"))
users = list(replay.users.list())
```

A leaf stays only if its shape is neutral, if the plugin's code spells it, or if the plugin's `recording.toml` declares
its field. Then a second look, which knows nothing of the first, must find nothing; otherwise nothing is written.
"""

from ueapi.testing.recording.cases import Case, Tape, read, replace, write
from ueapi.testing.recording.listening import Ear, OverhearingRegistry
from ueapi.testing.recording.proof import Forbidden, Leak, leaks, require_clean
from ueapi.testing.recording.replaying import Replay
from ueapi.testing.recording.rules import Rules
from ueapi.testing.recording.taking import Recording, differences, record
from ueapi.testing.recording.vocabulary import Vocabulary, vocabulary_of
from ueapi.testing.recording.walkthrough import Seen, walkthrough

__all__ = [
    "Case",
    "Ear",
    "Forbidden",
    "Leak",
    "OverhearingRegistry",
    "Recording",
    "Replay",
    "Rules",
    "Seen",
    "Tape",
    "Vocabulary",
    "differences",
    "leaks",
    "read",
    "record",
    "replace",
    "require_clean",
    "vocabulary_of",
    "walkthrough",
    "write",
]
