"""How a virtual person fills in the pages of a sign-in: by what is asked for, whatever a product calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ueapi.rehearsal.enrolling.accounts import Accounts
from ueapi.rehearsal.enrolling.client import EnrollmentFailed, Step
from ueapi.rehearsal.enrolling.pages import Form, Meaning

_INDIFFERENT: Final = frozenset({Meaning.CONSENT, Meaning.ANY})


def filled_in_by(
    account: str, accounts: Accounts, way: Meaning
) -> Callable[[Form], Mapping[str, str]]:
    """What the person with that account answers; of options they take the one that stands for `way`.

    The function raises `EnrollmentFailed` for a page that says that something was wrong, or that asks for something
    nobody knows.
    """

    def answers(form: Form) -> Mapping[str, str]:
        if form.problem:
            raise EnrollmentFailed(Step.SIGN_IN, form.problem)
        return {name: _answer(form, name) for name in form.asked}

    def _answer(form: Form, name: str) -> str:
        meaning = form.meant.get(name)
        options = form.asked[name]
        if options:
            fitting = [v for v in options if form.stands_for.get((name, v)) == way]
            if fitting or meaning in _INDIFFERENT:
                return (fitting or list(options))[0]
        elif meaning is not None and meaning in known:
            return known[meaning]
        raise EnrollmentFailed(Step.SIGN_IN, f"the page asks what nobody knows: {name}")

    known: Mapping[str, str] = {
        Meaning.ACCOUNT: account,
        Meaning.MANAGED_ACCOUNT: account,
        Meaning.PASSWORD: accounts.password_of(account),
        Meaning.CODE: accounts.code_for(account),
    }
    return answers
