"""Groups: ids without collisions, members, and criteria as a tree."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lxml import etree
from plugins.jamf.tests.drive import CONTEXT, drive, json_reply, xml_reply

from ueapi.errors import InvalidModel, NotFound, Unintelligible
from ueapi.model import (
    AllOf,
    AnyOf,
    Comparison,
    Criterion,
    CriterionField,
    ForeignCriterion,
    GroupDraft,
)
from ueapi_jamf.facets.groups import JamfGroups
from ueapi_jamf.mapping.criteria import criteria_from_wire

GROUPS = JamfGroups(CONTEXT)

DEVICE_GROUPS = json_reply(
    [
        {"id": 6, "name": "BYOD phones", "description": "", "isSmartGroup": True},
        {"id": 7, "name": "Pilot phones", "isSmartGroup": False},
    ]
)
USER_GROUPS = xml_reply(
    "<user_groups><size>1</size><user_group><id>6</id><name>Managed Apple IDs</name>"
    "<is_smart>true</is_smart><is_notify_on_change>false</is_notify_on_change></user_group></user_groups>"
)
USER_GROUP = xml_reply(
    "<user_group><id>6</id><name>Managed Apple IDs</name><is_smart>true</is_smart><site><id>-1</id></site>"
    "<criteria><size>1</size><criterion><name>Managed Apple ID</name><priority>0</priority><and_or>and</and_or>"
    "<search_type>like</search_type><value>@example.org</value><opening_paren>false</opening_paren>"
    "<closing_paren>false</closing_paren></criterion></criteria>"
    "<users><size>1</size><user><id>17</id><username>noor</username></user></users></user_group>"
)


def criterion(name, *, joint="and", opens=False, closes=False, priority=0):
    return {
        "name": name,
        "priority": priority,
        "andOr": joint,
        "searchType": "is",
        "value": "x",
        "openingParen": opens,
        "closingParen": closes,
    }


def rows(*plain):
    return [{**row, "priority": place} for place, row in enumerate(plain)]


def foreign(name):
    return ForeignCriterion(text=f'"{name}" is "x"')


def listed():
    page, _ = drive(GROUPS.page(None), DEVICE_GROUPS, USER_GROUPS)
    return page.items


def test_groups_of_users_and_of_devices_never_share_an_id():
    groups = listed()

    assert [group.id for group in groups] == ["devices-6", "devices-7", "users-6"]
    assert [group.is_dynamic for group in groups] == [True, False, True]
    assert [group.of for group in groups] == ["devices", "devices", "users"]


def test_a_user_group_comes_with_members_and_criteria():
    group, calls = drive(GROUPS.get(listed()[2]), USER_GROUP)

    assert calls[0].target == "/JSSResource/usergroups/id/6"
    assert calls[0].accept == "application/xml"
    assert group.members == ("17",)
    assert group.criteria == Criterion(
        field=CriterionField.MANAGED_APPLE_ID,
        comparison=Comparison.CONTAINS,
        value="@example.org",
    )


def test_a_dynamic_device_group_is_read_in_two_calls():
    ownership = criterion("Device Ownership Type") | {
        "value": "Personal (Account-Driven User Enrollment)"
    }

    group, calls = drive(
        GROUPS.get(listed()[0]),
        json_reply({"groupId": "6", "criteria": [ownership]}),
        json_reply({"totalCount": 1, "results": [{"mobileDeviceId": "41", "imei": "x"}]}),
    )

    assert [call.target.removeprefix("/api/v2/mobile-device-groups/") for call in calls] == [
        "smart-groups/6",
        "smart-group-membership/6",
    ]
    assert group.members == ("41",)
    assert group.criteria == Criterion(
        field=CriterionField.ENROLLMENT_KIND,
        comparison=Comparison.IS,
        value="account-driven-user",
    )


def test_a_static_device_group_needs_its_members_only():
    members = json_reply({"totalCount": 0, "results": []})

    group, calls = drive(GROUPS.get(listed()[1]), members)

    assert [call.target for call in calls] == [
        "/api/v2/mobile-device-groups/static-group-membership/7"
    ]
    assert (group.members, group.criteria) == ((), None)


def test_an_id_of_another_kind_of_group_is_refused_before_any_request():
    stranger = listed()[1].model_copy(update={"of": "users"})

    with pytest.raises(NotFound):
        drive(GROUPS.get(stranger))


def test_and_is_taken_before_or():
    tree = criteria_from_wire(
        rows(criterion("a"), criterion("b", joint="or"), criterion("c", joint="and"))
    )

    assert tree == AnyOf(terms=(foreign("a"), AllOf(terms=(foreign("b"), foreign("c")))))


def test_parentheses_win_over_precedence():
    tree = criteria_from_wire(
        rows(
            criterion("a", opens=True),
            criterion("b", joint="or", closes=True),
            criterion("c", joint="AND"),
        )
    )

    assert tree == AllOf(terms=(AnyOf(terms=(foreign("a"), foreign("b"))), foreign("c")))


def test_rows_are_taken_by_priority_and_not_by_place():
    mixed = [criterion("second", joint="or", priority=1), criterion("first", priority=0)]

    assert criteria_from_wire(mixed) == AnyOf(terms=(foreign("first"), foreign("second")))


def test_a_known_criterion_with_an_unknown_value_stays_in_jamfs_words():
    tree = criteria_from_wire([criterion("Device Ownership Type")])

    assert tree == foreign("Device Ownership Type")


@pytest.mark.parametrize(
    "unbalanced",
    [
        [criterion("a", opens=True)],
        [criterion("a", closes=True)],
        [criterion("a", closes=True), criterion("b", opens=True)],
    ],
)
def test_parentheses_that_do_not_match_are_named(unbalanced):
    with pytest.raises(Unintelligible, match="parentheses"):
        criteria_from_wire(rows(*unbalanced))


def test_another_joint_is_named():
    with pytest.raises(Unintelligible, match="neither"):
        criteria_from_wire(rows(criterion("a"), criterion("b", joint="xor")))


def test_no_criteria_are_no_tree():
    assert criteria_from_wire([]) is None


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=9))
def test_a_tree_means_what_the_rows_say(shape):
    given_rows, sentence, depth = [], "", 0
    for place, (is_or, wants_open, wants_close) in enumerate(shape):
        is_last = place == len(shape) - 1
        opens = wants_open and depth < 2 and not is_last
        depth += opens
        closes = depth > 0 and (wants_close or is_last)
        depth -= closes
        joint = "or" if is_or else "and"
        given_rows.append(criterion(str(place), joint=joint, opens=opens, closes=closes))
        word = f" {joint} " if place else ""
        sentence += f"{word}{'(' * opens}v[{place}]{')' * closes}"
    assume(depth == 0)

    tree = criteria_from_wire(rows(*given_rows))

    for bits in range(2 ** len(shape)):
        values = [bool(bits >> place & 1) for place in range(len(shape))]
        assert holds(tree, values) is eval(sentence, {"v": values})


def holds(tree, values):
    match tree:
        case AllOf(terms=terms):
            return all(holds(term, values) for term in terms)
        case AnyOf(terms=terms):
            return any(holds(term, values) for term in terms)
        case ForeignCriterion(text=text):
            return values[int(text.split('"')[1])]


# -- making sure -------------------------------------------------------------------------------------


def test_new_members_of_a_device_group_name_its_site_again():
    """Jamf Pro refuses an update without the site, and another one would move the group."""
    draft = GroupDraft(name="Loans", of="devices", members=("41", "42"))
    listed = json_reply([{"id": 12, "name": "Loans", "isSmartGroup": False}])
    members = json_reply({"totalCount": 1, "results": [{"mobileDeviceId": "41"}]})

    _, calls = drive(
        JamfGroups(CONTEXT).ensure(draft),
        listed,
        members,
        json_reply({"groupId": "12", "siteId": "3"}),
        json_reply({}),
    )

    assert (calls[-1].method, json.loads(calls[-1].body)) == (
        "PATCH",
        {
            "groupName": "Loans",
            "siteId": "3",
            "assignments": [{"mobileDeviceId": "42", "selected": True}],
        },
    )


def test_new_members_of_a_user_group_are_added_and_nothing_else_is_sent():
    draft = GroupDraft(name="staff", of="users", members=("17", "18", "17"))
    listed = xml_reply(
        "<user_groups><user_group><id>6</id><name>Staff</name><is_smart>false</is_smart></user_group></user_groups>"
    )
    stored = xml_reply(
        "<user_group><id>6</id><name>Staff</name><is_smart>false</is_smart>"
        "<users><size>2</size><user><id>17</id></user><user><id>30</id></user></users></user_group>"
    )
    done = xml_reply("<user_group><id>6</id></user_group>", status=201)

    ensured, calls = drive(JamfGroups(CONTEXT).ensure(draft), listed, stored, done)

    root = etree.fromstring(calls[-1].body)
    assert [e.text for e in root.findall("user_additions/user/id")] == ["18"]
    assert [child.tag for child in root] == ["user_additions"]
    assert ensured.value.members == ("17", "30", "18")


def test_a_name_with_a_control_character_is_refused_before_it_is_sent():
    listed = xml_reply("<user_groups/>")

    with pytest.raises(InvalidModel, match="control character"):
        drive(JamfGroups(CONTEXT).ensure(GroupDraft(name="a\x00b", of="users")), listed)
