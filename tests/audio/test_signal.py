"""Mono, resampling, STFT and loudness."""

from __future__ import annotations

import math

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocmatch_desktop.audio.loudness import Loudness, gain_to, integrated_lufs, k_weighting
from vocmatch_desktop.audio.mono import MonoMix, to_mono
from vocmatch_desktop.audio.resample import resample
from vocmatch_desktop.audio.stft import hann, istft, stft
from vocmatch_desktop.types import SILENCE_DB, Audio


def test_opposite_phase_survives_mono(song: Audio) -> None:
    left = song.samples[:, 0]
    np.testing.assert_allclose(to_mono(np.stack([left, -left], axis=1)), left, atol=1e-7)


def test_silent_channels_do_not_weaken_the_others(song: Audio) -> None:
    left = song.samples[:, 0]
    surround = np.zeros((len(left), 8), np.float32)
    surround[:, 5] = left
    np.testing.assert_allclose(to_mono(surround), left, atol=1e-7)


def test_ordinary_stereo_is_averaged(song: Audio) -> None:
    np.testing.assert_allclose(to_mono(song.samples), song.samples.mean(axis=1), atol=1e-6)


def test_a_stream_changes_its_mind_without_a_click() -> None:
    sine = np.sin(2 * np.pi * 100 * np.arange(88_200) / 44_100).astype(np.float32)
    flipped = np.where(np.arange(88_200) < 10_000, sine, -4 * sine).astype(np.float32)
    mix = MonoMix()
    mono = np.concatenate([mix.feed(np.stack([sine, flipped], axis=1)[i : i + 5000]) for i in range(0, 88_200, 5000)])
    assert np.isfinite(mono).all()
    assert np.abs(np.diff(mono[20_000:])).max() < 0.2


def test_resampling_keeps_place_and_level() -> None:
    t = np.arange(44_100) / 44_100
    tone = Audio(np.sin(2 * np.pi * 440 * t).astype(np.float32)[:, None], 44_100)
    lower = resample(tone, 16_000)
    expected = np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    np.testing.assert_allclose(lower.samples[500:-500, 0], expected[500:-500], atol=1e-3)


@given(
    frames=st.integers(0, 5000), source=st.sampled_from([8000, 44_100, 48_000]), rate=st.sampled_from([16_000, 22_050])
)
@settings(deadline=None, max_examples=40)
def test_resampled_length(frames: int, source: int, rate: int) -> None:
    assert resample(Audio(np.zeros((frames, 2), np.float32), source), rate).frames == round(frames * rate / source)


def test_stft_follows_its_definition(rng: np.random.Generator) -> None:
    wave = rng.standard_normal(5000).astype(np.float32)
    spectrum = stft(wave, 512, 128)
    assert spectrum.shape == (257, 1 + 5000 // 128)
    padded = np.pad(wave, 256)
    for frame in (0, 7, spectrum.shape[1] - 1):
        np.testing.assert_allclose(
            spectrum[:, frame], np.fft.rfft(padded[frame * 128 : frame * 128 + 512] * hann(512)), atol=1e-4
        )


@given(frames=st.integers(1, 6000), hop=st.sampled_from([64, 100, 128]))
@settings(deadline=None, max_examples=30)
def test_istft_inverts_stft(frames: int, hop: int) -> None:
    wave = np.random.default_rng(frames).standard_normal((2, frames)).astype(np.float32)
    np.testing.assert_allclose(istft(stft(wave, 512, hop), hop, frames=frames), wave, atol=1e-4)


def test_k_weighting_is_the_standards_table() -> None:
    shelf, highpass = k_weighting(48_000)
    np.testing.assert_allclose(shelf[:3], [1.53512485958697, -2.69169618940638, 1.19839281085285], atol=1e-6)
    np.testing.assert_allclose(shelf[4:], [-1.69065929318241, 0.73248077421585], atol=1e-6)
    np.testing.assert_allclose(highpass[4:], [-1.99004745483398, 0.99007225036621], atol=1e-6)


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_the_standards_reference_tone(rate: int) -> None:
    tone = np.sin(2 * np.pi * 997 * np.arange(5 * rate) / rate).astype(np.float32)[:, None]
    assert integrated_lufs(Audio(tone, rate)) == pytest.approx(-3.01, abs=0.05)


def test_loudness_agrees_with_pyloudnorm(song: Audio) -> None:
    gated = np.concatenate([song.samples, song.samples * np.float32(0.01)])
    reference = pyloudnorm.Meter(44_100).integrated_loudness(gated.astype(np.float64))
    assert integrated_lufs(Audio(gated, 44_100)) == pytest.approx(reference, abs=0.1)


def test_streamed_loudness_is_the_whole_loudness(song: Audio) -> None:
    meter = Loudness(song.rate, song.channels)
    for start in range(0, song.frames, 3001):
        meter.feed(song.samples[start : start + 3001])
    assert meter.lufs() == pytest.approx(integrated_lufs(song), abs=1e-6)


@pytest.mark.parametrize("frames", [0, 1, 100, 44_100])
def test_silence_has_a_finite_level(frames: int) -> None:
    level = integrated_lufs(Audio(np.zeros((frames, 2), np.float32), 44_100))
    assert level == SILENCE_DB
    assert gain_to(level, -14) == 1.0


def test_gain_reaches_the_target_but_spares_the_peaks(song: Audio) -> None:
    level = integrated_lufs(song)
    louder = Audio(song.samples * np.float32(gain_to(level, -20)), 44_100)
    assert integrated_lufs(louder) == pytest.approx(-20, abs=0.05)
    assert 0.9 * gain_to(-30.0, 0.0, peak=0.9) <= 1.0
    assert math.isfinite(gain_to(-69.0, 0.0))
