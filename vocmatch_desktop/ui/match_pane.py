"""The selected beat beside the take: how well they go together and why, where the take enters, the file to take."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.types import Match, Take, Transform
from vocmatch_desktop.ui import library_words, match_words
from vocmatch_desktop.ui.commands import LibraryCommands
from vocmatch_desktop.ui.drag_chip import DragChip
from vocmatch_desktop.ui.library_rows import Row
from vocmatch_desktop.ui.link_label import LinkLabel
from vocmatch_desktop.ui.score_bars import ScoreBars
from vocmatch_desktop.ui.scrolled import scrolled
from vocmatch_desktop.ui.session import Audition, FittedFile, Playhead, Problem, Session
from vocmatch_desktop.ui.theme import SPACE_1, SPACE_2, SPACE_4, Theme
from vocmatch_desktop.ui.waveform import Region, WaveformView

SCORE_PX = 28
BALANCE_STEPS = 100
SENTENCES = 4
"""Reasons shown at once, beside those at the bars."""


class MatchPane(QWidget):
    """Follows the session's selected beat; every control only asks the commands."""

    def __init__(
        self, session: Session, commands: LibraryCommands, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._commands, self._theme = session, commands, theme
        self.setObjectName("match_pane")
        self.setAccessibleName(self.tr("Match"))
        self._make_head()
        self.bars = ScoreBars(theme)
        self.waveform = WaveformView(theme)
        self.waveform.seek_requested.connect(commands.play_from)
        self._make_sentences()
        self._make_controls()
        self._lay_out()
        self._listen()
        self._draw_theme()
        self._show_beat()

    # Building

    def _make_head(self) -> None:
        self.title = QLabel()
        self.title.setProperty("heading", True)
        self.title.setWordWrap(True)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.score = QLabel()
        self.score.setProperty("tone", "fit")
        self.score.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self.standing = self._secondary()
        self.hint = self._secondary()

    def _make_sentences(self) -> None:
        self.fit = QLabel()
        self.fit.setWordWrap(True)
        self.reasons = LinkLabel(self._theme, self.tr("Reasons"), "<br>")
        self.reasons.setProperty("secondary", True)
        self.reasons.chosen.connect(self._commands.play_from)
        self.alternatives = LinkLabel(self._theme, self.tr("Other ways to lay this beat"), "&nbsp;· ")
        self.alternatives.chosen.connect(self._choose_transform)

    def _make_controls(self) -> None:
        self.balance = QSlider(Qt.Orientation.Horizontal)
        self.balance.setRange(0, BALANCE_STEPS)
        self.balance.setAccessibleName(self.tr("Balance between take and beat"))
        self.balance.setToolTip(self.tr("Louder take to the left, louder beat to the right"))
        self.balance.valueChanged.connect(lambda value: self._commands.set_balance(value / BALANCE_STEPS))
        self.keep = QPushButton(self.tr("Keep"))
        self.keep.setCheckable(True)
        self.keep.setToolTip(self.tr("Pin this beat as the take's pick (Enter)"))
        self.keep.clicked.connect(self._keep)
        self.raw = self._mode_button(self.tr("Raw"), self.tr("Hear and drag the beat as it is"), fitted=False)
        self.fitted = self._mode_button(self.tr("Fitted"), self.tr("Hear and drag the beat bent to the take"), True)
        self.chip, self.take_chip = self._drag_chip(), self._drag_chip()
        self.chip.file_wanted.connect(self._ask_for_file)
        self.copy = self._file_button(self.tr("Copy file"), self._copy)
        self.folder = self._file_button(self.tr("Show in folder"), self._show_in_folder)

    def _drag_chip(self) -> DragChip:
        chip = DragChip(self._theme)
        chip.copy_wanted.connect(self._commands.copy_file)
        chip.show_wanted.connect(self._commands.show_in_folder)
        chip.failed.connect(self._say_failure)
        return chip

    def _mode_button(self, words: str, tip: str, fitted: bool) -> QPushButton:
        button = QPushButton(words)
        button.setCheckable(True)
        button.setAutoExclusive(True)
        button.setProperty("quiet", True)
        button.setToolTip(tip)
        button.clicked.connect(lambda _checked: self._commands.set_fitted_mode(fitted))
        return button

    def _file_button(self, words: str, do: object) -> QToolButton:
        button = QToolButton()
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.setFixedHeight(36)
        button.clicked.connect(do)
        return button

    def _secondary(self) -> QLabel:
        label = QLabel()
        label.setProperty("secondary", True)
        label.setWordWrap(True)
        return label

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_2)
        head.addWidget(self.title, 1)
        head.addWidget(self.score)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        layout.setSpacing(SPACE_2)
        layout.addLayout(head)
        layout.addWidget(self.standing)
        layout.addWidget(self._scrolled_body(), 1)
        self._controls = QWidget()
        self._controls.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        layout.addWidget(self._controls)
        self._lay_out_controls()

    def _scrolled_body(self) -> QScrollArea:
        """What explains the match: in a low window it scrolls, and the controls stay in reach."""
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, SPACE_1, 0, SPACE_1)
        layout.setSpacing(SPACE_2)
        layout.addWidget(self.bars)
        layout.addSpacing(SPACE_1)
        for widget in (self.waveform, self.fit, self.reasons, self.alternatives, self.hint):
            layout.addWidget(widget)
        layout.addStretch(1)
        return scrolled(body)

    def _lay_out_controls(self) -> None:
        hearing = QHBoxLayout()
        hearing.setSpacing(SPACE_1)
        hearing.addWidget(self.raw)
        hearing.addWidget(self.fitted)
        hearing.addSpacing(SPACE_2)
        for widget, stretch in ((_small(self.tr("take")), 0), (self.balance, 1), (_small(self.tr("beat")), 0)):
            hearing.addWidget(widget, stretch)
        hearing.addSpacing(SPACE_2)
        hearing.addWidget(self.keep)
        taking = QHBoxLayout()
        taking.setSpacing(SPACE_1)
        for widget, stretch in ((self.chip, 1), (self.copy, 0), (self.folder, 0)):
            taking.addWidget(widget, stretch)
        layout = QVBoxLayout(self._controls)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addLayout(hearing)
        layout.addLayout(taking)
        layout.addWidget(self.take_chip)

    def _listen(self) -> None:
        session = self._session
        session.beat_id_changed.connect(lambda _beat: self._show_beat())
        session.ranking_changed.connect(lambda _ranking: self._show_beat())
        session.take_changed.connect(self._show_take)
        session.tracks_put.connect(self._tracks_changed)
        session.fitted_changed.connect(self._fitted_changed)
        session.audition_changed.connect(self._show_mode)
        session.playhead_moved.connect(self._move_playhead)
        session.settings_changed.connect(lambda _settings: self._show_balance())
        self._theme.changed.connect(self._draw_theme)

    def _draw_theme(self) -> None:
        self.score.setFont(self._theme.font(SCORE_PX, bold=True))
        self.copy.setIcon(self._theme.icon("ph.copy"))
        self.folder.setIcon(self._theme.icon("ph.folder-open"))
        self.keep.setIcon(self._theme.icon("ph.bookmark-simple-fill", "fit"))

    # Showing

    @property
    def row(self) -> Row | None:
        """The selected beat; None where nothing is selected or it left the library."""
        beat_id = self._session.beat_id
        return None if beat_id is None else self._session.tracks.get(beat_id)

    def _show_beat(self) -> None:
        row, match = self.row, self._session.match
        for widget in (self.bars, self.fit, self.reasons, self.alternatives, self.score):
            widget.setVisible(match is not None)
        self.waveform.setVisible(row is not None)
        self._controls.setVisible(row is not None)
        self.title.setText(library_words.one_line(row.title) if row else self.tr("No beat selected"))
        self.standing.setText(self._standing(row, match))
        self.hint.setText(self._hint(row, match))
        self.hint.setVisible(bool(self.hint.text()))
        if match is not None:
            self._show_match(match)
        if row is not None:
            peaks = self._commands.peaks(row.id)
            self.waveform.show_beat(peaks, row.duration_s, self._region(match))
        self._show_take(self._session.take)
        self._show_balance()
        self._show_mode(self._session.audition)

    def _show_match(self, match: Match) -> None:
        self.score.setText(f"{match.score:.0f}")
        self.score.setAccessibleName(self.tr("Score {} of 100").format(self.score.text()))
        self.bars.show_parts(match_words.parts(match))
        self.fit.setText(match_words.laying(match))
        self.reasons.show_phrases(match_words.other_reasons(match)[:SENTENCES])
        self.alternatives.show_phrases(match_words.alternatives(match))

    def _standing(self, row: Row | None, match: Match | None) -> str:
        if match is not None and self._session.ranking is not None:
            ids = [each.beat_id for each in self._session.ranking.matches]
            return match_words.standing(ids.index(match.beat_id) + 1, len(ids))
        if row is None:
            return ""
        tempo = self.tr("{} bpm").format(library_words.bpm(row.bpm)) if row.bpm > 0 else ""
        facts = [row.key.name if row.key else "", tempo, library_words.length(row.duration_s)]
        return " · ".join(fact for fact in facts if fact)

    def _hint(self, row: Row | None, match: Match | None) -> str:
        if row is None:
            return self.tr("Choose one with ↑ and ↓: it plays as you go.")
        if row.missing:
            return self.tr("Its file is missing. Relocate it from the row's menu.")
        if match is None and self._session.ranking is None:
            return self.tr("Press R and sing, and your beats are ranked by how well they go with it.")
        return self.tr("This beat is not in the ranking.") if match is None else ""

    def _region(self, match: Match | None) -> Region | None:
        take = self._session.take
        if match is None or take is None:
            return None
        selection = take.selection or self._session.selection
        length_s = selection.to_s - selection.from_s if selection else take.duration_s
        start_s = match.transform.start_s
        return Region(start_s, start_s + length_s * match.transform.tempo_ratio)

    def _show_take(self, take: Take | None) -> None:
        row = self.row
        kept = row is not None and take is not None and take.pinned_beat == row.id
        self.keep.setChecked(kept)
        self.keep.setText(self.tr("Kept") if kept else self.tr("Keep"))
        self.keep.setEnabled(row is not None and take is not None)

    def _show_balance(self) -> None:
        if not self.balance.isSliderDown():
            self.balance.blockSignals(True)
            self.balance.setValue(round(self._session.settings.balance * BALANCE_STEPS))
            self.balance.blockSignals(False)

    def _show_mode(self, audition: Audition) -> None:
        matched = self._session.match is not None
        fitted = audition.fitted and matched
        self.fitted.setEnabled(matched)
        (self.fitted if fitted else self.raw).setChecked(True)
        self._show_file(fitted)

    def _show_file(self, fitted: bool) -> None:
        """What is heard is what is dragged: the raw file, or the fitted one once it is whole."""
        row = self.row
        if row is None:
            self.chip.show_nothing("")
        elif not fitted:
            self._show_raw(row)
        else:
            self._show_fitted(self._session.fitted(row.id))
        self._show_padded_take(self._session.fitted(row.id).take_path if row is not None and fitted else None)
        has_file = self.chip.path is not None
        self.copy.setEnabled(has_file)
        self.folder.setEnabled(has_file)

    def _show_padded_take(self, path: Path | None) -> None:
        """The take from the fitted beat's bar line on: dropped on the same bar of a DAW, both lie right."""
        self.take_chip.setVisible(path is not None)
        if path is not None:
            self.take_chip.show_file(path)

    def _show_raw(self, row: Row) -> None:
        if row.missing:
            self.chip.show_nothing(self.tr("the file is missing"))
        else:
            self.chip.show_file(row.path)

    def _show_fitted(self, file: FittedFile) -> None:
        if file.state == "ready" and file.path is not None:
            self.chip.show_file(file.path)
        elif file.state == "working":
            self.chip.show_busy(self.tr("fitting … {} %").format(round(100 * file.fraction)), file.fraction)
        elif file.state == "waiting":
            self.chip.show_busy(self.tr("waiting to be fitted"), 0.0)
        elif file.state == "failed":
            self.chip.show_nothing(file.problem or self.tr("could not be fitted; click to try again"))
        else:
            self.chip.show_nothing(self.tr("click to make the fitted file"))

    def _tracks_changed(self, rows: tuple[Row, ...]) -> None:
        if any(row.id == self._session.beat_id for row in rows):
            self._show_beat()

    def _fitted_changed(self, file: FittedFile) -> None:
        if file.beat_id == self._session.beat_id:
            self._show_mode(self._session.audition)

    def _move_playhead(self, playhead: Playhead) -> None:
        shown = playhead.beat_id == self._session.beat_id
        self.waveform.set_position(playhead.beat_s if shown else None)

    # Asking

    def _choose_transform(self, found: Transform) -> None:
        if self._session.match is not None:
            self._commands.choose_transform(self._session.match.beat_id, found)

    def _keep(self) -> None:
        if self._session.beat_id is not None:
            self._commands.keep(self._session.beat_id)
        self._show_take(self._session.take)

    def _ask_for_file(self) -> None:
        if self._session.match is not None:
            self._commands.fit(self._session.match.beat_id)

    def _copy(self) -> None:
        if self.chip.path is not None:
            self._commands.copy_file(self.chip.path)

    def _show_in_folder(self) -> None:
        if self.chip.path is not None:
            self._commands.show_in_folder(self.chip.path)

    def _say_failure(self, error: UserError) -> None:
        self._session.problem.emit(Problem(error.message, error.remedy))


def _small(words: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("secondary", True)
    return label
