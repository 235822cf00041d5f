"""The Stems room: the open song as lanes that play together, and beside them what takes it apart and takes it out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.ui.choosing import choose_sounds
from vocmatch_desktop.ui.scrolled import scrolled
from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.stems_lanes import StemLanes
from vocmatch_desktop.ui.stems_note import StemsNote
from vocmatch_desktop.ui.stems_out import StemsOut
from vocmatch_desktop.ui.stems_side import StemsAction, StemsOptions, chosen_model
from vocmatch_desktop.ui.stems_state import Song, Stems, StemsCommands
from vocmatch_desktop.ui.stems_words import facts
from vocmatch_desktop.ui.theme import SPACE_1, SPACE_2, SPACE_4, Theme

SIDE_PX = 320


class StemsPanel(QSplitter):
    """Follows the session's songs; every control only asks the commands."""

    def __init__(self, session: Session, commands: StemsCommands, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._session, self._commands, self._theme = session, commands, theme
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.setAccessibleName(self.tr("Stems"))
        self.lanes = StemLanes(commands, theme)
        self.invite = StemsNote(theme)
        self.invite.choose.clicked.connect(lambda _checked: self.choose_songs())
        self.options = StemsOptions(session, commands, theme)
        self.action = StemsAction(session, commands)
        self.out = StemsOut(session, commands, theme)
        self.pages = QStackedWidget()
        for page in (self.invite, self.lanes):
            self.pages.addWidget(page)
        self.addWidget(self.pages)
        self.addWidget(self._right())
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 0)
        self._invite()
        self._listen()
        self.lanes.prepare(session.stem_options.stems)
        self._show()

    def _right(self) -> QWidget:
        self.title = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.title.setProperty("heading", True)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.facts, self.notice = self._secondary(), self._secondary()
        right = QWidget()
        right.setMinimumWidth(SIDE_PX)
        column = QVBoxLayout(right)
        column.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        column.setSpacing(SPACE_2)
        column.addWidget(self.title)
        column.addWidget(self.facts)
        self._choices = self._scrolled(self.options, self.notice)
        self._choices.widget().installEventFilter(self)
        column.addWidget(self._choices, 100)
        column.addWidget(self.action)
        column.addStretch(1)
        column.addWidget(self.out)
        return right

    def _secondary(self) -> QLabel:
        label = QLabel(wordWrap=True)
        label.setProperty("secondary", True)
        return label

    def _scrolled(self, *widgets: QWidget) -> QScrollArea:
        """In a low window the choices scroll, and the stems stay in reach."""
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, SPACE_1, SPACE_2, SPACE_1)
        for widget in widgets:
            column.addWidget(widget)
        column.addStretch(1)
        return scrolled(holder)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The choices take the room they need, and the action stands right under them."""
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            needed = watched.layout().totalHeightForWidth(self._choices.viewport().width())
            self._choices.setMaximumHeight(needed if needed >= 0 else watched.layout().totalSizeHint().height())
        return False

    def _listen(self) -> None:
        session = self._session
        session.songs_changed.connect(lambda _: self._show())
        session.stems_changed.connect(lambda _: self._show())
        session.stem_options_changed.connect(lambda _: self._show())
        session.stem_options_changed.connect(lambda options: self.lanes.prepare(options.stems))
        session.read_only_changed.connect(lambda _: self._show())
        session.song_playhead.connect(self.lanes.set_playhead)
        self.lanes.chosen_changed.connect(lambda: self.out.set_chosen(self.lanes.chosen))
        self.lanes.copy_wanted.connect(self._commands.copy_files)
        self.lanes.show_wanted.connect(self._commands.show_in_folder)
        for part in (self.lanes, self.out):
            part.failed.connect(self._say_failure)

    # Showing

    def _song(self) -> Song | None:
        opened = self._session.stems.song
        return next((song for song in self._session.songs if song.folder == opened), None)

    def _show(self) -> None:
        song, stems = self._song(), self._session.stems
        self.title.setText(song.title if song is not None else self.tr("Stems"))
        self.facts.setText(facts(song) if song is not None else "")
        self.facts.setVisible(bool(self.facts.text()))
        busy = song is not None and song.phase in ("waiting", "working")
        self.options.setVisible(not busy)
        self.action.show_song(song)
        self.out.show_song(song)
        self.out.setVisible(song is not None and song.phase in ("working", "ready"))
        self.notice.setText(self._notice(song, stems))
        self.notice.setVisible(bool(self.notice.text()))
        self.lanes.show_stems(stems, song)
        self.lanes.note.say(*self._words(song))
        self.pages.setCurrentWidget(self.lanes if song is not None else self.invite)

    def _notice(self, song: Song | None, stems: Stems) -> str:
        if stems.waiting:
            return self.tr("Playing goes on as soon as the next part is computed.")
        if song is None:
            return ""
        if not song.source_there:
            return self.tr("The song is not at {0} any more; its stems are still here.").format(song.source)
        return song.notice

    def _invite(self) -> None:
        self.invite.say(
            self.tr("Drop a song here to take it apart."),
            self.tr("Vocals, drums, bass and the rest, as long as the song and adding up to it. Several queue up."),
            framed=True,
            choose=True,
        )

    def _words(self, song: Song | None) -> tuple[str, str]:
        """What stands for lanes that are not there yet."""
        if song is None:
            return "", ""
        options = self._session.stem_options
        if options.known and chosen_model(options) is None and song.phase == "new":
            return self.tr("A model is needed to take it apart."), self.tr("On the right it says how to add one.")
        words = {
            "new": (
                self.tr("Choose what you want of it, then take it apart."),
                self.tr("Space plays the song meanwhile, and its stems as soon as the first seconds are done."),
            ),
            "waiting": (self.tr("Waiting for its turn."), self.tr("The songs before it come apart first.")),
            "working": (
                self.tr("Taking the song apart …"),
                self.tr("The first seconds appear in a moment; Space plays the song meanwhile."),
            ),
            "stopped": (self.tr("Stopped before the stems were whole."), self.tr("Take it apart to begin again.")),
            "failed": (self.tr("The song could not be taken apart."), song.problem),
        }
        return words.get(song.phase, (self.tr("Opening the stems …"), ""))

    # Asking

    def choose_songs(self) -> None:
        """Asks for files to add."""
        chosen = choose_sounds(self, self.tr("Choose songs"))
        if chosen:
            self._commands.add_songs(chosen)

    def choose_folder(self, form: str, stems: tuple[str, ...]) -> None:
        """Asks where stems are saved that cannot lie beside their song."""
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Save the stems in"))
        if chosen:
            self._commands.save_into(Path(chosen), form, stems)

    def _say_failure(self, error: UserError) -> None:
        self._session.problem.emit(Problem(error.message, error.remedy))
