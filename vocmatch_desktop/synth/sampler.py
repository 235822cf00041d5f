"""Recorded notes become an instrument: the nearest recording of a note, shifted to its pitch, shaped by its velocity.

A recording is trimmed to its attack, its root is measured within a semitone of what its name says, and its loudness is
brought to one level for all, so that velocity alone decides how loud and how bright a note is: level falls with the
power `LEVEL_POWER` of velocity, and a low-pass closes by `BRIGHTNESS_OCTAVES` from the recording's own velocity down.

Example:
    bass = SampledInstrument(zones, Touch(release_s=0.08))
    sound = bass.render(part.notes, frames=44_100 * 20, rate=44_100)
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from vocmatch_desktop.audio import files
from vocmatch_desktop.types import Float32, Note

LEVEL_POWER = 1.7
"""Amplitude falls with velocity to this power: 20 dB from 127 to 33."""

BRIGHTNESS_OCTAVES = 5.0
"""How far the low-pass closes (from 20 kHz) between velocity 127 and 0."""

LOUDEST = 0.14
"""RMS of every recording's loudest 100 ms, and so of a note of velocity 127."""

DECODED_RATE = 48_000
"""Hz recordings are kept at."""

_CACHE_BYTES = 192 * 2**20
_LAYER_SEMITONES = 1 / 12
"""What a step of velocity between a note and a recording costs, in semitones of shifting."""


@dataclass(frozen=True, slots=True)
class Zone:
    """One recorded note.

    `pitch`: MIDI number it is known to be, within a semitone. `velocity`: 1…127, the hardest notes it is for.
    `seconds`: how much of it is kept.
    """

    path: Path
    pitch: float
    velocity: int = 127
    seconds: float = 8.0


@dataclass(frozen=True, slots=True)
class Touch:
    """How an instrument is played.

    `release_s`: how long a note rings on after its end. `takes`: how many different recordings a repeated note goes
    through in turn (also those of neighbouring pitches, at most two semitones farther). `mute_s`: the palm on the
    strings: time in which a note falls by 60 dB, 0 for none. `tuned`: whether the roots are measured.
    """

    release_s: float = 0.12
    takes: int = 1
    mute_s: float = 0.0
    tuned: bool = True


class Recordings:
    """Decoded, trimmed, levelled and shifted recordings; the longest unused ones are forgotten first."""

    def __init__(self, limit_bytes: int = _CACHE_BYTES) -> None:
        self._kept: OrderedDict[Hashable, tuple[Float32, float]] = OrderedDict()
        self._bytes = 0
        self._limit = limit_bytes

    def shifted(self, zone: Zone, cents: int, rate: int, *, tuned: bool) -> Float32:
        """`zone` at `rate`, `cents` higher than its root (its named one where not `tuned`); float32 [frames]."""
        return self._get((zone, cents, rate, tuned), lambda: (self._shift(zone, cents, rate, tuned), 0.0))[0]

    def _shift(self, zone: Zone, cents: int, rate: int, tuned: bool) -> Float32:
        samples, root = self._get((zone, tuned), lambda: _prepared(zone, tuned))
        from soxr import resample  # audio.resample knows whole rates only

        ratio = 2 ** ((zone.pitch - root + cents / 100) / 12)
        moved = resample(samples, DECODED_RATE * ratio, rate, quality="HQ")
        return np.asarray(moved, np.float32)

    def _get(self, key: Hashable, make: Callable[[], tuple[Float32, float]]) -> tuple[Float32, float]:
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        made = make()
        self._kept[key] = made
        self._bytes += made[0].nbytes
        while self._bytes > self._limit and len(self._kept) > 1:
            _, (oldest, _root) = self._kept.popitem(last=False)
            self._bytes -= oldest.nbytes
        return made


@dataclass(frozen=True, slots=True)
class SampledInstrument:
    """Pitched recordings that play notes. Raises ValueError where there are no zones."""

    zones: tuple[Zone, ...]
    touch: Touch = Touch()
    recordings: Recordings = field(default_factory=Recordings, compare=False)

    def __post_init__(self) -> None:
        if not self.zones:
            raise ValueError("an instrument needs recordings")

    def render(self, notes: Sequence[Note], frames: int, rate: int, *, take: int = 0) -> Float32:
        """Plays `notes`; float32 [frames, 2], both sides alike, not clipped.

        `take`: another number plays the same notes through the takes in another order, as in a second performance.
        """
        sound = np.zeros(frames, np.float32)
        struck: dict[int, int] = {}
        for note, end_s in _ended(notes):
            key = round(note.pitch)
            count = struck.get(key, take)
            struck[key] = count + 1
            start = round(note.onset_s * rate)
            if 0 <= start < frames:
                played = self._played(note, end_s, rate, count)[: frames - start]
                sound[start : start + len(played)] += played
        return np.stack([sound, sound], axis=1)

    def zone_for(self, note: Note, count: int) -> Zone:
        """The recording the `count`-th strike of `note` sounds from."""
        near = _nearest(self.zones, note.pitch, note.velocity, self.touch.takes)
        return near[count % len(near)]

    def _played(self, note: Note, end_s: float, rate: int, count: int) -> Float32:
        zone = self.zone_for(note, count)
        whole = self.recordings.shifted(zone, round(100 * (note.pitch - zone.pitch)), rate, tuned=self.touch.tuned)
        release = round(self.touch.release_s * rate)
        held = max(1, round((end_s - note.onset_s) * rate))
        shaped = softened(whole[: held + release], note.velocity, zone.velocity, rate)
        if self.touch.mute_s:
            shaped = _muted(shaped, self.touch.mute_s, rate)
        return _released(shaped, held, release)


