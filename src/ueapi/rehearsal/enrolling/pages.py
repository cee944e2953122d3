"""The pages of a web sign-in: what a product shows, and how a person's web sheet reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from html import escape
from html.parser import HTMLParser
from typing import Final, Protocol

from attrs import define, field, frozen

from ueapi.model import EnrollmentKind

LARGEST: Final = 256 * 1024
MOBILE: Final = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_7 like Mac OS X) AppleWebKit/605.1.15"
"""How the browser of a phone names itself."""
DESKTOP: Final = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15"
"""How it names itself once it is told to ask for the desktop's pages."""


class Meaning(StrEnum):
    """What a question asks for, or what an answer stands for, whatever words and names a page has for it."""

    ACCOUNT = "account"
    """The account of the sign-in: an address or a name of the organization's directory."""
    MANAGED_ACCOUNT = "managed-account"
    PASSWORD = "password"
    CODE = "code"
    """What a message to the person brought."""
    CONSENT = "consent"
    """The one answer with which it goes on, such as to terms."""
    ANY = "any"
    """A choice that doesn't matter for how the phone enrolls."""
    PERSONAL = "personal"
    """The phone is the person's own, and only work on it is managed."""
    ORGANIZATION = "organization"
    """The phone is the organization's, or the whole of it is managed."""


@frozen(kw_only=True)
class Question:
    """One thing a page asks. With `options` (value → text) one of them is chosen, otherwise something is typed.

    `meaning` says what is asked for; `meanings` (value → meaning) what an option stands for, where that matters.
    """

    name: str
    label: str
    meaning: Meaning
    options: Mapping[str, str] = field(factory=dict)
    meanings: Mapping[str, Meaning] = field(factory=dict)
    is_secret: bool = False
    value: str = field(default="", repr=False)


@frozen(kw_only=True)
class Page:
    """One page. `problem` is what was wrong with the last answer."""

    title: str
    questions: tuple[Question, ...]
    text: str = ""
    problem: str = ""


@frozen(kw_only=True)
class Admitted:
    """The person is known, and how the device may enroll."""

    account: str = field(repr=False)
    kind: EnrollmentKind


@frozen
class Refused:
    """The sign-in ends here, with what the page says."""

    text: str


@frozen(kw_only=True)
class Asked:
    """Who wants in, and how their device asked. `browser` is how a web page's reader names their browser."""

    identifier: str = field(repr=False)
    kind: EnrollmentKind
    browser: str = ""

    @property
    def sees_desktop(self) -> bool:
        """Whether the page is shown as on a desktop."""
        return "Macintosh" in self.browser


def account_question(value: str, label: str) -> Question:
    """Who signs in; `value` is what is filled in already."""
    return Question(name="username", label=label, meaning=Meaning.ACCOUNT, value=value)


def password_question() -> Question:
    """The password that belongs to the account."""
    return Question(name="password", label="Password", meaning=Meaning.PASSWORD, is_secret=True)


class Portal(Protocol):
    """A product's sign-in. It is asked again with all answers so far until it admits or refuses."""

    def step(self, asked: Asked, answers: Mapping[str, str]) -> Page | Admitted | Refused:
        """What comes after these answers."""
        ...


class Directory(Protocol):
    """Where the organization's accounts and passwords are."""

    def knows(self, account: str, password: str) -> bool:
        """Whether they belong together."""
        ...


@frozen
class PasswordPortal:
    """One page with an account and a password, as a directory or an identity provider shows it."""

    directory: Directory
    title: str = "Sign in"
    label: str = "Work account"
    """What the account is called, whose password is asked; that of a Managed Apple Account is iOS's to ask."""

    def step(self, asked: Asked, answers: Mapping[str, str]) -> Page | Admitted | Refused:
        """Ask, and let in whoever the directory knows."""
        if "password" not in answers:
            return self._page(asked.identifier)
        account = answers.get("username", "")
        if not self.directory.knows(account, answers["password"]):
            return self._page(account, "The account or the password is wrong.")
        return Admitted(account=account, kind=asked.kind)

    def _page(self, account: str, problem: str = "") -> Page:
        return Page(
            title=self.title,
            questions=(account_question(account, self.label), password_question()),
            problem=problem,
        )


