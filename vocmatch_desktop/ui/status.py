"""The quiet line at the bottom: what happens in the background, and what the program runs on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from vocmatch_desktop.ui.library_words import one_line
from vocmatch_desktop.ui.session import Engine, Indexing, Session
from vocmatch_desktop.ui.stems_state import Song
from vocmatch_desktop.ui.stems_words import clock, progress_words
from vocmatch_desktop.ui.theme import SPACE_1, SPACE_2, SPACE_4

PER_MILLE = 1000
TITLE_LETTERS = 32


class StatusLine(QWidget):
    """Left: the song that comes apart, else indexing; time left and cancel. Right: beats, engine, rate, overflows."""

    def __init__(
        self,
        session: Session,
        cancel_indexing: Callable[[], None],
        cancel_song: Callable[[Path], None],
        clear_overflows: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._cancel_indexing, self._cancel_song = cancel_indexing, cancel_song
        self._doing = self._label()
        self._bar = QProgressBar(textVisible=False, minimum=0)
        self._bar.setFixedWidth(140)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._cancel = self._link(self.tr("cancel"), self._stop)
        self._facts = self._label()
        self._overflows = self._link("", clear_overflows)
        self._overflows.setProperty("link", None)
        self._overflows.setProperty("plain", True)
        self._overflows.setToolTip(self.tr("Sound that came faster than it could be kept. Click to count afresh."))
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4, SPACE_1, SPACE_4, SPACE_1)
        row.setSpacing(SPACE_2)
        for widget in (self._doing, self._bar, self._cancel):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self._facts)
        row.addWidget(self._overflows)
        self._shown: tuple[int, int] | None = None
        for doing in (session.indexing_changed, session.ranking_busy_changed, session.songs_changed):
            doing.connect(lambda _: self._show_doing())
        session.engine_changed.connect(self._show_engine)
        for signal in (session.tracks_put, session.tracks_dropped, session.tracks_cleared, session.demo_changed):
            signal.connect(lambda *_: self._show_engine(session.engine))
        self._show_doing()
        self._show_engine(session.engine)

    def set_counts(self, shown: int, total: int) -> None:
        """How many rows the filter leaves."""
        self._shown = (shown, total)
        self._show_engine(self._session.engine)

    def _label(self) -> QLabel:
        label = QLabel()
        label.setProperty("secondary", True)
        return label

    def _link(self, words: str, do: Callable[[], None]) -> QPushButton:
        button = QPushButton(words)
        button.setProperty("link", True)
        button.setProperty("small", True)
        button.clicked.connect(lambda _: do())
        return button

    def _song(self) -> Song | None:
        return next((song for song in self._session.songs if song.phase == "working"), None)

    def _show_doing(self) -> None:
        song, indexing = self._song(), self._session.indexing
        for widget in (self._bar, self._cancel):
            widget.setVisible(song is not None or indexing is not None)
        if song is not None:
            self._show_progress(round(PER_MILLE * song.fraction), PER_MILLE if song.fraction else 0)
            self._doing.setText(self.tr("Taking {0} apart · {1}").format(_short(song.title), progress_words(song)))
        elif indexing is not None:
            self._show_progress(indexing.done, indexing.total)
            self._doing.setText(self._indexing_words(indexing))
        else:
            self._doing.setText(self.tr("Listening to how your beats fit …") if self._session.ranking_busy else "")

    def _show_progress(self, done: int, total: int) -> None:
        self._bar.setMaximum(max(0, total))
        self._bar.setValue(done)

    def _stop(self) -> None:
        song = self._song()
        if song is not None:
            self._cancel_song(song.folder)
        else:
            self._cancel_indexing()

    def _indexing_words(self, indexing: Indexing) -> str:
        if not indexing.total:
            return self.tr("Preparing the demo …") if self._session.demo else self.tr("Looking through your folders …")
        what = self.tr("Making demo beat {0} of {1}") if self._session.demo else self.tr("Indexing {0} of {1}")
        words = what.format(indexing.done, indexing.total)
        if indexing.left_s is not None:
            words += " · " + self.tr("{0} left").format(clock(indexing.left_s))
        if indexing.problems:
            words += " · " + self.tr("{0} not readable").format(indexing.problems)
        return words

    def _show_engine(self, engine: Engine) -> None:
        facts = [self._count_words()]
        if self._session.demo:
            facts.insert(0, self.tr("Demo library"))
        if self._session.read_only:
            facts.insert(0, self.tr("Read only"))
        if engine.provider:
            facts.append(self.tr("engine {0}").format(engine.provider))
        if engine.rate:
            facts.append(f"{engine.rate / 1000:g} kHz")
        self._facts.setText(" · ".join(facts))
        self._overflows.setVisible(bool(engine.rate))
        self._overflows.setText(self.tr("{0} overflows").format(engine.overflows))
        self._overflows.setProperty("tone", "caution" if engine.overflows else None)
        self._overflows.style().polish(self._overflows)

    def _count_words(self) -> str:
        count = len(self._session.tracks)
        if self._shown is not None and self._shown[0] < self._shown[1]:
            return self.tr("{0} of {1} beats").format(*self._shown)
        return self.tr("1 beat") if count == 1 else self.tr("{0} beats").format(count)


def _short(title: str) -> str:
    """A song's title as far as a line that says more can hold it."""
    words = one_line(title)
    return words if len(words) <= TITLE_LETTERS else f"{words[: TITLE_LETTERS - 1]}…"
