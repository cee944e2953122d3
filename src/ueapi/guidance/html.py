"""Instructions and trust pages as HTML: a mail, a sheet to print, and a page for a phone. None loads anything."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from ueapi.guidance import text
from ueapi.guidance.instructions import Instructions
from ueapi.guidance.language import Sentence
from ueapi.guidance.picture import qr_svg
from ueapi.guidance.trust import Audience, TrustPage


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ueapi.guidance", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["marked"] = _marked
    environment.filters["coded"] = _coded
    environment.filters["place"] = _place
    return environment


def _marked(sentence: Sentence) -> Markup:
    """What the iPhone shows in bold; everything else as it is."""
    return Markup("").join(
        Markup("<b>{}</b>").format(span.text) if span.is_shown else escape(span.text)
        for span in sentence.spans
    )


def _coded(text: str) -> Markup:
    """A sheet's text, whose names stand between backticks."""
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if number % 2 else escape(piece)
        for number, piece in enumerate(text.split("`"))
    )


def _place(address: str) -> str:
    """What paper says instead of a link: the file in the repository that the page names at its end, or the address."""
    _, _, state_and_file = address.partition("/blob/")
    return state_and_file.partition("/")[2] or address


def as_mail(made: Instructions) -> str:
    """Instructions for a mail: styles inline, colors left to the reader's mail program."""
    return _environment().get_template("mail.html").render(made=made)


def as_print(made: Instructions) -> str:
    """Instructions for a sheet of paper, with a QR code where there is a public address for one."""
    picture = Markup(qr_svg(made.code)) if made.code else ""  # noqa: S704 (drawn here, no text of others)
    return _environment().get_template("print.html").render(made=made, picture=picture)


def trust_as_html(page: TrustPage) -> str:
    """A trust page, made for the width of a phone first."""
    return (
        _environment()
        .get_template("trust.html")
        .render(
            page=page,
            say=page.voice.say,
            language=page.voice.language.tag,
            council=page.audience is Audience.COUNCIL,
            title=text.trust_title(page),
            intro=text.trust_intro(page),
            summary=text.summary(page),
            sections=text.SECTIONS,
            basis=text.basis,
            closing=list(text.closing(page)),
        )
    )
