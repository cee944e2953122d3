"""Recordings of the bundled simulators, made in this process."""

from __future__ import annotations

import random

from attrs import frozen

from ueapi.plugins import Registry
from ueapi.testing import Harness
from ueapi.testing.recording import OverhearingRegistry, Recording, Rules, record, vocabulary_of

BACKENDS = ("hexnode", "jamf", "maas360")


@frozen
class Taken:
    """A recording, and where it was made."""

    harness: Harness
    registry: OverhearingRegistry
    recording: Recording


def overheard(backend, users=6):
    registry = OverhearingRegistry.installed()
    harness = Harness.build(backend, users=users, registry=registry)
    return harness, registry


def take(backend, rules=None, users=6):
    harness, registry = overheard(backend, users)
    return Taken(harness, registry, taken_of(harness, registry, rules))


def taken_of(harness, registry, rules=None, words=None):
    return record(
        harness.tenant,
        harness.tenant.sheet,
        registry.ear,
        rules=rules or Rules(),
        words=words or words_of(harness.tenant.backend),
        rng=random.Random(4),
    )


def words_of(backend):
    return vocabulary_of(Registry.installed().manifest(backend).build.partition(".")[0])
