"""Songs made of numbers: fingerprints with chords, and takes sung over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from vocmatch_desktop.types import (
    BeatGrid,
    Fingerprint,
    PitchTrack,
    TakeFeatures,
    TempoHypothesis,
)

CHORDS = ((0, 4, 7), (9, 0, 4), (5, 9, 0), (7, 11, 2), (2, 5, 9), (4, 7, 11))
PITCH_HOP_S, ONSET_HOP_S = 0.016, 0.01
VERSION = 1

MakeBeat = Callable[..., Fingerprint]
Sing = Callable[..., TakeFeatures]


def chords_of(seed: int, bars: int) -> NDArray[np.intp]:
    return np.random.default_rng(seed).integers(0, len(CHORDS), bars)


def _beat(seed: int, bpm: float = 100.0, bars: int = 32, wander: int = 0) -> Fingerprint:
    """A song in C; with `wander`, its chords move up to that many semitones away, so that no other key fits as well."""
    rng = np.random.default_rng(seed)
    beats, steps = bars * 4, bars * 16
    chroma = np.full((steps, 12), 0.02, dtype=np.float32)
    bass = np.full((steps, 12), 0.02, dtype=np.float32)
    for bar, chord in enumerate(chords_of(seed, bars)):
        tones = (np.array(CHORDS[chord]) + rng.integers(0, wander + 1)) % 12
        chroma[16 * bar : 16 * bar + 16, tones] = 1.0
        bass[16 * bar : 16 * bar + 16, tones[0]] = 1.0
    pattern = rng.random((16, 4)).astype(np.float32) * np.tile([1.0, 0.1, 0.4, 0.1], 4)[:, None].astype(np.float32)
    key = np.full(24, 0.01, dtype=np.float32)
    key[0] = 0.77
    return Fingerprint(
        version=VERSION,
        duration_s=beats * 60 / bpm,
        loudness_lufs=-14.0,
        tuning=0.0,
        key=key,
        grid=BeatGrid(np.arange(beats + 1) * 60 / bpm),
        chroma=chroma,
        bass=bass,
        onsets=np.tile(pattern, (bars, 1)),
        bands=np.full((beats, 8), -30.0, dtype=np.float32),
        lead=np.zeros(beats, dtype=np.float32),
    )


def _sing(beat: Fingerprint, start_s: float = 9.6, seconds: float = 14.4, seed: int = 1) -> TakeFeatures:
    """Sings a chord tone on every beat of the grid from `start_s` on, at the beat's own tempo and key."""
    rng = np.random.default_rng(seed)
    frames = int(seconds / PITCH_HOP_S)
    times = start_s + np.arange(frames) * PITCH_HOP_S
    number = np.floor(times * beat.grid.bpm / 60 + 1e-6).astype(int)
    steps = np.clip(number * 4, 0, len(beat.chroma) - 1)
    choice = rng.integers(0, 3, number.max() + 1)
    tones = np.array(
        [np.flatnonzero(beat.chroma[step] > 0.5)[choice[n]] for step, n in zip(steps, number, strict=True)]
    )
    f0 = (440 * 2 ** ((60 + tones - 69) / 12)).astype(np.float32)
    onsets = np.zeros(int(seconds / ONSET_HOP_S), dtype=np.float32)
    first = int(np.ceil(start_s * beat.grid.bpm / 60 - 1e-6))
    at = (np.arange(first, first + int(seconds * beat.grid.bpm / 60)) * 60 / beat.grid.bpm - start_s) / ONSET_HOP_S
    onsets[np.minimum(np.round(at).astype(int), len(onsets) - 1)] = 1.0
    voiced = np.ones(frames, dtype=bool)
    return TakeFeatures(
        duration_s=seconds,
        voiced_s=seconds,
        loudness_lufs=-18.0,
        tuning=0.0,
        pitch=PitchTrack(f0, np.ones(frames, dtype=np.float32), voiced, PITCH_HOP_S),
        onsets=onsets,
        onset_hop_s=ONSET_HOP_S,
        bands=np.full((int(np.ceil(seconds)), 8), -30.0, dtype=np.float32),
        key=beat.key,
        tempo=(TempoHypothesis(beat.grid.bpm, 1.0),),
    )


@pytest.fixture
def make_beat() -> MakeBeat:
    return _beat


@pytest.fixture
def sing() -> Sing:
    return _sing


@pytest.fixture
def higher() -> Callable[[TakeFeatures, int], TakeFeatures]:
    """Transposes a take."""

    def up(take: TakeFeatures, semitones: int) -> TakeFeatures:
        f0 = (take.pitch.f0_hz * 2 ** (semitones / 12)).astype(np.float32)
        return replace(take, pitch=replace(take.pitch, f0_hz=f0), key=np.roll(take.key, semitones))

    return up


class Silent:
    def __call__(self, fraction: float, what: str) -> None:
        assert 0 <= fraction <= 1
        assert what

    def partial(self, event: object) -> None:
        raise AssertionError(event)


@pytest.fixture
def quiet() -> Silent:
    return Silent()
