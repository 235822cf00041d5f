"""Why a beat stands where it stands: facts a producer can check by ear, as (kind, values)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.matching import align, notes
from vocmatch_desktop.matching.space import Room
from vocmatch_desktop.types import STEPS_PER_BEAT, Fingerprint, Float32, Key, Reason, TakeFeatures, Transform

_CLASH_ODDS = -0.9
"""Mean log-odds below which a held note rubs against what sounds (SURPRISE alone is −1.6)."""

_HELD_S = 0.25
"""Shorter notes pass."""

_BUSY, _MASKED = 0.55, 0.6
_BAND_NAMES = ("250 Hz", "500 Hz", "1 kHz", "2 kHz", "4 kHz")
_MAJOR, _MINOR = (0, 4, 7), (0, 3, 7)
_FIFTHS = {0: "same", 1: "neighbour", 2: "two_apart"}


def explain(
    view: align.TakeView, beat: Fingerprint, transform: Transform, lay: align.Lay, room: Room
) -> tuple[Reason, ...]:
    """All reasons for a lay, the most telling first."""
    sung = held_notes(view.take, beat, transform)
    found = [
        _key(view.take, beat, transform),
        *_shift(transform),
        *_tempo(view, beat, transform),
        _enters(view.take, beat, transform),
        _chords(sung),
        Reason("pulse", (("z", round(lay.pulse, 2)),)),
        *_clash(sung, beat, transform),
        *_lead(room, beat),
        *_masked(room),
    ]
    if beat.duration_s < view.whole_s * transform.tempo_ratio:
        found.append(Reason("loops"))
    return tuple(found)


def relation(take: Key, beat: Key) -> str:
    """How two keys stand: same, relative, parallel, neighbour (a fifth apart), two_apart (two fifths), distant."""
    if take == beat:
        return "same"
    if take.tonic == beat.tonic:
        return "parallel"
    apart = (_major_tonic(take) - _major_tonic(beat)) * 7 % 12
    fifths = min(apart, 12 - apart)
    if fifths == 0:
        return "relative"
    return _FIFTHS.get(fifths, "distant")


def _major_tonic(key: Key) -> int:
    return (key.tonic + 3) % 12 if key.minor else key.tonic


def _key(take: TakeFeatures, beat: Fingerprint, transform: Transform) -> Reason:
    sung, played = take.best_key, beat.best_key.transposed(transform.transpose)
    return Reason("key", (("take", sung.name), ("beat", played.name), ("relation", relation(sung, played))))


def _shift(transform: Transform) -> list[Reason]:
    return [Reason("transpose", (("semitones", transform.transpose),))] if transform.transpose else []


def _tempo(view: align.TakeView, beat: Fingerprint, transform: Transform) -> list[Reason]:
    clock = view.clock
    if clock is not None and not align.clock_tempo(clock, beat.grid.bpm).reachable:
        return [Reason("tempo_far", (("take_bpm", round(clock.bpm, 1)), ("beat_bpm", round(beat.grid.bpm, 1))))]
    per_cent = round(100 * (transform.tempo_ratio - 1), 1)
    return [Reason("tempo", (("per_cent", per_cent), ("octave", transform.octave)))]


def _enters(take: TakeFeatures, beat: Fingerprint, transform: Transform) -> Reason:
    voiced = take.pitch.times_s[take.pitch.voiced]
    first = float(voiced[0]) if len(voiced) else 0.0
    position = beat.grid.position(transform.start_s + first * transform.tempo_ratio)
    # A voice that sets in within the last sixteenth of a bar means the next one.
    return Reason("enters", (("bar", int(np.floor((position + 1 / STEPS_PER_BEAT) / beat.grid.beats_per_bar)) + 1),))


@dataclass(frozen=True, slots=True, eq=False)
class HeldNotes:
    """Sung notes as laid over the beat, arrays [n]: whole MIDI `pitch`, `time_s` in the beat, `length_s`, `odds`."""

    pitch: NDArray[np.intp]
    time_s: NDArray[np.float64]
    length_s: NDArray[np.float64]
    odds: NDArray[np.float64]


def held_notes(take: TakeFeatures, beat: Fingerprint, transform: Transform) -> HeldNotes:
    """Stretches of one whole pitch, with the mean log-odds of that pitch in the harmony under them."""
    voiced = np.flatnonzero(take.pitch.voiced)
    pitch = np.round(take.pitch.midi[voiced]).astype(np.intp)
    begins = np.flatnonzero(np.diff(pitch, prepend=-1) | (np.diff(voiced, prepend=-2) > 1)) if len(voiced) else voiced
    times = transform.start_s + take.pitch.times_s[voiced] * transform.tempo_ratio
    odds = notes.note_odds(beat, notes.HOP_S)
    rows = np.clip((times / notes.HOP_S).astype(np.intp), 0, len(odds) - 1)
    each = odds[rows, (pitch - transform.transpose) % 12].astype(np.float64)
    counts = np.diff(np.append(begins, len(voiced)))
    means = np.add.reduceat(each, begins) / counts if len(begins) else each
    return HeldNotes(pitch[begins], times[begins], counts * take.pitch.hop_s, means)


def _chords(sung: HeldNotes) -> Reason:
    total = float(sung.length_s.sum())
    inside = float(sung.length_s[sung.odds > 0].sum())
    return Reason("chords", (("share", round(inside / total, 2) if total else 0.0),))


def _clash(sung: HeldNotes, beat: Fingerprint, transform: Transform) -> list[Reason]:
    """The worst clash: long notes on strong beats weigh more."""
    positions = np.array([beat.grid.position(float(time)) for time in sung.time_s])
    harm = sung.length_s * _metre(positions, beat.grid.beats_per_bar) * np.maximum(_CLASH_ODDS - sung.odds, 0)
    harm = np.where(sung.length_s >= _HELD_S, harm, 0.0)
    if not len(harm) or harm.max() <= 0:
        return []
    worst = int(np.argmax(harm))
    bar = int(np.floor(positions[worst] / beat.grid.beats_per_bar))
    note = Key(int(sung.pitch[worst]) % 12, False).name
    chord = chord_at(beat, float(sung.time_s[worst]), float(sung.length_s[worst])).transposed(transform.transpose)
    name = f"{Key(chord.tonic, False).name} {'minor' if chord.minor else 'major'}"
    where = (("bar", bar + 1), ("beat_s", round(float(sung.time_s[worst]), 2)))
    return [Reason("clash", (("note", note), ("chord", name), *where))]


def _metre(positions: NDArray[np.float64], beats_per_bar: int) -> NDArray[np.float64]:
    """Weight of a note's place: 2 on a bar line, 1.5 on another beat, 1 elsewhere."""
    beat = np.abs(positions - np.round(positions)) < 1 / (2 * STEPS_PER_BEAT)
    bar = beat & (np.round(positions) % beats_per_bar == 0)
    return np.where(bar, 2.0, np.where(beat, 1.5, 1.0))


