"""Starting the window: painted first, then everything that takes time."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from logging.handlers import RotatingFileHandler
from types import TracebackType

from PySide6.QtCore import QLockFile, QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from vocmatch_desktop.jobs.workers import later_worker, now_worker
from vocmatch_desktop.settings import Places, load
from vocmatch_desktop.ui.desk import Desk
from vocmatch_desktop.ui.interrupts import Interrupts
from vocmatch_desktop.ui.main_window import Commands, MainWindow
from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.theme import Theme

_log = logging.getLogger(__name__)

READY = "VOCMATCH_READY"
"""With this variable set, a line "ready" goes to stdout once the window is painted: tests and `vocmatch bench` wait."""

TURN_S = 0.0005
"""How long a thread that only computes may keep the interpreter from the one that paints (Python's own 5 ms, taken at
every cell of a table, add up to a tenth of a second)."""


class Program(QObject):
    """Everything that lives as long as the window, put together."""

    def __init__(self, application: QApplication, places: Places, session: Session, theme: Theme) -> None:
        super().__init__()
        sys.setswitchinterval(TURN_S)
        self._application, self._session, self._theme = application, session, theme
        self._now, self._later = now_worker(), later_worker()
        self.desk = desk = Desk(session, places, self._now, self._later, self)
        commands = Commands(
            desk.take_desk, desk.beat_desk, desk.melody_desk, desk.stems_desk, desk.library.cancel, self._act
        )
        store = QSettings(str(places.config / "window.ini"), QSettings.Format.IniFormat)
        self.window = MainWindow(session, commands, theme, places, store)
        self._connect()

    def _connect(self) -> None:
        desk, window, session = self.desk, self.window, self._session
        desk.recording.began.connect(window.begin_take)
        desk.recording.sang.connect(window.live.feed)
        desk.recording.pitched.connect(window.live.put_pitch)
        desk.recording.noted.connect(window.live.put_notes)
        desk.sound.level.connect(window.transport.meter.set_level)
        desk.sound.quiet.connect(window.transport.meter.rest)
        desk.recording.over.connect(window.live.end)
        desk.takes.pictured.connect(window.show_take)
        desk.ranking.heard.connect(window.show_heard)
        desk.not_taken_wanted.connect(lambda: window.show_left_out(desk.library.left_out))
        desk.stems_desk.folder_wanted.connect(window.stems.choose_folder)
        session.settings_changed.connect(lambda settings: self._use_theme(settings.theme))
        window.painted.connect(lambda: QTimer.singleShot(0, self._start))
        window.closing.connect(self._close)

    def _start(self) -> None:
        if os.environ.get(READY):
            sys.stdout.write("ready\n")
            sys.stdout.flush()
        self._now.start()
        self.desk.start()

    def report_bug(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Takes the place of `sys.excepthook`: a fault goes to the log, the window says so and stays open."""
        _log.critical("a fault in the window", exc_info=(kind, error, trace))
        sys.__excepthook__(kind, error, trace)
        words = self.tr("Something went wrong that should not have; the details are in the log.")
        self._session.problem.emit(Problem(words))

    def _act(self, problem: Problem) -> None:
        self.window.close() if problem.command == "quit" else self.desk.act(problem)

    def _use_theme(self, name: str) -> None:
        if self._theme.name != name:
            self._theme.use(name, self._application)

    def _close(self) -> None:
        self.desk.close()
        self._later.close()
        self._now.close()
        self.desk.clear_up()


def run(arguments: Sequence[str] = (), environ: Mapping[str, str] = os.environ) -> int:
    """Opens the window; returns its exit code when it is closed. Raises `DiskError` where nothing can be kept."""
    places = Places.from_environment(environ).ensure()
    _log_to(places)
    application = QApplication([sys.argv[0], *arguments])
    application.setApplicationName("VocMatch")
    application.setDesktopFileName("vocmatch")
    session = Session(load(places.settings_file))
    theme = Theme(session.settings.theme)
    theme.apply(application)
    lock = QLockFile(str(places.data / "window.lock"))
    lock.setStaleLockTime(0)
    session.read_only = not lock.tryLock(0)
    program = Program(application, places, session, theme)
    if session.read_only:
        QTimer.singleShot(0, program, lambda: session.problem.emit(_second_window(program)))
    sys.excepthook = program.report_bug
    interrupts = Interrupts(program.window.close)
    program.window.show()
    code = application.exec()
    interrupts.release()
    sys.excepthook = sys.__excepthook__
    lock.unlock()
    return code


def _second_window(program: Program) -> Problem:
    words = program.tr("VocMatch is open in another window already.")
    remedy = program.tr("Here you can look and listen, but nothing is recorded or changed.")
    return Problem(words, remedy, program.tr("Close this window"), "quit")


def _log_to(places: Places) -> None:
    handler = RotatingFileHandler(places.logs / "window.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger("vocmatch_desktop").addHandler(handler)
