"""Saved scenarios are not lost: to a name that is taken, or a file that cannot be read."""

import pytest

from analyzer.errors import StoreError
from analyzer.web.office import Shelf


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "log.duckdb.scenarios.json")


def test_a_taken_name_keeps_what_it_was(shelf):
    assert shelf.keep("cheap", "one") is None
    assert shelf.keep("cheap", "two") == "cheap (before)"
    assert shelf.all() == {"cheap": "two", "cheap (before)": "one"}


def test_what_a_name_was_before_takes_no_other_name(shelf):
    for text in ("one", "two", "three"):
        shelf.keep("cheap", text)
    assert shelf.all() == {"cheap": "three", "cheap (before)": "one", "cheap (before 2)": "two"}


def test_saving_the_same_again_changes_nothing(shelf):
    shelf.keep("cheap", "one")
    assert shelf.keep("cheap", "one") is None
    assert shelf.all() == {"cheap": "one"}


def test_what_is_forgotten_is_gone(shelf):
    shelf.keep("cheap", "one")
    shelf.keep("dear", "two")
    shelf.drop("cheap")
    assert shelf.all() == {"dear": "two"}


@pytest.mark.parametrize("text", ["{cut", "[]", "\x00", '{"cheap": null}', '{"cheap": {}}'])
def test_a_file_that_cannot_be_read_is_not_written_over(shelf, text):
    shelf.file.write_text(text)
    with pytest.raises(StoreError, match="mend that file or move it away"):
        shelf.keep("cheap", "one")
    assert shelf.file.read_text() == text
