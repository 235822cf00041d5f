"""A singing voice: a glottal source through the formants of its vowels (after D. Klatt's cascade synthesiser, 1980).

Not a person, but what analysis must cope with is there: portamento, scoops, vibrato that comes late, drift, jitter,
breath, bursts and nasals between the vowels, breaths between the phrases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage, signal

from vocmatch_desktop.synth.tones import RATE, bandpass, count, highpass, lowpass, noise, oscillate, sine
from vocmatch_desktop.types import Audio, Float32

_VOWELS: dict[str, tuple[float, float, float, float]] = {
    "a": (800, 1250, 2650, 3500),
    "e": (520, 1850, 2550, 3550),
    "i": (310, 2250, 2950, 3600),
    "o": (480, 850, 2550, 3350),
    "u": (340, 750, 2350, 3300),
    "n": (270, 1150, 2300, 3300),
}
"""Formant frequencies in Hz, an average voice; "n" stands for the closed mouth of m, n and l."""

_BANDWIDTHS = (75.0, 95.0, 130.0, 190.0)
_CONSONANTS = {
    "": 0.0,
    "d": 0.05,
    "t": 0.07,
    "n": 0.07,
    "m": 0.08,
    "l": 0.06,
    "s": 0.11,
    "h": 0.07,
    "y": 0.06,
    "w": 0.07,
}
"""Seconds each takes before its vowel."""

_THROUGH_CONSONANT = {"n": 0.3, "m": 0.25, "l": 0.45, "y": 0.7, "w": 0.6}
"""How much voice goes on through a consonant."""

_TONGUE = {"n": "n", "m": "n", "l": "n", "d": "n", "y": "i", "w": "u"}
"""The shape the mouth leaves from."""

_BLOCK = 128
"""Everything but the source moves once in so many samples (2.9 ms)."""

_AIR = 0.25
"""Share of the source that passes above the formants, for the resonances the cascade leaves out."""


@dataclass(frozen=True, slots=True)
class Sung:
    """One sung note: seconds, MIDI pitch, and a syllable such as "na" or "doo" (consonant, then vowel)."""

    onset_s: float
    offset_s: float
    pitch: float
    syllable: str

    @property
    def consonant(self) -> str:
        """What the syllable begins with; empty for a bare vowel."""
        return self.syllable[0] if self.syllable[0] not in "aeiou" else ""

    @property
    def vowel(self) -> str:
        """Its vowel."""
        return next(letter for letter in self.syllable if letter in "aeiou")


@dataclass(frozen=True, slots=True)
class Singer:
    """A voice.

    `size` scales the formants (1 an average voice, 1.15 a small head), `breath` the noise; `vibrato_cents` is half the
    swing of the vibrato.
    """

    size: float = 1.0
    breath: float = 0.02
    vibrato_cents: float = 28.0
    vibrato_hz: float = 5.4


def sing(notes: Sequence[Sung], duration_s: float, singer: Singer, seed: int) -> Audio:
    """A dry mono take, 44.1 kHz, peak −4 dBFS; `notes` in order and not overlapping."""
    frames = count(duration_s)
    blocks = frames // _BLOCK + 2
    rng = np.random.default_rng(seed)
    hz = _drawn_out(_fundamental(notes, blocks, singer, rng), frames)
    gate = _drawn_out(_loudness(notes, blocks, rng), frames)
    flow = 0.6 + 0.4 * sine(hz, frames)
    breath = singer.breath * highpass(noise(frames, seed + 1), 900, 1) * flow
    throat = np.asarray((oscillate("saw", hz, frames) + breath) * gate, np.float32)
    voiced = _formants(throat, _mouth(notes, blocks, singer), singer.size)
    air = _AIR * highpass(throat, 4200)
    take = lowpass(voiced + air, 11_000, 1) + _unvoiced(notes, frames, seed) + _breaths(notes, frames, seed)
    take = highpass(take / (np.abs(take).max() + 1e-9), 70) + 0.0004 * noise(frames, seed + 2)
    return Audio(np.asarray(0.63 * take / np.abs(take).max(), np.float32)[:, None], RATE)


def _drawn_out(control: Float32, frames: int) -> Float32:
    """One value a block to one a sample."""
    return np.asarray(np.interp(np.arange(frames) / _BLOCK, np.arange(len(control)), control), np.float32)


def _block(seconds: float) -> int:
    return round(seconds * RATE / _BLOCK)


def _span(note: Sung) -> tuple[slice, Float32]:
    """The blocks of a note and the seconds since its onset at each."""
    start, end = _block(note.onset_s), max(_block(note.onset_s) + 1, _block(note.offset_s))
    return slice(start, end), np.arange(end - start, dtype=np.float32) * np.float32(_BLOCK / RATE)


def _fundamental(notes: Sequence[Sung], blocks: int, singer: Singer, rng: np.random.Generator) -> Float32:
    """Hz a block: steps smoothed to slides, plus scoop, vibrato, drift and jitter (in semitones)."""
    pitch = np.full(blocks, notes[0].pitch, np.float32)
    bend = np.zeros(blocks, np.float32)
    for note in notes:
        span, time = _span(note)
        pitch[span.start :] = note.pitch + rng.normal(0, 0.05)
        late = np.clip((time - 0.22) / 0.3, 0, 1)
        bend[span] += singer.vibrato_cents / 100 * late * np.sin(2 * np.pi * singer.vibrato_hz * time)
        bend[span] -= 0.5 * np.exp(-time / 0.035)
    slides = ndimage.gaussian_filter1d(pitch, 0.018 * RATE / _BLOCK)
    drift = 0.06 * _slow_noise(blocks, 2.5, rng) + 0.02 * _slow_noise(blocks, 60.0, rng)
    semitones = slides + ndimage.uniform_filter1d(bend, 5) + drift
    return np.asarray(440.0 * 2.0 ** ((semitones - 69.0) / 12.0), np.float32)


def _slow_noise(blocks: int, hz: float, rng: np.random.Generator) -> Float32:
    """Noise with nothing much above `hz`, standard deviation about 1."""
    position = np.arange(blocks) * (hz * 2 * _BLOCK / RATE)
    knots = rng.standard_normal(int(position[-1]) + 2)
    return np.asarray(np.interp(position, np.arange(len(knots)), knots), np.float32)


def _loudness(notes: Sequence[Sung], blocks: int, rng: np.random.Generator) -> Float32:
    """The voice's level a block: closed between phrases, dipping for consonants, swelling on long notes."""
    level = np.zeros(blocks, np.float32)
    for note in notes:
        span, time = _span(note)
        swell = 0.8 + 0.2 * np.sin(np.pi * time / (note.offset_s - note.onset_s))
        level[span] = swell * rng.uniform(0.85, 1.0)
        closed = max(0, _block(note.onset_s - _CONSONANTS[note.consonant]))
        level[closed : span.start] = _THROUGH_CONSONANT.get(note.consonant, 0.0)
    return np.asarray(ndimage.gaussian_filter1d(level, 0.009 * RATE / _BLOCK), np.float32)


