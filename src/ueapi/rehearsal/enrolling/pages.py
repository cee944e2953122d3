"""The pages of a web sign-in: what a product shows, and how a person's web sheet reads it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser
from typing import Final, Protocol

from attrs import define, field, frozen

from ueapi.model import EnrollmentKind

LARGEST: Final = 256 * 1024


@frozen(kw_only=True)
class Question:
    """One thing a page asks. With `options` (value → text) one of them is chosen, otherwise something is typed."""

    name: str
    label: str
    options: Mapping[str, str] = field(factory=dict)
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
    """Who wants in, and how their device asked."""

    identifier: str = field(repr=False)
    kind: EnrollmentKind


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
            questions=(
                Question(name="username", label="Managed Apple Account", value=account),
                Question(name="password", label="Password", is_secret=True),
            ),
            problem=problem,
        )


_OWNERSHIP: Final = {
    EnrollmentKind.PROFILE_DRIVEN_USER.value: "This is my own device",
    EnrollmentKind.DEVICE.value: "My organization owns this device",
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
            question = Question(name="ownership", label="Whose device is it?", options=_OWNERSHIP)
            return Page(title="Your device", questions=(question,))
        return Admitted(account=found.account, kind=EnrollmentKind(chosen))


def to_html(page: Page, *, action: str, session: str) -> bytes:
    """The page as a phone gets it: one form, no script, nothing from elsewhere."""
    fields = "".join(_field(q) for q in page.questions)
    problem = f'<p role="alert">{escape(page.problem)}</p>' if page.problem else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(page.title)}</title></head><body><h1>{escape(page.title)}</h1>"
        f'{problem}<p>{escape(page.text)}</p><form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="session" value="{escape(session)}">{fields}'
        '<button type="submit">Continue</button></form></body></html>'
    ).encode()


def _field(question: Question) -> str:
    name, label = escape(question.name), escape(question.label)
    if question.options:
        options = "".join(
            f'<option value="{escape(v)}">{escape(t)}</option>' for v, t in question.options.items()
        )
        return f'<label>{label} <select name="{name}">{options}</select></label>'
    kind = "password" if question.is_secret else "text"
    return f'<label>{label} <input type="{kind}" name="{name}" value="{escape(question.value)}"></label>'


@define
class Form:
    """What a web sheet finds on a page: where the form goes, and what it asks."""

    action: str = ""
    hidden: dict[str, str] = field(factory=dict, repr=False)
    asked: dict[str, tuple[str, ...]] = field(factory=dict)
    """Name → values to choose from; none where something is typed."""
    problem: str = ""


def read_form(content: bytes) -> Form:
    """Read the one form of a page, whoever made it."""
    reader = _FormReader()
    reader.feed(content[:LARGEST].decode("utf-8", "replace"))
    reader.close()
    return reader.form


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.form = Form()
        self._select: str | None = None
        self._in_alert = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        row = {key: value or "" for key, value in attrs}
        match tag:
            case "form":
                self.form.action = row.get("action", "")
            case "input" if row.get("type") == "hidden":
                self.form.hidden[row.get("name", "")] = row.get("value", "")
            case "input" if row.get("name"):
                self.form.asked[row["name"]] = ()
            case "select":
                self._select = row.get("name", "")
                self.form.asked[self._select] = ()
            case "option" if self._select is not None:
                self.form.asked[self._select] += (row.get("value", ""),)
            case _:
                self._in_alert = row.get("role") == "alert"

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        self._in_alert = False

    def handle_data(self, data: str) -> None:
        if self._in_alert:
            self.form.problem += data
