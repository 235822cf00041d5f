from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from vocmatch_desktop.errors import DiskError, NotFound
from vocmatch_desktop.melody.revisions import Revisions
from vocmatch_desktop.services import melody_edits
from vocmatch_desktop.types import Note, Take

MELODY = Revisions.begin((Note(0.0, 1.0, 60.1, 60, 80),), {"sensitivity": 0.5})


@pytest.fixture
def take(tmp_path: Path) -> Take:
    folder = tmp_path / "verse"
    folder.mkdir()
    return Take(folder, "verse", "2026-01-01T00:00:00+00:00", 4.0, 48000)


def test_a_take_without_edits_has_no_melody(take: Take) -> None:
    assert melody_edits.load(take) is None


def test_a_melody_comes_back_as_it_was(take: Take) -> None:
    edited = MELODY.edited((), "deleted")
    melody_edits.save(take, edited)
    assert melody_edits.load(take) == edited
    assert [path.name for path in take.folder.iterdir()] == ["melody.json"]


def test_a_trimmed_take_has_a_melody_of_its_own(take: Take) -> None:
    trimmed = replace(take, audio_name="take-2.wav")
    melody_edits.save(take, MELODY)
    assert melody_edits.load(trimmed) is None
    melody_edits.save(trimmed, MELODY.edited((), "deleted"))
    assert melody_edits.load(take) == MELODY


@pytest.mark.parametrize("text", ["", "{", "[]", '{"melodies": 3}', '{"melodies": {"take.wav": {"now": 0}}}'])
def test_a_damaged_file_is_set_aside_not_lost(take: Take, text: str) -> None:
    path = take.folder / "melody.json"
    path.write_text(text, "utf-8")
    assert melody_edits.load(take) is None
    melody_edits.save(take, MELODY)
    assert melody_edits.load(take) == MELODY


def test_what_cannot_be_read_is_kept_beside(take: Take) -> None:
    (take.folder / "melody.json").write_text("{", "utf-8")
    melody_edits.save(take, MELODY)
    assert (take.folder / "melody.json.damaged").read_text("utf-8") == "{"


def test_a_take_that_is_gone_is_said_and_not_made_again(take: Take) -> None:
    take.folder.rmdir()
    with pytest.raises(NotFound):
        melody_edits.save(take, MELODY)
    assert not take.folder.exists()


def test_a_disk_that_refuses_is_said(take: Take) -> None:
    (take.folder / "melody.json.partial").mkdir()
    with pytest.raises(DiskError):
        melody_edits.save(take, MELODY)
