"""The engine "world": WORLD's vocoder (Morise et al. 2016) between the same units, on exactly the pitch that is asked.

Spectral envelope and aperiodicity of a recording are worked out at its first use and kept, coded in 60 + 5 numbers a
frame, beside what was heard of its voice.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.analysis.pitch import runs
from vocmatch_desktop.training.songs.singer.hearing import HOP_S, RATE, Floats
from vocmatch_desktop.training.songs.singer.keeping import kept
from vocmatch_desktop.training.songs.singer.lyrics import Segment
from vocmatch_desktop.training.songs.singer.voice import Voice
from vocmatch_desktop.types import Bool, Float32

_ENVELOPE_SIZE = 60
_VERSION = 1
_SILENT = 1e-4
_MARGIN = 4
"""Silent frames around every stretch that is synthesised."""

_PERIOD_MS = 1000 * HOP_S
_HIGH_VOICE_HZ = 140.0


def render(
    found: Sequence[Segment], f0_hz: Floats, voiced: Bool, voice: Voice, frames: int, formants: float
) -> Float32:
    """Mono sound of `frames` samples; `f0_hz` and `voiced`: one value a 5 ms; `formants` scales the vocal tract."""
    count = len(f0_hz)
    size = fft_size(voice)
    coded, gain = _blended(found, voice, count)
    song = np.zeros(frames, np.float32)
    for start, stop in runs(np.asarray(gain > _SILENT)):
        first, last = max(0, start - _MARGIN), min(count, stop + _MARGIN)
        part = slice(first, last)
        wave = _synthesise(coded[part], gain[part], np.where(voiced, f0_hz, 0.0)[part], size, formants)
        at = round(first * HOP_S * RATE)
        wave = wave[: max(0, frames - at)]
        song[at : at + len(wave)] += wave
    return song


def fft_size(voice: Voice) -> int:
    """WORLD's transform: short for voices that never go low, which halves the work."""
    lowest = 440 * 2 ** ((voice.pitches.min() - 69) / 12)
    return 1024 if lowest > _HIGH_VOICE_HZ else 2048


def coded_recording(voice: Voice, index: int) -> Float32:
    """Envelope and aperiodicity of a recording, float32 [frames, 65], from the cache or worked out and kept there."""
    path = voice.folder / f"world{_VERSION}-{index}.npy"
    if path.is_file():
        return np.asarray(np.load(path), np.float32)
    coded = _analyse(voice, index)
    with kept(path) as partial, partial.open("wb") as file:
        np.save(file, coded)
    return coded


def _analyse(voice: Voice, index: int) -> Float32:
    import pyworld

    recording = voice.recordings[index]
    first = round(recording.start / RATE / HOP_S)
    count = int(recording.frames / RATE / HOP_S) + 1
    f0 = voice.f0_hz[first : first + count].astype(np.float64)
    mono = voice.sound(recording.start, recording.start + recording.frames).astype(np.float64)
    times = np.arange(len(f0)) * HOP_S
    size = fft_size(voice)
    floor = pyworld.get_cheaptrick_f0_floor(RATE, size)
    envelope = pyworld.cheaptrick(mono, f0, times, RATE, f0_floor=floor, fft_size=size)
    noise = pyworld.d4c(mono, f0, times, RATE, fft_size=size)
    coded = pyworld.code_spectral_envelope(envelope, RATE, _ENVELOPE_SIZE)
    return np.concatenate([coded, pyworld.code_aperiodicity(noise, RATE)], axis=1).astype(np.float32)


def _blended(found: Sequence[Segment], voice: Voice, count: int) -> tuple[Floats, Floats]:
    """Parameters of every frame, cross-faded where units meet, and the linear gain."""
    recordings = {index: coded_recording(voice, index) for index in sorted({one.recording for one in found})}
    width = next(iter(recordings.values())).shape[1] if recordings else _ENVELOPE_SIZE + 5
    summed, weights, gain = np.zeros((count, width)), np.zeros(count), np.zeros(count)
    for segment in found:
        part = slice(segment.first, segment.first + len(segment.source_s))
        place = (segment.source_s - voice.recordings[segment.recording].start / RATE) / HOP_S
        weight = segment.weight * segment.gain
        summed[part] += weight[:, None] * _between(recordings[segment.recording], place)
        weights[part] += weight
        gain[part] += weight
    return summed / np.maximum(weights, 1e-9)[:, None], gain


def _between(coded: Float32, place: Floats) -> NDArray[np.float64]:
    place = np.clip(place, 0, len(coded) - 1.001)
    low = place.astype(int)
    share = (place - low)[:, None]
    return np.asarray((1 - share) * coded[low] + share * coded[np.minimum(low + 1, len(coded) - 1)])


def _synthesise(coded: Floats, gain: Floats, f0: Floats, size: int, formants: float) -> Float32:
    import pyworld

    coded = np.ascontiguousarray(coded)
    envelope = pyworld.decode_spectral_envelope(np.ascontiguousarray(coded[:, :_ENVELOPE_SIZE]), RATE, size)
    noise = pyworld.decode_aperiodicity(np.ascontiguousarray(coded[:, _ENVELOPE_SIZE:]), RATE, size)
    if formants != 1.0:
        envelope = _stretched(envelope, formants)
    envelope *= (gain**2)[:, None] + 1e-14
    return np.asarray(pyworld.synthesize(f0, envelope, noise, RATE, _PERIOD_MS), np.float32)


def _stretched(envelope: Floats, formants: float) -> Floats:
    bins = np.arange(envelope.shape[1]) / formants
    low = np.minimum(bins.astype(int), envelope.shape[1] - 2)
    share = np.minimum(bins - low, 1.0)
    return np.ascontiguousarray(envelope[:, low] * (1 - share) + envelope[:, low + 1] * share)
