"""The row above the piano roll: tools, what is heard, what is chosen, and how near it is looked at."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from vocmatch_desktop.ui.melody_canvas import key_name
from vocmatch_desktop.ui.melody_keys import ZOOM, Keys
from vocmatch_desktop.ui.melody_roll import MelodyRoll
from vocmatch_desktop.ui.melody_state import Hearing, MelodyCommands
from vocmatch_desktop.ui.session import Session
from vocmatch_desktop.ui.theme import ICON_PX, SPACE_1, SPACE_2, SPACE_3, Theme


class MelodyTools(QWidget):
    """Acts on one roll; what changes more than the view is asked of the commands."""

    def __init__(
        self,
        session: Session,
        commands: MelodyCommands,
        roll: MelodyRoll,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._commands, self._roll, self._theme = session, commands, roll, theme
        self._icons: dict[QToolButton, str] = {}
        self._make_tools()
        self._make_hearing()
        self.words = QLabel()
        self.words.setProperty("secondary", True)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._lay_out()
        roll.chosen_changed.connect(self.show_state)
        session.melody_changed.connect(lambda _: self.show_state())
        session.hearing_changed.connect(self._show_hearing)
        session.melody_files_changed.connect(lambda _: self.show_state())
        theme.changed.connect(self._dress)
        self._dress()
        self._show_hearing(session.hearing)
        self.show_state()

    def _make_tools(self) -> None:
        keys, tr = Keys(self._roll), self.tr
        self.select = self._tool(
            "ph.cursor",
            tr("Select"),
            tr("Select and move notes: Ctrl and up or down for velocity, Alt to leave the grid"),
            self._use_select,
        )
        self.draw = self._tool("ph.pencil-simple", tr("Draw"), tr("Draw notes (or double-click)"), self._use_draw)
        group = QButtonGroup(self)
        for button in (self.select, self.draw):
            button.setCheckable(True)
            group.addButton(button)
        self.select.setChecked(True)
        self.undo = self._tool("ph.arrow-u-up-left", tr("Undo"), tr("Undo (Ctrl+Z)"), self._commands.undo)
        self.redo = self._tool("ph.arrow-u-up-right", tr("Redo"), tr("Redo (Ctrl+Shift+Z)"), self._commands.redo)
        self.split = self._tool(
            "ph.scissors", tr("Split"), tr("Split at the playhead (S); double-click a note"), keys.split
        )
        self.join = self._tool("ph.link-simple", tr("Join"), tr("Join the chosen notes (J)"), keys.join)
        self.delete = self._tool("ph.trash", tr("Delete"), tr("Delete the chosen notes (Del)"), keys.delete)
        self.closer = self._tool("ph.magnifying-glass-plus", tr("Zoom in"), tr("Closer (+, Ctrl+wheel)"), self._closer)
        self.farther = self._tool("ph.magnifying-glass-minus", tr("Zoom out"), tr("Farther (−)"), self._farther)
        self.fit = self._tool("ph.corners-out", tr("Fit"), tr("Show all of it (0)"), self._roll.fit)

    def _tool(self, icon: str, name: str, tip: str, do: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setProperty("quiet", True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the roll
        button.setAccessibleName(name)
        button.setToolTip(tip)
        button.setIconSize(QSize(ICON_PX, ICON_PX))
        button.clicked.connect(lambda _checked: do())
        self._icons[button] = icon
        return button

    def _make_hearing(self) -> None:
        self.hearing: dict[Hearing, QPushButton] = {}
        group = QButtonGroup(self)
        names: tuple[tuple[Hearing, str, str], ...] = (
            ("voice", self.tr("Voice"), self.tr("Hear the take as it was sung")),
            ("piano", self.tr("Piano"), self.tr("Hear the notes on a piano")),
            ("both", self.tr("Both"), self.tr("Hear voice and piano together")),
        )
        for name, words, tip in names:
            button = QPushButton(words)
            button.setCheckable(True)
            button.setProperty("quiet", True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setToolTip(self.tr("{0} (A changes over)").format(tip))
            button.clicked.connect(lambda _checked, name=name: self._commands.hear(name))
            group.addButton(button)
            self.hearing[name] = button

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_3, SPACE_1, SPACE_3, SPACE_1)
        row.setSpacing(2)
        for widgets in (
            (self.select, self.draw),
            (self.undo, self.redo),
            (self.split, self.join, self.delete),
            tuple(self.hearing.values()),
        ):
            for widget in widgets:
                row.addWidget(widget)
            row.addSpacing(SPACE_2)
        row.addWidget(self.words, 1)
        for widget in (self.farther, self.fit, self.closer):
            row.addWidget(widget)

    def _dress(self) -> None:
        for button, icon in self._icons.items():
            button.setIcon(self._theme.icon(icon))

    def _use_select(self) -> None:
        self._roll.tool = "select"

    def _use_draw(self) -> None:
        self._roll.tool = "draw"

    def _closer(self) -> None:
        self._roll.zoom(ZOOM)

    def _farther(self) -> None:
        self._roll.zoom(1 / ZOOM)

    def _show_hearing(self, hearing: Hearing) -> None:
        self.hearing[hearing].setChecked(True)

    def show_state(self) -> None:
        """What can be done now, and what is chosen."""
        melody, ready = self._session.melody, self._session.melody.phase == "ready"
        editable = ready and not self._session.read_only
        chosen = self._roll.chosen_notes
        self.undo.setEnabled(editable and melody.can_undo)
        self.redo.setEnabled(editable and melody.can_redo)
        self.draw.setEnabled(editable)
        self.split.setEnabled(editable and bool(self._roll.notes))
        self.join.setEnabled(editable and bool(chosen))
        self.delete.setEnabled(editable and bool(chosen))
        for button in (*self.hearing.values(), self.closer, self.farther, self.fit):
            button.setEnabled(ready)
        self._say(self._chosen_words() if ready else "")

    def _say(self, words: str) -> None:
        """As much of it as there is room for; all of it for who points there."""
        self.words.setToolTip(words)
        self.words.setText(self.words.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, self.words.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There may be more room, or less."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, lambda: self._say(self.words.toolTip()))

    def _chosen_words(self) -> str:
        chosen, count = self._roll.chosen_notes, len(self._roll.notes)
        if len(chosen) == 1:
            note = chosen[0]
            span = f"{note.onset_s:.2f}–{note.offset_s:.2f} s"
            return self.tr("{0} · {1} · vel. {2}").format(key_name(note.number), span, note.velocity)
        if chosen:
            return self.tr("{0} of {1} chosen").format(len(chosen), count)
        return self.tr("1 note") if count == 1 else self.tr("{0} notes").format(count)
