"""Twelve people, exactly: what they do, in which order, and in which words of their iPhone."""

from __future__ import annotations

import itertools

import pytest
from attrs import frozen

from ueapi.errors import UnknownBackend, UsageError
from ueapi.guidance import Office, Person, Way, as_mail, as_print, as_text, instructions, languages
from ueapi.guidance.language import PIECE

MOVING = ["before", "goes", "stays", "leave"]
BOTH = 5
"""Steps for leaving where the old way is not known."""
BACKENDS = ("hexnode", "jamf", "maas360", "memory")


@frozen(kw_only=True)
class Case:
    backend: str
    ios: str
    language: str
    title: str
    parts: list[str]
    steps: int
    sentence: str
    leaving: str | None = None
    way: Way | None = None
    old_way: Way | None = None


ACCOUNT = ["join-account", "after", "warnings"]
PROFILE = ["join-profile", "after", "warnings"]
SIGN_IN = "Tap “Sign In to Work or School Account”."
ANMELDEN = "Tippen Sie auf „Bei Arbeits- oder Schulaccount anmelden“."

CASES = [
    Case(
        backend="hexnode", leaving="jamf", ios="26.0", language="de",
        title="So zieht Ihr iPhone zu Hexnode UEM um",
        parts=[*MOVING, *ACCOUNT], steps=BOTH + 7, sentence=ANMELDEN,
    ),
    Case(
        backend="jamf", leaving="hexnode", ios="18.1", language="en",
        title="Move your iPhone to Jamf Pro",
        parts=[*MOVING, *ACCOUNT], steps=BOTH + 7, sentence=SIGN_IN,
    ),
    Case(
        backend="maas360", leaving="jamf", ios="27.0", language="en",
        title="Move your iPhone to IBM MaaS360",
        parts=[*MOVING, *ACCOUNT], steps=BOTH + 7,
        sentence="Enter your Managed Apple Account, and tap “Continue”.",
    ),
    Case(
        backend="jamf", ios="15.0", language="en", title="Set up your iPhone for work",
        parts=["before", *ACCOUNT], steps=7,
        sentence="Enter your Managed Apple ID, and tap “Continue”.",
    ),
    Case(
        backend="hexnode", ios="26.0", language="de", title="So richten Sie Ihr iPhone für die Arbeit ein",
        parts=["before", *ACCOUNT], steps=7,
        sentence="Geben Sie Ihren verwalteten Apple Account ein, und tippen Sie auf „Fortfahren“.",
    ),
    Case(
        backend="hexnode", ios="17.7", language="de", way=Way.PROFILE,
        title="So richten Sie Ihr iPhone für die Arbeit ein",
        parts=["before", *PROFILE], steps=7,
        sentence="Öffnen Sie in Safari, in keinem anderen Browser und nicht als Desktop-Website, "
        "die Adresse aus Ihrer Einladung.",
    ),
    Case(
        backend="jamf", ios="16.0", language="en", way=Way.PROFILE, title="Set up your iPhone for work",
        parts=["before", *PROFILE], steps=7,
        sentence="In Safari, in no other browser and not as a desktop website, open the address that "
        "the help desk gave you.",
    ),
    Case(
        backend="maas360", leaving="hexnode", ios="15.4", language="de", way=Way.PROFILE,
        title="So zieht Ihr iPhone zu IBM MaaS360 um",
        parts=[*MOVING, *PROFILE], steps=BOTH + 7,
        sentence="Installieren Sie das Profil innerhalb von 8 Minuten: Öffnen Sie „Einstellungen“, und tippen Sie auf "
        "„Bei [Name Ihrer Organisation] anmelden“ oder „Profil geladen“.",
    ),
    Case(
        backend="jamf", leaving="jamf", ios="26.0", language="en", old_way=Way.PROFILE,
        title="Set up your iPhone for work again",
        parts=[*MOVING, *ACCOUNT], steps=4 + 7,
        sentence="Tap “Remove Management”, enter your passcode, and confirm.",
    ),
    Case(
        backend="jamf", leaving="jamf", ios="26.0", language="de", old_way=Way.ACCOUNT,
        title="So richten Sie Ihr iPhone neu für die Arbeit ein",
        parts=[*MOVING, *ACCOUNT], steps=4 + 7,
        sentence="Scrollen Sie ganz nach unten, tippen Sie auf „Abmelden“, und bestätigen Sie.",
    ),
    Case(
        backend="memory", leaving="maas360", ios="17.3", language="en",
        title="Move your iPhone to Example UEM (reference, for learning)",
        parts=[*MOVING, *ACCOUNT], steps=BOTH + 7,
        sentence="Below your name, tap the entry of your organization with your Managed Apple ID.",
    ),
    Case(
        backend="memory", ios="17.2", language="de", way=Way.ACCOUNT,
        title="So richten Sie Ihr iPhone für die Arbeit ein",
        parts=["before", *ACCOUNT], steps=7,
        sentence="Lesen Sie, was Ihre Organisation verwalten kann. Wenn dort steht, dass das ganze iPhone gelöscht "
        "werden kann, brechen Sie ab, und rufen Sie den Helpdesk an: Das ist eine andere Art der Registrierung.",
    ),
]  # fmt: skip


