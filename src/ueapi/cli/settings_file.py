"""Named tenants in a TOML file; secrets come from elsewhere and never from the command line.

```toml
[tenants.old]
backend = "NAME"
url = "https://example.org"
client_id = "ueapi"
client_secret = { env = "OLD_SECRET" }
```

A secret is `{ env = NAME }`, `{ file = PATH }`, `{ command = "words" }` or `{ keychain = true }`.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ueapi.errors import InvalidSettings, UnreadableInput

if TYPE_CHECKING:
    from pydantic import SecretStr

    from ueapi.contract import Settings

SERVICE: Final = "ueapi"
SOURCES: Final = ("env", "file", "command", "keychain")
COMMAND_SECONDS: Final = 60

Plain = str | int


@frozen
class SecretSource:
    """Where a secret is found."""

    kind: str
    place: str


@frozen
class TenantEntry:
    """One named tenant of the file."""

    name: str
    backend: str
    settings: Mapping[str, Plain]
    secrets: Mapping[str, SecretSource]


def settings_path() -> Path:
    """The file, from `UEAPI_CONFIG` or in the user's configuration folder."""
    from platformdirs import user_config_path

    named = os.environ.get("UEAPI_CONFIG")
    return Path(named) if named else user_config_path("ueapi") / "tenants.toml"


def read_entries(path: Path) -> dict[str, TenantEntry]:
    """Read every tenant of the file; an absent file has none.

    Raises:
        InvalidSettings: the file is not TOML, or an entry is wrong; the message names line or entry.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise InvalidSettings(
            f"{path} is not valid TOML: {problem}.", remedy="Correct the file; nothing was changed."
        ) from None
    except OSError as problem:
        raise UnreadableInput(
            f"{path} can't be read: {problem.strerror}.", remedy="Check its rights."
        ) from None
    _only_known(path, "the file", content, {"tenants"})
    tenants = content.get("tenants", {})
    if not isinstance(tenants, dict):
        raise InvalidSettings(f"{path}: `tenants` is no table.", remedy="Write [tenants.NAME].")
    return {name: _entry(path, name, row) for name, row in tenants.items()}


def find_entry(path: Path, name: str) -> TenantEntry:
    """Read one tenant.

    Raises:
        InvalidSettings: there is none of that name; the message lists those there are.
    """
    entries = read_entries(path)
    if name not in entries:
        known = ", ".join(sorted(entries)) or "none"
        raise InvalidSettings(
            f"no tenant {name!r} in {path} (there: {known}).",
            remedy="Add it with `ueapi tenant add`.",
        )
    return entries[name]


def _only_known(path: Path, where: str, table: Mapping[str, object], known: set[str]) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise InvalidSettings(
            f"{path}: {where} has unknown {', '.join(unknown)}.",
            remedy=f"Allowed: {', '.join(sorted(known))}.",
        )


def _entry(path: Path, name: str, row: object) -> TenantEntry:
    if not isinstance(row, dict) or not isinstance(row.get("backend"), str):
        raise InvalidSettings(
            f"{path}: tenant {name!r} names no backend.", remedy='Add `backend = "NAME"`.'
        )
    settings: dict[str, Plain] = {}
    secrets: dict[str, SecretSource] = {}
    for key, value in row.items():
        if key == "backend":
            continue
        if isinstance(value, dict):
            secrets[key] = _secret_source(path, name, key, value)
        elif isinstance(value, str | int):
            settings[key] = value
        else:
            raise InvalidSettings(
                f"{path}: tenant {name!r}, {key} is neither text nor a number.",
                remedy="Correct the value.",
            )
    return TenantEntry(name, row["backend"], settings, secrets)


def _secret_source(path: Path, name: str, key: str, value: Mapping[str, object]) -> SecretSource:
    if len(value) != 1 or (kind := next(iter(value))) not in SOURCES:
        raise InvalidSettings(
            f"{path}: tenant {name!r}, {key} names no source of a secret.",
            remedy=f"Use one of {', '.join(SOURCES)}.",
        )
    return SecretSource(kind, f"{name}/{key}" if kind == "keychain" else str(value[kind]))


def is_secret(fields: type[Settings], name: str) -> bool:
    """Whether the setting's type hides its value."""
    return "SecretStr" in str(fields.model_fields[name].annotation)


def reveal(source: SecretSource, key: str) -> SecretStr:
    """Fetch a secret.

    Raises:
        InvalidSettings: it isn't where the file says; the message names the place, never the content.
    """
    from pydantic import SecretStr

    match source.kind:
        case "env":
            found = os.environ.get(source.place)
        case "file":
            found = _file_secret(source.place, key)
        case "command":
            found = _command_secret(source.place, key)
        case _:
            import keyring

            found = keyring.get_password(SERVICE, source.place)
    if not found:
        raise InvalidSettings(
            f"the secret {key} is not in {source.kind} {source.place!r}.",
            remedy="Put it there, or change the source with `ueapi tenant add`.",
        )
    return SecretStr(found)


def _file_secret(place: str, key: str) -> str:
    try:
        return Path(place).expanduser().read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise InvalidSettings(
            f"the file with the secret {key} can't be read: {problem.strerror}.",
            remedy=f"Check {place}.",
        ) from None


def _command_secret(place: str, key: str) -> str:
    try:
        done = subprocess.run(
            shlex.split(place), capture_output=True, text=True, check=True, timeout=COMMAND_SECONDS
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        raise InvalidSettings(
            f"the command for the secret {key} failed.", remedy="Run it by hand to see why."
        ) from None
    return done.stdout.strip()


def write_entries(path: Path, entries: Mapping[str, TenantEntry]) -> None:
    """Write the file anew, whole or not at all, readable by its owner only."""
    lines: list[str] = []
    for name in sorted(entries):
        entry = entries[name]
        lines += [f"[tenants.{_quoted(name)}]", f"backend = {_quoted(entry.backend)}"]
        lines += [f"{key} = {_value(value)}" for key, value in entry.settings.items()]
        lines += [f"{key} = {_source(source)}" for key, source in entry.secrets.items()]
        lines.append("")
    path = path.resolve()  # a link to the file stays one
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write("\n".join(lines))
    draft.replace(path)


def _quoted(text: str) -> str:
    import json

    # JSON's escapes are TOML's too, but TOML wants this one more.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Plain) -> str:
    return _quoted(value) if isinstance(value, str) else str(value)


def _source(source: SecretSource) -> str:
    place = "true" if source.kind == "keychain" else _quoted(source.place)
    return f"{{ {source.kind} = {place} }}"
