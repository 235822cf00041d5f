from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from clicks import GRID, RATE, write_clicks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vocmatch_desktop.audio import files
from vocmatch_desktop.services.identity import identity
from vocmatch_desktop.services.laying import Loop, fitted, laid, loop_for
from vocmatch_desktop.types import Audio, AudioFile, BeatGrid, Transform


@pytest.fixture(scope="module")
def ramp(tmp_path_factory: pytest.TempPathFactory) -> AudioFile:
    """Two seconds whose samples say where they are."""
    samples = np.linspace(0.1, 0.9, 2 * RATE, dtype=np.float32)[:, None]
    return files.write(tmp_path_factory.mktemp("ramp") / "ramp.wav", Audio(samples, RATE))


def joined(parts: object) -> np.ndarray:
    return np.concatenate([part.samples for part in parts])[:, 0]


def test_a_beat_that_is_long_enough_is_not_looped() -> None:
    assert loop_for(GRID, 16.5, needed_to_s=16.5) is None
    assert loop_for(GRID, 16.5, needed_to_s=16.54) is None


def test_a_loop_goes_from_the_first_bar_line_to_the_last() -> None:
    assert loop_for(GRID, 16.5, 20.0) == Loop(0.25, 16.25)
    assert loop_for(GRID, 16.2, 20.0) == Loop(0.25, 14.25)


def test_a_beat_shorter_than_a_bar_is_looped_whole() -> None:
    grid = BeatGrid(np.array([0.0, 0.5, 1.0]))
    assert loop_for(grid, 1.0, 5.0) == Loop(0.0, 1.0)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.floats(-3, 3), st.integers(1, 5 * RATE), st.booleans())
def test_exactly_as_long_as_asked_with_silence_around(
    ramp: AudioFile, from_s: float, frames: int, looped: bool
) -> None:
    sound = joined(laid(ramp, from_s, frames, RATE, Loop(0.5, 1.5) if looped else None))
    assert len(sound) == frames
    silent = min(frames, max(0, round(-from_s * RATE)))
    assert not sound[:silent].any()
    if not looped:
        behind = max(0, round((2.0 - from_s) * RATE) + 1)
        assert not sound[behind:].any()
    assert looped or np.all(sound[silent : max(0, behind - 2)] >= 0.1)


def test_the_loop_begins_again_without_a_click(ramp: AudioFile) -> None:
    sound = joined(laid(ramp, 0.0, 4 * RATE, RATE, Loop(0.5, 1.5)))
    np.testing.assert_allclose(sound[2 * RATE : 2 * RATE + 1000], sound[RATE : RATE + 1000], atol=1e-6)
    assert np.abs(np.diff(sound)).max() < 0.03


@pytest.mark.parametrize("ratio", [0.92, 1.0, 1.08])
def test_fitted_is_as_long_as_asked_at_any_rate(ramp: AudioFile, ratio: float) -> None:
    parts = list(fitted(ramp, Transform(1, ratio, 0.3), 0.3, 48_001, 48_000, None))
    assert sum(part.frames for part in parts) == 48_001
    assert {part.rate for part in parts} == {48_000}


def test_a_file_keeps_its_identity_when_moved_and_loses_it_when_changed(tmp_path: Path) -> None:
    path = write_clicks(tmp_path / "a.wav", np.array([0.5]), 2.0)
    before = identity(path)
    path = path.rename(tmp_path / "b.wav")
    assert identity(path) == before
    write_clicks(path, np.array([0.6]), 2.0)
    assert identity(path) != before
    (tmp_path / "empty").touch()
    assert len(identity(tmp_path / "empty")) == 32
