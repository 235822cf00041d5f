"""From a contour to notes.

    notes = find(contour, NoteOptions(sensitivity=0.6, min_length_s=0.08))

The voice is cut by `changes` phrase by phrase; then every note gets its pitch (of its steady part), its number (after
the singer's own tuning) and its velocity (of its level). Twenty seconds take some hundredths of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.analysis.pitch import runs
from vocmatch_desktop.melody import tuning
from vocmatch_desktop.melody.changes import Costs, Segment, cut
from vocmatch_desktop.melody.contour import Contour
from vocmatch_desktop.types import Note

Float64 = NDArray[np.float64]

LONGEST_HOLE_S = 0.25
"""Unvoiced for longer than this: no note goes on across it."""

FARTHEST = 2.0
OCTAVE_SLIP = 0.4
LEAST_SURE = 0.01

BOUNDARY_SHAPE = np.array([0.5, 0.8, 1.0, 1.0, 1.0, 1.0, 1.0, 0.8, 0.5])
BOUNDARY_MASS = 2.6
"""What the network was taught to say of one boundary, in all (`training.notes.feed`), is gathered over 72 ms: of real
singers it knows that a syllable begins better than when."""

DIP_REACH_S = 0.064
DIP_DB = 3.0


@dataclass(frozen=True, slots=True)
class Weights:
    """What the evidence counts; a frame is 8 ms, and the unit is the natural logarithm of odds.

    `sure`: of the pitch tracker's confidence a frame. `note`: of the network's "inside a note" a frame. `off`: a
    semitone off a note's level a frame. `dip`: a dB of a dip in level a frame. `onset`, `through`, `offset`: of the
    network's onset where a note begins, of its onset where a note goes on, of its offset where one ends. `price`: of a
    note; times four (a quarter) at the ends of sensitivity.
    """

    sure: float = 0.4
    note: float = 0.7
    off: float = 0.6
    dip: float = 0.15
    onset: float = 3.5
    through: float = 1.0
    offset: float = 0.7
    price: float = 5.0


WEIGHTS = Weights()

RELEASE_S, RELEASE_DB, ROOM_S = 0.12, 9.0, 0.1
"""A note dies away by so many dB in at most so many seconds, and leaves so many before the next one."""

LOUD_VELOCITY, VELOCITIES_A_DB, SOFTEST, LOUDEST = 100, 2.0, 20, 120
"""A take's loud notes get this velocity, however softly it was recorded; others by their level beside them."""


@dataclass(frozen=True, slots=True)
class NoteOptions:
    """How notes are told apart.

    `sensitivity`: 0…1; more gives more and shorter notes. `min_length_s`: no note is shorter.
    """

    sensitivity: float = 0.5
    min_length_s: float = 0.06


def find(contour: Contour, options: NoteOptions | None = None, weights: Weights = WEIGHTS) -> tuple[Note, ...]:
    """The notes of a voice, in order, not overlapping; none in silence or noise.

    `Note.pitch` is as heard, relative to 440 Hz; `Note.number` is the nearest whole number in the singer's own tuning.
    """
    options = options or NoteOptions()
    segments = [segment for phrase in _phrases(contour) for segment in _cut(contour, phrase, options, weights)]
    released = _released(contour, segments)
    velocities = _velocities(contour, released)
    return _numbered([_note(contour, one, velocity) for one, velocity in zip(released, velocities, strict=True)])


def _phrases(contour: Contour) -> list[slice]:
    """Stretches between long holes in the voice."""
    if not len(contour.pitch):
        return []
    reach = round(LONGEST_HOLE_S / contour.hop_s) // 2
    near = np.convolve(contour.voiced, np.ones(2 * reach + 1))[reach : reach + len(contour.pitch)] > 0.5
    return [slice(start, stop) for start, stop in runs(near)]


def _cut(contour: Contour, phrase: slice, options: NoteOptions, weights: Weights) -> list[Segment]:
    found = cut(_costs(contour, phrase, options, weights))
    return [Segment(phrase.start + one.start, phrase.start + one.stop, one.level) for one in found]


