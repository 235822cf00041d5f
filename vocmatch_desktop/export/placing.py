"""Where the files of one match begin, so that they fall into place when they are dropped on the same bar of a DAW.

Everything dragged out of one match starts at the same musical instant: a bar line of the beat, the last one at or
before the take's first sample. (Not the first *audible* one: the take is padded, never trimmed.) Every file lasts
whole bars, so that a program that counts beats finds the true tempo.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from vocmatch_desktop.types import BeatGrid, Selection, Transform


@dataclass(frozen=True, slots=True)
class Placing:
    """The instant everything starts at, and how long a bar is.

    `bar`: number of the bar in the beat, 0 is its first whole one, negative before it. `beat_from_s`: the instant in
    the original beat (negative: the beat itself starts later). `take_pad_s`: silence before the take, ≥ 0. `bpm`: the
    fitted tempo. `bar_s`: a fitted bar.
    """

    bar: int
    beat_from_s: float
    take_pad_s: float
    bpm: float
    bar_s: float
    beats_per_bar: int

    def whole_bars(self, duration_s: float) -> int:
        """Bars that a file of at least `duration_s` lasts; a millisecond over a bar line is not worth another one."""
        return max(1, math.ceil((duration_s - 0.001) / self.bar_s))


def place(grid: BeatGrid, transform: Transform, take_from_s: float = 0.0) -> Placing:
    """Places a match; `take_from_s` is where in the take `transform` counts from (a selection's start)."""
    first_sample_s = _under_first_sample(transform, take_from_s)
    # A take that begins a rounding error before a bar line begins on it.
    bar = math.floor(grid.position(first_sample_s) / grid.beats_per_bar + 1e-4)
    beat_from_s = min(grid.time(bar * grid.beats_per_bar), first_sample_s)
    bpm = grid.bpm * transform.tempo_ratio
    return Placing(
        bar=bar,
        beat_from_s=beat_from_s,
        take_pad_s=(first_sample_s - beat_from_s) / transform.tempo_ratio,
        bpm=bpm,
        bar_s=grid.beats_per_bar * 60.0 / bpm,
        beats_per_bar=grid.beats_per_bar,
    )


def from_first_sample(transform: Transform, selection: Selection | None) -> Transform:
    """A transform that counts from a selection's start, counted from the whole take's first sample instead."""
    return replace(transform, start_s=_under_first_sample(transform, selection.from_s if selection else 0.0))


def _under_first_sample(transform: Transform, take_from_s: float) -> float:
    return transform.start_s - take_from_s * transform.tempo_ratio
