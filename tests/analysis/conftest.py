"""Sound whose truth is known: drum loops, chords, a sung line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

Samples = NDArray[np.float32]
RATE = 22_050


def note_hz(midi: float) -> float:
    return float(440 * 2 ** ((midi - 69) / 12))


def _hit(kind: str, rng: np.random.Generator) -> Samples:
    time = np.arange(int(0.12 * RATE)) / RATE
    if kind == "kick":
        return (np.sin(2 * np.pi * (50 * time + 4 * (1 - np.exp(-time * 60)))) * np.exp(-time * 25)).astype(np.float32)
    noise = rng.standard_normal(len(time))
    if kind == "snare":
        body = 0.5 * np.sin(2 * np.pi * 190 * time)
        return ((0.4 * noise + body) * np.exp(-time * 30)).astype(np.float32)
    return (0.25 * np.diff(noise, prepend=0.0) * np.exp(-time * 90)).astype(np.float32)


@pytest.fixture(scope="session")
def drums() -> Callable[..., Samples]:
    """drums(bpm, seconds, first_beat_s=0): kick on 1 and 3, snare on 2 and 4, hats on eighths."""

    def render(bpm: float, seconds: float, first_beat_s: float = 0.0) -> Samples:
        rng = np.random.default_rng(1)
        sounds = {kind: _hit(kind, rng) for kind in ("kick", "snare", "hat")}
        mix = np.zeros(int((seconds + 1) * RATE), np.float32)
        half = 30 / bpm
        for index in range(int((seconds - first_beat_s) / half)):
            kinds = ["hat"] + (["kick"] if index % 4 == 0 else ["snare"] if index % 4 == 2 else [])
            at = round((first_beat_s + index * half) * RATE)
            for kind in kinds:
                mix[at : at + len(sounds[kind])] += sounds[kind]
        return 0.5 * mix[: int(seconds * RATE)]

    return render


@pytest.fixture(scope="session")
def chords() -> Callable[..., Samples]:
    """chords(chords as MIDI numbers, seconds each, times through, detuned by semitones): saw-like tones."""

    def render(progression: Sequence[Sequence[int]], each_s: float, times: int, detune: float = 0.0) -> Samples:
        time = np.arange(int(each_s * RATE)) / RATE
        fade = np.minimum(1, np.minimum(time, time[::-1]) / 0.02)
        parts = []
        for chord in progression:
            tone = np.zeros(len(time))
            for note in chord:
                hertz = note_hz(note + detune)
                for partial in range(1, 9):
                    if partial * hertz < RATE / 2:
                        tone += np.sin(2 * np.pi * partial * hertz * time + partial) / partial
            parts.append(0.05 * tone * fade)
        return np.tile(np.concatenate(parts), times).astype(np.float32)

    return render


@pytest.fixture(scope="session")
def sung() -> Callable[..., Samples]:
    """sung([(MIDI pitch or None, seconds), …], rate): an open vowel with vibrato and small gaps, float32 [n]."""

    def render(notes: Sequence[tuple[float | None, float]], rate: int = RATE) -> Samples:
        parts = []
        for pitch, seconds in notes:
            time = np.arange(int(seconds * rate)) / rate
            if pitch is None:
                parts.append(np.zeros(len(time)))
                continue
            semitones = pitch + 0.25 * np.sin(2 * np.pi * 5.5 * time) * np.minimum(1, time / 0.3)
            phase = 2 * np.pi * np.cumsum(440 * 2 ** ((semitones - 69) / 12)) / rate
            tone = sum(_vowel(k * note_hz(pitch)) * np.sin(k * phase) for k in range(1, 25))
            envelope = np.minimum(1, np.minimum(time / 0.03, (time[-1] - time) / 0.05 + 1e-9)).clip(0)
            parts.append(tone * envelope)
        voice = np.concatenate(parts)
        noise = 1e-4 * np.random.default_rng(2).standard_normal(len(voice))
        return (0.3 * voice / np.abs(voice).max() + noise).astype(np.float32)

    return render


def _vowel(hertz: float) -> float:
    formants = ((730, 90, 1.0), (1090, 110, 0.5), (2440, 120, 0.15))
    return sum(gain / (1 + ((hertz - centre) / (2 * width)) ** 2) for centre, width, gain in formants) + 0.02


@pytest.fixture
def wav(tmp_path: Path) -> Callable[..., Path]:
    """wav(samples, rate=22050, name="x.wav"): writes a float WAV and gives its path."""

    def write(samples: Samples, rate: int = RATE, name: str = "x.wav") -> Path:
        path = tmp_path / name
        soundfile.write(path, samples, rate, subtype="FLOAT")
        return path

    return write