_OWNERSHIP: Final = {
    EnrollmentKind.PROFILE_DRIVEN_USER.value: "This is my own device",
    EnrollmentKind.DEVICE.value: "My organization owns this device",
}
_STANDS_FOR: Final = {
    EnrollmentKind.PROFILE_DRIVEN_USER.value: Meaning.PERSONAL,
    EnrollmentKind.DEVICE.value: Meaning.ORGANIZATION,
}


@frozen
class WebPortal:
    """What stands before the sign-in when a page hands out profiles: whose device it is decides the way in."""

    signing_in: Portal

    def step(self, asked: Asked, answers: Mapping[str, str]) -> Page | Admitted | Refused:
        """Sign in first, then ask whose device it is."""
        found = self.signing_in.step(asked, answers)
        if not isinstance(found, Admitted) or asked.kind is not EnrollmentKind.UNKNOWN:
            return found
        chosen = answers.get("ownership")
        if chosen not in _OWNERSHIP:
            question = Question(
                name="ownership",
                label="Whose device is it?",
                meaning=Meaning.ANY,
                options=_OWNERSHIP,
                meanings=_STANDS_FOR,
            )
            return Page(title="Your device", questions=(question,))
        return Admitted(account=found.account, kind=EnrollmentKind(chosen))


_STYLE: Final = (
    "<style>:root{color-scheme:light dark}"
    "body{font:17px/1.5 system-ui,sans-serif;max-width:26em;margin:2em auto;padding:0 1em}"
    "label{display:block;margin:1em 0}input,select,button{display:block;box-sizing:border-box;"
    "width:100%;margin-top:.3em;padding:.6em;font:inherit}[role=alert]{font-weight:600}</style>"
)


def to_html(page: Page, *, action: str, session: str) -> bytes:
    """The page as a phone gets it: one form, no script, nothing from elsewhere."""
    fields = "".join(_field(q) for q in page.questions)
    problem = f'<p role="alert">{escape(page.problem)}</p>' if page.problem else ""
    text = f"<p>{escape(page.text)}</p>" if page.text else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(page.title)}</title>{_STYLE}</head><body><h1>{escape(page.title)}</h1>"
        f'{problem}{text}<form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="session" value="{escape(session)}">{fields}'
        '<button type="submit">Continue</button></form></body></html>'
    ).encode()


def _field(question: Question) -> str:
    label = escape(question.label)
    named = f'name="{escape(question.name)}" data-meaning="{question.meaning}"'
    if question.options:
        options = "".join(_option(question, v, t) for v, t in question.options.items())
        return f"<label>{label} <select {named}>{options}</select></label>"
    kind = "password" if question.is_secret else "text"
    return f'<label>{label} <input type="{kind}" {named} value="{escape(question.value)}"></label>'


def _option(question: Question, value: str, text: str) -> str:
    stands_for = question.meanings.get(value)
    meant = f' data-meaning="{stands_for}"' if stands_for else ""
    return f'<option value="{escape(value)}"{meant}>{escape(text)}</option>'


@define
class Form:
    """What a web sheet finds on a page: where the form goes, and what it asks."""

    action: str = ""
    hidden: dict[str, str] = field(factory=dict, repr=False)
    asked: dict[str, tuple[str, ...]] = field(factory=dict)
    """Name → values to choose from; none where something is typed."""
    kinds: dict[str, str] = field(factory=dict)
    """Name → kind of what is typed, as HTML has it: "text", "email", "password" and so on."""
    filled: dict[str, str] = field(factory=dict, repr=False)
    """Name → what the page has typed in already."""
    meant: dict[str, str] = field(factory=dict)
    """Name → what the question asks for, where the page says it."""
    stands_for: dict[tuple[str, str], str] = field(factory=dict)
    """Name and value → what the option stands for, where the page says it."""
    title: str = ""
    problem: str = ""


