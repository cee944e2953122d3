from __future__ import annotations

import pytest

from ueapi.rehearsal.apps_and_books import AppsAndBooks

APP = "6480000001"


def pool(seats: int) -> AppsAndBooks:
    apple = AppsAndBooks()
    apple.set_seats("Main", APP, seats)
    return apple


def test_who_holds_a_seat_uses_no_second_one():
    apple = pool(1)

    assert apple.take("Main", APP, "anne@example.org")
    assert apple.take("Main", APP, "ANNE@example.org")
    assert apple.in_use("Main", APP) == 1


def test_an_empty_pool_gives_nothing():
    apple = pool(1)
    apple.take("Main", APP, "anne@example.org")

    assert not apple.take("Main", APP, "bert@example.org")
    assert not apple.take("Elsewhere", APP, "bert@example.org")


def test_a_released_seat_is_free_again():
    apple = pool(1)
    apple.take("Main", APP, "anne@example.org")

    assert apple.release("Main", APP, "Anne@example.org")
    assert not apple.release("Main", APP, "anne@example.org")
    assert apple.free("Main", APP) == 1


def test_seats_in_use_are_not_given_back():
    apple = pool(2)
    apple.take("Main", APP, "anne@example.org")

    with pytest.raises(ValueError, match="in use"):
        apple.set_seats("Main", APP, 0)


def test_representation_names_nobody():
    apple = pool(1)
    apple.take("Main", APP, "anne@example.org")

    assert "anne" not in repr(apple)
