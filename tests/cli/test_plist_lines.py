"""Lines of keys in XML: each is where an editor would find it."""

from __future__ import annotations

import plistlib

from hypothesis import given
from hypothesis import strategies as st

from tests.cli.profile_files import WIFI, profile
from ueapi.apple.profiles.keys import paths_of
from ueapi.cli.plist_lines import lines_of

NAMES = st.text("abcXYZ", min_size=1, max_size=4)
VALUES = st.recursive(
    st.booleans() | st.integers(0, 9) | st.text("ab\n<&", max_size=5) | st.binary(max_size=90),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(NAMES, VALUES, max_size=4), max_size=3))
def test_every_key_stands_on_its_line(payloads: list[dict[str, object]]) -> None:
    content = plistlib.dumps(profile(*payloads))
    text = content.decode().split("\n")

    lines = lines_of(content)

    for at, payload in enumerate(payloads):
        assert text[lines[at, ""] - 1].strip() in ("<dict>", "<dict/>")
        for path, _ in paths_of(payload):
            assert text[lines[at, path] - 1].strip() == f"<key>{path.rpartition('.')[2]}</key>"


def test_keys_of_the_profile_and_of_a_payload_are_told_apart() -> None:
    content = plistlib.dumps(profile(WIFI), sort_keys=False)

    lines = lines_of(content)

    assert lines[None, "PayloadType"] < lines[0, "PayloadType"]
    assert (None, "SSID_STR") not in lines


def test_other_encodings_and_comments_change_nothing() -> None:
    text = plistlib.dumps(profile(WIFI)).decode().replace("<dict>", "<!-- <key>a</key> --><dict>")
    other = text.replace("UTF-8", "UTF-16").encode("utf-16")

    assert lines_of(other) == lines_of(text.encode())