def read_form(content: bytes) -> Form:
    """Read the one form of a page, whoever made it.

    Sign-ins get the same page with other values in it, so what it is apart from them is read once.
    """
    text = content[:LARGEST].decode("utf-8", "replace")
    if len(text) > _LARGEST_KEPT or _MARK in text:
        return _read(text)
    first, *parts = _PLAIN_VALUE.split(text)
    rest = (f"{_MARK}{place}{_MARK}{after}" for place, after in enumerate(parts[1::2]))
    known = _known("".join((first, *rest)))
    return _read(text) if known is None else _filled(known, parts[::2])


_PLAIN_VALUE: Final = re.compile(r'(?<= value=")([A-Za-z0-9@._-]+)(?=")')
"""A value that a page means as it stands, whatever is around it."""
_MARK: Final = "\ue000"
"""Stands around the number of a value that was left out; no page has it."""
_MARKED: Final = re.compile(f"{_MARK}([0-9]+){_MARK}")
_LARGEST_KEPT: Final = 16 * 1024
_KEPT: Final = 32


@lru_cache(maxsize=_KEPT)
def _known(text: str) -> Form | None:
    """A page without its values; `None` where one of them turned out to be part of a name."""
    form = _read(text)
    names = (*form.hidden, *form.asked, *form.kinds, *form.filled, *form.meant)
    return None if any(_MARK in name for name in names) else form


def _filled(known: Form, values: Sequence[str]) -> Form:
    """The form of a page with its values."""

    def whole(text: str) -> str:
        return _MARKED.sub(lambda mark: values[int(mark[1])], text) if _MARK in text else text

    return Form(
        action=whole(known.action),
        hidden={name: whole(value) for name, value in known.hidden.items()},
        asked={name: tuple(map(whole, values)) for name, values in known.asked.items()},
        kinds={name: whole(kind) for name, kind in known.kinds.items()},
        filled={name: whole(value) for name, value in known.filled.items()},
        meant={name: whole(meaning) for name, meaning in known.meant.items()},
        stands_for={(n, whole(v)): whole(m) for (n, v), m in known.stands_for.items()},
        title=whole(known.title),
        problem=whole(known.problem),
    )


def _read(text: str) -> Form:
    reader = _FormReader()
    reader.feed(text)
    reader.close()
    return reader.form


_BUTTONS: Final = frozenset({"submit", "button", "image", "reset", "file"})
_CHOSEN: Final = frozenset({"checkbox", "radio"})


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.form = Form()
        self._select: str | None = None
        self._in_alert = self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        row = {key: value or "" for key, value in attrs}
        match tag:
            case "form":
                self.form.action = row.get("action", "")
            case "input" if row.get("name"):
                self._input(row, row.get("type", "").lower() or "text")
            case "select":
                self._select = row.get("name", "")
                self._ask(row)
            case "option" if self._select is not None:
                value = row.get("value", "")
                self.form.asked[self._select] += (value,)
                if meaning := row.get("data-meaning"):
                    self.form.stands_for[self._select, value] = meaning
            case _:
                self._in_alert = row.get("role") == "alert"
                self._in_title = tag == "title"

    def _ask(self, row: Mapping[str, str]) -> None:
        name = row.get("name", "")
        self.form.asked[name] = ()
        if meaning := row.get("data-meaning"):
            self.form.meant[name] = meaning

    def _input(self, row: Mapping[str, str], kind: str) -> None:
        """What a browser sends without being told stays; a box nobody has to tick stays as it is."""
        name, value = row["name"], row.get("value", "")
        before = self.form.asked.get(name, ())
        if kind == "hidden" or (kind == "checkbox" and "checked" in row):
            self.form.hidden[name] = value or ("on" if kind == "checkbox" else "")
        elif kind in _BUTTONS or (kind == "checkbox" and "required" not in row):
            return
        elif kind in _CHOSEN:
            self._ask(row)
            self.form.asked[name] = (*before, value or "on")
        else:
            self._ask(row)
            self.form.kinds[name] = kind
            if value:
                self.form.filled[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        self._in_alert = self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_alert:
            self.form.problem += data
        if self._in_title:
            self.form.title += data