def chord_at(beat: Fingerprint, time_s: float, length_s: float) -> Key:
    """The triad that best explains chroma and bass around a moment (as a `Key`: root and mode)."""
    first, last = np.searchsorted(beat.grid.steps_s, [time_s, time_s + length_s])
    steps = slice(max(int(first) - 1, 0), max(int(last), int(first) + 1))
    energy = _share(beat.chroma[steps].sum(axis=0)) + 0.5 * _share(beat.bass[steps].sum(axis=0))
    scores = [energy[(root + np.array(shape)) % 12].sum() for shape in (_MAJOR, _MINOR) for root in range(12)]
    return Key.from_index(int(np.argmax(scores)))


def _share(energy: Float32) -> Float32:
    return energy / max(float(energy.sum()), 1e-9)


def _lead(room: Room, beat: Fingerprint) -> list[Reason]:
    """The longest stretch of bars under the voice in which a lead is busy."""
    busy = room.beats[beat.lead[room.beats] > _BUSY]
    if room.lead < _BUSY / 2 or not len(busy):
        return []
    bars = np.unique((busy - beat.grid.downbeat) // beat.grid.beats_per_bar) + 1
    runs = np.split(bars, np.flatnonzero(np.diff(bars) > 1) + 1)
    longest = max(runs, key=len)
    return [Reason("lead_busy", (("from_bar", int(longest[0])), ("to_bar", int(longest[-1]))))]


def _masked(room: Room) -> list[Reason]:
    worst = int(np.argmax(room.masked))
    return [Reason("masked", (("band", _BAND_NAMES[worst]),))] if room.masked[worst] > _MASKED else []
