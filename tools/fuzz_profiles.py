"""Throw damaged profiles at the code that reads and verifies them, guided by the lines that each input reaches.

    python -m tools.fuzz_profiles --seconds 300 --seed 7 --save build/fuzz-failure.bin
    python -m tools.fuzz_profiles --replay build/fuzz-failure.bin

An input that reaches a new step between two lines is kept and damaged further. Each input must end in a value or an
error of ueapi, in time and memory; what reads must read the same after writing, and what verifies must be what was
signed. The first input that breaks this is saved, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import inspect
import random
import resource
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from attrs import field, frozen, mutable
from tools.fuzz_elements import NoElements, damaged
from tools.fuzz_seeds import NOW, TOKENS, Seeds, make_seeds

import ueapi.apple
from ueapi.apple import plist, profiles
from ueapi.apple.profiles.document import read, write
from ueapi.apple.profiles.envelope import Signature, open_document, save_document
from ueapi.apple.profiles.trust import Trust
from ueapi.apple.profiles.verification import verify
from ueapi.errors import UeapiError

TOP = Path(ueapi.apple.__file__).parent
WATCHED = frozenset(
    str(path) for path in (*TOP.glob("plist*.py"), *(TOP / "profiles").glob("*.py"))
)
SECONDS_EACH = 5.0
MEMORY = 3 * 1024**3
LONGEST_INPUT = 64 * 1024
LONGEST_MESSAGE = 1000
MOST_KEPT = 4000

Step = tuple[str, int, int]


class TooSlow(BaseException):
    """An input took longer than it may; no part of the code under test may catch this."""


class Broken(AssertionError):
    """An invariant does not hold."""


@mutable
class Reached:
    """The steps from line to line that any input has taken so far."""

    steps: set[Step] = field(factory=set)
    new: int = 0

    @property
    def lines(self) -> int:
        return len({(name, line) for name, _, line in self.steps})

    @contextmanager
    def watched(self) -> Iterator[None]:
        self.new = 0
        sys.settrace(self._enter)
        try:
            yield
        finally:
            sys.settrace(None)

    def _enter(self, frame: FrameType, event: str, _: Any) -> Callable[..., Any] | None:
        name = frame.f_code.co_filename
        if name not in WATCHED:
            return None
        before = frame.f_code.co_firstlineno

        def step(inner: FrameType, event: str, _: Any) -> Callable[..., Any]:
            nonlocal before
            if event == "line":
                taken = (name, before, before := inner.f_lineno)
                if taken not in self.steps:
                    self.steps.add(taken)
                    self.new += 1
            return step

        return step


def lines_there_are() -> int:
    """Count the lines of functions: all that could be reached, since imports ran before."""
    return sum(len(set(_lines(compile(Path(name).read_bytes(), name, "exec")))) for name in WATCHED)


def _lines(code: CodeType) -> Iterator[int]:
    if code.co_flags & inspect.CO_OPTIMIZED:
        yield from (line for _, _, line in code.co_lines() if line != code.co_firstlineno and line)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _lines(constant)


# ---------------------------------------------------------------- invariants


def check(content: bytes, seeds: Seeds) -> None:
    """Raise when any invariant breaks; errors of ueapi are a proper answer."""
    for invariant in (property_list, document):
        answered(invariant, content)
    answered(lambda signed: verified(signed, seeds), content)


def answered(invariant: Callable[[bytes], None], content: bytes) -> None:
    try:
        invariant(content)
    except UeapiError as error:
        if len(str(error)) > LONGEST_MESSAGE:
            raise Broken("a message is too long to hold no content") from error


def property_list(content: bytes) -> None:
    value = plist.read(content)
    written = writable(lambda: plist.write_canonical(value))
    if written is not None and plist.read(written) != value:
        raise Broken("a property list changes on its way")


def document(content: bytes) -> None:
    opened = open_document(content)
    kept = writable(lambda: save_document(opened, opened.profile, signature=Signature.KEEP))
    if kept is None:
        return
    if kept != content:
        raise Broken("an unchanged document does not keep its bytes")
    if read(write(opened.profile)) != opened.profile:
        raise Broken("a profile changes on its way")
    profiles.semantic_digest(opened.profile)
    for payload in opened.profile.payloads:
        profiles.secret_keys(payload)
    once = profiles.redacted(opened.profile)
    if profiles.redacted(once) != once:
        raise Broken("redacting twice is not redacting once")


def writable(make: Callable[[], bytes]) -> bytes | None:
    """What is written, or nothing when it would be over the limit: escaping can make a text five times as long."""
    try:
        return make()
    except UeapiError as error:
        if "over the limit" in str(error):
            return None
        raise Broken("what was read can't be written") from error


def verified(content: bytes, seeds: Seeds) -> None:
    result = verify(content, anchors=seeds.anchors, at=NOW)
    if result.trust is Trust.TRUSTED and result.content not in seeds.signed:
        raise Broken("content that nobody signed is trusted")
    if any(not signer.chain for signer in result.signers):
        raise Broken("a signer has no chain")


# ---------------------------------------------------------------- damage


@frozen
class Damage:
    """Makes a new input of old ones, by a seeded choice."""

    chance: random.Random

    def of(self, kept: list[bytes]) -> bytes:
        # The newest inputs lead further than the old ones.
        pool = kept[-200:] if self.chance.random() < 0.4 else kept
        content = bytearray(self.chance.choice(pool))
        if content.startswith(b"\x30") and self.chance.random() < 0.7:
            return self._elements(bytes(content))
        for _ in range(1 << self.chance.randrange(4)):
            change = self.chance.choice(
                (self._flip, self._token, self._cut, self._repeat, self._splice, self._number)
            )
            change(content, kept)
        return bytes(content[:LONGEST_INPUT])

    def _elements(self, content: bytes) -> bytes:
        for _ in range(1 << self.chance.randrange(3)):
            with suppress(NoElements):
                content = damaged(content, self.chance)
        return content[:LONGEST_INPUT]

    def _at(self, content: bytearray) -> int:
        return self.chance.randrange(len(content) + 1)

    def _span(self, content: bytearray) -> slice:
        begin = self._at(content)
        return slice(begin, begin + 1 + int(self.chance.expovariate(1 / 12)))

    def _flip(self, content: bytearray, _: list[bytes]) -> None:
        if content:
            content[self.chance.randrange(len(content))] ^= 1 << self.chance.randrange(8)

    def _token(self, content: bytearray, _: list[bytes]) -> None:
        at = self._at(content)
        token = self.chance.choice(TOKENS)
        content[at : at + len(token) * self.chance.randrange(2)] = token

    def _cut(self, content: bytearray, _: list[bytes]) -> None:
        del content[self._span(content)]

    def _repeat(self, content: bytearray, _: list[bytes]) -> None:
        part = content[self._span(content)]
        times = 1 << self.chance.choice((0, 0, 0, 1, 3, 8))
        at = self._at(content)
        content[at:at] = part * times

    def _splice(self, content: bytearray, kept: list[bytes]) -> None:
        other = bytearray(self.chance.choice(kept))
        content[self._span(content)] = other[self._span(other)]

    def _number(self, content: bytearray, _: list[bytes]) -> None:
        width = 1 << self.chance.randrange(4)
        number = self.chance.choice((0, 1, 0x7F, 0x80, 0xFF, (1 << 8 * width) - 1, len(content)))
        at = self._at(content)
        content[at : at + width] = (number % (1 << 8 * width)).to_bytes(width, "big")


# ---------------------------------------------------------------- running


@contextmanager
def limited() -> Iterator[None]:
    """Interrupt whatever takes too long."""

    def stop(*_: object) -> None:
        raise TooSlow(f"over {SECONDS_EACH} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS_EACH)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def tried(content: bytes, *, seeds: Seeds, reached: Reached) -> str | None:
    """What is wrong with an input's treatment, as a traceback; nothing when all is well."""
    try:
        with limited(), reached.watched():
            check(content, seeds)
    except (Exception, TooSlow):  # noqa: BLE001 - anything but an error of ueapi is a finding
        return traceback.format_exc()
    return None


