"""The one transport: record, play, loop, where we are, the tempo, and what is heard and listened to."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from vocmatch_desktop.ui.commands import TransportCommands
from vocmatch_desktop.ui.device_menus import CountInButton, InputButton, OutputButton
from vocmatch_desktop.ui.meter import Meter
from vocmatch_desktop.ui.session import Playhead, Session, Tempo
from vocmatch_desktop.ui.tap import TapTempo
from vocmatch_desktop.ui.theme import ICON_PX, LARGE_PX, SMALL_PX, SPACE_2, SPACE_3, SPACE_4, Theme
from vocmatch_desktop.ui.timeline import Grid

SLOWEST_BPM, FASTEST_BPM = 30.0, 300.0
FREE = SLOWEST_BPM - 1
"""The spin box's lowest value stands for "no tempo": the singer is free."""


class Transport(QWidget):
    """The row at the top; `settings_requested` is the gear."""

    settings_requested = Signal()

    def __init__(
        self,
        session: Session,
        commands: TransportCommands,
        theme: Theme,
        clock: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._commands, self._theme, self._clock = session, commands, theme, clock
        self._tap = TapTempo()
        self.grid: Grid | None = None
        self._make_buttons()
        self._make_displays()
        self.meter = Meter(theme)
        self._lay_out()
        self._listen()
        self._dress()

    def tap(self) -> None:
        """One tap of the tempo (the button or T)."""
        if (bpm := self._tap.tap(self._clock())) is not None:
            self._commands.set_bpm(min(max(bpm, SLOWEST_BPM), FASTEST_BPM), tapped=True)

    def set_grid(self, grid: Grid | None) -> None:
        """The pulse that bars and beats are counted by."""
        self.grid = grid
        self._show_playhead(Playhead())

    def _make_buttons(self) -> None:
        self.record = QPushButton(self.tr("Rec"), objectName="record", checkable=True)
        self.record.setAccessibleName(self.tr("Record"))
        self.record.setToolTip(self.tr("Record a take (R)"))
        self.play = self._tool(self.tr("Play or stop"), self.tr("Play or stop (Space)"))
        self.loop = self._tool(self.tr("Loop"), self.tr("Loop the selection (L)"), checkable=True)
        self.lock = self._tool(
            self.tr("Lock the tempo"), self.tr("Keep this tempo, whatever beat or take is played"), checkable=True
        )
        self.lock.setProperty("quiet", True)
        self.gear = self._tool(self.tr("Settings"), self.tr("Settings"))
        self.tap_button = QPushButton(self.tr("Tap"))
        self.tap_button.setToolTip(self.tr("Tap the tempo (T)"))
        self.tap_button.setAccessibleName(self.tr("Tap the tempo"))
        self.click = QPushButton(self.tr("Click"), checkable=True)
        self.click.setToolTip(self.tr("Metronome (C)"))
        self.click.setAccessibleName(self.tr("Metronome"))
        self.count_in = CountInButton(self._session, self._commands)
        self.input = InputButton(self._session, self._commands, self._theme)
        self.output = OutputButton(self._session, self._commands, self._theme)

    def _tool(self, name: str, tip: str, checkable: bool = False) -> QToolButton:
        button = QToolButton(checkable=checkable)
        button.setAccessibleName(name)
        button.setToolTip(tip)
        button.setIconSize(QSize(ICON_PX, ICON_PX))
        return button

    def _make_displays(self) -> None:
        self.time = self._number(self.tr("Time"), "00:00.0", LARGE_PX)
        self.time.setProperty("display", True)
        self.bar = self._number(self.tr("Bar, beat and sixteenth"), "–", SMALL_PX + 2)
        self.bpm = QDoubleSpinBox(decimals=1, minimum=FREE, maximum=FASTEST_BPM, singleStep=0.5)
        self.bpm.setProperty("bare", True)
        self.bpm.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.bpm.setSpecialValueText(self.tr("free"))
        self.bpm.setKeyboardTracking(False)
        self.bpm.setAccessibleName(self.tr("Tempo in beats per minute"))
        self.bpm.setToolTip(self.tr("Tempo: type it, tap it, or leave it free"))
        self.bpm.setFont(self._theme.font(SMALL_PX + 4, bold=True))
        self.bpm.setFixedWidth(68)
        self.bpm_source = QLabel()
        self.bpm_source.setProperty("secondary", True)

    def _number(self, name: str, widest: str, px: int) -> QLabel:
        label = QLabel(widest)
        label.setFont(self._theme.font(px, bold=True))
        label.setAccessibleName(name)
        return label

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4, SPACE_2, SPACE_3, SPACE_2)
        row.setSpacing(SPACE_2)
        for widget in (self.record, self.play, self.loop):
            row.addWidget(widget)
        row.addSpacing(SPACE_2)
        row.addWidget(self.time)
        row.addSpacing(SPACE_2)
        row.addLayout(_stack(self.bar, self._caption(self.tr("bar . beat"))))
        row.addWidget(_line())
        row.addLayout(_stack(self.bpm, self.bpm_source))
        for widget in (self.lock, self.tap_button, self.click, self.count_in):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in (self.input, self.output, self.meter, self.gear):
            row.addWidget(widget)
        self.time.setFixedWidth(self.time.fontMetrics().horizontalAdvance("000:00.0"))
        self.bar.setFixedWidth(self.bar.fontMetrics().horizontalAdvance("000 . 0 . 0"))

    def _caption(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setProperty("secondary", True)
        return label

    def _listen(self) -> None:
        session, commands = self._session, self._commands
        self.record.clicked.connect(lambda: self._ask_to_record())
        self.play.clicked.connect(lambda: commands.play_or_stop())
        self.loop.toggled.connect(lambda on: commands.set_loop(on))
        self.click.toggled.connect(lambda on: commands.set_click(on))
        self.lock.toggled.connect(lambda on: commands.lock_bpm(on))
        self.tap_button.pressed.connect(self.tap)
        self.gear.clicked.connect(self.settings_requested)
        self.bpm.valueChanged.connect(lambda value: commands.set_bpm(None if value <= FREE else value))
        session.activity_changed.connect(lambda _: self._show_activity())
        session.looping_changed.connect(self.loop.setChecked)
        session.click_changed.connect(self.click.setChecked)
        session.tempo_changed.connect(self._show_tempo)
        session.playhead_moved.connect(self._show_playhead)
        session.song_playhead.connect(self._show_song_time)
        self._theme.changed.connect(self._dress)
        self._show_tempo(session.tempo)

    def _ask_to_record(self) -> None:
        # The lamp follows the recorder, not the finger: without a microphone it never lights.
        self._show_activity()
        self._commands.record()

    def _dress(self) -> None:
        self.loop.setIcon(self._theme.icon("ph.repeat"))
        self.gear.setIcon(self._theme.icon("ph.gear"))
        self._keep_record_width()
        self._show_activity()
        self._show_lock(self._session.tempo)

    def _keep_record_width(self) -> None:
        """Nothing beside it moves when "Rec" becomes "Stop"."""
        self.record.setIcon(self._theme.icon("ph.stop-fill"))
        widths = []
        for words in (self.tr("Stop"), self.tr("Rec")):
            self.record.setText(words)
            widths.append(self.record.sizeHint().width())
        self.record.setFixedWidth(max(widths))

    def _show_activity(self) -> None:
        activity = self._session.activity
        recording = activity in ("recording", "counting_in")
        self.record.setChecked(recording)
        self.record.setText(self.tr("Stop") if recording else self.tr("Rec"))
        lamp = self._theme.icon("ph.stop-fill" if recording else "ph.circle-fill", "ground" if recording else "accent")
        self.record.setIcon(lamp)
        sounding = activity != "idle"
        self.play.setIcon(self._theme.icon("ph.stop-fill" if sounding else "ph.play-fill"))
        self.input.setEnabled(not recording)
        self.record.setEnabled(not self._session.read_only)

    def _show_tempo(self, tempo: Tempo) -> None:
        self.bpm.blockSignals(True)
        self.bpm.setValue(FREE if tempo.bpm is None else tempo.bpm)
        self.bpm.blockSignals(False)
        source = {"tapped": self.tr("tapped"), "beat": self.tr("beat"), "take": self.tr("take")}.get(tempo.source)
        self.bpm_source.setText(self.tr("bpm · {0}").format(source) if source else self.tr("bpm"))
        self.lock.setChecked(tempo.locked)
        self._show_lock(tempo)

    def _show_lock(self, tempo: Tempo) -> None:
        self.lock.setIcon(self._theme.icon("ph.lock" if tempo.locked else "ph.lock-open", "text_2"))

    def _show_playhead(self, playhead: Playhead) -> None:
        take_s = playhead.take_s if playhead.take_s is not None else playhead.beat_s
        self.time.setText(clock_text(take_s or 0.0))
        if self.grid is None or take_s is None:
            self.bar.setText("–")
        else:
            self.bar.setText(" . ".join(map(str, self.grid.bar_beat(take_s))))

    def _show_song_time(self, song_s: float) -> None:
        """A song has no grid."""
        self.time.setText(clock_text(song_s))
        self.bar.setText("–")


def clock_text(seconds: float) -> str:
    """Minutes, seconds and tenths: "01:02.3"; "−00:01.5" before the start."""
    tenths = round(abs(seconds) * 10)
    sign = "−" if seconds < 0 and tenths else ""
    return f"{sign}{tenths // 600:02d}:{tenths // 10 % 60:02d}.{tenths % 10}"


def _stack(upper: QWidget, lower: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(0)
    column.addWidget(upper, alignment=Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft)
    column.addWidget(lower, alignment=Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    return column


def _line() -> QWidget:
    line = QWidget(objectName="line")
    line.setFixedSize(1, 28)
    line.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    return line
