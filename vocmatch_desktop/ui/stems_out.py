"""How stems leave the room: one handle for all or the chosen ones, and "save beside the song" in a format."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from vocmatch_desktop.services.stem_files import FORMATS
from vocmatch_desktop.ui.drag_chip import HEIGHT, DragChip
from vocmatch_desktop.ui.session import Session
from vocmatch_desktop.ui.stems_state import Song, StemSaving, StemsCommands
from vocmatch_desktop.ui.theme import SPACE_1, SPACE_2, Theme


class StemsOut(QWidget):
    """Shows what of the open song can be taken out; `set_chosen` narrows it to some lanes."""

    failed = Signal(object)
    """A UserError: a file vanished since."""

    def __init__(self, session: Session, commands: StemsCommands, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._commands, self._theme = session, commands, theme
        self._song: Song | None = None
        self._chosen: tuple[str, ...] = ()
        self.chip = DragChip(theme)
        self.chip.copy_wanted.connect(lambda _: self._copy())
        self.chip.show_wanted.connect(lambda _: self._show_in_folder())
        self.chip.failed.connect(self.failed)
        self.copy = self._file_button(self.tr("Copy the files"), self._copy)
        self.folder = self._file_button(self.tr("Show the files in their folder"), self._show_in_folder)
        self.form = QComboBox()
        self.form.setAccessibleName(self.tr("Format of the saved files"))
        self.form.setToolTip(self.tr("What is saved beside the song; what you drag is always WAV"))
        for name, encoding in FORMATS.items():
            self.form.addItem(self.tr("WAV float") if name == "wav" else encoding.name, name)
        self.save = QPushButton()
        self.save.clicked.connect(self._save)
        self.saved = QLabel(wordWrap=True)
        self.saved.setProperty("secondary", True)
        self._lay_out()
        theme.changed.connect(self._dress)
        session.stem_saving_changed.connect(self._show_saving)
        self._dress()
        self._show()

    def _file_button(self, words: str, do: object) -> QToolButton:
        button = QToolButton()
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.setFixedHeight(HEIGHT)
        button.clicked.connect(do)
        return button

    def _lay_out(self) -> None:
        taking = QHBoxLayout()
        taking.setSpacing(SPACE_1)
        for widget, stretch in ((self.chip, 1), (self.copy, 0), (self.folder, 0)):
            taking.addWidget(widget, stretch)
        saving = QHBoxLayout()
        saving.setSpacing(SPACE_1)
        saving.addWidget(self.save, 1)
        saving.addWidget(self.form)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        column.addLayout(taking)
        column.addLayout(saving)
        column.addWidget(self.saved)

    def _dress(self) -> None:
        self.copy.setIcon(self._theme.icon("ph.copy"))
        self.folder.setIcon(self._theme.icon("ph.folder-open"))

    # Showing

    def show_song(self, song: Song | None) -> None:
        """The open song, None where there is none."""
        self._song = song
        self._show()

    def set_chosen(self, stems: tuple[str, ...]) -> None:
        """Only these lanes are meant; empty means all."""
        self._chosen = stems
        self._show()

    def _show(self) -> None:
        song = self._song
        there = song.stems if song is not None and song.phase == "ready" else ()
        wanted = [stem for stem in there if not self._chosen or stem.name in self._chosen]
        if wanted:
            self.chip.show_files([stem.path for stem in wanted], self._count(len(wanted), len(there)))
        elif song is not None and song.phase == "working":
            self.chip.show_busy(self.tr("All stems … {0} %").format(int(100 * song.fraction)), song.fraction)
        else:
            self.chip.show_nothing(self.tr("no stems yet"))
        for widget in (self.copy, self.folder):
            widget.setEnabled(bool(wanted))
        self._show_saving(self._session.stem_saving)

    def _count(self, count: int, total: int) -> str:
        if count == total:
            return self.tr("All {0} stems").format(total) if total > 1 else self.tr("1 stem")
        return self.tr("{0} of {1} stems").format(count, total)

    def _show_saving(self, saving: StemSaving) -> None:
        working, held = saving.phase == "working", self.save.hasFocus()
        self.save.setEnabled(self.chip.path is not None and not working and not self._session.read_only)
        some = self._chosen and len(self.chip.paths)
        self.save.setText(self.tr("Save {0} beside the song").format(some) if some else self.tr("Save beside the song"))
        self.save.setToolTip(self._save_tip(bool(some)))
        self.form.setEnabled(self.save.isEnabled())
        if held and not self.save.isEnabled():  # else the next button of the window has the keyboard: it may cancel
            self.copy.setFocus()
        mine = self._song is not None and saving.song == self._song.folder
        self.saved.setText(self.tr("Saving … {0} %").format(int(100 * saving.fraction)))
        self.saved.setVisible(mine and working)

    def _save_tip(self, some: bool) -> str:
        which = self.tr("The selected stems") if some else self.tr("All stems")
        return self.tr("{0}, copied into a folder of their own beside the song").format(which)

    # Asking

    def _copy(self) -> None:
        if self.chip.paths:
            self._commands.copy_files(self.chip.paths)

    def _show_in_folder(self) -> None:
        if self.chip.path is not None:
            self._commands.show_in_folder(self.chip.path)

    def _save(self) -> None:
        self._commands.save(self.form.currentData(), self._chosen)
