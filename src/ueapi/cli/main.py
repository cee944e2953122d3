"""The command tree, and what happens to errors."""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Iterable
from typing import Annotated, NoReturn

import typer

from ueapi.cli import (
    backends,
    demo,
    discovery,
    guidance,
    listing,
    migrate,
    phone,
    plugin,
    plugin_commands,
    profile,
    ready,
    rules,
    simulate,
    tenants,
)
from ueapi.cli.exits import Exit, exit_code
from ueapi.cli.root import Root
from ueapi.errors import ManualStepRequired, UeapiError

app = typer.Typer(
    name="ueapi",
    cls=Root,
    help="One API over device management products for Apple User Enrollment, and a safe way to move people "
    "from one to another.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
# A summary of its own where the first sentence of the help doesn't fit 80 columns.
app.command("demo", short_help="Rehearse a whole move on virtual phones and virtual time.")(
    demo.demo
)
app.command("backends", short_help="List the installed backends.")(backends.backends)
app.command("capabilities", short_help="Show what each backend provides.")(backends.capabilities)
app.command("simulate", short_help="Serve a simulated product until stopped.")(simulate.simulate)
app.add_typer(tenants.app, name="tenant")
app.command("doctor")(tenants.doctor)
app.command("list", short_help="List devices, users, groups, profiles, apps or licenses.")(
    listing.list_things
)
app.add_typer(rules.app, name="rules")
app.add_typer(profile.app, name="profile")
app.command("ready", short_help="Say who is ready to enroll, and who isn't yet and why.")(
    ready.ready
)
app.add_typer(migrate.app, name="migrate")
app.add_typer(discovery.app, name="discovery", short_help="Tell phones where to enroll.")
app.add_typer(guidance.app, name="guide", short_help="Write what people read.")
app.add_typer(phone.app, name="phone")
app.add_typer(plugin.app, name="plugin", short_help="Write a backend.")


def _version(wanted: bool) -> None:
    if wanted:
        import ueapi

        typer.echo(ueapi.__version__)
        raise typer.Exit


@app.callback()
def _global(
    debug: Annotated[bool, typer.Option("--debug", help="Log every request to stderr.")] = False,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if debug else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    for noisy in ("httpx", "httpcore", "asyncio", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def run() -> None:
    """Run the command; an error of ueapi becomes one line and an exit code, without a traceback.

    Steps that a person does in a product's console follow it, one a line.
    """
    try:
        plugin_commands.root_of(app, sys.argv[1:])(standalone_mode=True)
    except UeapiError as problem:
        _say(str(problem))
        if isinstance(problem, ManualStepRequired):
            _say_steps(problem.steps)
        sys.exit(exit_code(problem))
    except KeyboardInterrupt:
        _interrupted()
    except SystemExit as ending:
        # The command library turns an interrupt into this code by itself, without a word.
        if ending.code == Exit.INTERRUPTED:
            _interrupted()
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.DONE)
    except OSError as problem:
        _say(_in_words(problem))
        sys.exit(Exit.USAGE)


def _in_words(problem: OSError) -> str:
    if problem.errno == errno.EADDRINUSE:
        return "the port is in use already. Name another one with --port; nothing is served."
    where = f"{problem.filename}: " if problem.filename else ""
    return f"{where}{problem.strerror or problem}. Check path, rights and free space, then repeat."


def _interrupted() -> NoReturn:
    _say("interrupted; run the same command again to go on.")
    sys.exit(Exit.INTERRUPTED)


def _say(text: str) -> None:
    sys.stderr.write(f"ueapi: {' '.join(text.split())}\n")


def _say_steps(steps: Iterable[str]) -> None:
    for number, step in enumerate(steps, start=1):
        sys.stderr.write(f"  {number}. {' '.join(step.split())}\n")
