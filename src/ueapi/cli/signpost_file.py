"""What `ueapi migrate` has to know to keep the list of who is led where: addresses, and who signs."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ueapi.cli.input_files import LARGEST_TEXT, read_input, shown_name
from ueapi.cli.signers import signer_of
from ueapi.errors import InvalidSettings

if TYPE_CHECKING:
    from ueapi.discovery.publishing import Publisher
    from ueapi.migration.documents import Task

Address = Annotated[str, StringConstraints(pattern=r"^https://[^\s@?#]+$", max_length=2000)]

DiscoveryOption = Annotated[
    Path | None,
    typer.Option(
        "--discovery",
        help="TOML file for keeping the list that `ueapi discovery serve` answers from.",
    ),
]


class SignpostFile(BaseModel):
    """The file. Paths are relative to it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    new: Address
    """Enrollment address of the target."""
    old: Address | None = None
    """Enrollment address of the source."""
    others: Literal["old", "refused"] = "old"
    """What people hear who were not asked to move yet; without `old` they are refused."""
    certificate: Path
    key: Path
    password_env: str | None = None
    """Environment variable with the key's password."""
    list: Path | None = Field(default=None)
    """The list; beside the ledger if not given."""


def list_of(ledger: Path) -> Path:
    """The list beside a ledger."""
    return ledger.with_suffix(".discovery")


def read_signpost(
    path: Path | None, *, ledger: Path, now: Callable[[], datetime]
) -> Publisher | None:
    """Read the file; `None` where none was named.

    Raises:
        UnreadableInput: missing, too large, or no regular file.
        InvalidSettings: no TOML, or an entry is wrong; the message names the entry, not its value.
        UsageError: certificate and key don't fit.
    """
    if path is None:
        return None
    from ueapi.discovery.publishing import Addresses, Publisher

    told, folder = _told(path), path.parent
    signer = signer_of(folder / told.certificate, folder / told.key, told.password_env)
    if signer is None:
        raise InvalidSettings(f"{path} names nobody who signs.", remedy="Give certificate and key.")
    return Publisher(
        path=folder / told.list if told.list else list_of(ledger),
        addresses=Addresses(new=told.new, old=told.old, refuses_others=told.others == "refused"),
        signer=signer,
        now=now,
    )


def steered(signpost: Publisher | None, task: Task) -> Task:
    """The task as it is where a list is kept: the domain then answers from it, not with one document for everybody."""
    if signpost is None or task.kind != "discovery":
        return task
    others = "refused" if signpost.addresses.default is None else "led to the old product"
    steps = (
        f"Serve the list {signpost.path} with `ueapi discovery serve`, and the certificate that signs it",
        "At the domain of the Managed Apple IDs, hand /.well-known/com.apple.remotemanagement on to it, with its query",
        f"Look with `ueapi discovery check` and a person's address: who was not asked yet is {others}",
    )
    return task.model_copy(update={"steps": steps})


def _told(path: Path) -> SignpostFile:
    name = shown_name(str(path))
    try:
        return SignpostFile.model_validate(
            tomllib.loads(read_input(str(path), limit=LARGEST_TEXT).decode())
        )
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = str(first["loc"][0]) if first["loc"] else "an entry"
        raise InvalidSettings(
            f"{name}: {where} is not what it should be.",
            remedy=f"It takes {', '.join(SignpostFile.model_fields)}; nothing was changed.",
        ) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        raise InvalidSettings(
            f"{name} is not valid TOML.", remedy="Correct the file; nothing was changed."
        ) from None
