"""What was heard in a take, kept while the take is open: finding notes again needs no listening."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vocmatch_desktop.melody.edits import Notes
from vocmatch_desktop.types import Key, Take
from vocmatch_desktop.ui.melody_state import Curve
from vocmatch_desktop.ui.timeline import Grid

if TYPE_CHECKING:
    from vocmatch_desktop.melody.contour import Contour
    from vocmatch_desktop.melody.notes import NoteOptions


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """`found`: the notes as sung, found with `options`. `curve` is the contour as it is drawn."""

    take: Take
    contour: Contour
    curve: Curve
    found: Notes
    options: NoteOptions
    tuning: float
    key: Key


def curve_of(contour: Contour, tuning: float) -> Curve:
    """The sung pitch on the keys the notes are written on: the singer's own tuning is taken off."""
    pitch = np.where(contour.voiced, contour.pitch - np.float32(tuning), np.nan)
    return Curve(contour.times_s, pitch.astype(np.float64))


def melody_grid(take: Take | None) -> Grid | None:
    """The pulse that notes are quantised to; where only the tempo is known, it begins with the take."""
    if take is None or take.bpm is None:
        return None
    return Grid(take.bpm, take.first_beat_s or 0.0)
