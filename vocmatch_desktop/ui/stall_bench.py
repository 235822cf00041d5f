"""How long the window ever keeps its user waiting: a session with the demo's beats, while a heart beats.

Run as a process of its own (`python -m vocmatch_desktop.ui.stall_bench FOLDER_OF_THE_DEMO`); prints one JSON object:
for every step the longest time, in milliseconds, between two turns of the event loop. Time the window was ready to go
on but had no processor does not count (Linux tells). With a virtual sound card what plays really plays.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from vocmatch_desktop.audio import virtual
from vocmatch_desktop.melody.edits import moved
from vocmatch_desktop.services.demo import DemoPlaces
from vocmatch_desktop.settings import Places, Settings
from vocmatch_desktop.ui.app import Program
from vocmatch_desktop.ui.library_rows import Column
from vocmatch_desktop.ui.session import Session
from vocmatch_desktop.ui.theme import Theme

_SCHEDSTAT = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
BEAT_MS = 2
KEY_S = 0.5
OFTEN_S = 0.03
STEP_TIMEOUT_S = 30.0
GROWN_S = 15.0
QUIET_S = 0.5
"""A step has ended when what it waits for is there and this long nothing more came of it."""


class Heart(QObject):
    """Beats in the event loop; `longest_ms` is the longest it missed, since it was last set to 0."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.longest_ms = 0.0
        self.last, self._waited = time.perf_counter(), waited_s()
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now, waited = time.perf_counter(), waited_s()
        missed_s = now - self.last - (waited - self._waited)
        self.longest_ms = max(self.longest_ms, 1000 * missed_s - BEAT_MS)
        self.last, self._waited = now, waited


def waited_s() -> float:
    """How long this thread has been ready but without a processor; 0 where the system does not tell."""
    try:
        _, waited_ns, _ = _SCHEDSTAT.read_text().split()
    except OSError:
        return 0.0
    return int(waited_ns) / 1e9


