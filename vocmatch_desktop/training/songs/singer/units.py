"""Cuts a heard recording into units: a syllable with the place of its consonant, its vowel and its steady part.

The labels of the banks say roughly where a vowel begins; it is put exactly where, near there, the spectrum moves most
towards the vowel's own. What is unsteady, unvoiced or too short is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from vocmatch_desktop.training.songs.singer.hearing import HOP_S, Floats, Heard, frame, voiced_share
from vocmatch_desktop.training.songs.singer.labels import Label
from vocmatch_desktop.types import Float32

SHORTEST_VOWEL_S = 0.14
_FLOOR_BELOW_DB = 45.0
_LABEL_SPREAD_S = 0.025
_LABEL_REACH_S = 0.1
_LONGEST_CONSONANT_S = 0.22
_SETTLED_S = 0.07
_BEGUN_S = 0.025
SHARP_S = 0.025
_FADED_DB = 9.0
_STEP = 2
"""Frames on each side over which a change of spectrum is taken (10 ms)."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A recorded syllable. Times are seconds from the start of its recording.

    `before`: the vowel it is sung from ("" = silence). `consonant_s` ≤ `vowel_s` < `steady_s` < `end_s`: where the
    consonant, the vowel and the steady part of the vowel begin and where that ends. `pitch`: MIDI, of the steady part.
    `level_db`: the same part's RMS. `spread_cents`: how much its pitch moves. `sharp`: the spectrum
    rises most, after the consonant has begun, within `SHARP_S` of the vowel.
    """

    recording: int
    text: str
    before: str
    consonant_s: float
    vowel_s: float
    steady_s: float
    end_s: float
    pitch: float
    level_db: float
    spread_cents: float
    sharp: bool

    @property
    def vowel(self) -> str:
        """One of "aeioun"."""
        return self.text[-1]

    @property
    def consonant(self) -> str:
        """What comes before the vowel, "" for a bare vowel."""
        return self.text[:-1]


def cut(recording: int, heard: Heard, labels: Sequence[Label]) -> tuple[Unit, ...]:
    """The usable units of one recording; `labels` are its own, in time."""
    bands = _above_floor(heard.bands)
    total = len(heard.f0_hz)
    places = _apart((label, _vowel_onset(bands, heard, label)) for label in labels)
    starts = [_consonant_start(bands, onset) if label.consonant else onset for label, onset in places]
    units = []
    for index, (label, onset) in enumerate(places):
        limit = starts[index + 1] if index + 1 < len(places) else total
        if label.end_s is not None:
            limit = min(limit, max(frame(label.end_s), onset + frame(0.1)))
        unit = _unit(recording, label, heard, bands, starts[index], onset, limit)
        if unit is not None:
            units.append(unit)
    return tuple(units)


def _above_floor(bands: Float32) -> Floats:
    """Levels above a floor some way below the loudest, so that silence does not count as a sound of its own."""
    top = np.percentile(bands.max(axis=1), 98)
    return np.asarray(np.maximum(bands, top - _FLOOR_BELOW_DB), np.float64)


def _apart(places: Iterable[tuple[Label, int | None]]) -> list[tuple[Label, int]]:
    """Onsets in time; two labels of one syllable (some banks name it twice) count once."""
    found: list[tuple[Label, int]] = []
    for label, onset in sorted(((a, b) for a, b in places if b is not None), key=lambda place: place[1]):
        if not found or onset - found[-1][1] > frame(0.12):
            found.append((label, onset))
    return found


def _vowel_onset(bands: Floats, heard: Heard, label: Label) -> int | None:
    """The frame near the label at which the spectrum moves most towards the vowel's."""
    total = len(bands)
    if label.vowel_s is None:
        first, last = frame(label.start_s), total
        vowel = int(np.argmax(np.convolve(heard.level_db, np.ones(20) / 20, "same")))
    else:
        place = frame(label.vowel_s)
        first, last = place - frame(_LABEL_REACH_S), place + frame(_LABEL_REACH_S)
        vowel = place + frame(0.13)
    first, last = max(_STEP + 1, first), min(total - _STEP - 2, last)
    if last <= first or not _STEP <= vowel < total - 10:
        return None
    target = np.median(bands[vowel - 8 : vowel + 8], axis=0)
    distance = np.abs(bands - target).mean(axis=1)
    here = np.arange(first, last)
    rise = np.maximum(bands[here + _STEP] - bands[here - _STEP], 0).mean(axis=1)
    approach = np.maximum(distance[here - _STEP] - distance[here + _STEP], 0)
    voiced = heard.f0_hz[np.minimum(here + 3, total - 1)] > 0
    score = (rise + 0.3) * approach * voiced
    if label.vowel_s is not None:
        score *= np.exp(-0.5 * ((here - label.vowel_s / HOP_S) * HOP_S / _LABEL_SPREAD_S) ** 2)
        return int(here[np.argmax(score)]) if score.max() > 0 else None
    score *= here < vowel + 5
    return int(here[score > 0.5 * score.max()][-1]) if score.max() > 0 else None


