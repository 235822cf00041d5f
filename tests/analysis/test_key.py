"""Keys and tuning from pitch classes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.analysis.key import key_posterior
from vocmatch_desktop.analysis.tuning import tuning_of
from vocmatch_desktop.types import Key

MAJOR = np.array([5, 0, 3, 0, 4, 3, 0, 5, 0, 3, 0, 2], float)
MINOR = np.array([5, 0, 3, 4, 0, 3, 0, 5, 3, 0, 2, 1], float)


@pytest.mark.parametrize("minor", [False, True])
@pytest.mark.parametrize("tonic", range(12))
def test_every_key_is_found_and_the_posterior_turns_with_it(tonic: int, minor: bool) -> None:
    shape = MINOR if minor else MAJOR
    posterior = key_posterior(np.roll(shape, tonic))
    assert Key.from_index(int(np.argmax(posterior))) == Key(tonic, minor)
    turned = np.roll(key_posterior(shape).reshape(2, 12), tonic, axis=1).ravel()
    np.testing.assert_allclose(posterior, turned, atol=1e-5)


heard = st.floats(0, 1).map(lambda energy: energy if energy > 1e-50 else 0.0)


@given(profile=st.lists(heard, min_size=12, max_size=12), gain=st.floats(0.01, 100))
def test_a_posterior_is_one_and_knows_no_gain(profile: list[float], gain: float) -> None:
    posterior = key_posterior(np.array(profile))
    assert posterior.sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(key_posterior(gain * np.array(profile)), posterior, atol=1e-4)


def test_nothing_heard_says_nothing() -> None:
    np.testing.assert_allclose(key_posterior(np.zeros(12)), 1 / 24)
    np.testing.assert_allclose(key_posterior(np.ones(12)), 1 / 24)
    np.testing.assert_allclose(key_posterior(5e-324 * np.eye(12)[11]), 1 / 24)


def test_the_bass_decides_between_relatives() -> None:
    shared = np.array([4, 0, 3, 0, 4, 3, 0, 4, 0, 4, 0, 3], float)
    for tonic, name in ((0, "C"), (9, "Am")):
        bass = np.eye(12)[tonic]
        assert Key.from_index(int(np.argmax(key_posterior(shared + bass, 0.3 * bass)))).name == name


@given(offset=st.floats(-0.45, 0.45), seed=st.integers(0, 99))
def test_tuning_is_the_offset_of_the_notes(offset: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pitch = rng.integers(40, 80, 200) + offset + 0.05 * rng.standard_normal(200)
    assert tuning_of(pitch.astype(np.float32), np.ones(200, np.float32)) == pytest.approx(offset, abs=0.02)


def test_pitches_on_no_grid_have_no_tuning() -> None:
    anywhere = np.arange(0, 12, 0.01, dtype=np.float32)
    assert tuning_of(anywhere, np.ones(1200, np.float32)) == 0
    assert tuning_of(np.zeros(0, np.float32), np.zeros(0, np.float32)) == 0
