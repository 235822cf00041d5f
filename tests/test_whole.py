"""A file is whole or not there, and what was there before survives a failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from vocmatch_desktop.errors import DiskError
from vocmatch_desktop.whole import discard, partial_of, whole_file, write_text


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


def test_somebody_who_reads_the_file_at_the_last_moment_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[Path] = []
    rename = Path.replace

    def busy_twice(self: Path, target: Path) -> Path:
        tries.append(self)
        if len(tries) <= 2:
            raise PermissionError(13, "the file is used by another process")
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", busy_twice)
    write_text(tmp_path / "a.txt", "text")
    assert (tmp_path / "a.txt").read_text("utf-8") == "text"
    assert tries == [partial_of(tmp_path / "a.txt")] * 3


def test_a_file_that_is_never_free_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(self: Path, target: Path) -> Path:
        raise PermissionError(13, "the file is used by another process")

    monkeypatch.setattr(Path, "replace", busy)
    with pytest.raises(DiskError, match="cannot be written"):
        write_text(tmp_path / "a.txt", "text")
    assert list(tmp_path.iterdir()) == []


def test_what_is_discarded_for_good_is_gone(tmp_path: Path) -> None:
    write_text(tmp_path / "folder" / "a.txt", "text")
    discard(tmp_path / "folder", "a", for_good=True)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="folder"):
        discard(tmp_path / "folder", "a", for_good=True)
