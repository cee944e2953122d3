"""Promises of publishing a list: signed, numbered on, replaced whole, and only when something changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.apple import signers
from tests.discovery.lists import NEW, OLD

from ueapi.discovery import digest_of, read_list
from ueapi.discovery.allow_list import AllowList
from ueapi.discovery.publishing import Addresses, Publisher
from ueapi.errors import InvalidModel, UsageError

WITH_OLD = Addresses(new=NEW.base_url, old=OLD.base_url)


def publisher(folder: Path, addresses: Addresses = WITH_OLD) -> Publisher:
    return Publisher(
        path=folder / "discovery.list",
        addresses=addresses,
        signer=signers.signer(),
        now=lambda: signers.NOW,
        salt=lambda: "0123456789abcdef",
    )


def published(folder: Path) -> AllowList:
    content = (folder / "discovery.list").read_bytes()
    return read_list(content, anchors=[signers.root().certificate], at=signers.NOW)


def answer(allowed: AllowList, address: str) -> str | None:
    return allowed.answer_to(address, "iPhone")


def test_a_list_leads_whom_it_names_and_everybody_else_as_before(tmp_path: Path) -> None:
    number = publisher(tmp_path).publish({"anna@example.org"})

    found = published(tmp_path)
    assert (number, found.number) == (1, 1)
    assert answer(found, "Anna@example.org") == "new"
    assert answer(found, "ben@example.org") == "old"


def test_the_same_people_again_leave_the_file_as_it_is(tmp_path: Path) -> None:
    first = publisher(tmp_path)
    first.publish({"anna@example.org"})
    before = (tmp_path / "discovery.list").stat()

    same = first.publish({"anna@example.org"})
    after_a_restart = publisher(tmp_path).publish({"anna@example.org"})

    assert (same, after_a_restart) == (1, 1)
    assert (tmp_path / "discovery.list").stat() == before


def test_each_change_is_a_later_list_with_the_same_salt(tmp_path: Path) -> None:
    publisher(tmp_path).publish({"anna@example.org"})

    number = publisher(tmp_path).publish(())

    found = published(tmp_path)
    assert (number, found.salt) == (2, "0123456789abcdef")
    assert answer(found, "anna@example.org") == "old"


def test_a_file_that_somebody_else_replaced_is_put_right(tmp_path: Path) -> None:
    mine, other = publisher(tmp_path), publisher(tmp_path)
    mine.publish({"anna@example.org"})
    other.publish({"ben@example.org"})

    number = mine.publish({"anna@example.org"})

    assert number == 3
    assert answer(published(tmp_path), "anna@example.org") == "new"


def test_others_are_refused_where_that_is_wanted_and_whoever_goes_back_is_not(
    tmp_path: Path,
) -> None:
    addresses = Addresses(new=NEW.base_url, old=OLD.base_url, refuses_others=True)

    publisher(tmp_path, addresses).publish({"anna@example.org"}, {"ben@example.org"})

    found = published(tmp_path)
    assert answer(found, "ben@example.org") == "old"
    assert answer(found, "carla@example.org") is None


def test_without_an_old_address_everybody_else_is_refused(tmp_path: Path) -> None:
    publisher(tmp_path, Addresses(new=NEW.base_url)).publish(
        {"anna@example.org"}, {"ben@example.org"}
    )

    assert answer(published(tmp_path), "ben@example.org") is None


def test_nobodys_address_is_in_the_file(tmp_path: Path) -> None:
    publisher(tmp_path).publish({"anna@example.org"})

    content = (tmp_path / "discovery.list").read_bytes()
    assert b"anna" not in content
    assert digest_of("anna@example.org", "0123456789abcdef").encode() in content


def test_what_is_no_list_of_ours_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "discovery.list").write_bytes(b"something else")

    with pytest.raises(InvalidModel):
        publisher(tmp_path).publish({"anna@example.org"})

    assert (tmp_path / "discovery.list").read_bytes() == b"something else"


def test_a_place_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be written"):
        publisher(tmp_path / "nowhere").publish({"anna@example.org"})


def test_a_list_that_was_lost_is_made_anew_with_a_later_number(tmp_path: Path) -> None:
    first = publisher(tmp_path)
    for people in ({"anna@example.org"}, {"anna@example.org", "ben@example.org"}):
        number = first.publish(people)
    (tmp_path / "discovery.list").unlink()

    again = publisher(tmp_path).publish({"anna@example.org"}, after=number)

    assert again == number + 1 == published(tmp_path).number


def test_an_earlier_list_that_was_put_back_is_not_kept(tmp_path: Path) -> None:
    place = tmp_path / "discovery.list"
    publisher(tmp_path).publish({"anna@example.org"})
    earlier = place.read_bytes()
    last = publisher(tmp_path).publish(())
    place.write_bytes(earlier)

    number = publisher(tmp_path).publish({"anna@example.org"}, after=last)

    assert number == last + 1


def test_a_list_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "discovery.list").mkdir()

    with pytest.raises(UsageError, match="can't be read"):
        publisher(tmp_path).publish({"anna@example.org"})
