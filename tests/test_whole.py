"""A file is whole or not there, and what was there before survives a failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from vocmatch_desktop.errors import DiskError
from vocmatch_desktop.whole import whole_file, write_text


def test_a_file_appears_when_it_is_done(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "a.txt"
    with whole_file(path) as partial:
        partial.write_text("half", "utf-8")
        assert not path.exists()
    assert path.read_text("utf-8") == "half"
    assert list(path.parent.iterdir()) == [path]


def test_what_was_there_survives_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "before")
    with pytest.raises(KeyError, match="stop"), whole_file(path) as partial:
        raise KeyError("stop", partial.write_text("half", "utf-8"))
    assert path.read_text("utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(DiskError, match="cannot be written"):
        write_text(tmp_path / "file" / "a.txt", "text")
