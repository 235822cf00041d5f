"""Where ranking reads beats from, and the two small arrays it keeps of each to look at ten thousand in a second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.matching.groove import beat_pulses
from vocmatch_desktop.matching.notes import note_odds
from vocmatch_desktop.types import Fingerprint, Float32

COARSE_VERSION = 2
"""Changes whenever `coarse` gives other numbers: side files written with another version are rebuilt."""

COARSE_HOP_S = 0.5
"""Seconds of beat between rows of the coarse harmony."""

BPM, OCTAVE, PULSES = 0, slice(1, 4), slice(4, None)
"""Where the columns of a summary stand."""


@dataclass(frozen=True, slots=True, eq=False)
class Coarse:
    """What the first look at a beat needs.

    `frames`: float16 [m, 12], `notes.note_odds` every `COARSE_HOP_S`. `summary`: float32 [K], tempo in BPM, P(tempo is
    ½, 1, 2 × that), then the modulation spectrum.
    """

    frames: NDArray[np.float16]
    summary: Float32


class BeatSource(Protocol):
    """The beats that are ranked. All arrays may be mapped read-only; beat i has the rows starts[i]:starts[i + 1].

    `ids`: int64 [n], unique. `frames`: float16 [N, 12]. `starts`: int64 [n + 1]. `summary`: float32 [n, K].
    """

    @property
    def ids(self) -> NDArray[np.int64]: ...  # noqa: D102
    @property
    def frames(self) -> NDArray[np.float16]: ...  # noqa: D102
    @property
    def starts(self) -> NDArray[np.int64]: ...  # noqa: D102
    @property
    def summary(self) -> Float32: ...  # noqa: D102

    def fingerprint(self, beat_id: int) -> Fingerprint:
        """The whole fingerprint, the user's locks applied; raises KeyError for a beat that is gone."""


def coarse(fingerprint: Fingerprint) -> Coarse:
    """Condenses a fingerprint for the first look."""
    frames = note_odds(fingerprint, COARSE_HOP_S).astype(np.float16)
    head = np.array([fingerprint.grid.bpm, *fingerprint.grid.octave], dtype=np.float32)
    return Coarse(frames, np.concatenate([head, beat_pulses(fingerprint)]))


class MemorySource:
    """Beats held in memory: a dataset under evaluation, or a handful of files."""

    def __init__(self, beats: Mapping[int, Fingerprint]) -> None:
        self._beats = dict(beats)
        rows = [coarse(beat) for beat in self._beats.values()]
        self.ids = np.array(list(self._beats), dtype=np.int64)
        self.starts = np.concatenate([[0], np.cumsum([len(row.frames) for row in rows])]).astype(np.int64)
        self.frames = np.concatenate([row.frames for row in rows]) if rows else np.zeros((0, 12), np.float16)
        self.summary = np.stack([row.summary for row in rows]) if rows else np.zeros((0, 4), np.float32)

    def fingerprint(self, beat_id: int) -> Fingerprint:
        """The whole fingerprint; raises KeyError for an unknown id."""
        return self._beats[beat_id]
