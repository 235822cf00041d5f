from __future__ import annotations

import numpy as np
import pytest

from vocmatch_desktop.synth.amp import VOICINGS, amplify
from vocmatch_desktop.types import Float32

RATE = 44_100


def sine(hz: float, seconds: float = 1.0, level: float = 0.2) -> Float32:
    return (level * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def spectrum(sound: Float32) -> np.ndarray:
    middle = sound[RATE // 4 : RATE // 4 + RATE // 2]
    return np.abs(np.fft.rfft(middle * np.hanning(len(middle))))


def harmonics_db(sound: Float32, hz: int) -> np.ndarray:
    power = spectrum(sound)
    return 20 * np.log10(np.array([power[hz * k // 2] for k in range(1, 8)]) / power[hz // 2])


def test_more_gain_makes_more_harmonics() -> None:
    played = [harmonics_db(amplify(sine(220), RATE, VOICINGS[name]), 220)[2] for name in ("clean", "crunch", "high")]
    assert played[0] < -40 < played[1] < played[2]


@pytest.mark.parametrize("name", VOICINGS)
def test_nothing_folds_back(name: str) -> None:
    power = spectrum(amplify(sine(1230), RATE, VOICINGS[name]))
    hertz = np.arange(len(power)) * 2.0
    between = np.abs(hertz / 1230 - np.round(hertz / 1230)) * 1230 > 30
    assert power[between].max() < 10 ** (-50 / 20) * power.max()


def test_the_cabinet_cuts_the_top() -> None:
    power = spectrum(amplify(sine(220), RATE, VOICINGS["high"]))
    assert power[10_000 // 2 :].max() < 10 ** (-40 / 20) * power.max()


@pytest.mark.parametrize("name", VOICINGS)
def test_length_level_and_silence(name: str) -> None:
    sound = amplify(sine(110, 7.3), RATE, VOICINGS[name])
    assert sound.shape == (round(7.3 * RATE),)
    assert np.abs(sound).max() < 1
    assert not np.any(amplify(np.zeros(5000, np.float32), RATE, VOICINGS[name]))


def test_no_seam_between_blocks() -> None:
    sound = amplify(sine(100, 13.0), RATE, VOICINGS["crunch"])
    period = sound[RATE : RATE + 441 * 40]
    for at in range(2, 12):
        np.testing.assert_allclose(sound[at * RATE : at * RATE + 441 * 40], period, atol=2e-3)


def test_adds_no_delay() -> None:
    click = np.zeros(RATE, np.float32)
    click[5000] = 0.01
    assert 0 <= int(np.argmax(np.abs(amplify(click, RATE, VOICINGS["clean"])))) - 5000 < RATE // 1000
