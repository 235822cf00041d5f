"""Held chords: pads, strings, organ, choir."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vocmatch_desktop.synth.players.patterns import LEVEL, struck, variant
from vocmatch_desktop.synth.players.sheet import Bar, Sheet, Stroke
from vocmatch_desktop.synth.theory import near, voicing

LOWEST, HIGHEST = 36, 96


def held(
    sheet: Sheet,
    bars: Sequence[Bar],
    rng: np.random.Generator,
    centre: float = 62.0,
    low: bool = False,
    velocity: float = 0.6,
) -> tuple[Stroke, ...]:
    """Every chord for as long as it lasts, tones common with the one before tied over; `low` adds the bass below."""
    runs: list[tuple[float, float, tuple[int, ...]]] = []
    previous: tuple[int, ...] = ()
    for bar in bars:
        for timed in bar.chords:
            previous = voicing(timed.chord, centre, previous)
            pitches = (near(timed.chord.bass, centre - 17), *previous) if low else previous
            runs.append((timed.start, timed.end, pitches))
    return _tied(runs, velocity + float(rng.uniform(-0.08, 0.08)))


def _tied(runs: Sequence[tuple[float, float, tuple[int, ...]]], velocity: float) -> tuple[Stroke, ...]:
    sounding: dict[int, tuple[float, float]] = {}
    strokes = []
    for start, end, pitches in runs:
        for pitch, (since, until) in list(sounding.items()):
            if pitch not in pitches or until < start - 1e-6 or end - since > 16:
                strokes.append(Stroke(since, until - since, pitch, velocity))
                del sounding[pitch]
        for pitch in pitches:
            since = sounding[pitch][0] if pitch in sounding else start
            sounding[pitch] = (since, end)
    strokes += [Stroke(since, until - since, pitch, velocity) for pitch, (since, until) in sounding.items()]
    return tuple(strokes)


def stabbed(
    sheet: Sheet, bars: Sequence[Bar], rng: np.random.Generator, pattern: str, centre: float = 65.0
) -> tuple[Stroke, ...]:
    """Short chords in a rhythm (`X x o`): brass, organ, house chords."""
    chosen = variant(pattern, rng)
    strokes: list[Stroke] = []
    previous: tuple[int, ...] = ()
    for _, step, chord in struck(chosen, bars, sheet):
        previous = voicing(chord, centre, previous)
        strokes += [Stroke(step.beat, step.beats * 0.85, pitch, 0.85 * LEVEL[step.sign]) for pitch in previous]
    return tuple(strokes)
