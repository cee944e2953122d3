"""Every error ueapi raises, named by what the caller can do next.

```
UeapiError
├── UsageError              change the code, the settings or the input
│   ├── InvalidSettings         a setting or configuration file is wrong
│   ├── UnreadableInput         a file given by the user is not what it should be
│   ├── UnknownBackend          no installed plugin has that name
│   ├── IncompatiblePlugin      the plugin is broken or speaks another contract
│   ├── CapabilityUnsupported   the product (or the backend) can't; raised before any request
│   ├── ManualStepRequired      a person must do it in the product's console
│   └── InvalidModel            neutral content breaks a rule of Apple
├── AccessError             a person must fix access
│   ├── CredentialsRejected
│   └── PermissionMissing
├── RemoteError             the product answered, and it is not what was asked for
│   ├── NotFound · Conflict · Rejected · RateLimited · Unavailable
│   └── Unintelligible          the reply does not fit; nothing was guessed
├── Unreachable             no answer; safe to repeat
├── OutcomeUnknown          no answer to a write; read before repeating
└── MigrationError          PlanStale · PlanRefused · LedgerLocked · LedgerMismatch
```

A message says what happened, on which object, and what to do next. It never holds a secret, a body or a
person's address.
"""

from __future__ import annotations

from collections.abc import Sequence


class UeapiError(Exception):
    """The root of all errors; catch a branch below it, not a status code."""

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        backend: str | None = None,
        operation: str | None = None,
    ) -> None:
        """Keep the parts apart so that programs can read them too."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.backend = backend
        self.operation = operation

    def __str__(self) -> str:
        where = " ".join(part for part in (self.backend, self.operation) if part)
        head = f"{where}: {self.message}" if where else self.message
        return f"{head} {self.remedy}".rstrip()

    def at(self, *, backend: str | None = None, operation: str | None = None) -> UeapiError:
        """Fill in where the error happened, without overwriting what is known, and return it."""
        self.backend = self.backend or backend
        self.operation = self.operation or operation
        return self


class UsageError(UeapiError):
    """The caller must change the code, the settings or the input; nothing was changed."""


class InvalidSettings(UsageError):
    """A connection setting or the configuration file is wrong."""


class UnreadableInput(UsageError):
    """A file named by the user is missing, too large, or not of the expected kind."""


class UnknownBackend(UsageError):
    """No installed plugin announces a backend of that name."""


class IncompatiblePlugin(UsageError):
    """The plugin could not be loaded, or its contract version does not meet ours."""


class CapabilityUnsupported(UsageError):
    """The product has no such ability, or this backend does not offer it. No request was sent."""


class ManualStepRequired(UsageError):
    """The product has the ability only in its console. No request was sent.

    `steps` lists what a person does there, in order.
    """

    def __init__(
        self,
        message: str,
        *,
        steps: Sequence[str],
        remedy: str = "",
        backend: str | None = None,
        operation: str | None = None,
    ) -> None:
        """Add the steps to the usual parts."""
        super().__init__(message, remedy=remedy, backend=backend, operation=operation)
        self.steps = tuple(steps)


class InvalidModel(UsageError):
    """Neutral content breaks one of Apple's rules or formats."""


class AccessError(UeapiError):
    """A person must fix access; nothing was changed by the refused call."""


class CredentialsRejected(AccessError):
    """The product does not accept the credentials, also after one renewal."""


class PermissionMissing(AccessError):
    """The credentials are good, but lack a privilege; `needs` names it where known."""

    def __init__(
        self,
        message: str,
        *,
        needs: str | None = None,
        remedy: str = "",
        backend: str | None = None,
        operation: str | None = None,
    ) -> None:
        """Add the missing privilege to the usual parts."""
        super().__init__(message, remedy=remedy, backend=backend, operation=operation)
        self.needs = needs


class RemoteError(UeapiError):
    """The product answered, and the answer is not what was asked for."""


class NotFound(RemoteError):
    """The object does not exist, or no longer."""


class Conflict(RemoteError):
    """The product's state does not allow the change, for example a name is taken."""


class Rejected(RemoteError):
    """The product refuses the request's content; `problems` are its own field errors."""

    def __init__(
        self,
        message: str,
        *,
        problems: Sequence[str] = (),
        remedy: str = "",
        backend: str | None = None,
        operation: str | None = None,
    ) -> None:
        """Add the product's field errors to the usual parts."""
        super().__init__(message, remedy=remedy, backend=backend, operation=operation)
        self.problems = tuple(problems)


class RateLimited(RemoteError):
    """The product asks to slow down; `retry_after` is in seconds where it said so."""

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        remedy: str = "",
        backend: str | None = None,
        operation: str | None = None,
    ) -> None:
        """Add the product's own wait to the usual parts."""
        super().__init__(message, remedy=remedy, backend=backend, operation=operation)
        self.retry_after = retry_after


class Unavailable(RemoteError):
    """The product has a passing fault (an answer in the 500 range); repeat later."""


class Unintelligible(RemoteError):
    """The reply does not fit what the product documents; nothing was guessed from it."""


class Unreachable(UeapiError):
    """No answer, and nothing was changed: safe to repeat."""


class OutcomeUnknown(UeapiError):
    """A write got no answer; it may have happened. Read before repeating.

    `can_read_back` is false for a blind call, whose effect the product does not show.
    """

    def __init__(
        self,
        message: str,
        *,
        can_read_back: bool,
        remedy: str = "",
        backend: str | None = None,
        operation: str | None = None,
    ) -> None:
        """Add whether the effect can be read back to the usual parts."""
        super().__init__(message, remedy=remedy, backend=backend, operation=operation)
        self.can_read_back = can_read_back


class MigrationError(UeapiError):
    """The move can't go on as asked."""


class PlanStale(MigrationError):
    """An object the plan will touch was changed by someone else since planning."""


class PlanRefused(MigrationError):
    """The plan holds losses nobody accepted, or the plan file was altered."""


class LedgerLocked(MigrationError):
    """Another process works on the same ledger."""


class LedgerMismatch(MigrationError):
    """The ledger belongs to another plan."""
