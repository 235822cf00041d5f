"""Lines above the chords: answers to the singer, riffs, arpeggios of plucks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vocmatch_desktop.synth.players.keys import rungs
from vocmatch_desktop.synth.players.patterns import LEVEL, steps, variant
from vocmatch_desktop.synth.players.sheet import Bar, Sheet, Stroke
from vocmatch_desktop.synth.theory import ChordSymbol, near

LOWEST, HIGHEST = 52, 96
_REST = 1.0
"""Beats of silence in the singing that an answer needs on top of its own length."""

_FIGURES = (
    ((0.0, 0.5), (0.5, 0.5), (1.0, 1.0)),
    ((0.5, 0.5), (1.0, 0.5), (1.5, 0.5), (2.0, 1.0)),
    ((0.0, 0.75), (0.75, 0.75), (1.5, 0.5), (2.0, 1.5)),
    ((0.0, 1.5), (1.5, 0.5), (2.0, 2.0)),
    ((0.0, 0.25), (0.25, 0.25), (0.5, 0.5), (1.5, 0.5), (2.0, 1.0)),
)
"""Rhythms of answers: (beat, beats)."""


def answering(
    sheet: Sheet, bars: Sequence[Bar], rng: np.random.Generator, centre: float = 74.0, chance: float = 0.7
) -> tuple[Stroke, ...]:
    """A phrase in every pause of the singing (and in whole bars without it): chord tones joined by scale steps."""
    figure = _FIGURES[int(rng.integers(len(_FIGURES)))]
    contour = rng.integers(-2, 3, len(figure)).tolist()
    length = figure[-1][0] + figure[-1][1]
    strokes: list[Stroke] = []
    for bar in bars:
        beat = float(bar.beat)
        free = next((s for s in np.arange(beat, bar.end, 1.0) if not _sung(sheet, s, s + min(length, 2.0))), None)
        if free is None or rng.random() > chance:
            continue
        strokes += _phrase(sheet, float(free), min(float(bar.end), free + length), figure, contour, centre)
    return tuple(strokes)


def _sung(sheet: Sheet, start: float, end: float) -> bool:
    return any(note.beat < end and note.beat + note.beats > start - 0.25 * _REST for note in sheet.sung)


def _phrase(
    sheet: Sheet,
    start: float,
    end: float,
    figure: Sequence[tuple[float, float]],
    contour: Sequence[int],
    centre: float,
) -> list[Stroke]:
    strokes: list[Stroke] = []
    pitch = centre
    for (offset, beats), move in zip(figure, contour, strict=True):
        beat = start + offset
        chord = sheet.chord(beat)
        if beat >= end - 1e-6 or chord is None:
            continue
        strong = beat % 1 == 0
        classes = tuple(chord.pitch_classes) if strong else _safe(sheet, chord)
        pitch = near_any(classes, 0.7 * pitch + 0.3 * centre + 2.0 * move)
        strokes.append(Stroke(beat, min(beats, end - beat), int(pitch), 0.7 if strong else 0.6))
    return strokes


def riff(
    sheet: Sheet, bars: Sequence[Bar], rng: np.random.Generator, pattern: str, centre: float = 69.0
) -> tuple[Stroke, ...]:
    """A figure of one or two bars that comes back: its rhythm and contour stay, its tones follow the chords."""
    chosen = variant(pattern, rng)
    contour = np.cumsum(rng.integers(-2, 3, 32))
    strokes = []
    for bar in bars:
        for index, step in enumerate(steps(chosen, bar)):
            chord = sheet.chord(step.beat)
            if chord is None:
                continue
            strong = step.beat == bar.beat or step.sign == "X"
            classes = tuple(chord.pitch_classes) if strong else _safe(sheet, chord)
            aim = centre + float(np.clip(2 * (contour[index % 32] - contour[0]), -9, 9))
            strokes.append(Stroke(step.beat, step.beats * 0.9, near_any(classes, aim), 0.8 * LEVEL[step.sign]))
    return tuple(strokes)


def arpeggio(
    sheet: Sheet,
    bars: Sequence[Bar],
    rng: np.random.Generator,
    steps_per_beat: int = 4,
    low: float = 60.0,
    gate: float = 0.7,
) -> tuple[Stroke, ...]:
    """An arpeggiator: up, down, up and down, or a fixed random order over the chord's first four or five tones."""
    span = int(rng.integers(4, 6))
    up = list(range(span))
    orders = (up, up[::-1], up + up[-2:0:-1], rng.permutation(span).tolist())
    order = orders[int(rng.integers(len(orders)))]
    strokes = []
    for bar in bars:
        for index in range(bar.beats * steps_per_beat):
            beat = bar.beat + index / steps_per_beat
            chord = sheet.chord(beat)
            if chord is not None:
                pitch = rungs(chord, low)[order[index % len(order)]]
                accent = 0.72 if index % steps_per_beat == 0 else 0.56
                strokes.append(Stroke(beat, gate / steps_per_beat, pitch, accent))
    return tuple(strokes)


def doubling(sheet: Sheet, bars: Sequence[Bar], rng: np.random.Generator, octaves: int = 0) -> tuple[Stroke, ...]:
    """The sung line itself, `octaves` higher: what separation finds hardest."""
    moved = 12 * octaves
    level = float(rng.uniform(0.5, 0.7))
    spans = [(bar.beat, bar.end) for bar in bars]
    return tuple(
        replace(note, number=note.number + moved, velocity=level)
        for note in sheet.sung
        if any(start <= note.beat < end for start, end in spans)
    )


def near_any(classes: Sequence[int], aim: float) -> int:
    """The pitch nearest to `aim` whose pitch class is among `classes`."""
    return min((near(pitch_class, aim) for pitch_class in sorted(classes)), key=lambda pitch: abs(pitch - aim))


def _safe(sheet: Sheet, chord: ChordSymbol) -> tuple[int, ...]:
    """Scale tones that do not lie a semitone above a chord tone, and the chord's own."""
    clear = {pc for pc in sheet.scale if (pc - 1) % 12 not in chord.pitch_classes}
    return tuple(sorted(clear | chord.pitch_classes))
