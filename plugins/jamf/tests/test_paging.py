"""Pages that belong to one object are walked inside one flow."""

from __future__ import annotations

import pytest
from plugins.jamf.tests.drive import drive, json_reply

from ueapi.errors import Unintelligible
from ueapi_jamf.paging import every_row, page_number
from ueapi_jamf.wire.calls import pro_get


def rows_of(reply):
    page = reply.json()
    return page["rows"], page["total"]


def walked(*replies):
    return drive(every_row(lambda page: pro_get("x", f"/{page}"), rows_of, size=2), *replies)


def test_pages_are_joined_in_order():
    rows, calls = walked(
        json_reply({"rows": [1, 2], "total": 3}), json_reply({"rows": [3], "total": 3})
    )

    assert rows == (1, 2, 3)
    assert [call.target for call in calls] == ["/api/0", "/api/1"]


def test_pages_that_end_before_the_total_are_named():
    with pytest.raises(Unintelligible, match="0 rows came where 3"):
        walked(json_reply({"rows": [], "total": 3}))


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", ""])
def test_a_foreign_cursor_is_refused(cursor):
    with pytest.raises(Unintelligible, match="page number"):
        page_number(cursor)
