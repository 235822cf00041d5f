"""Drums: what people played, laid on a song's beats, and machine patterns; notes of General MIDI percussion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vocmatch_desktop.synth.players.patterns import LEVEL
from vocmatch_desktop.synth.players.sheet import Bar, Sheet, Stroke

KICK, STICK, SNARE, CLAP, CLOSED, PEDAL, OPEN = 36, 37, 38, 39, 42, 44, 46
TOM_LOW, TOM_MID, TOM_HIGH, CRASH, RIDE, BELL, TAMBOURINE, COWBELL, SHAKER = 43, 47, 50, 49, 51, 53, 54, 56, 70
CONGA_HIGH, CONGA_LOW, CLAVES = 62, 64, 75
LOWEST, HIGHEST = 35, 81

_HOLD = 0.2
"""Beats a stroke is written for; drums ring as long as they do."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A stroke at `beat` from the groove's first bar line, microtiming included; `velocity` 1…127."""

    beat: float
    number: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Groove:
    """Some bars of drumming that may follow each other again and again.

    `name` says who played it; `style` is a word such as "rock" or "funk"; `fill` that it leads into a new section.
    """

    name: str
    style: str
    bpm: float
    beats_per_bar: int
    bars: int
    hits: tuple[Hit, ...]
    fill: bool = False

    def bar(self, index: int) -> tuple[Hit, ...]:
        """The strokes of bar `index` (going round), in beats from its bar line."""
        start = (index % self.bars) * self.beats_per_bar
        slack = 0.12  # a stroke just ahead of the bar line belongs to it
        within = (Hit(hit.beat - start, hit.number, hit.velocity) for hit in self.hits)
        return tuple(hit for hit in within if -slack <= hit.beat < self.beats_per_bar - slack)


def performed(
    sheet: Sheet,
    bars: Sequence[Bar],
    rng: np.random.Generator,
    groove: Groove,
    fills: Sequence[Groove] = (),
    level: float = 1.0,
) -> tuple[Stroke, ...]:
    """A performance over the bars, going round; a section may end in a fill, and then the next begins on a crash.

    Bars longer than the groove's keep its pulse, shorter ones leave its end out. `level` scales the velocities.
    """
    first = 4 * int(rng.integers(max(1, groove.bars // 4)))
    strokes: list[Stroke] = []
    after_fill = False
    for index, bar in enumerate(bars):
        fill = fills[int(rng.integers(len(fills)))] if fills and bar.last and rng.random() < 0.75 else None
        played = _laid(bar, groove.bar(first + index), groove.beats_per_bar, level)
        if fill is not None:
            start = bar.end - min(bar.beats, 2 if rng.random() < 0.5 else fill.beats_per_bar)
            filled = _laid(bar, fill.bar(fill.bars - 1), fill.beats_per_bar, level)
            played = [s for s in played if s.beat < start - 0.1] + [s for s in filled if s.beat >= start - 0.1]
        if after_fill and not any(s.number == CRASH for s in played):
            played += [Stroke(bar.beat, 1.0, CRASH, 0.85 * level), Stroke(bar.beat, _HOLD, KICK, 0.85 * level)]
        strokes += played
        after_fill = fill is not None
    return tuple(stroke for stroke in strokes if stroke.beat > -0.05)


def _laid(bar: Bar, hits: Sequence[Hit], beats_per_bar: int, level: float) -> list[Stroke]:
    """The groove's bar once, and again where the song's bar is longer."""
    strokes = []
    for start in range(0, bar.beats, beats_per_bar):
        for hit in hits:
            if start + hit.beat < bar.beats - 0.12:
                velocity = min(1.0, hit.velocity / 127 * level)
                strokes.append(Stroke(bar.beat + start + hit.beat, _HOLD, hit.number, velocity))
    return strokes


def programmed(
    sheet: Sheet,
    bars: Sequence[Bar],
    rng: np.random.Generator,
    voices: Mapping[int, str],
    level: float = 1.0,
    roll: float = 0.6,
) -> tuple[Stroke, ...]:
    """A machine: a pattern a voice (`X x o`; `r` two strokes a step, `t` three), variants by "/", bars by "|".

    All voices take the same variant where they have one, so that kick and snare belong together. At the end of a
    section the snare or clap rolls in with probability `roll`.
    """
    count = max(len(text.split("/")) for text in voices.values())
    variant = int(rng.integers(count))
    strokes: list[Stroke] = []
    for bar in bars:
        for number, text in voices.items():
            options = text.split("/")
            strokes += _machine_bar(bar, number, options[variant % len(options)], level)
        if bar.place == 0 and bar.beat and rng.random() < 0.7:
            strokes.append(Stroke(bar.beat, 1.0, CRASH, 0.6 * level))
        if bar.last and rng.random() < roll:
            strokes = _rolled(strokes, bar, SNARE if SNARE in voices else CLAP, level)
    return tuple(strokes)


def _machine_bar(bar: Bar, number: int, pattern: str, level: float) -> list[Stroke]:
    texts = ["".join(text.split()) for text in pattern.split("|")]
    text = texts[bar.place % len(texts)]
    strokes = []
    for index in range(bar.beats * bar.steps):
        sign = text[index % len(text)]
        times = {"r": 2, "t": 3}.get(sign, 1)
        if sign in ".-":
            continue
        strength = LEVEL.get(sign, 0.62) * level
        for again in range(times):
            beat = bar.beat + (index + again / times) / bar.steps
            strokes.append(Stroke(beat, _HOLD / times, number, strength * (1 - 0.15 * again)))
    return strokes


def _rolled(strokes: list[Stroke], bar: Bar, number: int, level: float) -> list[Stroke]:
    """The last beat of the bar as a crescendo of the given voice in place of what it had there."""
    start = bar.end - 1
    kept = [s for s in strokes if s.number != number or s.beat < start - 1e-6]
    steps = bar.steps
    return kept + [Stroke(start + i / steps, 0.1, number, (0.45 + 0.5 * i / steps) * level) for i in range(steps)]