def named(case: Case) -> str:
    return "-".join(filter(None, (case.leaving, case.backend, case.ios, case.language, case.way)))


@pytest.mark.parametrize("case", CASES, ids=named)
def test_people_are_told_exactly_this(case: Case) -> None:
    made = instructions(
        case.backend,
        ios=case.ios,
        language=case.language,
        leaving=case.leaving,
        way=case.way,
        old_way=case.old_way,
    )

    assert made.title == case.title
    assert [part.id for part in made.parts] == case.parts
    assert len(made.steps) == case.steps
    assert case.sentence in [str(step) for step in made.steps]


@pytest.mark.parametrize(
    ("ios", "way", "leaving", "expected"),
    [
        ("26.0", None, None, "discovery wrong-account mismatch delay app declined session"),
        ("17.2", None, None, "discovery wrong-account mismatch app declined session"),
        ("17.3", Way.PROFILE, None, "expired profile mismatch payload delay app declined"),
        (
            "26.0",
            None,
            "jamf",
            "discovery wrong-account mismatch managed payload delay app declined session",
        ),
    ],
)
def test_people_are_told_what_can_go_wrong_for_them(
    ios: str, way: Way | None, leaving: str | None, expected: str
) -> None:
    made = instructions("hexnode", ios=ios, way=way, leaving=leaving)

    assert [failure.id for failure in made.failures] == expected.split()


@pytest.mark.parametrize(("ios", "warned"), [("17.2", False), ("17.3", True), ("26.0", True)])
def test_people_learn_of_stolen_device_protection_before_they_begin_from_17_3_on(
    ios: str, warned: bool
) -> None:
    before = instructions("jamf", ios=ios).parts[0]

    assert before.id == "before"
    assert any("Stolen Device Protection" in str(line) for line in before.lines) is warned


@pytest.mark.parametrize("way", Way)
def test_people_are_told_to_stop_right_before_the_step_that_would_hand_over_the_whole_iphone(
    way: Way,
) -> None:
    steps = [str(step) for step in instructions("jamf", ios="17.4", way=way).steps]

    assert "the whole iPhone can be erased, stop" in steps[-2]


@pytest.mark.parametrize(
    ("ios", "said"), [("26.0", "iOS 26."), ("26.1", "iOS 26.1."), ("17.0", "iOS 17.0.")]
)
def test_a_major_version_stands_for_its_updates_unless_one_changed_something(
    ios: str, said: str
) -> None:
    assert f"These steps are for {said}" in str(instructions("jamf", ios=ios).intro[1])


@pytest.mark.parametrize(
    ("ios", "language", "name"),
    [
        ("17.4", "en", "not of your personal Apple ID"),
        ("18.0", "en", "not of your personal Apple Account"),
        ("17.4", "de", "nicht das Ihrer persönlichen Apple-ID"),
        ("18.0", "de", "nicht das Ihres persönlichen Apple Accounts"),
    ],
)
def test_a_private_account_is_called_what_that_ios_calls_it(
    ios: str, language: str, name: str
) -> None:
    assert name in as_text(instructions("jamf", ios=ios, language=language)).replace("\n   ", " ")


def test_an_organization_stands_in_the_genitive_where_german_wants_it() -> None:
    named = instructions("jamf", language="de", office=Office(organization="Beispiel AG"))
    nameless = instructions("jamf", language="de")

    assert "Einstellungen von Beispiel AG." in str(named.intro[0])
    assert "Einstellungen Ihrer Organisation." in str(nameless.intro[0])


