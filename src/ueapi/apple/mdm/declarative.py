"""What device and service tell each other in declarative management: tokens, what there is, and how it went.

The declarations themselves are in `ueapi.apple.declarations`. Source: Apple's schema, declarative/protocol; Apple,
Device Management, SynchronizationTokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, NoReturn

from attrs import field, frozen

from ueapi.apple.declarations.declaration import read_object, write_object
from ueapi.apple.mdm.commands import Command, build_command
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.apple.rules import Rules
from ueapi.errors import InvalidModel

COMMAND: Final = "DeclarativeManagement"
MOST_ITEMS: Final = 10_000
"""Declarations, errors or reasons in one list."""
_WHEN: Final = "%Y-%m-%dT%H:%M:%SZ"
_REMEDY: Final = "The sender breaks Apple's protocol; nothing was changed."


@frozen(kw_only=True)
class SynchronizationTokens:
    """The state of what a service declares. `at` is when the token was made, to the second."""

    declarations: str
    at: datetime

    def to_json(self) -> bytes:
        """The answer at `tokens`, which is also what comes with the command.

        Raises:
            InvalidModel: `at` has no time zone.
        """
        if self.at.tzinfo is None:
            _refuse("Timestamp", "its time has no time zone")
        when = self.at.astimezone(UTC).strftime(_WHEN)
        tokens = {"DeclarationsToken": self.declarations, "Timestamp": when}
        return write_object({"SyncTokens": tokens})

    @classmethod
    def from_json(cls, content: bytes) -> SynchronizationTokens:
        """Read the answer.

        Raises:
            InvalidModel: no JSON object, a key missing, or a time in another form.
        """
        row = _object(read_object(content), "SyncTokens")
        try:
            at = datetime.strptime(_text(row, "Timestamp"), _WHEN).replace(tzinfo=UTC)
        except ValueError:
            _refuse("Timestamp", "it is no time in UTC to the second")
        return cls(declarations=_text(row, "DeclarationsToken"), at=at)


@frozen(kw_only=True)
class DeclarationItem:
    """One declaration there is; the device fetches it when it has another revision."""

    identifier: str
    server_token: str

    def to_row(self) -> PlistDict:
        """As it stands in the list."""
        return {"Identifier": self.identifier, "ServerToken": self.server_token}


@frozen(kw_only=True)
class DeclarationItems:
    """All declarations a service has for a device, by their kind. `token` is that of `SynchronizationTokens`."""

    token: str
    activations: tuple[DeclarationItem, ...] = ()
    assets: tuple[DeclarationItem, ...] = ()
    configurations: tuple[DeclarationItem, ...] = ()
    management: tuple[DeclarationItem, ...] = ()

    def to_json(self) -> bytes:
        """The answer at `declaration-items`."""
        kinds: dict[str, PlistValue] = {
            key: [one.to_row() for one in getattr(self, name)] for key, name in _KINDS.items()
        }
        return write_object({"Declarations": kinds, "DeclarationsToken": self.token})

    @classmethod
    def from_json(cls, content: bytes) -> DeclarationItems:
        """Read the answer.

        Raises:
            InvalidModel: no JSON object, a list or the token missing, or an entry without identifier or revision.
        """
        root = read_object(content)
        row = _object(root, "Declarations")
        kinds = {name: tuple(map(_item, _rows(row, key))) for key, name in _KINDS.items()}
        return cls(token=_text(root, "DeclarationsToken"), **kinds)


_KINDS: Final = {
    "Activations": "activations",
    "Assets": "assets",
    "Configurations": "configurations",
    "Management": "management",
}


@frozen(kw_only=True)
class Reason:
    """Why something is as it is. `details` and `description` can hold personal content."""

    code: str
    description: str | None = field(default=None, repr=False)
    details: Mapping[str, PlistValue] | None = field(default=None, repr=False)


@frozen(kw_only=True)
class StatusError:
    """A status item that the device can't tell, and why."""

    item: str
    reasons: tuple[Reason, ...] = ()


