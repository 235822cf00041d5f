"""The files of a melody for a DAW: written when its notes have rested, cleared away when nobody took them.

DAWs refer to files in place, so one that was dragged, copied or shown stays for ever, and so does one of an earlier
session, of which nobody knows. One that nobody took and whose notes have changed since would only fill the disk.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.jobs.protocol import Bug, Progress
from vocmatch_desktop.melody.edits import Notes
from vocmatch_desktop.types import Take
from vocmatch_desktop.ui.jobs_bridge import JobsBridge, Listener
from vocmatch_desktop.ui.melody_state import Melody, MelodyFiles
from vocmatch_desktop.ui.session import Session
from vocmatch_desktop.ui.sound import said
from vocmatch_desktop.ui.workers import JobHandle, Submits

if TYPE_CHECKING:
    from vocmatch_desktop.services.melody import WriteMelodySpec, WrittenMelody

BendsOf = Callable[[Notes], tuple[tuple[tuple[float, float], ...], ...]]

REST_MS = 700
EXPORTS = "exports"


class MelodyFilesFlow(QObject):
    """Keeps `Session.melody_files` true; `bends` gives the pitch bend of notes, empty where none is wanted."""

    def __init__(
        self, session: Session, bridge: JobsBridge, later: Submits, bends: BendsOf, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._bridge, self._later, self._bends = session, bridge, later, bends
        self._bent = False
        self._spec: WriteMelodySpec | None = None
        self._writing: JobHandle | None = None
        self._since = time.time()
        self._taken: set[Path] = set()
        self._untaken: set[Path] = set()
        self._rests = QTimer(self, interval=REST_MS, singleShot=True)
        self._rests.timeout.connect(self._write)
        session.melody_changed.connect(lambda _: self._follow())
        session.take_changed.connect(lambda _: self._follow())
        session.melody_controls_changed.connect(lambda _: self._follow())

    def write(self) -> None:
        """Writes the files now; asked for again after a failure."""
        self._spec = None
        self._follow()

    def keep(self, path: Path) -> None:
        """The file was taken out of the window: it must stay."""
        self._taken.add(path)

    def cancel(self) -> None:
        """No file is wanted any more."""
        self._rests.stop()
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    def _follow(self) -> None:
        spec, bent = self._wanted(), self._session.melody_controls.bend
        if (spec, bent) == (self._spec, self._bent):
            return
        self._bent = bent
        self.cancel()
        if spec is None or self._spec is None or spec.take != self._spec.take:
            self._untaken.clear()  # another take's files are as good as before
        self._spec = spec
        self._session.melody_files = MelodyFiles("waiting" if spec is not None else "none")
        if spec is not None:
            self._rests.start()

    def _wanted(self) -> WriteMelodySpec | None:
        melody, take = self._session.melody, self._session.take
        if take is None or melody.phase != "ready" or not melody.notes or melody.audio != take.audio_path:
            return None
        return None if self._session.read_only else _spec(melody, take)

    def _write(self) -> None:
        spec = self._spec
        if spec is None:
            return
        self._session.melody_files = MelodyFiles("working")
        self._writing = self._later.submit(replace(spec, bends=self._bends(spec.notes)))
        listener = Listener(done=lambda written: self._finish(spec, written), failed=self._fail, progress=self._tell)
        self._bridge.watch(self._writing, listener)

    def _tell(self, progress: Progress) -> None:
        if self._session.melody_files.phase == "working":
            self._session.melody_files = replace(self._session.melody_files, fraction=progress.fraction)

    def _finish(self, spec: WriteMelodySpec, written: WrittenMelody) -> None:
        if spec is not self._spec:  # called off too late
            return
        self._writing = None
        self._session.melody_files = MelodyFiles("ready", written.midi, written.piano, written.before_s, 1.0)
        made, before = {written.midi, written.piano}, self._untaken
        self._untaken = made
        superseded, since = before - made - self._taken, self._since
        if superseded:
            self._bridge.in_thread(lambda: _clear(superseded, since))

    def _fail(self, error: UserError | Bug) -> None:
        self._writing = None
        self._session.melody_files = MelodyFiles("failed", problem=" ".join(said(error)).strip())


def _spec(melody: Melody, take: Take) -> WriteMelodySpec:
    from vocmatch_desktop.services.melody import WriteMelodySpec

    return WriteMelodySpec(
        take=take.audio_path,
        title=take.name,
        notes=melody.notes,
        folder=take.folder / EXPORTS,
        bpm=take.bpm,
        first_beat_s=take.first_beat_s,
        key=melody.key,
    )


def _clear(paths: Iterable[Path], since: float) -> None:
    """Deletes what was made after `since` (seconds since 1970)."""
    for path in paths:
        with suppress(OSError):  # somebody has it open: then it was taken after all
            if path.stat().st_mtime >= since:
                path.unlink()
