"""Guitars: chords as a hand can hold them, strummed, picked, scratched, or as power chords.

Standard tuning. A shape lies within four frets, one note a string, the bass or root lowest; so voicings, doublings and
the gaps between strings are a guitar's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vocmatch_desktop.synth.players.patterns import LEVEL, Step, struck, variant
from vocmatch_desktop.synth.players.sheet import Bar, Sheet, Stroke
from vocmatch_desktop.synth.theory import ChordSymbol

STRINGS = (40, 45, 50, 55, 59, 64)
"""E A D G B E, open."""

LOWEST, HIGHEST = 40, 88
_REACH = 3
_UP_STRINGS = 4


def shape(chord: ChordSymbol, position: int = 0) -> tuple[int, ...]:
    """MIDI pitches of a hand's shape at fret `position` or above, from the lowest string up.

    Open strings count as within reach below the third fret. The shape with most of the chord's tones, then most
    strings, wins; it always starts on the chord's bass.
    """
    best: tuple[float, tuple[int, ...]] = (-np.inf, ())
    for lowest in range(3):
        for fret in range(position, position + 8):
            pitches = _held(chord, fret, lowest)
            tones = {pitch % 12 for pitch in pitches} & {(chord.root + i) % 12 for i in chord.intervals}
            score = 4 * len(tones) + len(pitches) - 0.7 * (fret - position)
            if pitches and score > best[0]:
                best = (score, pitches)
    return best[1]


def _held(chord: ChordSymbol, fret: int, lowest: int) -> tuple[int, ...]:
    """What sounds with the hand at `fret` when the string `lowest` has the bass; empty where it cannot."""
    frets = ([0] if fret <= 2 else []) + list(range(max(fret, 1), fret + _REACH + 1))
    bass = [STRINGS[lowest] + f for f in frets if (STRINGS[lowest] + f) % 12 == chord.bass]
    if not bass:
        return ()
    pitches, seen = [bass[0]], {bass[0] % 12}
    for string in STRINGS[lowest + 1 :]:
        options = [string + f for f in frets if (string + f) % 12 in chord.pitch_classes and string + f > pitches[-1]]
        if options:
            pitches.append(min(options, key=lambda pitch: (pitch % 12 in seen, pitch)))
            seen.add(pitches[-1] % 12)
    return tuple(pitches)


def strummed(
    sheet: Sheet,
    bars: Sequence[Bar],
    rng: np.random.Generator,
    pattern: str,
    position: int = 0,
    spread_s: float = 0.014,
    top: int = 6,
) -> tuple[Stroke, ...]:
    """Strums: `D d` down, `U u` up (capitals accented), `s` scratched on damped strings, `-` rings on.

    A downstroke runs through all strings from below, an upstroke through the upper ones from above. `top` keeps only
    that many upper strings (a rhythm guitar of a funk band uses three or four).
    """
    chosen = variant(pattern, rng)
    strokes: list[Stroke] = []
    for _, step, chord in struck(chosen, bars, sheet):
        strokes += _strum(shape(chord, position)[-top:], step, spread_s, rng)
    return tuple(strokes)


def _strum(pitches: tuple[int, ...], step: Step, spread_s: float, rng: np.random.Generator) -> list[Stroke]:
    up = step.sign in "Uu"
    order = pitches[::-1][:_UP_STRINGS] if up else pitches
    base = {"D": 0.85, "U": 0.74, "d": 0.68, "u": 0.58, "s": 0.4}[step.sign]
    beats = min(step.beats, 0.12) if step.sign == "s" else step.beats
    pace = spread_s * float(rng.uniform(0.6, 1.5)) * (0.6 if step.sign in "DU" else 1.0)
    return [
        Stroke(step.beat, beats, pitch, base - 0.03 * abs(index - len(order) / 2), index * pace)
        for index, pitch in enumerate(order)
    ]


def picked(
    sheet: Sheet, bars: Sequence[Bar], rng: np.random.Generator, pattern: str, position: int = 0
) -> tuple[Stroke, ...]:
    """Fingerpicking: `1` is the shape's bass, `2`…`6` its strings above, `5` and `6` wrapping to the highest.

    A string rings until it is plucked again or the chord changes.
    """
    chosen = variant(pattern, rng)
    strokes = []
    for bar, step, chord in struck(chosen, bars, sheet):
        pitches = shape(chord, position)
        until = bar.chord_end(step.beat)
        pitch = pitches[min(int(step.sign), len(pitches)) - 1]
        strokes.append(Stroke(step.beat, until - step.beat, pitch, 0.72 if step.sign == "1" else 0.58))
    return tuple(strokes)


def power(
    sheet: Sheet, bars: Sequence[Bar], rng: np.random.Generator, pattern: str, octave: bool = True
) -> tuple[Stroke, ...]:
    """Power chords, root, fifth and octave, at the low end of the neck: `X x o`; held for as long as is written."""
    chosen = variant(pattern, rng)
    strokes = []
    for _, step, chord in struck(chosen, bars, sheet):
        root = 40 + (chord.root - 40) % 12
        fifth = root + chord.tone(5)
        pitches = (root, fifth, root + 12) if octave else (root, fifth)
        strokes += [
            Stroke(step.beat, step.beats, pitch, LEVEL[step.sign], 0.004 * i) for i, pitch in enumerate(pitches)
        ]
    return tuple(strokes)


def chugged(sheet: Sheet, bars: Sequence[Bar], rng: np.random.Generator, pattern: str) -> tuple[Stroke, ...]:
    """Palm-muted eighths or sixteenths on the chord's lowest root and its fifth, short."""
    return tuple(
        Stroke(s.beat, min(s.beats, 0.35), s.number, s.velocity * 0.9, s.delay_s)
        for s in power(sheet, bars, rng, pattern, octave=False)
    )