class Visit:
    """One session with the window: each step is done, waited for, and its longest stall written down."""

    def __init__(self, program: Program, session: Session) -> None:
        self._program, self._session = program, session
        self.stalls: dict[str, float] = {}

    def run(self) -> dict[str, float]:
        """Milliseconds for every step."""
        session, window, desk = self._session, self._program.window, self._program.desk
        window.show()
        self._wait(lambda: window.isVisible())
        self._heart = Heart()
        self._step("start", lambda: None, lambda: session.devices.known and self._ranked)
        other = session.takes[-1].folder
        self._step("open a take, ranking arrives", lambda: desk.take_desk.open_take(other), lambda: self._ranked)
        window.library.focus_table()
        self._step("walk down ten beats", self._walk, lambda: True)
        self._step("stop", desk.take_desk.stop, lambda: session.activity == "idle")
        self._step("play the take", lambda: desk.playback.play_take(session.take), lambda: True)
        self._step("stop again", desk.take_desk.stop, lambda: session.activity == "idle")
        self._step("sort", lambda: window.library.table.sortByColumn(Column.BPM, Qt.SortOrder.AscendingOrder))
        self._step("search", lambda: window.library.set_query("am"))
        self._visit_melody()
        self._visit_stems()
        return self.stalls

    def _visit_melody(self) -> None:
        session, window, desk = self._session, self._program.window, self._program.desk
        roll = window.melody.roll
        written = ("ready", "failed")
        self._step("melody: enter", lambda: window.show_room(window.melody), lambda: session.melody.phase == "ready")
        self._step("melody: files", lambda: None, lambda: session.melody_files.phase in written)
        self._step("melody: play", lambda: desk.playback.play_take(session.take), lambda: session.activity == "playing")
        self._step("melody: zoom", lambda: self._often(lambda turn: roll.zoom(1.2 if turn < 10 else 1 / 1.2)))
        self._step("melody: move notes", lambda: self._often(self._move_note))
        self._step("melody: turn a knob", lambda: self._often(lambda turn: self._turn_knob(turn / 20)))
        self._step("melody: undo all", lambda: self._often(lambda _: desk.melody_desk.undo()))
        self._step("melody: stop", desk.take_desk.stop, lambda: session.activity == "idle")

    def _visit_stems(self) -> None:
        """A beat of the demo comes apart and plays while its lanes grow; only where there is a model for it."""
        session, window, desk = self._session, self._program.window, self._program.desk
        self._step("stems: enter", lambda: window.show_room(window.stems), lambda: session.stem_options.known)
        if not session.stem_options.model:
            return
        song = next(iter(session.tracks.values())).path
        self._step("stems: drop a song", lambda: desk.stems_desk.add_songs((song,)), lambda: bool(session.stems.mix))
        folder = session.stems.song
        self._step("stems: first part", lambda: desk.stems_desk.take_apart(folder), lambda: session.stems.known_s > 0)
        if not session.stems.lanes:  # a machine so slow that nothing came: there is nothing to play
            desk.stems_desk.cancel(folder)
            return
        self._step("stems: play while lanes grow", desk.take_desk.play_or_stop, lambda: session.stems.known_s > GROWN_S)
        self._step("stems: turn levels", lambda: self._often(self._turn_level))
        self._step("stems: solo", lambda: self._often(lambda turn: desk.stems_desk.solo("vocals", turn % 2 == 0)))
        self._step("stems: cancel", lambda: desk.stems_desk.cancel(folder), lambda: session.activity == "idle")

    def _turn_level(self, turn: int) -> None:
        self._program.window.stems.lanes.rows["vocals"].level.setValue(-turn)

    def _often(self, act: Callable[[int], object]) -> None:
        for turn in range(20):
            act(turn)
            self._spin(OFTEN_S)

    def _move_note(self, turn: int) -> None:
        roll = self._program.window.melody.roll
        roll.commit(moved(roll.notes, [turn % max(1, len(roll.notes))], semitones=1), "moved")

    def _turn_knob(self, place: float) -> None:
        controls = self._session.melody_controls
        self._program.desk.melody_desk.set_controls(replace(controls, sensitivity=place, legato=place))

    @property
    def _ranked(self) -> bool:
        ranking, take = self._session.ranking, self._session.take
        return ranking is not None and take is not None and ranking.take == take.folder

    def _walk(self) -> None:
        """As fingers do it: every beat is chosen, shown and heard."""
        table = self._program.window.library.table
        for _ in range(10):
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(table, QKeyEvent(kind, Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier))
            self._spin(KEY_S)

    def _step(self, name: str, act: Callable[[], object], until: Callable[[], bool] = lambda: True) -> None:
        self._heart.longest_ms = 0.0
        QTimer.singleShot(0, self._heart, act)
        self._spin(0.05)
        self._wait(until)
        self._spin(QUIET_S)
        self.stalls[name] = round(self._heart.longest_ms, 1)

    def _wait(self, until: Callable[[], bool]) -> None:
        deadline = time.monotonic() + STEP_TIMEOUT_S
        while not until() and time.monotonic() < deadline:
            self._spin(0.02)

    def _spin(self, seconds: float) -> None:
        turn = QEventLoop()
        QTimer.singleShot(round(1000 * seconds), turn.quit)
        turn.exec()


def main() -> None:
    """Plays the session and prints what it found."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with _home_with(DemoPlaces(Path(sys.argv[1]))) as places, ExitStack() as sound:
        if virtual.missing() is None:
            sound.enter_context(virtual.running())
        application = QApplication([])
        session, theme = Session(Settings()), Theme()
        theme.apply(application)
        program = Program(application, places, session, theme)
        stalls = Visit(program, session).run()
        program.window.close()
        sys.stdout.write(json.dumps(stalls) + "\n")
        del program, application


@contextmanager
def _home_with(demo: DemoPlaces) -> Iterator[Places]:
    """A home of its own in which the demo's library and takes are the user's; its beats stay where they are."""
    with tempfile.TemporaryDirectory() as folder:
        places = Places.from_environment({"VOCMATCH_HOME": folder}).ensure()
        with closing(sqlite3.connect(demo.library)) as library, closing(sqlite3.connect(places.database)) as copy:
            library.backup(copy)
        shutil.copytree(demo.takes, places.takes, dirs_exist_ok=True)
        yield places


if __name__ == "__main__":
    main()
