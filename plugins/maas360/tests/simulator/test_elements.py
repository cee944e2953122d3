from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ueapi_maas360.simulator.elements import element, to_json, to_xml, written


def spoken(value):
    return json.loads(to_json(element("root", value)))["root"]


def test_what_occurs_once_is_an_object_and_twice_an_array():
    assert spoken({"row": [{"a": "x"}]}) == {"row": {"a": "x"}}
    assert spoken({"row": [{"a": "x"}, {"a": "y"}]}) == {"row": [{"a": "x"}, {"a": "y"}]}


def test_what_occurs_nowhere_is_absent():
    assert spoken({"row": [], "count": 0}) == {"count": 0}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("350000000000042", 350000000000042),
        ("17", 17),
        ("17.4", 17.4),
        ("26.0", 26.0),
        ("17.4.1", "17.4.1"),
        ("-3", -3),
        ("0", 0),
        ("0042", "0042"),
        ("+15550100", "+15550100"),
        ("1e5", "1e5"),
        ("", ""),
        ("12 ", "12 "),
        ("9" * 30, "9" * 30),
    ],
)
def test_text_that_looks_like_a_number_is_one_in_json(text, value):
    found = spoken({"field": text})["field"]

    assert (found, type(found)) == (value, type(value))


def test_truth_is_truth_and_nothing_is_an_empty_text():
    assert spoken({"yes": True, "no": False, "none": None}) == {
        "yes": True,
        "no": False,
        "none": "",
    }


def test_an_element_without_anything_inside_is_an_empty_text():
    assert spoken({"attributes": {"attribute": []}}) == {"attributes": ""}


def test_xml_has_elements_only():
    made = to_xml(element("device", {"name": "Zoë & <Co>", "testDevice": True, "imei": ""}))

    root = etree.fromstring(made)

    assert [(e.tag, e.text, dict(e.attrib)) for e in root] == [
        ("name", "Zoë & <Co>", {}),
        ("testDevice", "true", {}),
        ("imei", None, {}),
    ]


def test_a_root_occurs_once():
    with pytest.raises(TypeError):
        element("root", [{"a": 1}, {"a": 2}])


names = st.sampled_from(["a", "b", "device", "count"])
texts = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r"))
values = st.recursive(
    texts | st.booleans() | st.integers(-(10**12), 10**12) | st.none(),
    lambda inner: st.dictionaries(names, inner | st.lists(inner, max_size=3), max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(names, values, max_size=4))
def test_xml_and_json_of_one_tree_say_the_same(value):
    tree = element("root", value)

    assert _as_json(etree.fromstring(to_xml(tree))) == _texts(json.loads(to_json(tree))["root"])


def _as_json(node):
    if not len(node):
        return node.text or ""
    found = {}
    for child in node:
        found.setdefault(child.tag, []).append(_as_json(child))
    return {k: v[0] if len(v) == 1 else v for k, v in found.items()}


def _texts(value):
    """The JSON with every leaf as its text."""
    match value:
        case dict():
            return {k: _texts(v) for k, v in value.items()}
        case list():
            return [_texts(v) for v in value]
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def test_an_element_written_before_stands_for_itself():
    fields = {"name": "A & B", "count": 17}
    plain, kept = ({"row": [row, row]} for row in (fields, written("row", fields)))

    made, from_kept = element("root", plain), element("root", kept)

    assert to_xml(from_kept) == to_xml(made)
    assert to_json(from_kept) == to_json(made)
