"""`ueapi plugin`: for those who write a backend."""

from __future__ import annotations

from typing import Final

import typer

from ueapi.cli import plugin_check, plugin_new, plugin_record

app: Final = typer.Typer(
    help="Write a backend: start one, check it, record what its product answers.",
    no_args_is_help=True,
)
app.command("new", short_help="Start a plugin project.")(plugin_new.new)
app.command("check", short_help="Run the conformance kit, and say which test to make green next.")(
    plugin_check.check
)
app.command("record", short_help="Record what the product answers, without people.")(
    plugin_record.record
)
