"""`ueapi phone`: a virtual iPhone that tries an enrollment with any service."""

from __future__ import annotations

import os
import random
import secrets
import ssl
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ueapi.errors import UnreadableInput, UsageError

if TYPE_CHECKING:
    from pydantic import SecretStr

    from ueapi.apple.profiles.signing import Signer
    from ueapi.rehearsal.enrolling.answering import Ask, Person
    from ueapi.rehearsal.enrolling.identity import Identity
    from ueapi.rehearsal.enrolling.trial import Trial
    from ueapi.rehearsal.wire import RealNetwork

app = typer.Typer(help="A virtual iPhone, for trying an enrollment.", no_args_is_help=True)

SECONDS_BETWEEN = 2.0
"""Between two questions for commands; nobody pushes to a virtual phone."""


@app.callback()
def _phone() -> None:
    """Keep `enroll` a command of its own."""


@app.command("enroll")
def enroll(
    address: Annotated[
        str, typer.Argument(help="The Managed Apple Account, as a person types it.")
    ],
    discovery: Annotated[
        str | None,
        typer.Option(
            help="https address of a discovery service, in place of the address's domain."
        ),
    ] = None,
    business: Annotated[
        str | None,
        typer.Option(
            help="https address to ask in place of Apple's service discovery when the first answers with a failure, "
            "as phones do from iOS 18.2 on; Apple's own is never asked."
        ),
    ] = None,
    ca: Annotated[
        Path | None,
        typer.Option(help="PEM file with the authority to trust, in place of the usual."),
    ] = None,
    identity: Annotated[
        Path | None,
        typer.Option(
            help="Folder with certificate.pem and key.pem of the device; made up if not given."
        ),
    ] = None,
    ios: Annotated[str, typer.Option(help="Version of iOS.")] = "27.0",
    product: Annotated[str, typer.Option(help="Apple's hardware identifier.")] = "iPhone17,1",
    password_env: Annotated[
        str | None, typer.Option(help="Environment variable with the password.")
    ] = None,
    token_env: Annotated[
        str | None,
        typer.Option(help="Environment variable with a token, which replaces the sign-in."),
    ] = None,
    log: Annotated[
        Path | None, typer.Option(help="Write each message here as JSON, without secrets.")
    ] = None,
    messages: Annotated[
        bool, typer.Option("--messages", help="Print each message and its answer, without secrets.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    stay: Annotated[
        float, typer.Option(min=0, max=86400, help="Seconds to go on taking commands.")
    ] = 0.0,
) -> None:
    """Enroll as an iPhone does, take the commands that wait, and leave.

    Talks to any service over https: finds it by the address's domain, or at --discovery; signs in; gets its identity
    by SCEP, ACME or PKCS #12; checks in. A step that fails is told with its probable cause and what helps.

    Exits 0 when all went well, 1 when a step fails, 2 on wrong usage, 4 when the sign-in is refused, 5 when nobody
    answers or the certificate isn't trusted.

    Example: PW=... ueapi phone enroll sam@example.org --password-env PW --messages
    """
    from ueapi.cli.phone_course import Course, walked

    if password_env is not None and token_env is not None:
        raise UsageError("a token replaces the password.", remedy="Give one; nothing was sent.")
    _check(address)
    course = Course(as_json=as_json, shows_messages=messages)
    network = _network(ca)
    trial = _trial(network, _person(address, password_env), _identity(identity))
    course.messages = trial.log
    trial.product, trial.ios, trial.tell = product, _version(ios), course.tell
    trial.proving = lambda identity: _network_of(identity, ca).ask
    trial.apple = _discovery(business)
    code = walked(
        trial,
        course,
        address=address,
        at=_discovery(discovery),
        token=_secret(token_env) if token_env else None,
        rounds=int(stay // SECONDS_BETWEEN),
        pause=lambda: time.sleep(SECONDS_BETWEEN),
        log=log,
    )
    raise typer.Exit(code)


def _check(address: str) -> None:
    """A phone takes no other address, so that no service can be at fault.

    Raises:
        InvalidModel: a part is missing; the message doesn't repeat the address.
    """
    from ueapi.apple.enrollment.discovery import UserIdentifier

    UserIdentifier.of(address)


def _trial(network: RealNetwork, person: Person, signer: Signer) -> Trial:
    from ueapi.rehearsal.enrolling.trial import Trial
    from ueapi.rehearsal.wire import WebSheet

    return Trial(
        send=network.ask,
        sheet=WebSheet(network).ask,
        signer=signer,
        person=person,
        rng=random.SystemRandom(),
        tell=lambda _: None,
    )


def _network(ca: Path | None) -> RealNetwork:
    from ueapi.rehearsal.wire import RealNetwork

    return RealNetwork(_trusting(ca))


def _network_of(identity: Identity, ca: Path | None) -> RealNetwork:
    """The network of a device that shows its identity to servers that ask for it, as devices do from check-in on."""
    from ueapi.rehearsal.wire import RealNetwork, present

    context, password = _trusting(ca), secrets.token_hex(16).encode()
    present(context, identity.certificates_pem(), identity.key_pem(password), password)
    return RealNetwork(context)


def _trusting(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=None if ca is None else str(ca))
    except (ssl.SSLError, OSError):
        raise UnreadableInput(
            f"{ca} can't be read, or holds no certificates in PEM.",
            remedy="Name a file with the authority to trust; nothing was sent.",
        ) from None


def _identity(folder: Path | None) -> Signer:
    from ueapi.rehearsal.enrolling.built_in import read_identity, self_signed
    from ueapi.runtime.clock import SystemClock

    if folder is not None:
        return read_identity(folder)
    sys.stderr.write(
        "note: the device signs with an identity made up now; a real service refuses it and takes Apple's only.\n"
    )
    return self_signed(SystemClock().now())


def _person(address: str, password_env: str | None) -> Person:
    from ueapi.rehearsal.enrolling.answering import Person

    known = _secret(password_env) if password_env else None
    return Person(address=address, password=lambda: known or _typed_password(), ask=_asker())


def _asker() -> Ask | None:
    """Asks on a terminal; without one nobody can answer."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None

    def ask(name: str, options: tuple[str, ...]) -> str:
        from ueapi.cli.table import safe

        among = f" ({' | '.join(safe(o) for o in options)})" if options else ""
        while True:
            answer: str = typer.prompt(f"The page asks for {safe(name)}{among}", err=True)
            if not options or answer in options:
                return answer

    return ask


def _typed_password() -> SecretStr:
    from pydantic import SecretStr

    from ueapi.rehearsal.enrolling.client import EnrollmentFailed, Step

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise EnrollmentFailed(Step.SIGN_IN, "the page asks for a password; give --password-env")
    return SecretStr(typer.prompt("Password", hide_input=True, err=True))


def _secret(variable: str) -> SecretStr:
    from pydantic import SecretStr

    value = os.environ.get(variable)
    if not value:
        raise UsageError(
            f"the environment has no variable {variable}.",
            remedy="Set it, or leave the option out; nothing was sent.",
        )
    return SecretStr(value)


def _version(text: str) -> str:
    parts = text.split(".")
    if not all(p.isdecimal() for p in parts) or not 15 <= int(parts[0]) <= 99:
        raise UsageError(
            f"{text!r} is no iOS that knows this way in.",
            remedy="Give one from 15.0 on, such as 27.0; nothing was sent.",
        )
    return text


def _discovery(given: str | None) -> str | None:
    """The whole address that is asked; a host alone gets Apple's path."""
    from ueapi.apple.enrollment.discovery import asked_at
    from ueapi.errors import InvalidModel

    try:
        return None if given is None else asked_at(given)
    except InvalidModel as problem:
        raise UsageError(problem.message, remedy=problem.remedy) from None
