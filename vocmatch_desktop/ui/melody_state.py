"""What the Melody room shows: one frozen state for the notes, one for the files, and how both are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.melody.controls import Controls
from vocmatch_desktop.melody.edits import Notes
from vocmatch_desktop.types import Key
from vocmatch_desktop.ui.melody_wave import Peaks

Hearing = Literal["voice", "piano", "both"]
MelodyPhase = Literal["none", "listening", "ready", "failed", "live"]
FilesPhase = Literal["none", "waiting", "working", "ready", "failed"]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The sung pitch: float64 [n] seconds and MIDI numbers in the singer's own tuning, NaN where nothing is sung."""

    times_s: NDArray[np.float64]
    pitch: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Melody:
    """The melody of the current take.

    `audio`: the sound it belongs to. `hand_made`: the user edited it. `tuning`: semitones the singer is off 440 Hz.
    """

    phase: MelodyPhase = "none"
    audio: Path | None = None
    duration_s: float = 0.0
    notes: Notes = ()
    curve: Curve | None = None
    peaks: Peaks | None = None
    tuning: float = 0.0
    key: Key | None = None
    hand_made: bool = False
    can_undo: bool = False
    can_redo: bool = False
    fraction: float = 0.0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class MelodyFiles:
    """What can be dragged out: only `ready` files are whole. `pad_s`: silence before the take in the piano file."""

    phase: FilesPhase = "none"
    midi: Path | None = None
    piano: Path | None = None
    pad_s: float = 0.0
    fraction: float = 0.0
    problem: str = ""


class MelodyCommands(Protocol):
    """What the Melody room can ask for. Nothing blocks; answers are the state's signals."""

    def enter(self) -> None:
        """The room is shown."""

    def leave(self) -> None:
        """Another room is shown."""

    def edit(self, notes: Notes, what: str) -> None:
        """Puts these notes in place of the shown ones; can be undone, also after a restart."""

    def undo(self) -> None:
        """One edit back."""

    def redo(self) -> None:
        """One edit forward."""

    def set_controls(self, controls: Controls) -> None:
        """Finds and tidies the notes by other values; what the hand did stays."""

    def hear(self, hearing: Hearing) -> None:
        """Voice, piano or both; swaps while playing."""

    def seek(self, take_s: float) -> None:
        """Moves the playhead within the take."""

    def listen_again(self) -> None:
        """Tries again to hear the notes of the take."""

    def write_files(self) -> None:
        """Tries again to write what can be dragged out."""

    def keep_file(self, path: Path) -> None:
        """A file was taken out: it is never cleared away."""

    def copy_file(self, path: Path) -> None:
        """Puts the file itself on the clipboard."""

    def show_in_folder(self, path: Path) -> None:
        """Opens the system's file browser at the file."""
