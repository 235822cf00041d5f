"""The commands of the Melody room, carried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.melody.controls import Controls
from vocmatch_desktop.melody.edits import Notes
from vocmatch_desktop.ui import drag
from vocmatch_desktop.ui.melody_files import MelodyFilesFlow
from vocmatch_desktop.ui.melody_flow import MelodyFlow
from vocmatch_desktop.ui.melody_state import Hearing, MelodyFiles
from vocmatch_desktop.ui.playback_flow import PlaybackFlow
from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.take_desk import TakeDesk


@dataclass(frozen=True, slots=True)
class MelodyFlows:
    """The flows these commands go to."""

    melody: MelodyFlow
    files: MelodyFilesFlow
    playback: PlaybackFlow


class MelodyDesk(QObject):
    """Implements `melody_state.MelodyCommands`; `takes` moves the one playhead."""

    def __init__(
        self,
        session: Session,
        flows: MelodyFlows,
        takes: TakeDesk,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._flows, self._takes = session, flows, takes
        self._entered = False
        session.melody_files_changed.connect(self._use_files)

    def enter(self) -> None:
        """The room is shown: its melody is wanted, and heard as it was last time."""
        self._entered = True
        self._takes.put_take_first(True)
        self._flows.melody.enter()
        self._flows.playback.set_hearing(self._session.hearing)

    def leave(self) -> None:
        """In the other rooms a take is a voice."""
        self._entered = False
        self._takes.put_take_first(False)
        self._flows.melody.leave()
        self._flows.playback.set_hearing("voice")

    def edit(self, notes: Notes, what: str) -> None:
        """Puts these notes in place of the shown ones."""
        self._flows.melody.edit(notes, what)

    def undo(self) -> None:
        """One edit back."""
        self._flows.melody.undo()

    def redo(self) -> None:
        """One edit forward."""
        self._flows.melody.redo()

    def set_controls(self, controls: Controls) -> None:
        """Derives the notes by other values."""
        self._flows.melody.set_controls(controls)

    def hear(self, hearing: Hearing) -> None:
        """Voice, piano or both; swaps while playing."""
        self._session.hearing = hearing
        if self._entered:
            self._flows.playback.set_hearing(hearing)

    def seek(self, take_s: float) -> None:
        """Moves the playhead within the take."""
        self._takes.seek(take_s)

    def listen_again(self) -> None:
        """Tries again to hear the notes of the take."""
        self._flows.melody.listen_again()

    def write_files(self) -> None:
        """Tries again to write what can be dragged out."""
        self._flows.files.write()

    def keep_file(self, path: Path) -> None:
        """A file was taken out: it is never cleared away."""
        self._flows.files.keep(path)

    def copy_file(self, path: Path) -> None:
        """Puts the file itself on the clipboard."""
        self._with_file(lambda: drag.copy_files([path]))

    def show_in_folder(self, path: Path) -> None:
        """Opens the system's file browser at the file."""
        self._with_file(lambda: drag.show_in_folder(path))

    def _use_files(self, files: MelodyFiles) -> None:
        """The piano that plays is the one that can be dragged; until the new one is there the old one goes on."""
        if files.phase == "ready" and files.piano is not None:
            self._flows.playback.set_piano(files.piano, files.pad_s)
        elif files.phase == "none":
            self._flows.playback.set_piano(None)

    def _with_file(self, do: Callable[[], None]) -> None:
        try:
            do()
        except UserError as error:
            self._session.problem.emit(Problem(error.message, error.remedy))
