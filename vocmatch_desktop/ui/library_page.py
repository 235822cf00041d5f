"""The library's place in the window: the table, or what stands there while there is nothing to show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedLayout, QWidget

from vocmatch_desktop.types import Selection, Take
from vocmatch_desktop.ui.commands import LibraryCommands
from vocmatch_desktop.ui.drag import Dropped
from vocmatch_desktop.ui.drop_zone import DropZone
from vocmatch_desktop.ui.empty_state import EmptyState
from vocmatch_desktop.ui.folders import choose_folder, drop_words
from vocmatch_desktop.ui.library_model import LibraryModel
from vocmatch_desktop.ui.library_rows import Row
from vocmatch_desktop.ui.library_table import LibraryTable
from vocmatch_desktop.ui.session import Audition, Ranking, Session
from vocmatch_desktop.ui.theme import Theme


class LibraryPage(QWidget):
    """Feeds the model from the session, shows table or empty state, and takes what is dropped on it."""

    def __init__(
        self,
        session: Session,
        commands: LibraryCommands,
        theme: Theme,
        model: LibraryModel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._commands = session, commands
        self._ranked_for: tuple[Path, Selection | None] | None = None
        self.model = model
        self.table = LibraryTable(model, session, commands, theme)
        self.empty = EmptyState(theme)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.table)
        DropZone(self, theme, drop_words, self._take_drop)
        self._listen(session, commands)
        model.load(session.tracks.values())
        self._show_ranking(session.ranking)
        self._show_take(session.take)

    def _listen(self, session: Session, commands: LibraryCommands) -> None:
        self.empty.add_folder_wanted.connect(self._add_folder)
        self.empty.demo_wanted.connect(commands.open_demo)
        self.model.counts_changed.connect(self._choose_page)
        self.model.search_wanted.connect(commands.search)
        self.model.tagged.connect(commands.set_tags)
        session.tracks_put.connect(self._put)
        session.tracks_dropped.connect(self.model.drop)
        session.tracks_cleared.connect(self._clear)
        session.found.connect(self.model.set_found)
        session.ranking_changed.connect(self._show_ranking)
        session.take_changed.connect(self._show_take)
        session.audition_changed.connect(self._show_audition)
        session.beat_id_changed.connect(self.table.show_beat)
        session.indexing_changed.connect(lambda _indexing: self._choose_page())

    @property
    def clear_search_wanted(self) -> object:
        """Emitted by the button beside "No beat is like that."; the window clears the search box."""
        return self.empty.clear_search_wanted

    def set_query(self, text: str) -> None:
        """Filters the table by what is in the search box."""
        self.model.set_query(text)
        self._choose_page()

    def focus_table(self) -> None:
        """Gives the keys to the table, on its first row where none was chosen."""
        self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.table.choose_first()

    def column_state(self) -> dict[str, int]:
        """The column widths the user chose."""
        return dict(self.table.column_state())

    def restore_columns(self, state: Mapping[str, int]) -> None:
        """Takes column widths of an earlier session."""
        self.table.restore_columns(state)

    def _put(self, rows: tuple[Row, ...]) -> None:
        for row in rows:
            self.table.thumbnails.forget(row.id)
        self.model.put(rows)

    def _clear(self) -> None:
        self.table.thumbnails.clear()
        self.model.load(())

    def _show_ranking(self, ranking: Ranking | None) -> None:
        """A new take's ranking takes over the order and shows its best beat; other rules keep what is chosen."""
        if ranking is None:
            self._ranked_for = None
            self.model.set_matches(())
            return
        new = (ranking.take, ranking.selection) != self._ranked_for
        self._ranked_for = (ranking.take, ranking.selection)
        if not new:
            self.model.update_matches(ranking.matches)
            return
        self.model.set_matches(ranking.matches)
        self.table.show_ranking()
        if ranking.matches and not self._session.audition.playing:
            self._commands.select_beat(ranking.matches[0].beat_id)

    def _show_take(self, take: Take | None) -> None:
        self.model.set_kept([take.pinned_beat] if take and take.pinned_beat is not None else [])

    def _show_audition(self, audition: Audition) -> None:
        self.model.set_playing(audition.beat_id if audition.playing else None)

    def _choose_page(self, *_counts: int) -> None:
        if len(self.model.library) == 0:
            if self._session.indexing is None:
                self.empty.say_empty()
            else:
                self.empty.say_indexing()
        elif self.model.rowCount() == 0 and self.model.filtered:
            self.empty.say_nothing_found()
        page = self.table if self.model.rowCount() else self.empty
        if page is not self._stack.currentWidget():
            self._turn_to(page)

    def _turn_to(self, page: QWidget) -> None:
        """Takes the keys along, unless someone types or works elsewhere."""
        focused = self.window().focusWidget()
        nobody = focused is None or focused is self.window() or focused.focusPolicy() == Qt.FocusPolicy.NoFocus
        self._stack.setCurrentWidget(page)
        if nobody or self.empty.isAncestorOf(focused):
            page.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add_folder(self) -> None:
        folder = choose_folder(self, self.tr("Add a folder of beats"))
        if folder is not None:
            self._commands.add_folders((folder,))

    def _take_drop(self, drop: Dropped) -> None:
        self._commands.add_folders((*drop.folders, *drop.sounds))
