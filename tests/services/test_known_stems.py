from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vocmatch_desktop.audio import files
from vocmatch_desktop.services.known_stems import known_stems
from vocmatch_desktop.services.song_store import SongStore
from vocmatch_desktop.types import Audio, AudioFile


def constant(path: Path, level: float, frames: int = 800) -> AudioFile:
    return files.write(path, Audio(np.full((frames, 1), level, np.float32), 8_000))


def silence(path: Path, frames: int = 800) -> AudioFile:
    return constant(path, 0.0, frames)


@pytest.fixture
def beat(tmp_path: Path) -> Path:
    return silence(tmp_path / "Night  Bus.wav").path


def test_a_beat_that_nobody_took_apart_has_none(beat: Path, tmp_path: Path) -> None:
    SongStore(tmp_path / "Songs").add(beat)
    assert known_stems(beat, tmp_path / "Songs") == {}
    assert known_stems(beat, tmp_path / "nowhere") == {}


def test_stems_beside_the_beat_are_found_when_they_are_whole(beat: Path, tmp_path: Path) -> None:
    folder = tmp_path / "Night  Bus stems"
    drums = silence(folder / "Night Bus - drums.flac")
    assert known_stems(beat, tmp_path / "Songs") == {}  # what the drums leave is missing
    rest = silence(folder / "Night Bus - other.wav")
    silence(folder / "Night Bus - instrumental.wav")
    assert known_stems(beat, tmp_path / "Songs") == {"drums": drums, "other": rest}
    silence(folder / "Night Bus - other.wav", 700)
    assert known_stems(beat, tmp_path / "Songs") == {}


def test_the_latest_of_the_stems_room_go_first(beat: Path, tmp_path: Path) -> None:
    silence(tmp_path / "Night  Bus stems" / "Night Bus - other.wav")
    store = SongStore(tmp_path / "Songs")
    for _ in range(2):
        song = store.add(beat)
        made = silence(song.folder / "rest.wav")
        store.save(replace(song, state="ready", stems={"other": "rest.wav"}))
    assert known_stems(beat, store.folder) == {"other": made}


def test_a_choice_of_stems_does_not_add_up(tmp_path: Path) -> None:
    beat = constant(tmp_path / "a.wav", 0.75).path
    folder = tmp_path / "a stems"
    for name in ("vocals", "drums", "other"):
        constant(folder / f"a - {name}.wav", 0.25)
    assert set(known_stems(beat, tmp_path / "Songs")) == {"vocals", "drums", "other"}
    (folder / "a - drums.wav").unlink()
    assert known_stems(beat, tmp_path / "Songs") == {}
