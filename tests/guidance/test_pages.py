"""Pages are well formed, load nothing, can be read by everyone, and print names as names."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from ueapi.guidance import (
    Audience,
    Office,
    Person,
    as_mail,
    as_print,
    instructions,
    languages,
    trust_as_html,
    trust_page,
)
from ueapi.guidance.picture import qr_svg

VOID = {"meta", "br", "path"}
EVIL = '<img src=x onerror="alert(1)"> & "Söhne" {{ 7*7 }}'
OFFICE = Office(organization=EVIL, help_desk=EVIL, page="https://work.example.org/iphone")


class Reader(HTMLParser):
    """Follows the tags, and notes what is open, what is named and what would be loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.headings: list[int] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, text: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words += text


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def pages(language: str) -> dict[str, str]:
    made = instructions(
        "hexnode",
        leaving="jamf",
        language=language,
        person=Person(name=EVIL, account="ada@example.org"),
        office=OFFICE,
    )
    found = {"mail": as_mail(made), "print": as_print(made)}
    for audience in Audience:
        page = trust_page("jamf", language=language, audience=audience, office=OFFICE)
        found[f"trust-{audience}"] = trust_as_html(page)
    return found


ALL = [(language, name) for language in languages() for name in pages(language)]


@pytest.fixture(params=ALL, ids="-".join)
def page(request: pytest.FixtureRequest) -> str:
    language, name = request.param
    return pages(language)[name]


def test_every_tag_is_closed(page: str) -> None:
    reader = read(page)

    assert (reader.open, reader.faults) == ([], [])


def test_nothing_is_loaded_from_elsewhere(page: str) -> None:
    reader = read(page)

    loading = [
        (tag, name, value)
        for tag, name, value in reader.attributes
        if name in ("src", "srcset", "background", "data", "xlink:href") or name.startswith("on")
    ]
    assert loading == []
    assert not re.search(r"url\(|@import|<script|<link|<iframe|<base", page)


def test_links_lead_to_web_pages_only(page: str) -> None:
    links = [value for _, name, value in read(page).attributes if name == "href"]

    assert all(link.startswith("https://") for link in links if link)


def test_a_name_is_printed_and_never_run(page: str) -> None:
    assert "<img" not in page
    assert EVIL in read(page).words


def test_a_screen_reader_finds_language_and_headings(page: str) -> None:
    reader = read(page)

    assert any(tag == "html" and name == "lang" and value for tag, name, value in reader.attributes)
    assert reader.headings[0] == 1
    assert reader.headings.count(1) == 1
    assert set(reader.headings[1:]) == {2}


def test_a_page_fits_a_phone_and_the_dark(page: str) -> None:
    assert 'name="viewport" content="width=device-width, initial-scale=1"' in page
    assert 'name="color-scheme" content="light dark"' in page
    assert not re.search(r"(?<!max-)(?<!min-)\bwidth:\s*\d{3,}px", page)


def test_each_link_of_a_council_says_where_it_leads() -> None:
    reader = read(pages("de")["trust-council"])

    labels = [value for tag, name, value in reader.attributes if (tag, name) == ("a", "aria-label")]
    links = [value for tag, name, value in reader.attributes if (tag, name) == ("a", "href")]
    assert len(labels) == len(links) > 100
    assert "Quelle: DeviceInformation:SerialNumber" in labels


def test_a_printed_page_of_a_council_names_each_file_instead_of_a_link() -> None:
    reader = read(pages("de")["trust-council"])

    places = [value for _, name, value in reader.attributes if name == "data-place"]
    links = [value for tag, name, value in reader.attributes if (tag, name) == ("a", "href")]
    assert len(places) == len(links)
    assert "mdm/commands/information.device.yaml" in places
    assert "https://support.apple.com/guide/deployment/dep23db2037d/web" in places


def test_names_of_a_sheet_stand_as_names() -> None:
    page = trust_as_html(trust_page("jamf", audience=Audience.COUNCIL))

    assert "<code>licenses.assign</code>" in page.partition("<code>apps.assign</code>")[2][:400]
    assert "`" not in page


def test_a_mail_has_no_style_sheet() -> None:
    assert "<style" not in pages("en")["mail"]


def test_a_printed_sheet_has_a_code_beside_its_address() -> None:
    page = pages("en")["print"]

    assert page.count("<svg") == 1
    assert "https://work.example.org/iphone" in read(page).words


def test_without_a_public_address_there_is_no_code() -> None:
    page = as_print(instructions("jamf"))

    assert "<svg" not in page
    assert "<figure" not in page


def test_a_code_refers_to_nothing_and_is_the_same_each_time() -> None:
    first, second = qr_svg("https://example.org/p"), qr_svg("https://example.org/p")

    assert first == second
    assert "http" not in first
    assert first.startswith('<svg aria-hidden="true"')


def channel(part: str) -> float:
    value = int(part, 16) / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def luminance(color: str) -> float:
    text = color * 2 if len(color) == 3 else color
    red, green, blue = (channel(text[i : i + 2]) for i in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("name", ["print", "trust-people"])
def test_text_has_contrast_in_light_and_dark(name: str) -> None:
    schemes = re.findall(r":root \{([^}]*)\}", pages("en")[name])

    for scheme in schemes:
        colors = dict(re.findall(r"--(\w+):#([0-9a-f]{3,6})", scheme))
        for ink in {"ink", "soft", "mark", "no", "yes"} & colors.keys():
            for ground in ("paper", "card"):
                lighter, darker = sorted(
                    (luminance(colors[ink]), luminance(colors[ground])), reverse=True
                )
                assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (ink, ground)
