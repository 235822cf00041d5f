from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.settings import Settings
from vocmatch_desktop.types import Key, Match, Parts, Reason, Selection, Take, Transform
from vocmatch_desktop.ui import match_words
from vocmatch_desktop.ui.library_rows import Row
from vocmatch_desktop.ui.match_pane import MatchPane
from vocmatch_desktop.ui.session import Audition, FittedFile, Playhead, Ranking, Session
from vocmatch_desktop.ui.theme import Theme
from vocmatch_desktop.ui.waveform import Region, Thumbnails, WaveformView, envelope

OTHER = Transform(3, 1.014, 64.0)
HALVED = Transform(2, 1.014, 64.0, 0.5)


def reason(kind: str, **values: float | int | str) -> Reason:
    return Reason(kind, tuple(values.items()))


MATCH = Match(
    1,
    87.4,
    Parts(notes=92, groove=84, space=50),
    Transform(2, 1.014, 64.0),
    (
        reason("key", take="Am", beat="C", relation="relative"),
        reason("transpose", semitones=2),
        reason("tempo", per_cent=1.4, octave=1.0),
        reason("enters", bar=9),
        reason("pulse", z=2.0),
        reason("clash", note="F♯", chord="F major", bar=11, beat_s=71.5),
        reason("lead_busy", from_bar=13, to_bar=16),
    ),
    ((81.0, OTHER), (64.0, HALVED)),
)


@pytest.fixture
def pane(qtbot: QtBot, session: Session, commands: Any, theme: Theme, sound: Path) -> MatchPane:
    session.put_tracks(
        [
            Row(1, "Night Bus", sound, 184.0, 91.0, Key(9, True)),
            Row(2, "Gone", sound.with_name("gone.wav"), missing=True),
        ]
    )
    made = MatchPane(session, commands, theme)
    qtbot.addWidget(made)
    made.resize(400, 560)
    made.show()
    return made


@pytest.fixture
def matched(pane: MatchPane, session: Session) -> MatchPane:
    session.take = Take(Path("take"), "verse", "2026-01-01T00:00:00+00:00", 20.0, 48000, bpm=92.0)
    session.ranking = Ranking(Path("take"), None, (MATCH, Match(2, 40.0, Parts(notes=40), Transform())))
    session.beat_id = 1
    return pane


def test_nothing_selected_says_what_to_do(pane: MatchPane) -> None:
    assert pane.title.text() == "No beat selected"
    assert not pane.chip.isVisible()
    assert "↑" in pane.hint.text()


def test_a_beat_without_a_take_shows_itself_and_hands_its_file_out(
    pane: MatchPane, session: Session, sound: Path
) -> None:
    session.beat_id = 1
    assert pane.standing.text() == "Am · 91.0 bpm · 3:04"
    assert pane.chip.path == sound
    assert not pane.fitted.isEnabled()
    assert not pane.score.isVisible()
    assert "press R" in pane.hint.text() or "Press R" in pane.hint.text()


def test_a_match_says_its_score_and_that_it_is_an_order(matched: MatchPane) -> None:
    assert matched.score.text() == "87"
    assert matched.standing.text() == "1st of 2 · an order, not calibrated yet"


def test_every_part_that_exists_has_its_reason(matched: MatchPane) -> None:
    names = [widget.accessibleName() for widget in matched.bars.findChildren(QWidget) if widget.accessibleName()]
    assert names == [
        "Notes: 92 of 100. A minor over C major, relative",
        "Groove: 84 of 100. your rhythm locks to its pulse",
        "Space: 50 of 100. lead is busy, bars 13–16",
    ]


def test_parts_that_do_not_exist_are_not_shown(matched: MatchPane, session: Session) -> None:
    session.beat_id = 2
    assert [part.name for part in match_words.parts(session.match)] == ["Notes"]


def test_silence_about_the_space_means_that_there_is_some() -> None:
    easy, tight = (match_words.parts(Match(1, 50, Parts(space=score), Transform()))[0].why for score in (80, 30))
    assert easy == "room for a voice"
    assert tight == ""


def test_the_line_under_the_waveform_says_how_the_beat_is_laid(matched: MatchPane) -> None:
    assert matched.fit.text() == "enters at bar 9 · +2 semitones · +1.4\u202f% tempo"
    assert matched.reasons.accessibleDescription() == "clash: F♯ over F major, bar 11 ▸"


def test_a_clash_can_be_heard(matched: MatchPane, commands: Any) -> None:
    matched.reasons.linkActivated.emit("0")
    assert commands.asked("play_from") == [(70.5,)]


def test_another_way_to_lay_the_beat_can_be_chosen(matched: MatchPane, commands: Any) -> None:
    words = matched.alternatives.text().replace("&nbsp;", " ")
    assert "at +3 semitones: 81" in words
    assert "at ½ tempo: 64" in words
    matched.alternatives.linkActivated.emit("1")
    assert commands.asked("choose_transform") == [(1, HALVED)]


