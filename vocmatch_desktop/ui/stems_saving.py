"""Saving the stems beside the song, or where the user wants them: copies, never over anything that is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from vocmatch_desktop.errors import DiskError, UserError
from vocmatch_desktop.jobs.protocol import Bug, Progress
from vocmatch_desktop.ui.jobs_bridge import JobsBridge, Listener
from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.sound import said
from vocmatch_desktop.ui.stems_state import StemSaving
from vocmatch_desktop.ui.workers import JobHandle, Submits

if TYPE_CHECKING:
    from vocmatch_desktop.services.song_store import StoredSong
    from vocmatch_desktop.types import AudioFile


@dataclass(frozen=True, slots=True)
class _Wish:
    """Which stems of a song in which format; none for all."""

    song: StoredSong
    form: str
    stems: tuple[str, ...]


class StemsSaving(QObject):
    """Keeps `Session.stem_saving` true; one saving at a time, a newer wish waits for none."""

    def __init__(self, session: Session, bridge: JobsBridge, later: Submits, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._bridge, self._later = session, bridge, later
        self._handle: JobHandle | None = None

    def beside(self, song: StoredSong, form: str, stems: tuple[str, ...]) -> None:
        """Into "SONG stems" beside the song's own file; where that cannot be, another folder is offered."""
        from vocmatch_desktop.export.names import safe_name

        place = song.source.parent

        def there(yes: bool) -> None:
            if yes:
                self._save(_Wish(song, form, stems), place / safe_name(song.title, " stems"))
            else:
                words = self.tr("The folder of “{0}” is not there any more.").format(song.title)
                self._offer(_Wish(song, form, stems), words, self.tr("Choose another one."))

        self._bridge.in_thread(lambda: song.source.is_absolute() and place.is_dir(), there)

    def into(self, song: StoredSong, folder: Path, form: str, stems: tuple[str, ...]) -> None:
        """Into a folder the user chose."""
        self._save(_Wish(song, form, stems), folder)

    def cancel(self) -> None:
        """Nothing is to be saved any more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _save(self, wish: _Wish, folder: Path) -> None:
        from vocmatch_desktop.services.songs import SaveStemsSpec

        self.cancel()
        wanted = {name: stem for name, stem in wish.song.files.items() if not wish.stems or name in wish.stems}
        if not wanted:
            return
        self._session.stem_saving = StemSaving("working", wish.song.folder, folder)
        self._handle = self._later.submit(SaveStemsSpec(wanted, folder, wish.song.title, wish.form))
        listener = Listener(
            done=lambda made: self._finish(folder, made),
            failed=lambda error: self._fail(wish, error),
            progress=self._tell,
        )
        self._bridge.watch(self._handle, listener)

    def _tell(self, progress: Progress) -> None:
        fraction = round(progress.fraction, 2)
        self._session.stem_saving = replace(self._session.stem_saving, fraction=fraction)

    def _finish(self, folder: Path, made: Mapping[str, AudioFile]) -> None:
        self._handle = None
        self._session.stem_saving = replace(self._session.stem_saving, phase="done", fraction=1.0)
        words = self.tr("The stems are in {0}.").format(folder)
        first = next(iter(made.values())).path
        self._session.problem.emit(Problem(words, "", self.tr("Show"), "show_stem", (first,), good_news=True))

    def _fail(self, wish: _Wish, error: UserError | Bug) -> None:
        self._handle = None
        words, remedy = said(error)
        if isinstance(error, DiskError):
            self._offer(wish, words, remedy)
            return
        self._session.stem_saving = replace(
            self._session.stem_saving, phase="failed", problem=f"{words} {remedy}".strip()
        )
        self._session.problem.emit(Problem(words, remedy))

    def _offer(self, wish: _Wish, words: str, remedy: str) -> None:
        """It cannot be written there: perhaps elsewhere."""
        problem = f"{words} {remedy}".strip()
        self._session.stem_saving = StemSaving("failed", wish.song.folder, problem=problem)
        action = (self.tr("Choose another folder"), "choose_stem_folder", (wish.form, wish.stems))
        self._session.problem.emit(Problem(words, remedy, *action))
