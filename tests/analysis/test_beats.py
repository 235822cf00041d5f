"""The beat tracker's parts on curves whose pulses are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocmatch_desktop.analysis import beats, tempo
from vocmatch_desktop.analysis.metre import bar_line
from vocmatch_desktop.analysis.spectra import ONSET_HOP_S


def pulses(times: np.ndarray, seconds: float) -> np.ndarray:
    at = np.arange(int(seconds / ONSET_HOP_S)) * ONSET_HOP_S
    return np.exp(-0.5 * ((at[:, None] - times[None, :]) / 0.012) ** 2).sum(axis=1).astype(np.float32)


@settings(max_examples=25, deadline=None)
@given(bpm=st.floats(62, 178), phase=st.floats(0.0, 0.3))
def test_a_constant_grid_is_found_to_the_millisecond(bpm: float, phase: float) -> None:
    times = np.arange(phase, 60.0, 60 / bpm)
    curve = pulses(times, 60.0)
    grid = beats.constant_grid(curve, curve, ONSET_HOP_S, 60 / bpm * 1.008)
    assert grid.period_s == pytest.approx(60 / bpm, rel=6e-5)
    found = beats.evenly(grid.period_s, grid.phase_s, 60.0)
    assert np.abs(found[:, None] - times).min(axis=0).max() < 0.006
    assert grid.steady > 0.9
    assert beats.tempo_agreement(curve, ONSET_HOP_S, grid.period_s) == 1


def test_tracking_follows_an_accelerating_pulse() -> None:
    times = np.cumsum(np.linspace(0.62, 0.48, 80))
    curve = pulses(times, float(times[-1]) + 0.5)
    tracked = beats.track(curve, ONSET_HOP_S, 0.55)
    hit = np.abs(tracked[:, None] - times).min(axis=0) < 0.03
    assert hit.mean() > 0.95
    period = beats.refine_period(curve, ONSET_HOP_S, 0.55)
    assert beats.tempo_agreement(curve, ONSET_HOP_S, period) < 0.6


@given(period=st.floats(0.3, 1.0), phase=st.floats(-5, 5), duration=st.floats(0.01, 100))
def test_grids_cover_the_sound(period: float, phase: float, duration: float) -> None:
    grid = beats.evenly(period, phase, duration)
    assert grid[0] <= 0 < grid[1] + 1e-9
    assert grid[-1] >= duration - 1e-6
    assert np.allclose(np.diff(grid), period)
    longer = beats.covering(np.array([2.0, 2.5, 3.1]), 0.5, 6.0)
    assert longer[0] <= 0
    assert longer[-1] >= 6.0


@pytest.mark.parametrize("bpm", [80.0, 96.0, 110.0, 125.0, 140.0])
def test_the_right_tempo_leads_the_candidates(bpm: float) -> None:
    strong, weak = np.arange(0, 40, 60 / bpm), np.arange(30 / bpm, 40, 60 / bpm)
    curve = pulses(strong, 40.0) + 0.4 * pulses(weak, 40.0)
    found = tempo.candidates(curve, ONSET_HOP_S)
    assert found[0][0] == pytest.approx(bpm, rel=0.01)
    assert sum(tempo.octave_posterior(tempo.autocorrelation(curve, ONSET_HOP_S), ONSET_HOP_S, bpm)) == pytest.approx(1)


def test_nothing_repeats_in_silence() -> None:
    assert tempo.candidates(np.zeros(3000, np.float32), ONSET_HOP_S) == []


@pytest.mark.parametrize("place", range(8))
def test_the_bar_line_is_where_chords_change_and_kicks_fall(place: int) -> None:
    half_beats = np.arange(128)
    bar = (half_beats - place) // 8
    chord = np.eye(12, dtype=np.float32)[(bar * 5) % 12] + np.eye(12, dtype=np.float32)[(bar * 5 + 4) % 12]
    flux = np.full((128, 4), 0.1, np.float32)
    flux[(half_beats - place) % 4 == 0, 0] = 1
    flux[(half_beats - place) % 8 == 2, 2] = 1
    flux[(half_beats - place) % 8 == 6, 2] = 1
    assert bar_line(chord, np.roll(chord, 3, axis=1), flux) == place
