"""What a move tells its operator: losses by object, tasks with their steps, who is awaited, and when to come back."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Final

import typer

from ueapi.cli.printing import output
from ueapi.cli.table import safe
from ueapi.wording import counted, people

if TYPE_CHECKING:
    from ueapi.migration import Plan, Report
    from ueapi.migration.documents import Loss, Task

NARROWEST: Final = 40
WIDEST: Final = 100

_AWAITED: Final = {
    "wave-not-begun": "whose wave has not begun",
    "not-verified-yet": "whose phones are being verified",
    "not-ready": "who are not ready to be asked",
    "no-answer": "who have not begun",
    "not-signed-in": "who left and have not signed in again",
    "back-at-source": "who signed in to the old product again",
    "wrong-enrollment": "who chose the wrong enrollment",
    "two-phones-fit": "with two phones that could be the same one",
    "signed-out-again": "who signed out of the new product again",
    "app-not-installed": "who have not accepted an app",
    "profile-not-installed": "whose phones lack a setting",
}


def awaited(reason: str, count: int) -> str:
    """How many people wait, and for what."""
    words = _AWAITED.get(reason, f"({reason})")
    if count == 1:
        for many, one in (("who have ", "who has "), ("and have ", "and has ")):
            words = words.replace(many, one)
    return f"{people(count)} {words}"


def tell_losses(losses: Iterable[Loss], accepted: frozenset[str]) -> None:
    """Every setting that does not arrive as it was, by object."""
    for name, group in groupby(losses, key=lambda loss: loss.object):
        typer.echo(f"\n{safe(name)}")
        for loss in group:
            setting = ": ".join(x for x in (loss.payload, loss.key) if x) or "all of it"
            mark = " (accepted)" if loss.id in accepted else ""
            head = f"{loss.id}  {loss.fate.value}{mark}  {setting}"
            tell(head, indent=2, hanging=12)
            tell(f"{_sentence(loss.reason)} {_sentence(loss.instead)}", indent=12)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def tell_tasks(tasks: Sequence[Task], resume: str) -> None:
    """Tasks that are open, as someone at the console needs them."""
    if not tasks:
        return
    waiting = counted(len(tasks), "task waits", several="tasks wait")
    typer.echo(f"\n{waiting} for an administrator:")
    for task in tasks:
        typer.echo()
        tell(f"{task.id}  {task.title}", indent=0, hanging=10)
        for number, step in enumerate(task.steps, start=1):
            tell(f"{number}. {step}", indent=10, hanging=13)
    typer.echo("\nWhen one is done:")
    tell_command(f"{resume} --done {tasks[0].id}")


def tell_command(words: str) -> None:
    """A command to copy: in one piece, however narrow the terminal is."""
    output().print(f"  {words}", markup=False, soft_wrap=True)


def tell_balance(now: Report) -> None:
    """The balance, and which people are awaited."""
    u = now.users
    typer.echo(
        f"{people(u.total)}: {u.moved} moved, {u.waiting} waiting, {u.excluded} not part of it, {u.failed} failed."
    )
    for item in now.waiting_for:
        if item.who != "administrator":
            tell(f"waits for {awaited(item.what, item.count)}", indent=2, hanging=4)
    for held in now.held:
        tell(str(held), indent=2, hanging=4)


def tell_return(now: Report, open_tasks: Sequence[Task], resume: str, ledger: Path) -> None:
    """When it is worth running `apply` again."""
    if now.standstill is not None:
        tell(f"The move stands still: {now.standstill.reason.rstrip('.')}.")
        go_on = shlex.join(["ueapi", "migrate", "resume", "--ledger", str(ledger)])
        typer.echo("When it may go on:")
        tell_command(go_on)
        tell_command(f"{resume} --follow")
        return
    if not now.users.waiting or all(wave.state == "closed" for wave in now.waves):
        typer.echo("Every wave is closed. Write the report with `ueapi migrate report`.")
        return
    if open_tasks:
        typer.echo("Nobody is asked to move before these tasks are done. Come back when one is.")
        return
    from ueapi.migration.engine import LONG_PAUSE, SHORT_PAUSE

    is_between = bool(now.timeline) and now.timeline[-1].between + now.timeline[-1].arrived > 0
    minutes = int((SHORT_PAUSE if is_between else LONG_PAUSE).total_seconds() // 60)
    typer.echo(
        f"Come back in {counted(minutes, 'minute')}, or let it wait by itself:\n  {resume} --follow"
    )


def open_tasks(plan: Plan, now: Report) -> tuple[Task, ...]:
    """Tasks of the plan that are not confirmed."""
    titles = {item.what for item in now.waiting_for if item.who == "administrator"}
    return tuple(task for task in plan.tasks if task.title in titles)


def tell(text: str, *, indent: int = 0, hanging: int | None = None) -> None:
    """A paragraph as wide as the terminal, in readable lines; later lines stand at `hanging`."""
    typer.echo("\n".join(_wrapped(text, indent, indent if hanging is None else hanging)))


def _wrapped(text: str, indent: int, hanging: int) -> Iterator[str]:
    width = min(max(output().width, NARROWEST), WIDEST)
    yield from wrap(
        safe(text),
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