def test_beats_far_down_say_that_nobody_looked_closely() -> None:
    (words,) = match_words.other_reasons(Match(1, 3.0, Parts(notes=20, groove=30), Transform()))
    assert "too far down" in words.words
    assert words.target is None


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Transform(0, 1.014, 64.0), "in its own key: 70"),
        (Transform(-1, 1.014, 64.0), "at −1 semitone: 70"),
        (Transform(2, 1.014, 96.0), "from 1:36: 70"),
        (Transform(3, 1.014, 64.0, 2.0), "at double tempo, at +3 semitones: 70"),
    ],
)
def test_alternatives_are_named_by_what_is_different(found: Transform, words: str) -> None:
    assert match_words.alternative(70.0, found, MATCH.transform) == words


def test_the_take_is_marked_where_it_lies_in_the_original_beat(matched: MatchPane, session: Session) -> None:
    assert matched.waveform._region == Region(64.0, pytest.approx(64.0 + 20 * 1.014))
    session.selection = Selection(5.0, 10.0)
    session.ranking = Ranking(Path("take"), session.selection, (MATCH,))
    assert matched.waveform._region == Region(64.0, pytest.approx(64.0 + 5 * 1.014))


def test_raw_and_fitted_are_heard_and_dragged_alike(
    qtbot: QtBot, matched: MatchPane, session: Session, commands: Any, sound: Path
) -> None:
    qtbot.mouseClick(matched.raw, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(matched.fitted, Qt.MouseButton.LeftButton)
    assert commands.asked("set_fitted_mode") == [(False,), (True,)]
    session.audition = Audition(1, False)
    assert matched.raw.isChecked()
    assert matched.chip.path == sound


def test_the_fitted_file_can_be_taken_only_when_it_is_whole(
    qtbot: QtBot, matched: MatchPane, session: Session, commands: Any, sound: Path
) -> None:
    assert matched.chip.path is None
    qtbot.mouseClick(matched.chip, Qt.MouseButton.LeftButton)
    assert commands.asked("fit") == [(1,)]
    session.set_fitted(FittedFile(1, "working", None, 0.4))
    assert matched.chip.path is None
    assert not matched.copy.isEnabled()
    assert "40" in matched.chip.accessibleName()
    session.set_fitted(FittedFile(1, "ready", sound))
    assert matched.chip.path == sound
    qtbot.mouseClick(matched.copy, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(matched.folder, Qt.MouseButton.LeftButton)
    assert commands.asked("copy_file") == commands.asked("show_in_folder") == [(sound,)]


def test_the_take_is_handed_out_beside_its_fitted_beat(
    qtbot: QtBot, matched: MatchPane, session: Session, sound: Path, tmp_path: Path
) -> None:
    session.set_fitted(FittedFile(1, "ready", sound))
    assert matched.take_chip.isHidden()
    padded = tmp_path / "verse - 92 BPM.wav"
    padded.touch()
    session.set_fitted(FittedFile(1, "ready", sound, take_path=padded))
    assert matched.take_chip.path == padded
    assert not matched.take_chip.isHidden()
    session.audition = Audition(1, False)
    assert matched.take_chip.isHidden()


@pytest.mark.parametrize(
    ("state", "words"), [("waiting", "waiting"), ("failed", "no space left"), ("none", "click to make")]
)
def test_a_file_that_is_not_there_says_why(matched: MatchPane, session: Session, state: str, words: str) -> None:
    session.set_fitted(FittedFile(1, state, None, 0.0, "no space left" if state == "failed" else ""))
    assert words in matched.chip.accessibleName()
    assert not matched.copy.isEnabled()


def test_another_beats_file_changes_nothing_here(matched: MatchPane, session: Session, sound: Path) -> None:
    session.set_fitted(FittedFile(2, "ready", sound))
    assert matched.chip.path is None


def test_keep_pins_and_shows_what_is_pinned(qtbot: QtBot, matched: MatchPane, session: Session, commands: Any) -> None:
    qtbot.mouseClick(matched.keep, Qt.MouseButton.LeftButton)
    assert commands.asked("keep") == [(1,)]
    session.take = Take(Path("take"), "verse", "2026", 20.0, 48000, pinned_beat=1)
    assert matched.keep.text() == "Kept"
    assert matched.keep.isChecked()


def test_the_fader_is_heard_and_follows_the_settings(matched: MatchPane, session: Session, commands: Any) -> None:
    matched.balance.setValue(80)
    assert commands.asked("set_balance") == [(0.8,)]
    session.settings = Settings(balance=0.25)
    assert matched.balance.value() == 25
    assert len(commands.asked("set_balance")) == 1


def test_a_missing_file_says_so(matched: MatchPane, session: Session) -> None:
    session.beat_id = 2
    assert "missing" in matched.hint.text()
    session.audition = Audition(2, False)
    assert matched.chip.path is None


def test_a_file_that_vanished_reaches_the_banner(qtbot: QtBot, matched: MatchPane, session: Session) -> None:
    with qtbot.waitSignal(session.problem) as problem:
        matched.chip.failed.emit(NotFound("It is gone.", "Relocate it."))
    assert problem.args[0].message == "It is gone."


def test_the_playhead_of_another_beat_stays_out_of_the_picture(matched: MatchPane, session: Session) -> None:
    session.playhead_moved.emit(Playhead(3.0, 67.0, 1))
    assert matched.waveform.position_s == 67.0
    session.playhead_moved.emit(Playhead(3.0, 67.0, 2))
    assert matched.waveform.position_s is None


def test_the_pane_paints_in_both_themes(matched: MatchPane, session: Session, sound: Path, theme: Theme) -> None:
    session.playhead_moved.emit(Playhead(3.0, 67.0, 1))
    for fitted in (FittedFile(1, "working", None, 0.2), FittedFile(1, "ready", sound), FittedFile(1)):
        session.set_fitted(fitted)
        assert not matched.grab().isNull()
    theme.changed.emit()
    assert not matched.grab().isNull()


@pytest.fixture
def waveform(qtbot: QtBot, theme: Theme, commands: Any) -> WaveformView:
    made = WaveformView(theme)
    qtbot.addWidget(made)
    made.resize(300, 112)
    made.show_beat(commands.peaks(1), 100.0, Region(40.0, 60.0))
    made.show()
    return made


def test_a_click_on_the_waveform_plays_from_there(qtbot: QtBot, waveform: WaveformView) -> None:
    with qtbot.waitSignal(waveform.seek_requested) as asked:
        qtbot.mouseClick(waveform, Qt.MouseButton.LeftButton, pos=QPoint(150, 50))
    assert asked.args[0] == pytest.approx(50.0, abs=0.5)


@pytest.mark.parametrize(
    ("key", "start", "target"),
    [
        (Qt.Key.Key_Right, None, 45.0),
        (Qt.Key.Key_Left, 20.0, 15.0),
        (Qt.Key.Key_Left, 2.0, 0.0),
        (Qt.Key.Key_Right, 99.0, 100.0),
        (Qt.Key.Key_Home, 20.0, 40.0),
    ],
)
def test_arrows_move_within_the_waveform(
    qtbot: QtBot, waveform: WaveformView, key: Qt.Key, start: float | None, target: float
) -> None:
    waveform.set_position(start)
    with qtbot.waitSignal(waveform.seek_requested) as asked:
        QTest.keyClick(waveform, key)
    assert asked.args[0] == target


def test_a_beat_that_was_not_heard_yet_says_so_and_plays_nothing(qtbot: QtBot, waveform: WaveformView) -> None:
    waveform.show_beat(None, 0.0, None)
    with qtbot.assertNotEmitted(waveform.seek_requested):
        qtbot.mouseClick(waveform, Qt.MouseButton.LeftButton, pos=QPoint(150, 50))
    assert not waveform.grab().isNull()


def test_bars_are_as_tall_as_the_loudest_sample_under_them(commands: Any) -> None:
    peaks = commands.peaks(4)
    heights = envelope(peaks, 50)
    assert heights.shape == (50,)
    assert heights.max() == pytest.approx((peaks.astype(int) - 128).max() / 128)
    assert (envelope(peaks[:, :0], 50) == 0).all()
    assert (envelope(peaks[1, :3], 50) <= 1).all()


def test_thumbnails_are_drawn_once_and_only_the_latest_are_kept(qtbot: QtBot, theme: Theme, commands: Any) -> None:
    asked: list[int] = []

    def peaks_of(track_id: int) -> Any:
        asked.append(track_id)
        return None if track_id == 9 else commands.peaks(track_id)

    kept = Thumbnails(peaks_of, limit=2)
    size = QWidget().sizeHint().expandedTo(QWidget().minimumSizeHint())
    size.setWidth(90)
    size.setHeight(20)
    for track_id in (1, 1, 2, 3, 1, 9):
        picture = kept.get(track_id, size.toSizeF(), theme.color("fit"), 2.0)
        assert picture is None if track_id == 9 else picture.width() == 180
    assert asked == [1, 2, 3, 1, 9]
    kept.forget(1)
    kept.get(1, size.toSizeF(), theme.color("fit"), 2.0)
    assert asked[-1] == 1


def test_everything_that_takes_keys_has_a_name(matched: MatchPane, session: Session, sound: Path) -> None:
    session.set_fitted(FittedFile(1, "ready", sound))
    takers = [
        widget
        for widget in matched.findChildren(QWidget)
        if widget.isVisible() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not isinstance(widget, QLabel)
    ]
    assert len(takers) >= 7
    nameless = [widget for widget in takers if not (widget.accessibleName() or getattr(widget, "text", str)())]
    assert nameless == []