def _consonant_start(bands: Floats, onset: int) -> int:
    """Where the sound leaves what was before: silence, or the vowel the consonant is sung from."""
    first = max(0, onset - frame(_LONGEST_CONSONANT_S))
    if onset - first < 8:
        return first
    context = np.median(bands[first : first + 8], axis=0)
    distance = np.abs(bands[first:onset] - context).mean(axis=1)
    furthest = int(np.argmax(distance))
    near = np.flatnonzero(distance[: furthest + 1] < 0.3 * distance[furthest])
    start = first + (int(near[-1]) if len(near) else 0)
    return min(start, onset - 4)


def _steepest(bands: Floats, start: int, onset: int) -> int:
    """The frame at which most of the spectrum rises, between a consonant's first moments and the settled vowel."""
    first = max(_STEP, min(start + frame(_BEGUN_S), onset - _STEP), onset - frame(_LABEL_REACH_S))
    here = np.arange(first, min(onset + frame(_SETTLED_S), len(bands) - _STEP))
    rise = np.maximum(bands[here + _STEP] - bands[here - _STEP], 0).mean(axis=1)
    return int(here[np.argmax(rise)]) if len(here) else onset


def _unit(recording: int, label: Label, heard: Heard, bands: Floats, start: int, onset: int, limit: int) -> Unit | None:
    """The unit with its steady part measured, or None where it is not fit to be sung with."""
    body = heard.level_db[onset:limit]
    if len(body) < frame(SHORTEST_VOWEL_S):
        return None
    reference = np.percentile(body, 80)
    loud = np.flatnonzero(body > reference - _FADED_DB)
    voiced = np.flatnonzero(heard.f0_hz[onset:limit] > 0)
    if not len(voiced):
        return None
    end = onset + int(min(loud[-1], voiced[-1])) - 3
    steady = onset + min(frame(_SETTLED_S), (end - onset) * 2 // 5)
    if end - onset < frame(SHORTEST_VOWEL_S) or voiced_share(heard.f0_hz, onset + 3, end) < 0.97:
        return None
    midi = 69 + 12 * np.log2(np.maximum(heard.f0_hz[steady:end], 1) / 440)
    pitch = float(np.median(midi))
    spread = float(100 * np.median(np.abs(midi - pitch)))
    if spread > 45 or np.abs(midi - pitch).max() > 3:
        return None
    level = float(10 * np.log10(np.mean(10 ** (heard.level_db[steady:end] / 10))))
    sharp = abs(_steepest(bands, start, onset) - onset) <= frame(SHARP_S)
    times = (start * HOP_S, onset * HOP_S, steady * HOP_S, end * HOP_S)
    return Unit(recording, label.text, label.before, *times, pitch, level, spread, sharp)
