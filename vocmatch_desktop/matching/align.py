"""The exact search: every start offset × transposition × likely tempo ratio of one beat.

Notes are measured in standard deviations above the pair's own chance level, which is what the same take scores
against the same beat at all other offsets and in all twelve transpositions: so harmonically dense beats are not
favoured. A soft maximum over offsets (log-mean-exp) keeps long beats from winning by having more places to look.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.matching import fuse, groove, notes
from vocmatch_desktop.matching.excerpt import most_sung
from vocmatch_desktop.types import BeatGrid, Fingerprint, Float32, TakeFeatures, TempoHypothesis, Transform

SHARPNESS = 3.0
"""Of the soft maximum, per standard deviation: from 2 to 4 ranks real takes alike."""

HALF_BAR_PRICE = 0.5
"""Standard deviations by which a start in mid-bar must be better than one on the bar line, where bars are known."""

MAX_STRETCH = 0.08
"""Tempo ratios lie within 1 ± this."""

_SAME_RATIO = 0.0025
"""Tempo ratios closer to 1 than this are 1: a 20-second take drifts by 50 ms."""

_OCTAVES = (1.0, 0.5, 2.0)
_TEMPO_PEAKS = 3
"""Tempo ratios, beside 1, that are searched where the tempo is unknown: those whose pulses agree best."""


@dataclass(frozen=True, slots=True, eq=False)
class TakeView:
    """A take made ready to be laid over many beats. `clock`: the tempo the take is known to have.

    `take`: what is compared, of long takes the most sung part, which begins at `begins_s` of a take of `whole_s`. Lays
    are of that part; `of_whole` turns them into lays of the whole.
    """

    take: TakeFeatures
    begins_s: float
    whole_s: float
    sung: notes.SungFrames
    slides: Float32
    onsets: groove.SungOnsets
    clock: TempoHypothesis | None

    @classmethod
    def of(cls, take: TakeFeatures) -> TakeView:
        """Prepares a take."""
        part, begins_s = most_sung(take)
        clock = part.tempo[0] if part.tempo_known and part.tempo else None
        onsets = groove.SungOnsets(part.onsets, part.onset_hop_s)
        slides = groove.slides(groove.take_pulses(part))
        return cls(part, begins_s, take.duration_s, notes.sung_frames(part), slides, onsets, clock)

    def whole_inside(self, beat: Fingerprint, ratio: float, starts_s: NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
        """At which starts of the part the whole take lies in the beat, to one grid beat; all where none does."""
        slack_s = 60 / beat.grid.bpm
        begins_s = starts_s - self.begins_s * ratio
        inside = (begins_s >= -slack_s) & (begins_s + self.whole_s * ratio <= beat.duration_s + slack_s)
        is_part = self.whole_s > self.take.duration_s
        return inside if is_part and inside.any() else np.ones(len(starts_s), dtype=bool)

    def of_whole(self, part: Transform, beat_grid: BeatGrid, beat_s: float) -> Transform:
        """How the whole take lies where its part lies as given.

        What would begin more than a bar before the beat begins in an earlier turn of the beat's loop instead.
        """
        start_s = part.start_s - self.begins_s * part.tempo_ratio
        begin_s, end_s = beat_grid.whole_bars(beat_s)
        early_s = -start_s - beat_grid.beats_per_bar * 60 / beat_grid.bpm if self.begins_s else 0.0
        return replace(part, start_s=start_s + max(0, math.ceil(early_s / (end_s - begin_s))) * (end_s - begin_s))


@dataclass(frozen=True, slots=True)
class Lay:
    """One way to lay a beat under the take: `notes` and `pulse` in standard deviations above chance."""

    transform: Transform
    notes: float
    pulse: float
    evidence: float


@dataclass(frozen=True, slots=True)
class Tempo:
    """A tempo ratio to search, its octave, and whether it brings the beat to the clock (else it is 1)."""

    ratio: float
    octave: float = 1.0
    reachable: bool = True


def clock_tempo(clock: TempoHypothesis, beat_bpm: float) -> Tempo:
    """The ratio that brings a beat to a known tempo, over the octaves; ratio 1 where none lies within reach."""
    options = [Tempo(clock.bpm / (octave * beat_bpm), octave) for octave in _OCTAVES]
    best = min(options, key=lambda tempo: abs(np.log(tempo.ratio)))
    return best if abs(best.ratio - 1) <= MAX_STRETCH else Tempo(1.0, 1.0, reachable=False)


def likely_tempi(view: TakeView, beat_bpm: float, agreement: Float32) -> list[Tempo]:
    """The ratios worth an exact look: the clock's, else 1 and the best peaks of the pulses' agreement.

    Without a clock nothing is said of octaves: a bare voice does not tell whether it counts in halves.
    """
    if view.clock is not None:
        return [clock_tempo(view.clock, beat_bpm)]
    ratios = groove.ratios()
    near = np.flatnonzero(np.abs(ratios - 1) <= MAX_STRETCH)[1:-1]
    peaks = near[(agreement[near] >= agreement[near - 1]) & (agreement[near] >= agreement[near + 1])]
    worth = fuse.PULSE_WEIGHT * agreement[peaks] - stretch_prices()[peaks]
    best = peaks[np.argsort(-worth, kind="stable")[:_TEMPO_PEAKS]]
    apart = best[np.abs(ratios[best] - 1) > _SAME_RATIO]
    return [Tempo(1.0), *(Tempo(float(ratios[i])) for i in apart)]


def stretch_prices() -> NDArray[np.float64]:
    """`fuse.stretch_price` of all `groove.ratios`."""
    return np.array([fuse.stretch_price(float(ratio)) for ratio in groove.ratios()])


def search(view: TakeView, beat: Fingerprint, max_shift: int) -> list[Lay]:
    """The best lay for every transposition within ±`max_shift` and every likely tempo, best first."""
    agreement = groove.pulse_agreement(view.slides, groove.beat_pulses(beat)[None])[0]
    odds = looped(weighed_odds(beat), beat, view.take.duration_s * (1 + MAX_STRETCH))
    found: list[Lay] = []
    for tempo in likely_tempi(view, beat.grid.bpm, agreement):
        found += _lays(
            view, beat, odds, tempo, float(groove.at_ratios(agreement[None], np.array([tempo.ratio]))[0]), max_shift
        )
    return sorted(found, key=lambda lay: (-lay.evidence, abs(lay.transform.transpose), lay.transform.start_s))


def weighed_odds(beat: Fingerprint) -> Float32:
    """The odds of the exact search, float32 [n, 12] every `notes.HOP_S`."""
    return notes.by_metre(notes.note_odds(beat, notes.HOP_S), beat.grid, notes.HOP_S)


def settle(view: TakeView, beat: Fingerprint, lay: Lay) -> Transform:
    """Places a lay finely: where notes and onsets together fit best.

    One that is set by the clock stays where it is, and so do pick-ups and loops.
    """
    chosen = lay.transform
    on_clock = view.clock is not None and view.clock.first_beat_s is not None
    if on_clock or chosen.start_s < 0 or beat.duration_s < view.take.duration_s * chosen.tempo_ratio:
        return chosen
    odds = weighed_odds(beat)
    surface, _ = standard_surface(view.sung.on_lattice(chosen.tempo_ratio, notes.HOP_S), odds, 0)
    fit = groove.onset_fit(view.onsets.on_lattice(chosen.tempo_ratio), groove.onset_train(beat))
    starts = np.arange(len(fit)) * groove.FINE_HOP_S
    row = surface[chosen.transpose % 12]
    together = np.interp(starts, np.arange(len(row)) * notes.HOP_S, row) + fit
    inside = view.whole_inside(beat, chosen.tempo_ratio, starts)
    return replace(chosen, start_s=float(starts[int(np.argmax(np.where(inside, together, -np.inf)))]))


def _lays(view: TakeView, beat: Fingerprint, odds: Float32, tempo: Tempo, pulse: float, max_shift: int) -> list[Lay]:
    grid, short = beat.grid, beat.duration_s < view.take.duration_s * (1 + MAX_STRETCH)
    surface, first = standard_surface(view.sung.on_lattice(tempo.ratio, notes.HOP_S), odds, pickup_rows(grid))
    starts = (first + np.arange(surface.shape[1])) * notes.HOP_S
    if view.clock is not None and view.clock.first_beat_s is not None and tempo.reachable:
        starts = half_bars(grid, view.clock, tempo, float(starts[0]), float(starts[-1]))
        rows = np.clip(np.round(starts / notes.HOP_S).astype(np.intp) - first, 0, surface.shape[1] - 1)
        surface = surface[:, rows]
        if view.clock.first_beat_is_bar:
            surface = surface - HALF_BAR_PRICE * in_mid_bar(grid, starts + view.clock.first_beat_s * tempo.ratio)
    soft = soft_maximum(surface)
    inside = view.whole_inside(beat, tempo.ratio, starts)
    lays = []
    for shift in range(-max_shift, max_shift + 1):
        row = shift % 12
        start = float(starts[int(np.argmax(np.where(inside, surface[row], -np.inf)))])
        transform = Transform(shift, tempo.ratio, within_loop(start, beat) if short else start, tempo.octave)
        price = fuse.shift_price(shift) + fuse.tempo_price(tempo.ratio, known=view.clock is not None)
        price += 0.0 if tempo.reachable else fuse.OUT_OF_REACH
        lays.append(Lay(transform, float(soft[row]), pulse, fuse.evidence(float(soft[row]), pulse) - price))
    return lays


def within_loop(time_s: float, beat: Fingerprint) -> float:
    """Where in the file a looped beat is at `time_s`."""
    begin_s, end_s = beat.grid.whole_bars(beat.duration_s)
    return time_s if time_s < end_s - notes.HOP_S / 2 else begin_s + (time_s - begin_s) % (end_s - begin_s)


def looped(odds: Float32, beat: Fingerprint, take_s: float) -> Float32:
    """The odds of a beat, followed by its loop until a take of `take_s` may begin anywhere, where it is shorter."""
    if beat.duration_s >= take_s:
        return odds
    begin_s, end_s = beat.grid.whole_bars(beat.duration_s)
    times = (np.arange(int(np.ceil((end_s + take_s) / notes.HOP_S))) + 0.5) * notes.HOP_S
    inside = np.where(times < end_s, times, begin_s + (times - begin_s) % (end_s - begin_s))
    return odds[np.minimum((inside / notes.HOP_S).astype(np.intp), len(odds) - 1)]


def pickup_rows(grid: BeatGrid) -> int:
    """How many rows a take may begin before the beat does: one bar."""
    return int(np.ceil(grid.beats_per_bar * 60 / grid.bpm / notes.HOP_S))


def standard_surface(sung: Float32, odds: Float32, pickup: int) -> tuple[Float32, int]:
    """Notes at every transposition and offset, in standard deviations above the mean of all of them.

    Before the beat begins nothing sounds, and any note counts as chance.

    Returns:
        Float32 [12, offsets] (row k: beat transposed by k semitones) and the offset, in rows, of the first column.
    """
    from scipy import fft

    length = int(fft.next_fast_len(len(odds) + len(sung), real=True))
    surface = notes.correlate(sung, odds - odds.mean(), length)
    offsets = max(len(odds) - len(sung) + 1, 1)
    surface = np.concatenate([surface[:, length - pickup :], surface[:, :offsets]], axis=1)
    spread = max(float(surface.std()), 1e-6)
    return np.asarray((surface - surface.mean()) / spread, dtype=np.float32), -pickup


def half_bars(
    grid: BeatGrid, clock: TempoHypothesis, tempo: Tempo, earliest_s: float, latest_s: float
) -> NDArray[np.float64]:
    """Starts that put the take's known beat on the beat's half-bars (on any beat where the take's bar is unknown)."""
    first = clock.first_beat_s or 0.0
    step = grid.beats_per_bar / 2 if clock.first_beat_is_bar else 1.0
    lead = first * tempo.ratio
    low, high = grid.position(earliest_s + lead), grid.position(latest_s + lead)
    positions = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
    if not len(positions):
        positions = np.array([np.round((low + high) / 2 / step) * step])
    return np.array([grid.time(float(position)) - lead for position in positions])


def in_mid_bar(grid: BeatGrid, times_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of these times lie off the bar lines, by a beat or more."""
    beats = np.array([round(grid.position(float(time))) for time in times_s])
    return np.asarray(beats % grid.beats_per_bar != 0)


def soft_maximum(surface: Float32) -> NDArray[np.float64]:
    """Log-mean-exp along the last axis, in the surface's own unit."""
    top = surface.max(axis=-1, keepdims=True).astype(np.float64)
    mean = np.mean(np.exp(SHARPNESS * (surface - top)), axis=-1)
    return np.asarray(top[..., 0] + np.log(mean) / SHARPNESS)