def fuzz(options: argparse.Namespace) -> int:
    """Run for the time given; 1 when an input broke an invariant."""
    seeds, reached = make_seeds(), Reached()
    damage = Damage(random.Random(options.seed))
    kept: list[bytes] = []
    queue = [*seeds.inputs]
    runs, begin = 0, time.monotonic()
    while queue or time.monotonic() - begin < options.seconds:
        content = queue.pop() if queue else damage.of(kept)
        fault = tried(content, seeds=seeds, reached=reached)
        runs += 1
        if fault is not None:
            return report_failure(content, fault, options.save)
        if runs <= len(seeds.inputs) or (reached.new and len(kept) < MOST_KEPT):
            kept.append(content)
    spent = time.monotonic() - begin
    print(f"{runs} executions in {spent:.0f} s, corpus of {len(kept)} inputs")
    print(
        f"{reached.lines} of {lines_there_are()} lines reached, {len(reached.steps)} steps between lines"
    )
    return 0


def report_failure(content: bytes, fault: str, save: Path) -> int:
    save.parent.mkdir(parents=True, exist_ok=True)
    save.write_bytes(content)
    print(fault)
    print(f"FAILED: the input of {len(content)} bytes is saved as {save}")
    return 1


def replay(path: Path) -> int:
    """Try one saved input again."""
    fault = tried(path.read_bytes(), seeds=make_seeds(), reached=Reached())
    print(fault or "passed")
    return 1 if fault else 0


def main() -> int:
    """Fuzz, or replay one input."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--save", type=Path, default=Path("build/fuzz-failure.bin"))
    parser.add_argument("--replay", type=Path)
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # A warning of a library about hostile bytes would reach the user's terminal.
    warnings.simplefilter("error")
    return replay(options.replay) if options.replay else fuzz(options)


if __name__ == "__main__":
    sys.exit(main())
