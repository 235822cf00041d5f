"""Beside the lanes: which model takes the song apart into what, the one action, and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from vocmatch_desktop.ui.session import Session
from vocmatch_desktop.ui.stems_state import Separator, Song, StemOptions, StemsCommands
from vocmatch_desktop.ui.stems_words import gives, progress_words, role, stem_title
from vocmatch_desktop.ui.theme import SPACE_1, SPACE_2, Theme

CHECKS_PX = 284
"""What a row of stems may take of the narrowest side."""
DOT_PX = 10
PER_MILLE = 1000


class StemsOptions(QWidget):
    """Model and stems; where there is no model, how to add one."""

    def __init__(self, session: Session, commands: StemsCommands, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._commands, self._theme = session, commands, theme
        self.model = QComboBox()
        self.model.setAccessibleName(self.tr("Model"))
        self.model.setToolTip(self.tr("What takes the song apart; “vocmatch models” adds others"))
        self.model.activated.connect(lambda _: commands.choose_model(self.model.currentData()))
        self.words = QLabel(wordWrap=True)
        self.words.setProperty("secondary", True)
        self.missing = QLabel(wordWrap=True)
        self.missing.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.missing.setText(
            self.tr(
                "There is no model that takes songs apart yet. Add one with “vocmatch models add FILE”: an .onnx file "
                "of HTDemucs, UVR’s MDX-Net or Open-Unmix."
            )
        )
        self.checks: dict[str, QPushButton] = {}
        self._rows = QVBoxLayout()
        self._rows.setSpacing(SPACE_1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        for widget in (self.missing, self.model, self.words):
            column.addWidget(widget)
        column.addLayout(self._rows)
        theme.changed.connect(self._dress)
        session.stem_options_changed.connect(self._show)
        session.read_only_changed.connect(lambda _: self._show(session.stem_options))
        self._show(session.stem_options)

    def _show(self, options: StemOptions) -> None:
        """The models there are, and what is chosen."""
        self.model.clear()
        for separator in options.separators:
            self.model.addItem(separator.name, separator.name)
        self.model.setCurrentIndex(self.model.findData(options.model))
        chosen = chosen_model(options)
        self.words.setText(gives(chosen) if chosen is not None else "")
        self.missing.setVisible(options.known and chosen is None)
        for widget in (self.model, self.words):
            widget.setVisible(chosen is not None)
        self._show_checks(chosen.stems if chosen is not None else (), options.stems)
        for control in (self.model, *self.checks.values()):
            control.setEnabled(not self._session.read_only)

    def _show_checks(self, there: tuple[str, ...], chosen: tuple[str, ...]) -> None:
        if tuple(self.checks) != there:
            for check in self.checks.values():
                check.hide()
                check.deleteLater()
            self.checks = {stem: self._make_check(stem) for stem in there}
            self._dress()
            self._lay_out_checks()
        for stem, check in self.checks.items():
            check.setChecked(stem in chosen)

    def _lay_out_checks(self) -> None:
        """As many in a row as there is room for."""
        while (row := self._rows.takeAt(0)) is not None:
            row.layout().deleteLater()
        room = 0
        for check in self.checks.values():
            check.setParent(self)
            check.ensurePolished()
            wide = check.sizeHint().width() + SPACE_1
            if wide > room:
                room, row = CHECKS_PX, QHBoxLayout()
                row.setSpacing(SPACE_1)
                row.addStretch(1)
                self._rows.addLayout(row)
            row.insertWidget(row.count() - 1, check)
            room -= wide

    def _make_check(self, stem: str) -> QPushButton:
        check = QPushButton(stem_title(stem))
        check.setCheckable(True)
        check.setProperty("stem", True)
        check.setAccessibleName(self.tr("Make {0}").format(stem_title(stem)))
        check.setToolTip(self.tr("Whether this stem is made; all together are the song"))
        check.setIconSize(QSize(DOT_PX, DOT_PX))
        check.clicked.connect(self._choose)
        return check

    def _choose(self) -> None:
        """Asks for the checked ones; what was refused stands as it was."""
        self._commands.choose_stems(tuple(stem for stem, check in self.checks.items() if check.isChecked()))
        for stem, check in self.checks.items():
            check.setChecked(stem in self._session.stem_options.stems)

    def _dress(self) -> None:
        for stem, check in self.checks.items():
            check.setIcon(self._dot(role(stem)))

    def _dot(self, colour: str) -> QIcon:
        ratio = self.devicePixelRatioF()
        dot = QPixmap(round(DOT_PX * ratio), round(DOT_PX * ratio))
        dot.setDevicePixelRatio(ratio)
        dot.fill(Qt.GlobalColor.transparent)
        with QPainter(dot) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(colour))
            painter.drawEllipse(1, 1, DOT_PX - 2, DOT_PX - 2)
        return QIcon(dot)


class StemsAction(QWidget):
    """The one action that fits the open song; while it is worked on, progress and cancel stand in its place."""

    def __init__(self, session: Session, commands: StemsCommands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._commands = session, commands
        self._song: Song | None = None
        self.start = QPushButton()
        self.start.clicked.connect(lambda _checked: self._with_song(commands.take_apart))
        self.all = QPushButton()
        self.all.clicked.connect(lambda _checked: commands.take_all_apart())
        self.doing = QLabel(wordWrap=True)
        self.bar = QProgressBar(textVisible=False, minimum=0, maximum=PER_MILLE)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.setToolTip(self.tr("Stops; what is computed so far is thrown away"))
        self.cancel.clicked.connect(lambda _checked: self._with_song(commands.cancel))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        for widget in (self.start, self.all, self.doing, self.bar, self.cancel):
            column.addWidget(widget)
        self.show_song(None)

    def show_song(self, song: Song | None) -> None:
        """The open song, None where there is none."""
        self._song = song
        held = any(button.hasFocus() for button in (self.start, self.all, self.cancel))
        phase = song.phase if song is not None else "none"
        able = bool(self._session.stem_options.model) and not self._session.read_only
        self.start.setVisible(able and phase in ("new", "stopped", "failed", "ready"))
        self.start.setText(self._start_words(phase))
        self.start.setEnabled(song is not None and song.source_there)
        self._make_primary(self.start, phase != "ready")
        fresh = sum(each.phase == "new" for each in self._session.songs)
        self.all.setVisible(able and fresh > 1 and phase not in ("waiting", "working"))
        self.all.setText(self.tr("Take all {0} new songs apart").format(fresh))
        for widget in (self.doing, self.cancel):
            widget.setVisible(phase in ("waiting", "working"))
        self.bar.setVisible(phase == "working")
        if song is not None:
            self._show_progress(song)
        if held:  # what hides would hand the keyboard to the first button of the window: Rec
            next((button for button in (self.cancel, self.start) if button.isVisibleTo(self)), self).setFocus()

    def _show_progress(self, song: Song) -> None:
        self.bar.setMaximum(PER_MILLE if song.fraction > 0 else 0)
        self.bar.setValue(round(PER_MILLE * song.fraction))
        if song.phase == "waiting":
            self.doing.setText(self.tr("Waiting for its turn"))
        else:
            self.doing.setText(progress_words(song) if song.fraction > 0 else song.what or self.tr("Getting ready …"))

    def _start_words(self, phase: str) -> str:
        return {"ready": self.tr("Take apart again"), "failed": self.tr("Try again")}.get(phase, self.tr("Take apart"))

    def _make_primary(self, button: QPushButton, primary: bool) -> None:
        if button.property("primary") != primary:
            button.setProperty("primary", primary)
            button.style().polish(button)

    def _with_song(self, do: Callable[[Path], None]) -> None:
        if self._song is not None:
            do(self._song.folder)


def chosen_model(options: StemOptions) -> Separator | None:
    """The model that is chosen, None where there is none."""
    return next((each for each in options.separators if each.name == options.model), None)
