from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from vocmatch_desktop.errors import NoSinging, NotFound
from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.library.records import FoundFile
from vocmatch_desktop.services import matching
from vocmatch_desktop.services.listening import listen
from vocmatch_desktop.services.matching import MatchSpec, TakeHeard
from vocmatch_desktop.types import Selection

RATE = 22_050
BPM = 120.0


class Log:
    def __init__(self) -> None:
        self.fractions: list[float] = []
        self.events: list[Any] = []

    def __call__(self, fraction: float, what: str) -> None:
        self.fractions.append(fraction)

    def partial(self, event: Any) -> None:
        self.events.append(event)


def tone(pitch: float, seconds: float) -> np.ndarray:
    time = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * time + 0.3 * np.sin(2 * np.pi * 5.5 * time)
    return sum(np.sin(k * phase) / k for k in range(1, 7)) * np.minimum(1, np.minimum(time, time[::-1]) / 0.02)


def backing(roots: tuple[int, ...]) -> np.ndarray:
    return np.concatenate([sum(tone(root + step, 1.0) for step in (0, 4, 7)) / 8 for root in roots])


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Two beats: 1 in C, 2 in F sharp."""
    database = tmp_path / "library.db"
    with Catalogue(database) as catalogue:
        for name, roots in (("sea", (60, 65, 67, 60)), ("ice", (66, 71, 73, 66))):
            path = tmp_path / f"{name}.wav"
            soundfile.write(path, np.tile(backing(roots), 4), RATE)
            stat = path.stat()
            catalogue.store(listen(FoundFile(path, stat.st_size, stat.st_mtime_ns)).event)
    return database


@pytest.fixture
def take(tmp_path: Path) -> Path:
    path = tmp_path / "take.wav"
    gap = np.zeros(int(0.06 * RATE))
    tune = (64, 67, 69, 72, 71, 67, 64, 60)
    soundfile.write(path, np.concatenate([part for pitch in tune * 2 for part in (0.3 * tone(pitch, 0.44), gap)]), RATE)
    return path


def test_a_take_ranks_the_library_and_says_early_what_it_heard(library, take):
    log = Log()
    result = matching.run(MatchSpec(take, library), log)
    assert [match.beat_id for match in result.matches] == [1, 2]
    assert result.matches[0].score > result.matches[1].score
    assert result.library_size == 2
    assert isinstance(log.events[0], TakeHeard)
    assert log.events[0].take is result.take
    assert log.fractions == sorted(log.fractions)


def test_a_known_tempo_is_kept_and_a_selection_is_all_that_counts(library, take):
    spec = MatchSpec(take, library, bpm=BPM, first_beat_s=1.0, selection=Selection(1.0, 7.0), in_key=True, top=1)
    result = matching.run(spec, Log())
    assert len(result.matches) == 1
    assert result.matches[0].transform.transpose == 0
    assert result.take.tempo_known
    assert result.take.duration_s == pytest.approx(6.0, abs=0.01)


def test_no_library_and_an_empty_one_give_no_matches(take, tmp_path):
    assert matching.run(MatchSpec(take, tmp_path / "none.db"), Log()).matches == ()
    empty = tmp_path / "empty.db"
    Catalogue(empty).close()
    result = matching.run(MatchSpec(take, empty), Log())
    assert (result.matches, result.library_size) == ((), 0)


def test_what_cannot_be_matched_is_said(library, tmp_path):
    silent = tmp_path / "silent.wav"
    soundfile.write(silent, np.zeros(RATE * 3), RATE)
    with pytest.raises(NoSinging):
        matching.run(MatchSpec(silent, library), Log())
    with pytest.raises(NotFound):
        matching.run(MatchSpec(tmp_path / "gone.wav", library), Log())