def test_after_a_profile_people_are_told_to_remove_it_and_not_to_sign_out() -> None:
    account = instructions("hexnode", ios="17.4")
    profile = instructions("hexnode", ios="17.4", way=Way.PROFILE)

    assert "sign out there" in str(account.parts[-2].lines[-1])
    assert "remove the management there" in str(profile.parts[-2].lines[-1])


@pytest.mark.parametrize("ios", ["18.0", "26.0"])
def test_a_profile_is_no_way_in_from_ios_18_on(ios: str) -> None:
    with pytest.raises(UsageError, match="no enrollment by profile") as refused:
        instructions("hexnode", ios=ios, way=Way.PROFILE)

    assert refused.value.remedy == "Choose account."


def test_below_ios_15_nobody_enrolls_by_themselves() -> None:
    with pytest.raises(UsageError, match=r"iOS 14\.8 can't be enrolled"):
        instructions("jamf", ios="14.8")


def test_an_unknown_product_is_refused() -> None:
    with pytest.raises(UnknownBackend):
        instructions("nothing")


def test_whoever_sends_them_hears_what_is_assumed() -> None:
    made = instructions("maas360", ios="28.0", language="de")

    notes = " ".join(made.notes)
    assert "enrollments.discovery" in notes
    assert "menus of iOS 28.0 are not known" in notes
    assert "Bei Arbeits- oder Schulaccount anmelden" in notes
    assert "Mein iPhone registrieren" not in notes


@pytest.mark.parametrize("language", languages())
def test_every_combination_renders_in_every_form(language: str) -> None:
    sources = (None, *BACKENDS)
    combinations = itertools.product(
        BACKENDS, sources, ("15.0", "16.4", "17.3", "17.7", "18.0", "18.2", "26.0", "27.0"), Way
    )

    for backend, leaving, ios, way in combinations:
        if way is Way.PROFILE and float(ios) >= 18:
            continue
        made = instructions(backend, ios=ios, language=language, leaving=leaving, way=way)
        for text in (as_text(made), as_mail(made), as_print(made)):
            assert made.title in text
            assert not PIECE.search(text.rpartition("</style>")[2])


def test_an_account_and_an_address_stand_where_they_are_needed() -> None:
    person = Person(name="Ada Example", account="ada@example.org")
    office = Office(enrollment_page="https://mdm.example.org/enroll")

    account = instructions("jamf", person=person)
    profile = instructions("jamf", ios="17.0", way=Way.PROFILE, person=person, office=office)

    assert str(account.greeting) == "Hello Ada Example,"
    assert "Enter ada@example.org, and tap “Continue”." in [str(s) for s in account.steps]
    assert "https://mdm.example.org/enroll" in str(profile.steps[0])


def test_nothing_of_a_person_is_in_a_repr_or_a_code() -> None:
    person = Person(name="Ada Example", account="ada@example.org")

    made = instructions("jamf", person=person, office=Office(page="https://work.example.org/p"))

    assert "ada" not in f"{person!r} {made!r} {made.code}".lower()


@pytest.mark.parametrize(
    ("office", "code"),
    [
        (Office(), None),
        (Office(help_desk="+49 30 1234"), None),
        (Office(help_desk="help@example.org"), "mailto:help@example.org"),
        (
            Office(help_desk="help@example.org", page="https://example.org/p"),
            "https://example.org/p",
        ),
    ],
)
def test_a_code_holds_a_public_address_or_nothing(office: Office, code: str | None) -> None:
    assert office.code == code


@pytest.mark.parametrize(
    "page",
    [
        "http://example.org/p",
        "javascript:alert(1)",
        "https://example.org/p?who=ada",
        "https://example.org/p#ada",
        "https://ada@example.org/p",
        "https://example.org/ada@example.org",
        "https://[broken/p",
        "https://example.org/a b",
        "https://",
    ],
)
def test_an_address_that_may_name_a_person_is_refused(page: str) -> None:
    with pytest.raises(UsageError, match="page"):
        Office(page=page)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 201, "\x1b[31m"])
def test_a_name_is_one_line(name: str) -> None:
    with pytest.raises(UsageError, match="name is no line"):
        Person(name=name)
