"""Bass lines: patterns of chord degrees, walking, and long slides. One note at a time, E1 to G3 (an 808 from C1)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vocmatch_desktop.synth.players.patterns import struck, variant
from vocmatch_desktop.synth.players.sheet import Bar, Sheet, Stroke
from vocmatch_desktop.synth.theory import ChordSymbol, near

LOWEST, HIGHEST = 28, 55
CENTRE = 38.0
_OVERLAP = 0.06
"""Beats by which the note before a slide is held over it: samplers glide from it."""


def patterned(
    sheet: Sheet,
    bars: Sequence[Bar],
    rng: np.random.Generator,
    pattern: str,
    centre: float = CENTRE,
    short: float = 1.0,
) -> tuple[Stroke, ...]:
    """A line of degrees: `1 3 5 7 8` of the chord, `l` the fifth below, `a` a semitone below what follows.

    `g` strikes the root softly (a ghost note), `~` slides up an octave from the note before (which is held over it).
    `short` is the part of a note's written length that sounds.
    """
    chosen = variant(pattern, rng)
    strokes: list[Stroke] = []
    for bar, step, chord in struck(chosen, bars, sheet):
        root = near(chord.bass, centre)
        number = _number(step.sign, root, chord, sheet.next_chord(step.beat) or chord)
        if step.sign == "~" and strokes:
            held = strokes[-1]
            strokes[-1] = Stroke(held.beat, step.beat + _OVERLAP - held.beat, held.number, held.velocity)
        velocity = 0.42 if step.sign == "g" else 0.86 if step.beat == bar.beat else 0.76
        strokes.append(Stroke(step.beat, step.beats * (0.5 if step.sign == "g" else short), number, velocity))
    return tuple(strokes)


def walking(sheet: Sheet, bars: Sequence[Bar], rng: np.random.Generator, centre: float = CENTRE) -> tuple[Stroke, ...]:
    """A note a beat: the root where a chord begins, then chord and scale tones that lead into the next root.

    The last beat before a change is a semitone or a fifth from where it goes.
    """
    strokes: list[Stroke] = []
    for bar in bars:
        for beat in range(bar.beat, bar.end):
            chord = sheet.chord(beat)
            if chord is None:
                continue
            before = strokes[-1].number if strokes else near(chord.bass, centre)
            number = _step(sheet, beat, chord, before, centre, rng)
            strokes.append(Stroke(float(beat), 0.95, number, 0.8 if beat == bar.beat else 0.7))
            if rng.random() < 0.08:
                strokes.append(Stroke(beat + 2 / 3, 0.3, number, 0.5))
    return tuple(strokes)


def _step(sheet: Sheet, beat: int, chord: ChordSymbol, before: int, centre: float, rng: np.random.Generator) -> int:
    if sheet.chord(beat - 1) != chord:
        return near(chord.bass, 0.5 * (before + centre))
    after = sheet.chord(beat + 1)
    if after is not None and after != chord:
        target = near(after.bass, 0.5 * (before + centre))
        return target + int(rng.choice([-1, 1, 7 if target < centre else -5]))
    tones = [near(pitch_class, before + move) for pitch_class in chord.pitch_classes for move in (-3, 4)]
    steps_ = [number for number in tones if 0 < abs(number - before) <= 7] or [before]
    return int(rng.choice(sorted(set(steps_))))


def _number(sign: str, root: int, chord: ChordSymbol, following: ChordSymbol) -> int:
    if sign in "35":
        return root + (chord.tone(int(sign)) + chord.root - chord.bass) % 12
    if sign == "7":
        return root + (chord.tone(7) + chord.root - chord.bass) % 12
    if sign in "8~":
        return root + 12
    if sign == "l":
        return root - 12 + (chord.tone(5) + chord.root - chord.bass) % 12
    if sign == "a":
        return near(following.bass, root) - 1
    return root
