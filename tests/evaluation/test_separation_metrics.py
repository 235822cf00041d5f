import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.evaluation.intervals import over_songs, paired
from vocmatch_desktop.evaluation.separation_metrics import CEILING_DB, leakage_db, si_sdr, usdr
from vocmatch_desktop.types import SILENCE_DB, Float32

levels = st.floats(-30, 30)


def noise(seed: int, channels: int = 2) -> Float32:
    return np.random.default_rng(seed).standard_normal((4000, channels)).astype(np.float32) * np.float32(0.1)


def test_silence_is_exactly_zero_decibels() -> None:
    assert usdr(noise(1), np.zeros((4000, 2), np.float32)) == 0.0


@given(levels)
def test_the_error_s_level_is_the_figure(level_db: float) -> None:
    voice = noise(1)
    error = noise(2) * np.float32(10 ** (level_db / 20))
    expected = 10 * np.log10(np.sum(voice.astype(float) ** 2) / np.sum(error.astype(float) ** 2))
    assert usdr(voice, voice + error) == pytest.approx(expected, abs=1e-3)


@given(levels)
def test_one_gain_on_both_changes_nothing(gain_db: float) -> None:
    gain = np.float32(10 ** (gain_db / 20))
    voice, estimate = noise(1), noise(1) + noise(2)
    assert usdr(voice * gain, estimate * gain) == pytest.approx(usdr(voice, estimate), abs=1e-3)


@given(levels)
def test_scale_invariance(gain_db: float) -> None:
    voice, estimate = noise(1), noise(1) + noise(2)
    louder = estimate * np.float32(10 ** (gain_db / 20))
    assert si_sdr(voice, louder) == pytest.approx(si_sdr(voice, estimate), abs=1e-3)


def test_si_sdr_of_orthogonal_noise_is_the_level_between_them() -> None:
    time = np.arange(8000) / 8000
    voice = np.sin(2 * np.pi * 100 * time).astype(np.float32)
    other = (0.1 * np.sin(2 * np.pi * 300 * time)).astype(np.float32)
    assert si_sdr(voice, 0.5 * (voice + other)) == pytest.approx(20.0, abs=0.01)


def test_a_perfect_estimate_is_finite() -> None:
    assert usdr(noise(1), noise(1)) == CEILING_DB


def test_a_silent_reference_has_no_ratio_but_a_leakage() -> None:
    nothing = np.zeros((4000, 2), np.float32)
    assert np.isnan(usdr(nothing, noise(1)))
    assert np.isnan(si_sdr(nothing, noise(1)))
    assert leakage_db(noise(1), noise(1) * np.float32(0.1)) == pytest.approx(-20.0, abs=1e-3)
    assert leakage_db(noise(1), nothing) == SILENCE_DB


def test_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one shape"):
        usdr(noise(1), noise(1)[:-1])


def test_intervals_hold_the_figure_and_shrink_with_songs(rng: np.random.Generator) -> None:
    values = rng.normal(5.0, 2.0, 400)
    few, many = over_songs(values[:10]), over_songs(values)
    assert few.low < few.value < few.high
    assert many.high - many.low < few.high - few.low
    assert over_songs([3.0, float("nan"), 5.0]).count == 2
    assert over_songs([1.0, 2.0, 30.0], np.median).value == 2.0


def test_no_value_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="no song"):
        over_songs([float("nan")])


def test_a_small_but_certain_advantage_is_seen(rng: np.random.Generator) -> None:
    worse = rng.normal(5.0, 3.0, 25)
    advantage = paired(worse + rng.normal(0.5, 0.2, 25), worse)
    assert 0 < advantage.low < 0.5 < advantage.high
    with pytest.raises(ValueError, match="one value a song"):
        paired([1.0], [1.0, 2.0])
