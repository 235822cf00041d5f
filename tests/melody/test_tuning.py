import numpy as np
import pytest

from vocmatch_desktop.melody import tuning
from vocmatch_desktop.types import Note


def notes(pitches):
    return [Note(float(i), i + 0.8, float(pitch), round(pitch), 80) for i, pitch in enumerate(pitches)]


@pytest.mark.parametrize("offset", [-0.4, -0.1, 0.0, 0.3])
def test_the_common_offset_is_found(offset):
    assert tuning.estimate(notes(np.array([60, 62, 64, 67, 60]) + offset)) == pytest.approx(offset, abs=0.01)


def test_nothing_sung_and_no_grid_have_no_offset():
    assert tuning.estimate([]) == 0
    assert len(tuning.drifting([])) == 0
    assert tuning.estimate(notes([60, 60.25, 60.5, 60.75])) == 0


def test_a_sinking_singer_is_followed_across_the_half_semitone():
    written = np.array([60, 62, 64, 65, 67, 65, 64, 62] * 8, float)
    sunk = written - np.linspace(0, 0.9, len(written))
    offsets = tuning.drifting(notes(sunk))
    heard = np.round(sunk - offsets)
    intervals = np.diff(heard) - np.diff(written)
    assert np.count_nonzero(intervals) == 0
    assert np.abs(np.diff(offsets)).max() < 0.1
