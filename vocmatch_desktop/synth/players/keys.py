"""Pianos and electric pianos: comping, ballad chords, broken chords, stride. Left hand below, right hand above."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vocmatch_desktop.synth.players.patterns import LEVEL, struck, variant
from vocmatch_desktop.synth.players.sheet import Bar, Sheet, Stroke
from vocmatch_desktop.synth.theory import ChordSymbol, near, voicing

LOWEST, HIGHEST = 28, 96
_LEFT = 43.0
_RIGHT = 63.0


def comped(
    sheet: Sheet,
    bars: Sequence[Bar],
    rng: np.random.Generator,
    right: str,
    left: str = "",
    centre: float = _RIGHT,
) -> tuple[Stroke, ...]:
    """Chords in the rhythm `right` (`X x o`, `-` held) over roots, fifths and octaves in the rhythm `left`.

    `left` knows the bass's `1 5 8` and `o`, root and octave together; empty for a right hand alone.
    """
    hands = _chords(sheet, bars, variant(right, rng), centre)
    return (*hands, *_left(sheet, bars, variant(left, rng))) if left else hands


def _chords(sheet: Sheet, bars: Sequence[Bar], pattern: str, centre: float) -> tuple[Stroke, ...]:
    strokes: list[Stroke] = []
    previous: tuple[int, ...] = ()
    for _, step, chord in struck(pattern, bars, sheet):
        previous = voicing(chord, centre, previous)
        strokes += [Stroke(step.beat, step.beats * 0.95, pitch, 0.8 * LEVEL[step.sign]) for pitch in previous]
    return tuple(strokes)


def _left(sheet: Sheet, bars: Sequence[Bar], pattern: str) -> tuple[Stroke, ...]:
    strokes: list[Stroke] = []
    for _, step, chord in struck(pattern, bars, sheet):
        root = near(chord.bass, _LEFT)
        fifth = root + (chord.root + chord.tone(5) - chord.bass) % 12
        pitches = {"1": (root,), "5": (fifth,), "8": (root + 12,), "o": (root - 12, root)}[step.sign]
        strokes += [Stroke(step.beat, step.beats, pitch, 0.66) for pitch in pitches]
    return tuple(strokes)


def ballad(sheet: Sheet, bars: Sequence[Bar], rng: np.random.Generator) -> tuple[Stroke, ...]:
    """Quarter-note chords over a held bass, strong on one and three, with the fifth or octave on the way."""
    beats = bars[0].beats if bars else 4
    right = {3: "x---o---o---", 6: "x.o.o.x.o.o."}.get(beats, "x---o---x---o---")
    left = {3: "1-----------", 6: "1-----5-----"}.get(beats, "1-------5-------/1-----------8---/o-------1-------")
    return comped(sheet, bars, rng, right, left)


def broken(
    sheet: Sheet, bars: Sequence[Bar], rng: np.random.Generator, pattern: str, low: float = 48.0
) -> tuple[Stroke, ...]:
    """Broken chords: `1`…`9` are the chord's tones from the bass nearest `low` up; each rings to the chord's end."""
    chosen = variant(pattern, rng)
    strokes = []
    for bar, step, chord in struck(chosen, bars, sheet):
        until = bar.chord_end(step.beat)
        ladder = rungs(chord, low)
        strokes.append(
            Stroke(step.beat, until - step.beat, ladder[int(step.sign) - 1], 0.7 if step.sign == "1" else 0.55)
        )
    return tuple(strokes)


def stride(sheet: Sheet, bars: Sequence[Bar], rng: np.random.Generator) -> tuple[Stroke, ...]:
    """Bass notes on the strong beats, chords on the weak: ragtime, waltz, march."""
    strokes: list[Stroke] = []
    previous: tuple[int, ...] = ()
    for bar in bars:
        for offset in range(bar.beats):
            beat = float(bar.beat + offset)
            chord = sheet.chord(beat)
            if chord is None:
                continue
            if offset % (3 if bar.beats in (3, 6) else 2) == 0:
                root = near(chord.bass, _LEFT)
                fifth = root - 12 + (chord.root + chord.tone(5) - chord.bass) % 12
                strokes.append(Stroke(beat, 0.9, fifth if offset == 2 and rng.random() < 0.7 else root, 0.7))
            else:
                previous = voicing(chord, 60.0, previous)
                strokes += [Stroke(beat, 0.5, pitch, 0.5) for pitch in previous]
    return tuple(strokes)


def rungs(chord: ChordSymbol, low: float, count: int = 9) -> tuple[int, ...]:
    """The chord's tones upwards, `count` of them, from its bass nearest `low`."""
    start = near(chord.bass, low)
    above = (pitch for pitch in range(start + 1, 128) if (pitch - chord.root) % 12 in {i % 12 for i in chord.intervals})
    return (start, *(pitch for pitch, _ in zip(above, range(count - 1), strict=False)))
