"""The commands of the Stems room and the Songs tab, carried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.types import Selection
from vocmatch_desktop.ui import drag
from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.stems_adding import StemsAdding
from vocmatch_desktop.ui.stems_choice import StemsChoice
from vocmatch_desktop.ui.stems_flow import StemsFlow
from vocmatch_desktop.ui.stems_pictures import StemsPictures
from vocmatch_desktop.ui.stems_playback import StemsPlayback
from vocmatch_desktop.ui.stems_saving import StemsSaving
from vocmatch_desktop.ui.stems_sounding import Sounding
from vocmatch_desktop.ui.take_desk import TakeDesk

if TYPE_CHECKING:
    from vocmatch_desktop.services.heights import Heights


@dataclass(frozen=True, slots=True)
class StemsFlows:
    """The flows these commands go to."""

    songs: StemsFlow
    adding: StemsAdding
    choice: StemsChoice
    pictures: StemsPictures
    playback: StemsPlayback
    saving: StemsSaving

    def close(self) -> None:
        """Silence, and nothing that is still wanted; to be called before the bridge is closed."""
        self.playback.show(None)
        self.pictures.cancel()
        self.saving.cancel()
        self.songs.close()


class StemsDesk(QObject):
    """Implements `stems_state.StemsCommands`; `takes` hands Space over to the stems while their room is shown."""

    folder_wanted = Signal(str, object)  # the format and the stems of a saving that needs another folder

    def __init__(self, session: Session, flows: StemsFlows, takes: TakeDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._flows, self._takes = session, flows, takes
        self._entered = False
        self._open: Path | None = None
        self._sounding: Sounding | None = None
        flows.songs.sounds.connect(self._hear)
        flows.songs.dropped.connect(self._forget)
        flows.songs.listed.connect(self._open_newest)
        flows.songs.gone.connect(self._open_newest)
        flows.adding.open_song.connect(self.open_song)

    def enter(self) -> None:
        """The room is shown: Space plays the stems, and there may be new models."""
        self._entered = True
        self._takes.put_first(self.play_or_stop)
        self._flows.choice.look()
        self._open_newest()

    def leave(self) -> None:
        """Another room is shown."""
        self._entered = False
        self._takes.put_first(None)

    def add_songs(self, paths: tuple[Path, ...]) -> None:
        """Takes in files and folders."""
        if not self._session.read_only:
            self._flows.adding.add(paths)

    def open_song(self, folder: Path) -> None:
        """Shows a song's stems and their waveforms."""
        song = self._flows.songs.song(folder)
        if song is None or folder == self._open:
            return
        self._open, self._sounding = folder, self._flows.songs.sounding(folder)
        self._flows.playback.show(self._sounding)
        self._flows.pictures.ask(song, lambda heights: self._draw(folder, heights))

    def choose_model(self, name: str) -> None:
        """Another model."""
        self._flows.choice.choose_model(name)

    def choose_stems(self, stems: tuple[str, ...]) -> None:
        """Other stems."""
        self._flows.choice.choose_stems(stems)

    def take_apart(self, folder: Path) -> None:
        """Queues a song with what is chosen."""
        self._changing(lambda: self._flows.songs.take_apart(folder, self._flows.choice.wish, self.open_song))

    def take_all_apart(self) -> None:
        """Queues every new song of the list."""
        for folder in [song.folder for song in self._session.songs if song.phase == "new"]:
            self.take_apart(folder)

    def move(self, folder: Path, by: int) -> None:
        """Moves a waiting song in the queue."""
        self._flows.songs.move(folder, by)

    def cancel(self, folder: Path) -> None:
        """Takes a song out of the queue, or stops it."""
        self._flows.songs.cancel(folder)

    def remove(self, folder: Path) -> None:
        """Out of the list; our stems go to the system's bin."""
        self._changing(lambda: self._flows.songs.remove(folder))

    def delete_for_good(self, folder: Path) -> None:
        """The same where there is no bin."""
        self._changing(lambda: self._flows.songs.remove(folder, for_good=True))

    def play_or_stop(self) -> None:
        """Space: it stops what is heard, also where that is a take or a beat."""
        if self._session.activity == "playing" and not self._session.stems.playing:
            self._takes.stop()
        else:
            self._flows.playback.play_or_stop()

    def stop(self) -> None:
        """Silence."""
        self._flows.playback.stop()

    def seek(self, song_s: float) -> None:
        """Moves the playhead."""
        self._flows.playback.seek(song_s)

    def set_looping(self, on: bool) -> None:
        """One transport: what loops, loops everywhere."""
        self._session.looping = on

    def set_loop(self, loop: Selection | None) -> None:
        """Which part is repeated."""
        self._flows.playback.set_loop(loop)

    def solo(self, stem: str, on: bool) -> None:
        """Only soloed stems sound while there are any."""
        self._flows.playback.solo(stem, on)

    def mute(self, stem: str, on: bool) -> None:
        """Silences a stem."""
        self._flows.playback.mute(stem, on)

    def set_level(self, stem: str, level_db: float) -> None:
        """A stem's loudness."""
        self._flows.playback.set_level(stem, level_db)

    def save(self, form: str, stems: tuple[str, ...] = ()) -> None:
        """Copies the open song's stems beside the song."""
        song = self._flows.songs.song(self._open) if self._open is not None else None
        if song is not None:
            self._flows.saving.beside(song, form, stems)

    def save_into(self, folder: Path, form: str, stems: tuple[str, ...] = ()) -> None:
        """The same into a folder the user chose."""
        song = self._flows.songs.song(self._open) if self._open is not None else None
        if song is not None:
            self._flows.saving.into(song, folder, form, stems)

    def copy_files(self, paths: tuple[Path, ...]) -> None:
        """Puts the files themselves on the clipboard."""
        self._with_file(lambda: drag.copy_files(paths))

    def show_in_folder(self, path: Path) -> None:
        """Opens the system's file browser at the file."""
        self._with_file(lambda: drag.show_in_folder(path))

    def _open_newest(self) -> None:
        """The room is not empty where there are songs."""
        if self._entered and self._open is None and self._session.songs:
            self.open_song(self._session.songs[-1].folder)

    def _hear(self, sounding: Sounding) -> None:
        """Something is known of a song's stems that was not before."""
        if sounding.song.folder != self._open or self._sounding is None:
            return
        was_whole = self._sounding.is_whole
        self._sounding = replace(sounding, mix=self._sounding.mix)
        self._flows.playback.show(self._sounding)
        if sounding.is_whole and not was_whole:  # the last step of the waveforms
            song, folder = sounding.song, sounding.song.folder
            self._flows.pictures.ask(song, lambda heights: self._draw(folder, heights))

    def _draw(self, folder: Path, heights: Heights) -> None:
        if folder == self._open and self._sounding is not None:
            self._sounding = self._sounding.pictured(heights)
            self._flows.playback.show(self._sounding)

    def _forget(self, folder: Path) -> None:
        """A song leaves the list: nothing may hold its files."""
        if folder == self._open:
            self._open = self._sounding = None
            self._flows.pictures.cancel()
            self._flows.playback.show(None)

    def _changing(self, do: Callable[[], None]) -> None:
        """A second window only looks and listens."""
        if not self._session.read_only:
            do()

    def _with_file(self, do: Callable[[], None]) -> None:
        try:
            do()
        except UserError as error:
            self._session.problem.emit(Problem(error.message, error.remedy))
