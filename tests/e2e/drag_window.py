"""The program's side of a drag: the real table and match pane over files of a folder (`drag_window.py FOLDER`).

Prints one JSON object a line: first where row, chip and table are on the screen, then what was dropped in.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from vocmatch_desktop.settings import Settings
from vocmatch_desktop.types import Match, Parts, Take, Transform
from vocmatch_desktop.ui.library_model import LibraryModel
from vocmatch_desktop.ui.library_page import LibraryPage
from vocmatch_desktop.ui.library_rows import Column, Row
from vocmatch_desktop.ui.match_pane import MatchPane
from vocmatch_desktop.ui.session import FittedFile, Ranking, Session
from vocmatch_desktop.ui.theme import Theme


def say(**values: object) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


class Commands:
    """Does what a drag needs and nothing else."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *_arguments: None

    def select_beat(self, beat_id: int | None) -> None:
        self._session.beat_id = beat_id

    def peaks(self, beat_id: int) -> None:
        return None

    def add_folders(self, paths: tuple[Path, ...]) -> None:
        say(added=[str(path) for path in paths])


def main() -> None:
    application = QApplication(sys.argv[:1])
    session, theme = Session(Settings()), Theme()
    theme.apply(application)
    commands = Commands(session)
    page, pane = LibraryPage(session, commands, theme, LibraryModel()), MatchPane(session, commands, theme)
    window = QWidget()
    layout = QHBoxLayout(window)
    layout.addWidget(page, 2)
    layout.addWidget(pane, 1)
    window.setWindowTitle("vocmatch")
    window.setGeometry(20, 40, 1100, 640)
    window.show()
    files = sorted(Path(sys.argv[1]).glob("*.wav"))
    session.put_tracks(Row(place, file.stem, file, 10.0, 90.0) for place, file in enumerate(files, 1))
    session.take = Take(Path("take"), "take", "2026-01-01T00:00:00+00:00", 5.0, 48000)
    session.ranking = Ranking(Path("take"), None, (Match(1, 87.0, Parts(), Transform()),))
    session.set_fitted(FittedFile(1, "ready", files[-1]))

    def ready() -> None:
        table, row = page.table, page.model.row_of(2)
        handle = table.visualRect(page.model.index(row, Column.HANDLE)).center()
        places = {
            "row": table.viewport().mapToGlobal(handle),
            "chip": pane.chip.mapToGlobal(QPoint(14, pane.chip.height() // 2)),
            "table": table.mapToGlobal(QPoint(300, 400)),
        }
        say(**{name: [place.x(), place.y()] for name, place in places.items()})

    QTimer.singleShot(800, ready)
    application.exec()


if __name__ == "__main__":
    main()
