"""Rhythms as text: one character a step, "|" between bars, spaces for the eye only.

`X x o` strike loudly, normally, softly, `-` holds what sounds, `.` is silence; players give other letters meanings of
their own (a bass: degrees; a guitar: strokes down and up). "A / B" are two variants, of which a song takes one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from vocmatch_desktop.synth.players.sheet import Bar, Sheet
from vocmatch_desktop.synth.theory import ChordSymbol

LEVEL = {"X": 1.0, "x": 0.78, "o": 0.5}
"""Velocity of the three strengths."""


@dataclass(frozen=True, slots=True)
class Step:
    """A struck step: the sign, where it falls and how long it is held, in beats."""

    sign: str
    beat: float
    beats: float


def variant(patterns: str, rng: np.random.Generator) -> str:
    """One of the variants of "A / B / C"."""
    choices = patterns.split("/")
    return choices[int(rng.integers(len(choices)))].strip()


def steps(pattern: str, bar: Bar) -> Iterator[Step]:
    """The steps struck in `bar`: the pattern's bar by the bar's place in its section.

    A bar longer than the pattern's repeats it, a shorter one leaves the rest out.
    """
    texts = ["".join(text.split()) for text in pattern.split("|")]
    text = texts[bar.place % len(texts)]
    count = bar.beats * bar.steps
    signs = (text * (count // len(text) + 1))[:count]
    for index, sign in enumerate(signs):
        if sign in ".-":
            continue
        held = 1
        while index + held < count and signs[index + held] == "-":
            held += 1
        yield Step(sign, bar.beat + index / bar.steps, held / bar.steps)


def struck(pattern: str, bars: Sequence[Bar], sheet: Sheet) -> Iterator[tuple[Bar, Step, ChordSymbol]]:
    """The steps of all `bars` under which a chord holds, each with its bar and that chord."""
    for bar in bars:
        for step in steps(pattern, bar):
            chord = sheet.chord(step.beat)
            if chord is not None:
                yield bar, step, chord
