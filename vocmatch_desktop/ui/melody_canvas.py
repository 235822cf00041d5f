"""Where seconds and keys fall on the piano roll, and what of a melody is under the pointer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from vocmatch_desktop.types import Note

Part = Literal["body", "start", "end"]

LOWEST_KEY, HIGHEST_KEY = 12, 119
FEWEST_KEYS, MOST_KEYS = 8.0, 96.0
SHORTEST_VIEW_S = 0.5
ROOM_KEYS = 3.0
"""Free keys above and below what a fitted view shows."""
FEWEST_FITTED_KEYS = 17.0
GRAB_PX = 5.0
"""How near to an edge of a note its edge is meant."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """A view of a take: `from_s`…`to_s` by keys `low`…`high` (edges of rows: key k lies from k − ½ to k + ½).

    It fills `width` × `height` pixels whose top left corner is (`left`, `top`) in the widget.
    """

    from_s: float
    to_s: float
    low: float
    high: float
    left: float
    top: float
    width: float
    height: float
    duration_s: float

    @property
    def px_per_s(self) -> float:
        """Horizontal scale."""
        return self.width / max(1e-6, self.to_s - self.from_s)

    @property
    def row_px(self) -> float:
        """Height of a key."""
        return self.height / max(1e-6, self.high - self.low)

    @property
    def right(self) -> float:
        """Right edge in the widget."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Lower edge in the widget."""
        return self.top + self.height

    def x(self, time_s: float) -> float:
        """Where a moment is."""
        return self.left + (time_s - self.from_s) * self.px_per_s

    def time(self, x: float) -> float:
        """Which moment a place is."""
        return self.from_s + (x - self.left) / self.px_per_s

    def y(self, key: float) -> float:
        """Where a pitch is (a whole one: the middle of its row)."""
        return self.top + (self.high - key) * self.row_px

    def pitch(self, y: float) -> float:
        """Which pitch a place is."""
        return self.high - (y - self.top) / self.row_px

    def key(self, y: float) -> int:
        """Which key's row a place is in."""
        return min(max(round(self.pitch(y)), 0), 127)

    def placed(self, left: float, top: float, width: float, height: float) -> Canvas:
        """The same view in another rectangle: time keeps its part, keys their height where they can."""
        moved = replace(self, left=left, top=top, width=max(1.0, width), height=max(1.0, height))
        return _bounded(moved)

    def zoomed(self, factor: float, at_x: float) -> Canvas:
        """Closer (`factor` > 1) or further in time; the moment under `at_x` stays there."""
        at_s = self.time(min(max(at_x, self.left), self.right))
        longest = max(self.duration_s, SHORTEST_VIEW_S)
        span = min(max((self.to_s - self.from_s) / factor, SHORTEST_VIEW_S), longest)
        share = (at_s - self.from_s) / max(1e-9, self.to_s - self.from_s)
        from_s = at_s - share * span
        return _bounded(replace(self, from_s=from_s, to_s=from_s + span))

    def stretched(self, factor: float, at_y: float) -> Canvas:
        """Taller (`factor` > 1) or lower keys; the key under `at_y` stays there."""
        at = self.pitch(min(max(at_y, self.top), self.bottom))
        span = min(max((self.high - self.low) / factor, FEWEST_KEYS), MOST_KEYS)
        share = (self.high - at) / (self.high - self.low)
        high = at + share * span
        return _bounded(replace(self, low=high - span, high=high))

    def scrolled(self, seconds: float = 0.0, keys: float = 0.0) -> Canvas:
        """Moved along; stops at the ends."""
        return _bounded(
            replace(
                self,
                from_s=self.from_s + seconds,
                to_s=self.to_s + seconds,
                low=self.low + keys,
                high=self.high + keys,
            )
        )

    def showing(self, time_s: float) -> Canvas:
        """Turned like a page where a moment is out of sight."""
        span = self.to_s - self.from_s
        if self.from_s <= time_s < self.to_s:
            return self
        return self.scrolled(seconds=time_s - 0.05 * span - self.from_s)

    def fitted(self, pitches: Iterable[float]) -> Canvas:
        """All of the take, and the keys these pitches need."""
        known = [pitch for pitch in pitches if math.isfinite(pitch)] or [60.0]
        low, high = min(known) - ROOM_KEYS, max(known) + ROOM_KEYS
        missing = max(0.0, FEWEST_FITTED_KEYS - (high - low)) / 2
        view = replace(self, from_s=0.0, to_s=max(self.duration_s, SHORTEST_VIEW_S))
        return _bounded(replace(view, low=low - missing, high=high + missing))


def _bounded(view: Canvas) -> Canvas:
    """A view that shows nothing before 0, after the take's end, or off the keyboard."""
    end_s = max(view.duration_s, SHORTEST_VIEW_S)
    span = min(view.to_s - view.from_s, end_s)
    from_s = min(max(view.from_s, 0.0), end_s - span)
    keys = min(view.high - view.low, float(HIGHEST_KEY - LOWEST_KEY))
    low = min(max(view.low, float(LOWEST_KEY)), HIGHEST_KEY - keys)
    return replace(view, from_s=from_s, to_s=from_s + span, low=low, high=low + keys)


@dataclass(frozen=True, slots=True)
class Hit:
    """The note under the pointer, and which part of it."""

    index: int
    part: Part


def box(view: Canvas, note: Note) -> tuple[float, float, float, float]:
    """A note's rectangle as (left, top, width, height)."""
    left, right = view.x(note.onset_s), view.x(note.offset_s)
    return left, view.y(note.number + 0.5), max(2.0, right - left), view.row_px


def hit(notes: Sequence[Note], view: Canvas, x: float, y: float) -> Hit | None:
    """The topmost note at a place of the widget; its edges reach `GRAB_PX` out and at most a third in."""
    for index in range(len(notes) - 1, -1, -1):
        left, top, width, height = box(view, notes[index])
        if not top <= y < top + height or not left - GRAB_PX < x < left + width + GRAB_PX:
            continue
        grip = min(GRAB_PX, width / 3)
        if x < left + grip:
            return Hit(index, "start")
        return Hit(index, "end" if x > left + width - grip else "body")
    return None


def inside(
    notes: Sequence[Note], view: Canvas, corner: tuple[float, float], other: tuple[float, float]
) -> frozenset[int]:
    """The notes a rubber band between two corners touches."""
    (left, right), (top, bottom) = sorted((corner[0], other[0])), sorted((corner[1], other[1]))
    touched = set()
    for index, note in enumerate(notes):
        x, y, width, height = box(view, note)
        if x < right and x + width > left and y < bottom and y + height > top:
            touched.add(index)
    return frozenset(touched)


_LETTERS = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
BLACK_KEYS = frozenset({1, 3, 6, 8, 10})


def key_name(number: int) -> str:
    """The name of a key: "A4" is 69."""
    octave = number // 12 - 1
    return f"{_LETTERS[number % 12]}{octave if octave >= 0 else f'−{-octave}'}"
