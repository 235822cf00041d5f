"""One stem as a lane: its name, solo, mute and level, its waveform, and the handle that takes its file out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QSlider, QVBoxLayout, QWidget

from vocmatch_desktop.ui.drag_chip import DragChip
from vocmatch_desktop.ui.stems_state import LOUDEST_DB, QUIETEST_DB, StemLane, StemsCommands
from vocmatch_desktop.ui.stems_wave import StemWave
from vocmatch_desktop.ui.stems_words import level_words, role, stem_title
from vocmatch_desktop.ui.theme import RADIUS, SPACE_1, SPACE_2, SPACE_3, Theme

HEAD_PX, CHIP_PX = 196, 188
LOWEST_PX, HIGHEST_PX = 50, 112
VALUE_PX = 52
SWITCH = QSize(24, 22)
STEPS_A_DB = 2
"""A slider counts whole numbers: half decibels."""


class LevelSlider(QSlider):
    """A fader in decibels; a double-click puts it back to 0 dB."""

    level_changed = Signal(float)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(round(QUIETEST_DB * STEPS_A_DB), round(LOUDEST_DB * STEPS_A_DB))
        self.setSingleStep(1)
        self.setPageStep(3 * STEPS_A_DB)
        self.setAccessibleName(name)
        self.valueChanged.connect(lambda value: self.level_changed.emit(value / STEPS_A_DB))

    @property
    def level_db(self) -> float:
        """Where it stands."""
        return self.value() / STEPS_A_DB

    def show_level(self, level_db: float) -> None:
        """Shows a level without asking for it; a fader that is being held stays in the hand."""
        if not self.isSliderDown():
            self.blockSignals(True)
            self.setValue(round(level_db * STEPS_A_DB))
            self.blockSignals(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to 0 dB."""
        self.setSliderDown(False)
        self.setValue(0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the lanes; it turns no fader by the way."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """← and → move it, ↑ and ↓ walk the lanes."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
        else:
            super().keyPressEvent(event)


class LaneRow(QWidget):
    """Shows one `StemLane`; every control only asks the commands.

    `keys` gets what is pressed first and says whether that meant something to the lanes.
    """

    picked = Signal(object)
    """Clicked, with the keyboard's modifiers."""

    def __init__(
        self,
        stem: str,
        commands: StemsCommands,
        theme: Theme,
        keys: Callable[[QKeyEvent], bool],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.stem, self._commands, self._theme, self._keys = stem, commands, theme, keys
        self._chosen = False
        self._lane: StemLane | None = None
        self.title = QLabel(stem_title(stem))
        self.solo = self._switch(self.tr("S"), self.tr("Solo"), self.tr("Hear only this stem (S)"))
        self.solo.clicked.connect(lambda on: commands.solo(stem, on))
        self.mute = self._switch(self.tr("M"), self.tr("Mute"), self.tr("Silence this stem (M)"))
        self.mute.setProperty("switch", "mute")
        self.mute.clicked.connect(lambda on: commands.mute(stem, on))
        self.level = LevelSlider(self.tr("Level of {0}").format(stem_title(stem)))
        self.level.setToolTip(self.tr("How loud this stem plays; a double-click is 0 dB. Its file stays as it is."))
        self.level.level_changed.connect(self._ask_level)
        self.value = QLabel()
        self.wave = StemWave(stem, theme)
        self.wave.setAccessibleName(self.tr("Waveform of {0}").format(stem_title(stem)))
        self.wave.setToolTip(self.tr("Click or drag to hear from there"))
        self.chip = DragChip(theme)
        self._lay_out()
        theme.changed.connect(self._dress)
        self._dress()

    def _switch(self, letter: str, name: str, tip: str) -> QPushButton:
        button = QPushButton(letter)
        button.setCheckable(True)
        button.setProperty("switch", "solo")
        button.setFixedSize(SWITCH)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(self.tr("{0} {1}").format(name, stem_title(self.stem)))
        button.setToolTip(tip)
        return button

    def _lay_out(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(LOWEST_PX)
        self.setMaximumHeight(HIGHEST_PX)
        self.value.setProperty("secondary", True)
        self.value.setFixedWidth(VALUE_PX)
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.chip.setFixedWidth(CHIP_PX)
        upper = QHBoxLayout()
        upper.setSpacing(SPACE_1)
        upper.addWidget(self.title, 1)
        upper.addWidget(self.solo)
        upper.addWidget(self.mute)
        lower = QHBoxLayout()
        lower.setSpacing(SPACE_1)
        lower.addWidget(self.level, 1)
        lower.addWidget(self.value)
        head = QWidget()
        head.setFixedWidth(HEAD_PX)
        column = QVBoxLayout(head)
        column.setContentsMargins(SPACE_3 + SPACE_1, SPACE_1, SPACE_2, SPACE_1)
        column.setSpacing(0)
        column.addStretch(1)
        column.addLayout(upper)
        column.addLayout(lower)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, SPACE_2, 1)
        row.setSpacing(SPACE_2)
        row.addWidget(head)
        row.addWidget(self.wave, 1)
        row.addWidget(self.chip)

    def _dress(self) -> None:
        self.title.setFont(self._theme.font(bold=True))
        self.update()

    def show_lane(self, lane: StemLane, duration_s: float, loudest: float = 1.0) -> None:
        """Shows the lane's state; what did not change is not touched. `loudest`: the peak that fills the height."""
        self.wave.show_stem(lane.peaks, duration_s, lane.sounds, loudest)
        shown, self._lane = self._lane, lane
        if shown is not None and replace(shown, peaks=lane.peaks) == lane:
            return
        self.solo.setChecked(lane.soloed)
        self.mute.setChecked(lane.muted)
        self.level.show_level(lane.level_db)
        self._say_level(lane.level_db)
        self.setAccessibleName(self._sentence(lane))
        self.update()

    def show_files(self, paths: Sequence[Path], words: str, fraction: float | None) -> None:
        """What the handle takes out: these finished files; none: `words` say why, with a spinner while `fraction`."""
        if paths:
            self.chip.show_files(paths)
        elif fraction is not None:
            self.chip.show_busy(words, fraction)
        else:
            self.chip.show_nothing(words)

    @property
    def chosen(self) -> bool:
        """Whether the lane is one of the selected."""
        return self._chosen

    @chosen.setter
    def chosen(self, on: bool) -> None:
        self._chosen = on
        self.setAccessibleDescription(self.tr("selected") if on else "")
        self.update()

    def _sentence(self, lane: StemLane) -> str:
        states = [level_words(lane.level_db)]
        if lane.soloed:
            states.append(self.tr("solo"))
        if lane.muted:
            states.append(self.tr("muted"))
        if lane.path is None:
            states.append(self.tr("still being computed"))
        return ", ".join([stem_title(self.stem), *states])

    def _ask_level(self, level_db: float) -> None:
        self._say_level(level_db)
        self._commands.set_level(self.stem, level_db)

    def _say_level(self, level_db: float) -> None:
        self.value.setText(level_words(level_db))
        self.level.setAccessibleDescription(level_words(level_db))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Selects the lane."""
        self.picked.emit(event.modifiers())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The lanes' keys."""
        if not self._keys(event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The ring is drawn."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The ring goes."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, the stem's colour at the left edge, a line below, the ring of the keyboard's lane."""
        with QPainter(self) as painter:
            box = QRectF(self.rect())
            if self._chosen:
                painter.fillRect(box, self._theme.color("raised"))
            painter.fillRect(QRectF(0, box.bottom() - 1, box.width(), 1), self._theme.color("line"))
            painter.fillRect(QRectF(0, 0, 4, box.height() - 1), self._theme.color(role(self.stem)))
            if self.hasFocus():
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(self._theme.color("melody"), 2))
                painter.drawRoundedRect(box.adjusted(1, 1, -1, -2), RADIUS, RADIUS)
