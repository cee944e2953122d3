"""The plugin's own words, and the file in which it declares more."""

from __future__ import annotations

import pytest

from ueapi.errors import UnreadableInput
from ueapi.testing.recording import Rules, vocabulary_of


class TestVocabulary:
    def test_names_come_from_everywhere_and_values_not_from_the_simulator(
        self, tmp_path, monkeypatch
    ):
        package = tmp_path / "acme_words"
        (package / "simulator").mkdir(parents=True)
        (package / "__init__.py").write_text('"""Documents zoe."""\nSTATES = {"enrolledHere": 1}\n')
        (package / "simulator" / "__init__.py").write_text(
            'FLEET = ["jdoe"]\nPATH = "/shown/{id}/there"\n'
        )
        monkeypatch.syspath_prepend(str(tmp_path))

        words = vocabulary_of("acme_words")

        assert words.knows("enrolled_here")
        assert words.says("EnrolledHere")
        assert words.knows("shown")
        assert words.knows("PayloadDisplayName")
        assert not words.knows("zoe")
        assert not words.says("jdoe")

    def test_an_unknown_package_has_the_usual_names_only(self):
        assert vocabulary_of("no_such_package_here").knows("results")


class TestRules:
    def test_a_file_is_read(self, tmp_path):
        (tmp_path / "recording.toml").write_text(
            'keep = ["a"]\nfields = ["b"]\n[enumerations]\nc = ["d"]\n'
        )

        rules = Rules.read(tmp_path / "recording.toml")

        assert (rules.keep, rules.fields, rules.enumerations) == (("a",), ("b",), {"c": ("d",)})

    @pytest.mark.parametrize("text", ["keep = 'a'", "kept = []", "[enumerations]\nc = 'd'", "="])
    def test_a_wrong_one_is_refused(self, tmp_path, text):
        (tmp_path / "recording.toml").write_text(text)

        with pytest.raises(UnreadableInput, match=r"recording\.toml"):
            Rules.read(tmp_path / "recording.toml")

    def test_a_missing_or_huge_one_is_refused(self, tmp_path):
        (tmp_path / "recording.toml").write_text("# " + "x" * 300_000)

        for name in ("recording.toml", "absent.toml"):
            with pytest.raises(UnreadableInput):
                Rules.read(tmp_path / name)
