from __future__ import annotations

from pathlib import Path

import pytest

from vocmatch_desktop.errors import DiskError
from vocmatch_desktop.export.rpp import write_project
from vocmatch_desktop.types import AudioFile


def test_every_sound_is_a_track_from_the_first_bar_on(tmp_path: Path) -> None:
    sounds = [(name, AudioFile(tmp_path / f"{name}.wav", 48_000, 2, 96_000)) for name in ("take", "beat 🔥")]
    write_project(tmp_path / "a.rpp", sounds, bpm=92.5)
    lines = [line.strip() for line in (tmp_path / "a.rpp").read_text("utf-8").splitlines()]
    assert lines[0] == '<REAPER_PROJECT 0.1 "6.0" 0'
    assert lines[1] == "TEMPO 92.500000 4 4"
    assert [line for line in lines if line.startswith("FILE")] == ['FILE "take.wav"', 'FILE "beat 🔥.wav"']
    assert lines.count("POSITION 0") == lines.count("LENGTH 2.000000000") == 2
    assert sum(line.startswith("<") for line in lines) == lines.count(">") == 7
    assert not any(line.startswith("MUTESOLO") for line in lines)


def test_what_sounds_in_another_track_is_muted(tmp_path: Path) -> None:
    sounds = [("same", AudioFile(tmp_path / f"{name}.wav", 48_000, 2, 96_000)) for name in ("take", "beat", "drums")]
    write_project(tmp_path / "a.rpp", sounds, bpm=92.5, muted=(tmp_path / "beat.wav",))
    tracks = (tmp_path / "a.rpp").read_text("utf-8").split("<TRACK")[1:]
    assert ["MUTESOLO 1 0 0" in track for track in tracks] == [False, True, False]


@pytest.mark.parametrize(
    ("name", "quoted"), [("a'b", '"a\'b"'), ('a"b', "'a\"b'"), ("a\"b'c", "`a\"b'c`"), ("a\"b'c`d", "`a\"b'cd`")]
)
def test_names_with_quotes(tmp_path: Path, name: str, quoted: str) -> None:
    write_project(tmp_path / "a.rpp", [(name, AudioFile(Path("x.wav"), 48_000, 1, 1))], bpm=120)
    assert f"NAME {quoted}\n" in (tmp_path / "a.rpp").read_text("utf-8")


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(DiskError):
        write_project(tmp_path / "file" / "a.rpp", [], bpm=120)