@lru_cache(maxsize=4096)
def _nearest(zones: tuple[Zone, ...], pitch: float, velocity: int, takes: int) -> tuple[Zone, ...]:
    """Up to `takes` zones: the one nearest in pitch and velocity, and others about as near."""
    layers = np.array([zone.velocity - velocity for zone in zones])
    costs = np.abs([pitch - zone.pitch for zone in zones]) + _LAYER_SEMITONES * np.where(
        layers < 0, -3 * layers, layers
    )
    order = np.argsort(costs, kind="stable")
    return tuple(zones[i] for i in order[:takes] if costs[i] <= costs[order[0]] + 2.0)


def softened(samples: Float32, velocity: int, recorded: int, rate: int) -> Float32:
    """A new array: `samples` of a note recorded at velocity `recorded` as if struck at `velocity`."""
    from scipy.signal import lfilter

    gain = (min(max(velocity, 1), 127) / 127) ** LEVEL_POWER
    octaves = BRIGHTNESS_OCTAVES * max(recorded - velocity, 0) / 127
    cutoff = 20_000 * 2**-octaves
    pole = np.exp(-2 * np.pi * cutoff / rate)
    if octaves == 0:
        return np.asarray(samples * np.float32(gain), np.float32)
    numerator, denominator = np.array([gain * (1 - pole)], np.float32), np.array([1, -pole], np.float32)
    return np.asarray(lfilter(numerator, denominator, samples), np.float32)


def _ended(notes: Sequence[Note]) -> list[tuple[Note, float]]:
    """Notes by time with their ends; a string that is struck again stops sounding as before."""
    upcoming: dict[int, float] = {}
    result = []
    for note in sorted(notes, key=lambda note: (note.onset_s, note.pitch), reverse=True):
        key = round(note.pitch)
        result.append((note, min(note.offset_s, upcoming.get(key, note.offset_s))))
        upcoming[key] = note.onset_s
    return result[::-1]


def _released(samples: Float32, held: int, release: int) -> Float32:
    tail = len(samples) - held
    if tail > 0:
        fade = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, tail + 1, dtype=np.float32) / max(tail, release))
        samples[held:] *= fade * fade
    return samples


def _muted(samples: Float32, mute_s: float, rate: int) -> Float32:
    from scipy.signal import butter, sosfilt

    sections = butter(1, 900, fs=rate, output="sos").astype(np.float32)
    dark = sosfilt(sections, samples)
    decay = np.exp(np.arange(len(samples), dtype=np.float32) * np.float32(-6.9078 / (mute_s * rate)))
    return np.asarray((1.6 * dark + 0.12 * samples) * decay, np.float32)


def _prepared(zone: Zone, tuned: bool) -> tuple[Float32, float]:
    """The recording from its attack on, levelled, with its root."""
    decoded = files.read(zone.path, rate=DECODED_RATE, mono=True)
    samples = trimmed(decoded.samples[:, 0], DECODED_RATE)[: round(zone.seconds * DECODED_RATE)]
    fade = min(len(samples), round(0.05 * DECODED_RATE))
    samples[len(samples) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    root = measured_pitch(samples, DECODED_RATE, zone.pitch) if tuned else zone.pitch
    return levelled(samples, DECODED_RATE), root


def trimmed(samples: Float32, rate: int) -> Float32:
    """A copy from 2 ms before the sound first reaches −34 dB of its peak, faded in over a millisecond."""
    loud = np.abs(samples)
    first = int(np.argmax(loud >= loud.max(initial=0.0) * 0.02))
    start = max(0, first - rate // 500)
    kept = samples[start:].copy()
    ramp = min(len(kept), rate // 1000)
    kept[:ramp] *= np.linspace(0, 1, ramp, dtype=np.float32)
    return kept


def levelled(samples: Float32, rate: int) -> Float32:
    """Scaled so that its loudest 100 ms have the RMS `LOUDEST`, and no peak is above 0.95."""
    window = min(len(samples), rate // 10)
    energy = np.cumsum(np.append(0.0, np.asarray(samples, np.float64) ** 2))
    power = (energy[window:] - energy[:-window]).max(initial=0.0) / max(window, 1)
    if power <= 0:
        return samples
    gain = min(LOUDEST / np.sqrt(power), 0.95 / float(np.abs(samples).max()))
    return np.asarray(samples * np.float32(gain), np.float32)


def measured_pitch(samples: Float32, rate: int, near: float) -> float:
    """The MIDI pitch of a note known to within a semitone: where the sum over its first harmonics is greatest.

    Looks at up to a second after the attack, ± 100 cents around `near`, in steps of one cent.
    """
    start = min(len(samples) // 4, round(0.06 * rate))
    part = samples[start : start + rate]
    if len(part) < rate // 20 or not np.any(part):
        return near
    size = 4 * rate
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), size)) ** 0.5
    cents = np.arange(-100, 101)
    hertz = 440 * 2 ** ((near - 69 + cents / 100) / 12)
    grid = np.arange(len(spectrum)) * rate / size
    total = np.zeros(len(cents))
    for harmonic in range(1, 7):
        if hertz[-1] * harmonic < min(5000, rate / 2):
            total += np.interp(hertz * harmonic, grid, spectrum)
    return float(near + cents[int(np.argmax(total))] / 100) if total.any() else near
