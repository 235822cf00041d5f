"""What a hand does on the piano roll, without a window: what a press takes hold of, and what a drag makes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt

from vocmatch_desktop.melody import edits
from vocmatch_desktop.melody.edits import Edited, Notes
from vocmatch_desktop.ui.melody_canvas import Canvas, Hit
from vocmatch_desktop.ui.timeline import BEATS_PER_BAR, Grid

Kind = Literal["move", "start", "end", "draw", "velocity"]

STILL_PX = 4.0
"""A drag that moved less than this in time is meant to change the key only."""
VELOCITY_A_PX = 0.75
DRAWN_VELOCITY = 88
FREE_NOTE_S = 0.25
FREE_NUDGE_S = 0.01


@dataclass(frozen=True, slots=True)
class Steps:
    """The lines edits keep to: every `beats` of a pulse; with None they are free."""

    grid: Grid | None = None
    beats: float | None = None

    @property
    def step_s(self) -> float | None:
        """Length of a step; None where edits are free."""
        if self.grid is None or self.beats is None:
            return None
        return self.grid.bar_s / BEATS_PER_BAR * self.beats

    @property
    def nudge_s(self) -> float:
        """How far an arrow key moves a note."""
        return self.step_s or FREE_NUDGE_S

    def nearest(self, time_s: float) -> float:
        """The line nearest to a moment; the moment itself where edits are free."""
        step_s = self.step_s
        if step_s is None or self.grid is None:
            return time_s
        return self.grid.first_beat_s + round((time_s - self.grid.first_beat_s) / step_s) * step_s

    def before(self, time_s: float) -> float:
        """The last line at or before a moment."""
        step_s = self.step_s
        if step_s is None or self.grid is None:
            return time_s
        return self.grid.first_beat_s + math.floor((time_s - self.grid.first_beat_s) / step_s + 1e-6) * step_s


@dataclass(frozen=True, slots=True)
class Grip:
    """What a press took hold of: the notes as they were, which of them, and where the pointer was."""

    kind: Kind
    notes: Notes
    chosen: frozenset[int]
    anchor: int
    x: float
    y: float


def cursor(found: Hit | None, pencil: bool, editable: bool) -> Qt.CursorShape:
    """What the pointer looks like over a note, with the pencil, or over nothing."""
    if not editable:
        return Qt.CursorShape.ArrowCursor
    if found is not None:
        return Qt.CursorShape.OpenHandCursor if found.part == "body" else Qt.CursorShape.SizeHorCursor
    return Qt.CursorShape.CrossCursor if pencil else Qt.CursorShape.ArrowCursor


def grip(notes: Notes, chosen: frozenset[int], found: Hit, x: float, y: float, velocity: bool = False) -> Grip:
    """A press on a note: a chosen one takes the others along, another one is chosen instead."""
    group = chosen if found.index in chosen else frozenset({found.index})
    kind: Kind = "velocity" if velocity else "move" if found.part == "body" else found.part
    return Grip(kind, notes, group, found.index, x, y)


def follow(held: Grip, view: Canvas, x: float, y: float, steps: Steps) -> Edited:
    """The notes while (and after) what is held is dragged to a place."""
    if held.kind == "draw":
        return _draw(held, view, x, steps)
    if held.kind == "velocity":
        return edits.struck(held.notes, held.chosen, round((held.y - y) * VELOCITY_A_PX))
    anchor = held.notes[held.anchor]
    seconds = (x - held.x) / view.px_per_s if abs(x - held.x) >= STILL_PX else 0.0
    if held.kind == "move":
        if seconds:
            seconds = steps.nearest(anchor.onset_s + seconds) - anchor.onset_s
        semitones = view.key(y) - view.key(held.y)
        return edits.moved(held.notes, held.chosen, seconds=seconds, semitones=semitones, end_s=view.duration_s)
    edge_s = anchor.onset_s if held.kind == "start" else anchor.offset_s
    if seconds:
        seconds = steps.nearest(edge_s + seconds) - edge_s
    return edits.stretched(held.notes, held.chosen, held.kind, seconds, view.duration_s)


def draw(notes: Notes, x: float, y: float) -> Grip:
    """A press of the pencil."""
    return Grip("draw", notes, frozenset(), -1, x, y)


def _draw(held: Grip, view: Canvas, x: float, steps: Steps) -> Edited:
    start_s = steps.before(view.time(held.x))
    length_s = steps.step_s or FREE_NOTE_S
    end_s = start_s + length_s
    if x - held.x >= STILL_PX:
        end_s = steps.nearest(view.time(x)) if steps.step_s else view.time(x)
    end_s = min(max(end_s, start_s + (steps.step_s or edits.SHORTEST_S)), max(view.duration_s, start_s + length_s))
    return edits.drawn(held.notes, start_s, end_s, view.key(held.y), DRAWN_VELOCITY)