def _costs(contour: Contour, phrase: slice, options: NoteOptions, weights: Weights) -> Costs:
    sure = np.where(contour.pitch[phrase] > 0, contour.confidence[phrase], 0.0).astype(np.float64)
    onset, offset = (_gathered(values)[phrase] for values in (contour.onset, contour.offset))
    in_note = -weights.sure * _log_odds(sure) - weights.note * _log_odds(contour.note[phrase])
    in_note += weights.dip * dips(contour)[phrase] - weights.through * np.log1p(-np.clip(onset, 0, 1 - LEAST_SURE))
    return Costs(
        pitch=contour.pitch[phrase].astype(np.float64),
        weight=weights.off * sure,
        unvoiced=in_note,
        began=np.append(-weights.onset * _log_odds(onset), 0.0),
        ended=np.append(-weights.offset * _log_odds(offset), 0.0),
        price=weights.price * 4 ** (1 - 2 * options.sensitivity),
        shortest=max(1, round(options.min_length_s / contour.hop_s)),
        farthest=FARTHEST,
        octave=OCTAVE_SLIP,
    )


def _gathered(probability: NDArray[np.float32]) -> Float64:
    """That a boundary lies here or nearby, 0…1: what the network spreads over some frames is brought together."""
    near = np.convolve(probability, BOUNDARY_SHAPE / BOUNDARY_MASS)
    edge = len(BOUNDARY_SHAPE) // 2
    return np.asarray(np.minimum(near[edge : edge + len(probability)], 1.0), np.float64)


def _log_odds(probability: NDArray[np.floating]) -> Float64:
    clipped = np.clip(probability, LEAST_SURE, 1 - LEAST_SURE)
    return np.asarray(np.log(clipped / (1 - clipped)), np.float64)


def dips(contour: Contour) -> Float64:
    """By how many dB a frame lies more than 3 dB below the loudest on either side, within 64 ms; float64 [n]."""
    from scipy.ndimage import maximum_filter1d

    reach = round(DIP_REACH_S / contour.hop_s)
    level = contour.level_db.astype(np.float64)
    before = maximum_filter1d(level, reach + 1, origin=reach // 2)
    after = maximum_filter1d(level, reach + 1, origin=-(reach // 2))
    return np.asarray(np.maximum(np.minimum(before, after) - level - DIP_DB, 0))


def _released(contour: Contour, segments: Sequence[Segment]) -> list[Segment]:
    """Notes before a rest last until they have died away; before a consonant they end with their vowel."""
    starts = [*(segment.start for segment in segments), len(contour.pitch)][1:]
    longest, room = round(RELEASE_S / contour.hop_s), round(ROOM_S / contour.hop_s)
    released = []
    for segment, following in zip(segments, starts, strict=True):
        last = min(segment.stop + longest, following - room)
        floor = float(np.median(contour.level_db[segment.start : segment.stop])) - RELEASE_DB
        tail = slice(segment.stop, max(segment.stop, last))
        sounding = contour.voiced[tail] & (contour.level_db[tail] > floor)
        more = len(sounding) if sounding.all() else int(np.argmin(sounding))
        released.append(Segment(segment.start, segment.stop + more, segment.level))
    return released


def _velocities(contour: Contour, segments: Sequence[Segment]) -> list[int]:
    levels = np.array([np.percentile(contour.level_db[one.start : one.stop], 80) for one in segments])
    if not len(levels):
        return []
    above = VELOCITIES_A_DB * (levels - np.percentile(levels, 90))
    return [int(velocity) for velocity in np.clip(np.round(LOUD_VELOCITY + above), SOFTEST, LOUDEST)]


def _note(contour: Contour, segment: Segment, velocity: int) -> Note:
    part = slice(segment.start, segment.stop)
    pitch = _steady_pitch(contour.pitch[part].astype(np.float64), contour.confidence[part], segment.level)
    end = min(segment.stop * contour.hop_s, contour.duration_s)
    return Note(segment.start * contour.hop_s, end, pitch, round(pitch), velocity)


def _steady_pitch(pitch: Float64, sure: NDArray[np.float32], level: float) -> float:
    """The median of what lies within a semitone and a half of the level, octaves mended, weighted by confidence."""
    mended = pitch - 12 * np.round((pitch - level) / 12)
    near = (np.abs(mended - level) < 1.5) & (sure > 0.3)
    return float(np.median(mended[near])) if near.any() else level


def _numbered(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Each with the nearest number in the singer's own tuning, which may drift."""
    offsets = tuning.drifting(notes)
    return tuple(
        replace(note, number=int(np.clip(np.floor(note.pitch - offset + 0.5), 0, 127)))
        for note, offset in zip(notes, offsets, strict=True)
    )
