"""The user's corrections."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocmatch_desktop.analysis.grid import with_locks
from vocmatch_desktop.types import STEPS_PER_BEAT, BeatGrid, Fingerprint, Key, Locks


def fingerprint_of(beats: int, downbeat: int) -> Fingerprint:
    steps = np.arange(beats * STEPS_PER_BEAT, dtype=np.float32) / (beats * STEPS_PER_BEAT)
    chroma = np.repeat(steps[:, None], 12, axis=1)
    grid = BeatGrid(np.arange(beats + 1) * 0.5 - 0.1, downbeat, 4, (0.3, 0.5, 0.2))
    bands = np.zeros((beats, 8), np.float32)
    key = np.full(24, 1 / 24, np.float32)
    return Fingerprint(
        1, beats / 2, -14.0, 0.0, key, grid, chroma, chroma, chroma[:, :4], bands, np.zeros(beats, np.float32)
    )


@settings(max_examples=40, deadline=None)
@given(beats=st.integers(2, 40), downbeat=st.integers(0, 3), factor=st.sampled_from([0.5, 2.0]))
def test_a_tempo_lock_keeps_bar_lines_shapes_and_the_covered_time(beats: int, downbeat: int, factor: float) -> None:
    before = fingerprint_of(beats, downbeat)
    after = with_locks(before, Locks(factor))
    assert after.grid.bpm == pytest.approx(before.grid.bpm * factor)
    assert after.grid.octave == (0.0, 1.0, 0.0)
    bar_line = before.grid.time(0.0)
    assert after.grid.position(bar_line) % 4 == pytest.approx(0, abs=1e-6)
    assert after.grid.beats_s[0] <= before.grid.beats_s[0] + 1e-9
    assert after.grid.beats_s[-1] >= before.grid.beats_s[-1] - 1e-9
    assert after.chroma.shape == (after.grid.beats * STEPS_PER_BEAT, 12)
    assert after.onsets.shape == (after.grid.beats * STEPS_PER_BEAT, 4)
    assert after.bands.shape == (after.grid.beats, 8)
    assert after.lead.shape == (after.grid.beats,)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_arrays_stay_where_they_were_in_time(factor: float) -> None:
    before = fingerprint_of(32, 0)
    after = with_locks(before, Locks(factor))
    middle = (after.grid.steps_s[:-1] + after.grid.steps_s[1:]) / 2
    expected = np.interp(middle, (before.grid.steps_s[:-1] + before.grid.steps_s[1:]) / 2, before.chroma[:, 0])
    np.testing.assert_allclose(after.chroma[4:-4, 0], expected[4:-4], atol=0.01)


def test_a_key_lock_is_certain_and_nothing_locked_changes_nothing() -> None:
    before = fingerprint_of(8, 0)
    assert with_locks(before, Locks()) is before
    locked = with_locks(before, Locks(key=Key.parse("F#m")))
    assert locked.best_key.name == "F♯m"
    assert locked.key.max() == 1
    with pytest.raises(ValueError, match="tempo_factor"):
        with_locks(replace(before), Locks(3.0))
