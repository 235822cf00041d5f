"""Stretch and shift: length, place of every sound, pitch, level, memory of one segment."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocmatch_desktop.audio.stretch import fit, fit_blocks, fitted_frames
from vocmatch_desktop.types import Audio

RATE = 22_050


def bursts(seconds: int) -> tuple[Audio, np.ndarray]:
    """A short burst a second; where they are, in frames."""
    rng = np.random.default_rng(0)
    samples = np.zeros((seconds * RATE, 1), np.float32)
    places = np.arange(1, seconds) * RATE + 300
    for place in places:
        samples[place : place + 100, 0] = np.exp(-np.arange(100) / 15) * rng.standard_normal(100)
    return Audio(samples, RATE), places


def middles(samples: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Where half of the energy around each expected place has passed."""
    found = []
    for place in near:
        start = max(0, round(place) - RATE // 10)
        energy = np.cumsum(np.square(samples[start : start + RATE // 5, 0], dtype=np.float64))
        found.append(start + np.searchsorted(energy, energy[-1] / 2))
    return np.array(found)


@pytest.mark.parametrize(("ratio", "semitones"), [(0.92, 0), (1.08, 3), (1.0, -6), (0.97, 6)])
def test_every_sound_lands_in_its_place(ratio: float, semitones: int) -> None:
    audio, places = bursts(12)
    original = middles(audio.samples, places) - places
    parts = list(fit_blocks([audio], audio.frames, ratio, semitones, first_segment_s=3, segment_s=4))
    fitted = np.concatenate([part.samples for part in parts])
    moved = middles(fitted, places / ratio) - places / ratio - original
    assert np.abs(moved).max() < 0.002 * RATE
    assert len(fitted) == fitted_frames(audio.frames, ratio)


@given(frames=st.integers(0, 12_000), ratio=st.floats(0.9, 1.1), semitones=st.integers(-6, 6))
@settings(deadline=None, max_examples=15)
def test_the_length_is_exact(frames: int, ratio: float, semitones: int) -> None:
    audio = Audio(np.zeros((frames, 2), np.float32), RATE)
    assert fit(audio, ratio, semitones).frames == fitted_frames(frames, ratio)


def test_nothing_to_do_changes_nothing(song: Audio) -> None:
    np.testing.assert_array_equal(fit(song).samples, song.samples)


def test_it_is_deterministic(song: Audio) -> None:
    np.testing.assert_array_equal(fit(song, 1.03, 2).samples, fit(song, 1.03, 2).samples)


@pytest.mark.parametrize("semitones", [-5, 0, 4])
def test_pitch_moves_and_seams_keep_the_level(semitones: int) -> None:
    tone = np.sin(2 * np.pi * 220 * np.arange(14 * RATE) / RATE).astype(np.float32)[:, None] * 0.5
    parts = fit_blocks([Audio(tone, RATE)], len(tone), 1.05, semitones, first_segment_s=2, segment_s=3)
    fitted = np.concatenate([part.samples for part in parts])[:, 0]
    spectrum = np.abs(np.fft.rfft(fitted * np.hanning(len(fitted))))
    assert np.argmax(spectrum) * RATE / len(fitted) == pytest.approx(220 * 2 ** (semitones / 12), rel=0.003)
    windows = fitted[RATE // 2 : -RATE // 2]
    windows = windows[: len(windows) // 2205 * 2205].reshape(-1, 2205)
    rms = np.sqrt(np.square(windows).mean(axis=1))
    assert 20 * np.log10(rms.max() / rms.min()) < 1.5


def test_a_stream_is_read_as_it_is_needed(song: Audio) -> None:
    given_s = 0.0

    def source() -> Iterator[Audio]:
        nonlocal given_s
        for _ in range(20):
            given_s += song.duration_s
            yield song

    stream = fit_blocks(source(), 20 * song.frames, 1.02, 1, first_segment_s=2, segment_s=5)
    next(stream)
    assert given_s <= 6.0
    stream.close()


def test_absurd_ratios_are_a_bug(song: Audio) -> None:
    with pytest.raises(ValueError, match="tempo_ratio"):
        fit(song, 9.0)
