"""The Melody room: the piano roll of the take with its tools, the knobs beside it, and the files to take out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.types import Take
from vocmatch_desktop.ui.drag_chip import DragChip
from vocmatch_desktop.ui.melody_canvas import HIGHEST_KEY, LOWEST_KEY
from vocmatch_desktop.ui.melody_controls import MelodyControls
from vocmatch_desktop.ui.melody_hand import Steps
from vocmatch_desktop.ui.melody_heard import melody_grid
from vocmatch_desktop.ui.melody_roll import MelodyRoll
from vocmatch_desktop.ui.melody_state import Melody, MelodyCommands, MelodyFiles
from vocmatch_desktop.ui.melody_tools import MelodyTools
from vocmatch_desktop.ui.scrolled import scrolled
from vocmatch_desktop.ui.session import Playhead, Problem, Session
from vocmatch_desktop.ui.theme import SPACE_1, SPACE_2, SPACE_4, SPACE_5, Theme
from vocmatch_desktop.ui.timeline import Grid

SIDE_PX = 320
SCROLL_A_S, SCROLL_A_KEY = 1000, 100
"""Scroll bars count whole numbers: milliseconds and hundredths of a key."""


class MelodyPanel(QSplitter):
    """Follows the session's melody; every control only asks the commands."""

    def __init__(self, session: Session, commands: MelodyCommands, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._session, self._commands, self._theme = session, commands, theme
        self._live_grid: Grid | None = None
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.setAccessibleName(self.tr("Melody"))
        self.roll = MelodyRoll(theme)
        self.roll.read_only = session.read_only
        self.tools = MelodyTools(session, commands, self.roll, theme)
        self.controls = MelodyControls()
        self._make_bars()
        self._make_words()
        self._make_files()
        self.addWidget(self._left())
        self.addWidget(self._right())
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 0)
        self._listen()
        self._dress()
        self._show(session.melody)

    # Building

    def _make_bars(self) -> None:
        self.along = QScrollBar(Qt.Orientation.Horizontal)
        self.upwards = QScrollBar(Qt.Orientation.Vertical)
        self.along.valueChanged.connect(lambda value: self.roll.look(from_s=value / SCROLL_A_S))
        self.upwards.valueChanged.connect(lambda value: self.roll.look(low=-value / SCROLL_A_KEY))

    def _make_words(self) -> None:
        self.sentence = QLabel(wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.sentence.setProperty("heading", True)
        self.detail = QLabel(wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.detail.setProperty("secondary", True)
        self.progress = QProgressBar(textVisible=False)
        self.progress.setRange(0, 0)
        self.progress.setFixedWidth(200)
        self.again = QPushButton(self.tr("Try again"))
        self.again.clicked.connect(lambda _checked: self._commands.listen_again())

    def _make_files(self) -> None:
        self.midi, self.piano = DragChip(self._theme), DragChip(self._theme)
        for chip in (self.midi, self.piano):
            chip.copy_wanted.connect(self._copy)
            chip.show_wanted.connect(self._show_in_folder)
            chip.taken.connect(self._commands.keep_file)
            chip.file_wanted.connect(self._commands.write_files)
            chip.failed.connect(self._say_failure)
        self.file_buttons: list[tuple[QToolButton, str, DragChip]] = []

    def _left(self) -> QWidget:
        desk = QWidget()
        grid = QGridLayout(desk)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self.roll, 0, 0)
        grid.addWidget(self.upwards, 0, 1)
        grid.addWidget(self.along, 1, 0)
        self.pages = QStackedWidget()
        self.pages.addWidget(desk)
        self.pages.addWidget(self._words())
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tools)
        column.addWidget(self.pages, 1)
        return left

    def _words(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(SPACE_5, SPACE_5, SPACE_5, SPACE_5)
        column.setSpacing(SPACE_2)
        column.addStretch(2)
        column.addWidget(self.sentence)
        column.addWidget(self.detail)
        column.addWidget(self.progress, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.again, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        return page

    def _right(self) -> QWidget:
        self.facts = QLabel(wordWrap=True)
        self.facts.setProperty("secondary", True)
        title = QLabel(self.tr("Melody"))
        title.setProperty("heading", True)
        right = QWidget()
        right.setMinimumWidth(SIDE_PX)
        column = QVBoxLayout(right)
        column.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        column.setSpacing(SPACE_2)
        column.addWidget(title)
        column.addWidget(self.facts)
        column.addWidget(self._scrolled(self.controls), 1)
        for chip, name in ((self.midi, self.tr("MIDI")), (self.piano, self.tr("piano"))):
            column.addLayout(self._file_row(chip, name))
        return right

    def _scrolled(self, body: QWidget) -> QScrollArea:
        """The knobs: in a low window they scroll, and the files stay in reach."""
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, SPACE_1, SPACE_2, SPACE_1)
        column.addWidget(body)
        column.addStretch(1)
        return scrolled(holder)

    def _file_row(self, chip: DragChip, name: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE_1)
        row.addWidget(chip, 1)
        for icon, words, do in (
            ("ph.copy", self.tr("Copy the {0} file").format(name), self._copy),
            ("ph.folder-open", self.tr("Show the {0} file in its folder").format(name), self._show_in_folder),
        ):
            button = QToolButton()
            button.setToolTip(words)
            button.setAccessibleName(words)
            button.setFixedHeight(36)
            button.clicked.connect(lambda _checked, chip=chip, do=do: do(chip.path))
            self.file_buttons.append((button, icon, chip))
            row.addWidget(button)
        return row

    def _listen(self) -> None:
        session, commands, roll = self._session, self._commands, self.roll
        session.melody_changed.connect(self._show)
        session.melody_files_changed.connect(self._show_files)
        session.melody_controls_changed.connect(lambda _: self._show_controls())
        session.take_changed.connect(lambda _: self._show(session.melody))
        session.playhead_moved.connect(self._move_playhead)
        self.controls.changed.connect(commands.set_controls)
        roll.edited.connect(commands.edit)
        roll.seek_requested.connect(commands.seek)
        roll.view_changed.connect(self._show_bars)
        self._theme.changed.connect(self._dress)

    def _dress(self) -> None:
        for button, icon, _ in self.file_buttons:
            button.setIcon(self._theme.icon(icon))

    # Showing

    def set_live_grid(self, grid: Grid | None) -> None:
        """The pulse of the take that is being sung, None where the singer is free."""
        self._live_grid = grid

    def _steps(self) -> Steps:
        session = self._session
        if session.melody.phase == "live":
            return Steps(self._live_grid)
        return Steps(melody_grid(session.take), session.melody_controls.quantize)

    def _show(self, melody: Melody) -> None:
        take = self._session.take
        drawn = melody.phase in ("ready", "live")
        self.pages.setCurrentIndex(0 if drawn else 1)
        self.roll.show_melody(melody)
        self.roll.set_steps(self._steps())
        self._show_words(melody, take)
        self._show_bars()
        self._show_controls()
        self._show_files(self._session.melody_files)
        self.facts.setText(self._facts(melody))
        self.facts.setVisible(bool(self.facts.text()))

    def _show_words(self, melody: Melody, take: Take | None) -> None:
        sentence, detail = self._sentence(melody, take)
        self.sentence.setText(sentence)
        self.detail.setText(detail)
        self.progress.setVisible(melody.phase == "listening")
        self.again.setVisible(melody.phase == "failed")

    def _sentence(self, melody: Melody, take: Take | None) -> tuple[str, str]:
        if melody.phase == "failed":
            return self.tr("The melody could not be heard."), melody.problem
        if melody.phase == "listening":
            return self.tr("Listening for the notes …"), ""
        if take is None:
            hint = self.tr("Mend them by hand, then drag them out as MIDI, or as a piano as long as your take.")
            return self.tr("Press R and sing, or drop a vocal above: it becomes notes."), hint
        return "", ""

    def _facts(self, melody: Melody) -> str:
        if melody.phase != "ready":
            return ""
        key = self.tr("{0} ({1})").format(melody.key.name, melody.key.camelot) if melody.key else ""
        cents = round(100 * melody.tuning)
        tuning = self.tr("tuned {0} cents").format(f"{cents:+d}".replace("-", "−")) if cents else self.tr("in tune")
        by_hand = self.tr("edited by hand") if melody.hand_made else ""
        return " · ".join(fact for fact in (key, tuning, by_hand) if fact)

    def _show_controls(self) -> None:
        take, melody = self._session.take, self._session.melody
        self.controls.setEnabled(melody.phase == "ready" and not self._session.read_only)
        self.controls.show_controls(self._session.melody_controls, melody.key)
        self.controls.set_tempo_known(take is not None and take.bpm is not None)
        self.roll.set_steps(self._steps())

    def _show_bars(self) -> None:
        view = self.roll.view
        span_s, keys = view.to_s - view.from_s, view.high - view.low
        end_s = max(view.duration_s, span_s)
        for bar, first, last, page, now in (
            (self.along, 0.0, (end_s - span_s) * SCROLL_A_S, span_s * SCROLL_A_S, view.from_s * SCROLL_A_S),
            (
                self.upwards,
                -(HIGHEST_KEY - keys) * SCROLL_A_KEY,
                -LOWEST_KEY * SCROLL_A_KEY,
                keys * SCROLL_A_KEY,
                -view.low * SCROLL_A_KEY,
            ),
        ):
            bar.blockSignals(True)
            bar.setRange(round(first), max(round(first), round(last)))
            bar.setPageStep(max(1, round(page)))
            bar.setSingleStep(max(1, round(page / 20)))
            bar.setValue(round(now))
            bar.blockSignals(False)

    def _show_files(self, files: MelodyFiles) -> None:
        melody = self._session.melody
        for chip, path, words in (
            (self.midi, files.midi, self.tr("writing the MIDI file …")),
            (self.piano, files.piano, self.tr("playing the piano … {} %").format(round(100 * files.fraction))),
        ):
            if melody.phase != "ready":
                chip.show_nothing(self.tr("no notes yet"))
            elif files.phase == "ready" and path is not None:
                chip.show_file(path)
            elif files.phase == "failed":
                chip.show_nothing(files.problem or self.tr("could not be written; click to try again"))
            elif not melody.notes:
                chip.show_nothing(self.tr("no notes to write"))
            else:
                chip.show_busy(words, files.fraction)
        for button, _, chip in self.file_buttons:
            button.setEnabled(chip.path is not None)

    def _move_playhead(self, playhead: Playhead) -> None:
        playing = self._session.activity == "playing"
        self.roll.set_playhead(playhead.take_s, follow=playing)

    # Asking

    def _copy(self, path: Path | None) -> None:
        if path is not None:
            self._commands.keep_file(path)
            self._commands.copy_file(path)

    def _show_in_folder(self, path: Path | None) -> None:
        if path is not None:
            self._commands.keep_file(path)
            self._commands.show_in_folder(path)

    def _say_failure(self, error: UserError) -> None:
        self._session.problem.emit(Problem(error.message, error.remedy))
