"""The engine "stretch": recorded periods set anew in time (TD-PSOLA, Moulines & Charpentier 1990).

Wherever a voice is voiced, two periods of the recording around a pitch mark are set where the new pitch has its marks;
elsewhere the recording is overlapped and added at its own pace. All units of a song share one row of marks, so their
periods coincide where one fades into the next.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import soxr
from numpy.typing import NDArray

from vocmatch_desktop.training.songs.singer.hearing import HOP_S, RATE, Floats
from vocmatch_desktop.training.songs.singer.lyrics import Segment
from vocmatch_desktop.training.songs.singer.voice import Voice
from vocmatch_desktop.types import Float32

_UNVOICED_S = 0.005
_SHORTEST_PERIOD, _LONGEST_PERIOD = RATE / 1400, RATE / 50
_MARGIN = 2048
_QUIET = 1e-4


def render(found: Sequence[Segment], f0_hz: Floats, voice: Voice, frames: int, formants: float) -> Float32:
    """Mono sound of `frames` samples; `f0_hz` is unbroken, one value a 5 ms; `formants` scales the vocal tract."""
    song = np.zeros(frames + 4 * _MARGIN, np.float32)
    marks = _marks(f0_hz)
    for segment in found:
        _set(song, segment, marks, voice, formants)
    return song[2 * _MARGIN : 2 * _MARGIN + frames]


def _marks(f0_hz: Floats) -> Floats:
    """Times of the new pitch marks, seconds."""
    turns = np.concatenate([[0.0], np.cumsum(0.5 * (f0_hz[1:] + f0_hz[:-1]) * HOP_S)])
    return np.asarray(np.interp(np.arange(1, np.floor(turns[-1])), turns, np.arange(len(f0_hz)) * HOP_S))


def _set(song: Float32, segment: Segment, marks: Floats, voice: Voice, formants: float) -> None:
    """Adds one segment to the song (which begins 2 · _MARGIN samples before its first frame)."""
    times = (segment.first + np.arange(len(segment.source_s))) * HOP_S
    places, voiced = _grain_places(times, segment, marks)
    if len(places) < 2:
        return
    source = np.interp(places, times, segment.source_s) * RATE
    weight = segment.gain * np.interp(places, times, segment.weight)
    centres, periods = _source_marks(source, voiced, voice.marks)
    left, right = _halves(places * RATE, periods, voiced)
    spacing = np.gradient(places * RATE)
    weight = weight * np.where(voiced, np.sqrt(np.clip(spacing / periods, 0.25, 1.5)), 1.0)
    first = int(centres.min()) - _MARGIN
    wave = voice.sound(first, int(centres.max()) + _MARGIN)
    if formants != 1.0:
        wave = soxr.resample(wave, formants, 1.0, quality="HQ")
    centres = (centres - first) / formants
    left, right = (np.where(voiced, half / formants, half) for half in (left, right))
    _overlap_add(song, wave, places * RATE + 2 * _MARGIN, centres, left, right, weight)


def _grain_places(times: Floats, segment: Segment, marks: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Where grains are set: at pitch marks where the source is voiced, every 5 ms where it is not."""
    own = marks[np.searchsorted(marks, times[0]) : np.searchsorted(marks, times[-1])]
    nearest = np.rint((own - times[0]) / HOP_S).astype(int)
    own = own[segment.voiced[nearest]]
    even = times[~segment.voiced]
    if len(own) and len(even):
        even = even[np.abs(own[np.clip(np.searchsorted(own, even), 0, len(own) - 1)] - even) > 0.4 * _UNVOICED_S]
    places = np.concatenate([own, even])
    order = np.argsort(places, kind="stable")
    return places[order], (np.arange(len(places)) < len(own))[order]


def _source_marks(source: Floats, voiced: NDArray[np.bool_], marks: Floats) -> tuple[Floats, Floats]:
    """The sample each grain is cut around, and the recording's period there."""
    if len(marks) < 3:
        return source, np.full(len(source), _UNVOICED_S * RATE)
    after = np.clip(np.searchsorted(marks, source), 1, len(marks) - 2)
    nearest = np.where(source - marks[after - 1] < marks[after] - source, after - 1, after)
    nearest = np.clip(nearest, 1, len(marks) - 2)
    around = np.minimum(marks[nearest + 1] - marks[nearest], marks[nearest] - marks[nearest - 1])
    period = np.clip(around, _SHORTEST_PERIOD, _LONGEST_PERIOD)
    centres = np.where(voiced, marks[nearest], source)
    return centres, np.where(voiced, period, _UNVOICED_S * RATE)


def _halves(places: Floats, periods: Floats, voiced: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Half-lengths of each grain: a period between voiced grains, the way to the neighbour elsewhere."""
    gap = np.diff(places)
    both = voiced[1:] & voiced[:-1]
    left = np.concatenate([[periods[0]], np.where(both, periods[1:], gap)])
    right = np.concatenate([np.where(both, periods[:-1], gap), [periods[-1]]])
    return np.clip(left, 16, _LONGEST_PERIOD), np.clip(right, 16, _LONGEST_PERIOD)


def _overlap_add(
    song: Float32,
    wave: Float32,
    places: Floats,
    centres: Floats,
    left: Floats,
    right: Floats,
    weight: Floats,
) -> None:
    """Cuts grains out of `wave` around `centres` and adds them to `song` around `places`, between samples if need be.

    Offsets between samples are made by the 4-point Lagrange interpolator.
    """
    at = np.floor(places).astype(int)
    start = centres - (places - at)
    whole = np.floor(start).astype(int)
    f = start - whole
    taps = np.stack(
        [
            -f * (f - 1) * (f - 2) / 6,
            (f + 1) * (f - 1) * (f - 2) / 2,
            -(f + 1) * f * (f - 2) / 2,
            (f + 1) * f * (f - 1) / 6,
        ],
        axis=1,
    )
    taps = (taps * weight[:, None]).astype(np.float32)
    before, after = np.rint(left).astype(int), np.rint(right).astype(int)
    falls: dict[int, Float32] = {}
    loud = weight > _QUIET
    for i in np.flatnonzero(loud & (whole - before > 1) & (whole + after + 3 < len(wave))):
        b, a = int(before[i]), int(after[i])
        fall_b, fall_a = _fall(falls, b), _fall(falls, a)
        part = wave[whole[i] - b - 1 : whole[i] + a + 2]
        t = taps[i]
        n = a + b
        grain = t[0] * part[:n] + t[1] * part[1 : n + 1] + t[2] * part[2 : n + 2] + t[3] * part[3 : n + 3]
        grain[:b] *= fall_b[::-1]
        grain[b:] *= fall_a
        song[at[i] - b : at[i] + a] += grain


def _fall(made: dict[int, Float32], length: int) -> Float32:
    """The falling half of a Hann window, 1 … 0."""
    if length not in made:
        made[length] = (0.5 + 0.5 * np.cos(np.pi * np.arange(length) / length)).astype(np.float32)
    return made[length]