def _mouth(notes: Sequence[Sung], blocks: int, singer: Singer) -> Float32:
    """Formants [blocks, 4], moving from vowel to vowel within about 50 ms."""
    shape = np.tile(np.array(_VOWELS[notes[0].vowel], np.float32), (blocks, 1))
    for note in notes:
        closed = max(0, _block(note.onset_s - _CONSONANTS[note.consonant]))
        shape[closed:] = _VOWELS[_TONGUE.get(note.consonant, note.vowel)]
        shape[_block(note.onset_s) :] = _VOWELS[note.vowel]
    moving = ndimage.gaussian_filter1d(shape, 0.014 * RATE / _BLOCK, axis=0)
    return np.asarray(moving * singer.size, np.float32)


def _formants(throat: Float32, mouth: Float32, size: float) -> Float32:
    """Klatt's cascade: each resonator has unit gain at 0 Hz, so the formants' levels follow from their places."""
    sound = throat
    for number, width in enumerate(_BANDWIDTHS):
        sound = _resonator(sound, mouth[:, number], width)
    return _resonator(sound, np.full(len(mouth), 4600.0 * size, np.float32), 260.0)


def _resonator(sound: Float32, hz: Float32, bandwidth: float) -> Float32:
    result = np.empty_like(sound)
    state = np.zeros(2, np.float32)
    radius = np.exp(-np.pi * bandwidth / RATE)
    second = -2 * radius * np.cos(2 * np.pi * hz.astype(np.float64) / RATE)
    for block, start in enumerate(range(0, len(sound), _BLOCK)):
        a = np.array([1.0, second[block], radius**2], np.float32)
        gain = np.array([a.sum()], np.float32)
        part = sound[start : start + _BLOCK]
        result[start : start + _BLOCK], state = signal.lfilter(gain, a, part, zi=state)
    return result


def _unvoiced(notes: Sequence[Sung], frames: int, seed: int) -> Float32:
    """Bursts, hisses and aspiration before the vowels."""
    result = np.zeros(frames, np.float32)
    bands = {"d": (2500, 5000, 0.12), "t": (3500, 8000, 0.3), "s": (5200, 10_000, 0.35), "h": (900, 4000, 0.12)}
    for number, note in enumerate(notes):
        if note.consonant in bands:
            low, high, level = bands[note.consonant]
            length = count(0.018 if note.consonant in "dt" else _CONSONANTS[note.consonant])
            start = max(0, round(note.onset_s * RATE) - length)
            hiss = bandpass(noise(length, seed + 10 + number), low, high, 1) * np.hanning(length)
            result[start : start + length] += level * hiss.astype(np.float32)[: frames - start]
    return result


def _breaths(notes: Sequence[Sung], frames: int, seed: int) -> Float32:
    """Air drawn in wherever there is time before a phrase."""
    result = np.zeros(frames, np.float32)
    length = count(0.3)
    previous = 0.0
    for number, note in enumerate(notes):
        start = round((note.onset_s - 0.42) * RATE)
        if note.onset_s - previous > 0.5 and start >= 0:
            air = bandpass(noise(length, seed + 900 + number), 700, 5500, 1) * np.hanning(length)
            result[start : start + length] += 0.05 * air.astype(np.float32)
        previous = note.offset_s
    return result
