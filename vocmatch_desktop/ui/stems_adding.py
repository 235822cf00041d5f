"""Songs that are dropped: folders are looked through, what is sound joins the list, what is not is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from vocmatch_desktop.audio.files import AUDIO_SUFFIXES
from vocmatch_desktop.errors import UserError
from vocmatch_desktop.jobs.protocol import Bug
from vocmatch_desktop.ui.jobs_bridge import JobsBridge
from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.sound import said
from vocmatch_desktop.ui.stems_flow import StemsFlow

MOST = 200
"""Songs of one drop: whoever drops more has dropped the folder of all beats."""


class StemsAdding(QObject):
    """Adds one drop after the other; `open_song` is told of the first song of each."""

    open_song = Signal(object)  # Path

    def __init__(self, session: Session, bridge: JobsBridge, flow: StemsFlow, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._bridge, self._flow = session, bridge, flow
        self._early: tuple[Path, ...] = ()
        flow.listed.connect(self._add_early)

    def add(self, paths: tuple[Path, ...]) -> None:
        """Takes in files and folders; what is dropped while the program starts waits for the list."""
        if not self._flow.is_listed:
            self._early += paths
            return
        self._bridge.in_thread(lambda: songs_in(paths), self._add_all)

    def _add_early(self) -> None:
        early, self._early = self._early, ()
        if early:
            self.add(early)

    def _add_all(self, sources: tuple[Path, ...]) -> None:
        if not sources:
            self._session.problem.emit(Problem(self.tr("There is no sound file in that folder.")))
            return
        if len(sources) > MOST:
            words = self.tr("There are {0} sound files; at most {1} join the list at once.").format(len(sources), MOST)
            self._session.problem.emit(Problem(words, self.tr("Drop those you want to take apart.")))
            return
        drop = _Drop(len(sources), self._end)
        for source in sources:
            known = self._flow.known(source)
            if known is not None:
                drop.took(known)
            else:
                self._flow.add(source, drop.took, drop.refused)

    def _end(self, first: Path | None, refused: tuple[UserError | Bug, ...], total: int) -> None:
        if first is not None:
            self.open_song.emit(first)
        if not refused:
            return
        words, remedy = said(refused[0])
        if len(refused) > 1:
            counted = self.tr("{0} of {1} files were not taken in, the first because:").format(len(refused), total)
            words = f"{counted} {words}"
        self._session.problem.emit(Problem(words, remedy))


class _Drop:
    """Counts what becomes of the files of one drop."""

    def __init__(self, total: int, end: Callable[[Path | None, tuple[UserError | Bug, ...], int], None]) -> None:
        self._total, self._end = total, end
        self._taken: list[Path] = []
        self._refused: list[UserError | Bug] = []

    def took(self, folder: Path) -> None:
        self._taken.append(folder)
        self._check()

    def refused(self, error: UserError | Bug) -> None:
        self._refused.append(error)
        self._check()

    def _check(self) -> None:
        if len(self._taken) + len(self._refused) == self._total:
            self._end(next(iter(self._taken), None), tuple(self._refused), self._total)


def songs_in(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """The files, and those in the folders that may hold sound, in the order of their names; each once."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = (each for each in path.rglob("*") if each.suffix.lower() in AUDIO_SUFFIXES)
            found.update((each.absolute(), None) for each in sorted(inside) if each.is_file() and each.name[0] != ".")
        else:
            found[path.absolute()] = None
    return tuple(found)
