"""What `ueapi phone enroll` does step by step, and how it tells of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import typer
from attrs import asdict, define, field
from pydantic import SecretStr

from ueapi.cli.exits import Exit
from ueapi.cli.output_files import OWNER_ONLY, write_output
from ueapi.cli.phone_advice import Advice, advice
from ueapi.cli.printing import print_document
from ueapi.cli.table import safe
from ueapi.cli.telling import tell
from ueapi.rehearsal.enrolling.client import Declined, EnrollmentFailed, NoAnswer, Step
from ueapi.rehearsal.enrolling.documented import DOCUMENTED
from ueapi.rehearsal.enrolling.managed import Managed, Obeyed
from ueapi.rehearsal.enrolling.steps import Exchanged
from ueapi.rehearsal.enrolling.trial import Trial, Walked
from ueapi.wording import counted

_REFUSED: Final[Mapping[Step, frozenset[int]]] = {
    Step.SIGN_IN: frozenset({401, 403}),
    Step.TOKEN: frozenset({400, 401, 403}),
    Step.PROFILE: frozenset({401, 403}),
}
"""Statuses by which a service says that it doesn't let the person in. For TOKEN: RFC 6749, section 5.2."""
_INDENT: Final = 20


def message_lines(one: Exchanged) -> tuple[str, str]:
    """A message and its answer, in a line each; headers that carry meaning follow."""
    return (
        _line(f"   -> {one.method} {one.url}", one.asked, one.sent),
        _line(f"   <- {one.status}", one.told, one.got),
    )


def _line(begin: str, about: str, headers: Mapping[str, str]) -> str:
    told = "; ".join(f"{k}: {v}" for k, v in headers.items() if k.lower() != "user-agent")
    return "  ".join(part for part in (begin, about, told) if part)


@define
class Course:
    """Steps and commands as they come; printed at once, or kept for one document."""

    as_json: bool
    shows_messages: bool = False
    messages: Sequence[Exchanged] = ()
    """The log of the trial; shown step by step where that is wanted."""
    steps: list[Walked] = field(factory=list)
    commands: list[Obeyed] = field(factory=list)
    advice: Advice | None = None
    """For the step that failed."""
    _shown: int = 0

    def tell(self, walked: Walked) -> None:
        """Take a step, and what Apple documents for it; one that went well before is said once."""
        if walked.is_done and walked in self.steps:
            self._show_messages()
            return
        self.steps.append(walked)
        if self.as_json:
            return
        self._show_messages(walked.step)
        reason = f": {safe(walked.reason)}" if walked.reason else ""
        tell(
            f"{'ok    ' if walked.is_done else 'FAILED'}  {walked.step.value:10}{reason}",
            hanging=_INDENT,
        )
        tell(DOCUMENTED[walked.step], indent=_INDENT)

    def _show_messages(self, step: Step | None = None) -> None:
        """Print the messages of a step that weren't printed yet; without one, all of them."""
        if self.as_json or not self.shows_messages:
            return
        for one in self.messages[self._shown :]:
            if step is not None and one.step is not step:
                return
            self._shown += 1
            typer.echo("\n".join(safe(line) for line in message_lines(one)))

    def advise(self, problem: EnrollmentFailed) -> None:
        """Say what the failure probably comes from, and what helps."""
        self.advice = advice(problem, self.steps[-1].reason)
        if self.as_json:
            return
        for label, text in (("cause", self.advice.cause), ("fix", self.advice.fix)):
            tell(f"        {label:12}{text}", hanging=_INDENT)

    def obeyed(self, commands: list[Obeyed]) -> None:
        """Tell of the commands that weren't told of yet."""
        new = commands[len(self.commands) :]
        self.commands += new
        for one in () if self.as_json else new:
            reason = f": {safe(one.reason)}" if one.reason else ""
            said = f"{safe(one.command)} -> {one.status.value}{reason}"
            tell(said, indent=_INDENT, hanging=_INDENT + 2)

    def document(self, code: Exit, trial: Trial) -> dict[str, object]:
        """Everything, for programs."""
        return {
            "outcome": _OUTCOMES[code],
            "steps": [
                {
                    "step": s.step.value,
                    "ok": s.is_done,
                    "reason": s.reason,
                    "documented": DOCUMENTED[s.step],
                    **({} if s.is_done or not self.advice else asdict(self.advice)),
                }
                for s in self.steps
            ],
            "commands": [
                {"command": c.command, "status": c.status.value, "reason": c.reason}
                for c in self.commands
            ],
            "messages": len(trial.log),
        }


_OUTCOMES = {
    Exit.DONE: "enrolled",
    Exit.REFUSED: "failed",
    Exit.ACCESS: "sign-in refused",
    Exit.UNREACHABLE: "unreachable",
}


def walked(
    trial: Trial,
    course: Course,
    *,
    address: str,
    at: str | None,
    token: SecretStr | None,
    rounds: int,
    pause: Callable[[], None],
    log: Path | None,
) -> Exit:
    """Enroll, take commands, leave; write the log in any case, and return the exit code."""
    code = Exit.DONE
    try:
        managed = trial.enroll(address, at=at, token=token)
        _stayed(trial, course, managed, rounds, pause)
    except EnrollmentFailed as problem:
        course.advise(problem)
        code = outcome(problem)
    finally:
        if log is not None:
            write_output(log, _written(trial), mode=OWNER_ONLY)
    if course.as_json:
        print_document(course.document(code, trial))
    else:
        typer.echo(f"{_OUTCOMES[code]}; {counted(len(trial.log), 'message')}.")
    return code


def _stayed(
    trial: Trial, course: Course, managed: Managed, rounds: int, pause: Callable[[], None]
) -> None:
    """Take commands as long as wanted; the service hears of the end, whatever happens before."""
    try:
        trial.obey(managed)
        course.obeyed(managed.obeyed)
        for _ in range(rounds):
            if managed.is_over:
                break
            pause()
            trial.obey(managed)
            course.obeyed(managed.obeyed)
    finally:
        trial.leave(managed)


def outcome(problem: EnrollmentFailed) -> Exit:
    """What a script is told of a failed step."""
    if isinstance(problem, NoAnswer):
        return Exit.UNREACHABLE
    refuses = problem.status in _REFUSED.get(problem.step, ())
    return Exit.ACCESS if refuses or isinstance(problem, Declined) else Exit.REFUSED


def _written(trial: Trial) -> bytes:
    rows = [asdict(one) for one in trial.log]
    return json.dumps({"messages": rows}, indent=2, default=str).encode() + b"\n"
