"""The melody of a take that is being sung, as far as it was heard: notes and curve grow while the voice goes on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from vocmatch_desktop.melody.edits import Notes
from vocmatch_desktop.ui.melody_state import Curve, Melody
from vocmatch_desktop.ui.session import Session


class MelodyLive(QObject):
    """Fills `Session.melody` during a recording; the flow takes over when the take is kept."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._notes: Notes = ()
        self._times, self._pitch = np.empty(0), np.empty(0)

    def begin(self) -> None:
        """A take is being sung."""
        self._notes = ()
        self._times, self._pitch = np.empty(0), np.empty(0)
        self._session.melody = Melody("live")

    def put_pitch(self, times_s: NDArray[np.float64], midi: NDArray[np.float64]) -> None:
        """Frames of the sung pitch; they take the place of all from their first moment on."""
        if len(times_s):
            kept = int(np.searchsorted(self._times, times_s[0] - 1e-6))
            self._times = np.concatenate((self._times[:kept], times_s))
            self._pitch = np.concatenate((self._pitch[:kept], midi))

    def put_notes(self, first: int, notes: Notes) -> None:
        """Notes; they take the place of all from number `first` on. Now the room is drawn anew."""
        self._notes = (*self._notes[:first], *notes)
        if self._session.melody.phase == "live":
            now_s = float(self._times[-1]) if len(self._times) else 0.0
            curve = Curve(self._times, self._pitch)
            self._session.melody = Melody("live", duration_s=now_s, notes=self._notes, curve=curve)

    def end(self) -> None:
        """The recording is over; what it was is heard again as a whole."""
        if self._session.melody.phase == "live":
            self._session.melody = Melody()