@frozen(kw_only=True)
class StatusReport:
    """What a device tells of itself. `is_full` means that it is everything, and not only what changed (iOS 17)."""

    items: Mapping[str, PlistValue] = field(repr=False)
    errors: tuple[StatusError, ...] = ()
    is_full: bool = False

    def to_json(self) -> bytes:
        """The report as it is sent to `status`.

        Raises:
            InvalidModel: JSON can't hold an item.
        """
        row: PlistDict = {
            "StatusItems": self.items,
            "Errors": [_error_row(one) for one in self.errors],
        }
        return write_object({**row, "FullReport": True} if self.is_full else row)

    @classmethod
    def from_json(cls, content: bytes) -> StatusReport:
        """Read a report.

        Raises:
            InvalidModel: no JSON object, a key missing, or of another kind.
        """
        row = read_object(content)
        is_full = row.get("FullReport", False)
        if not isinstance(is_full, bool):
            _refuse("FullReport", "it is neither true nor false")
        return cls(
            items=_object(row, "StatusItems"),
            errors=tuple(map(_error, _rows(row, "Errors"))),
            is_full=is_full,
        )

    def item(self, name: str) -> PlistValue | None:
        """A status item by Apple's name of it, such as `device.model.family`; `None` if the report has none."""
        here: PlistValue = self.items
        for part in name.split("."):
            if not isinstance(here, Mapping) or part not in here:
                return None
            here = here[part]
        return here


def declarative_management(
    uuid: str, tokens: SynchronizationTokens | None = None, *, ios: str | None = None
) -> Command:
    """Have a device take up declarative management, or look again; with `tokens` it need not ask for them.

    Raises:
        InvalidModel: not allowed on that iOS; nothing was sent.
    """
    content = {} if tokens is None else {"Data": tokens.to_json()}
    judged_by = Rules.load().release.ios if ios is None else ios
    return build_command(COMMAND, ios=judged_by, uuid=uuid, content=content)


def _item(row: PlistValue) -> DeclarationItem:
    if not isinstance(row, Mapping):
        _refuse("Declarations", "an entry is no object")
    return DeclarationItem(
        identifier=_text(row, "Identifier"), server_token=_text(row, "ServerToken")
    )


def _error(row: PlistValue) -> StatusError:
    if not isinstance(row, Mapping):
        _refuse("Errors", "an entry is no object")
    found = _rows(row, "Reasons") if "Reasons" in row else []
    return StatusError(item=_text(row, "StatusItem"), reasons=tuple(map(_reason, found)))


def _reason(row: PlistValue) -> Reason:
    if not isinstance(row, Mapping):
        _refuse("Reasons", "an entry is no object")
    return Reason(
        code=_text(row, "Code"),
        description=_text(row, "Description") if "Description" in row else None,
        details=_object(row, "Details") if "Details" in row else None,
    )


def _error_row(error: StatusError) -> PlistDict:
    row: PlistDict = {"StatusItem": error.item}
    return {**row, "Reasons": [_reason_row(one) for one in error.reasons]} if error.reasons else row


def _reason_row(reason: Reason) -> PlistDict:
    row: dict[str, PlistValue | None] = {
        "Code": reason.code,
        "Description": reason.description,
        "Details": reason.details,
    }
    return {key: value for key, value in row.items() if value is not None}


def _object(row: Mapping[str, PlistValue], key: str) -> Mapping[str, PlistValue]:
    value = row.get(key)
    if not isinstance(value, Mapping):
        _refuse(key, "it is missing or no object")
    return value


def _rows(row: Mapping[str, PlistValue], key: str) -> Sequence[PlistValue]:
    value = row.get(key)
    if not isinstance(value, list) or len(value) > MOST_ITEMS:
        _refuse(key, f"it is no list of at most {MOST_ITEMS}")
    return value


def _text(row: Mapping[str, PlistValue], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        _refuse(key, "it is missing, empty or no text")
    return value


def _refuse(key: str, why: str) -> NoReturn:
    raise InvalidModel(f"{key} of declarative management can't be used: {why}.", remedy=_REMEDY)
