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

    Nobody is led to another way: a choice whose options all stand for something else can't be answered.
    The function raises `EnrollmentFailed` for such a page, for one that says that something was wrong, and for one that
    asks for something nobody knows.
    """

    def answers(form: Form) -> Mapping[str, str]:
        if form.problem:
            raise EnrollmentFailed(Step.SIGN_IN, form.problem)
        return {name: _answer(form, name) for name in form.asked}

    def _answer(form: Form, name: str) -> str:
        meaning = form.meant.get(name)
        options = form.asked[name]
        if options:
            stands_for = {v: form.stands_for.get((name, v)) for v in options}
            fitting = [v for v in options if stands_for[v] == way]
            open_to_all = [v for v in options if stands_for[v] is None]
            if fitting or (open_to_all and meaning in _INDIFFERENT):
                return (fitting or open_to_all)[0]
        elif meaning is not None and meaning in known:
            return known[meaning]
        raise EnrollmentFailed(Step.SIGN_IN, f"the page asks what the person can't answer: {name}")

    known: Mapping[str, str] = {
        Meaning.ACCOUNT: account,
        Meaning.MANAGED_ACCOUNT: account,
        Meaning.PASSWORD: accounts.password_of(account),
        Meaning.CODE: accounts.code_for(account),
    }
    return answers
