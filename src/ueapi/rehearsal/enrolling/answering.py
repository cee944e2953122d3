"""What a person types into a sign-in page that nobody knows beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from attrs import define, evolve, field
from pydantic import SecretStr

from ueapi.rehearsal.enrolling.client import Declined, EnrollmentFailed, Step
from ueapi.rehearsal.enrolling.pages import Form

PASSWORD: Final = "password"
_NAMES: Final = frozenset({"text", "email"})


class Ask(Protocol):
    """Asks the person something the page wants to know."""

    def __call__(self, name: str, options: tuple[str, ...]) -> str:
        """The answer for the field of that name; one of the options, where there are any."""
        ...


@define(kw_only=True)
class Person:
    """Fills in pages by the kind of each field: the first text or email is the address, a password the password.

    Whatever else a page asks goes to `ask`; without it the sign-in ends. A password is typed once: a page that wants it
    again has refused it, and repeating it could lock the account.
    """

    address: str = field(repr=False)
    password: Callable[[], SecretStr] = field(repr=False)
    ask: Ask | None = None
    _is_named: bool = field(default=False, init=False)
    _is_typed: bool = field(default=False, init=False)

    def anew(self) -> Person:
        """The same person at the start of another sign-in."""
        return evolve(self)

    def __call__(self, form: Form) -> Mapping[str, str]:
        """The answers for a page.

        Raises:
            Declined: the page refuses what was typed.
            EnrollmentFailed: it asks what nobody answers.
        """
        wants_password = PASSWORD in form.kinds.values()
        if form.problem and self._is_named:
            raise Declined(Step.SIGN_IN, form.problem)
        if wants_password and self._is_typed:
            raise Declined(Step.SIGN_IN, "the page asks for the password again")
        if not form.asked and not form.hidden:
            raise EnrollmentFailed(Step.SIGN_IN, "the page holds no form to fill in")
        name = self._name(form) if wants_password or not self._is_named else None
        return {field: self._answer(form, field, is_name=field == name) for field in form.asked}

    def _name(self, form: Form) -> str | None:
        return next((n for n in form.asked if form.kinds.get(n) in _NAMES), None)

    def _answer(self, form: Form, name: str, *, is_name: bool) -> str:
        if is_name:
            self._is_named = True
            return self.address
        if form.kinds.get(name) == PASSWORD:
            self._is_typed = True
            return self.password().get_secret_value()
        if name in form.filled:
            return form.filled[name]
        options = form.asked[name]
        if len(options) == 1:
            return options[0]
        if self.ask is None:
            raise EnrollmentFailed(Step.SIGN_IN, f"the page asks for {name[:64]!r}")
        return self.ask(name, options)
