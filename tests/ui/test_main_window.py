"""The window as a whole, on a real core: files, catalogue and takes are real, jobs run in the test's own thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from tests.ui.inline import InlineWorker
from tests.ui.stem_songs import song, working
from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import NoSinging
from vocmatch_desktop.library.records import AnalysedFile, FoundFile, NotTaken, Survey
from vocmatch_desktop.melody.contour import Contour
from vocmatch_desktop.services.fitting import FitSpec, FittedBeat
from vocmatch_desktop.services.indexing import IndexResult, IndexSpec
from vocmatch_desktop.services.listening import listen
from vocmatch_desktop.services.matching import MatchResult, MatchSpec, TakeHeard
from vocmatch_desktop.services.melody import Melody, MelodySpec
from vocmatch_desktop.settings import Places
from vocmatch_desktop.types import Audio, Key, Match, Note, Parts, PitchTrack, Selection, TakeFeatures, Transform
from vocmatch_desktop.ui.desk import Desk
from vocmatch_desktop.ui.main_window import Commands, MainWindow
from vocmatch_desktop.ui.session import Indexing, Playhead, Problem, Session
from vocmatch_desktop.ui.theme import Theme

RATE = 16_000


def write_sound(path: Path, seconds: float, hertz: float = 220.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    wave = 0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    files.write(path, Audio(wave[:, None].astype(np.float32), RATE))
    return path


def heard() -> TakeFeatures:
    n = 100
    pitch = PitchTrack(np.full(n, 220, np.float32), np.ones(n, np.float32), np.ones(n, bool), 0.016)
    key = np.zeros(24, np.float32)
    key[21] = 1
    return TakeFeatures(2.0, 1.6, -20.0, 0.0, pitch, np.zeros(10, np.float32), 0.016, np.zeros((2, 8), np.float32), key)


@pytest.fixture
def now() -> InlineWorker:
    def match(spec: MatchSpec, report: Callable[..., None]) -> MatchResult:
        report.partial(TakeHeard(heard()))
        return MatchResult(heard(), (Match(1, 87.0, Parts(80.0, 70.0, 60.0), Transform(2, 1.014, 0.5)),), 1, 0.1)

    return InlineWorker({"MatchSpec": match})


@pytest.fixture(scope="module")
def night_bus(tmp_path_factory: pytest.TempPathFactory) -> AnalysedFile:
    """One beat, really listened to."""
    path = write_sound(tmp_path_factory.mktemp("listened") / "Night Bus.wav", 8.0, 110.0)
    event = listen(FoundFile(path, path.stat().st_size, path.stat().st_mtime_ns)).event
    assert isinstance(event, AnalysedFile)
    return event


@pytest.fixture
def later(tmp_path: Path, night_bus: AnalysedFile) -> InlineWorker:
    def index(spec: IndexSpec, report: Callable[..., None]) -> IndexResult:
        found = sorted(path for root in spec.roots for path in root.glob("*.wav"))
        good = [path for path in found if path.stem != "broken"]
        failed = tuple(NotTaken(path, "It holds no sound.") for path in found if path not in good)
        report.partial(Survey(to_hear=len(found)))
        for event in (*(replace(night_bus, path=path) for path in good), *failed):
            report.partial(event)
        return IndexResult(0, (), (), failed, 0.1, 8.0)

    fitted = write_sound(tmp_path / "fitted.wav", 1.0)

    def fit(spec: FitSpec, report: Callable[..., None]) -> FittedBeat:
        report(0.5, "Fitting")
        return FittedBeat(fitted, 92.0, spec.key, 0, 0.0, 0.0, 1.0, 0.0, reused=False)

    return InlineWorker({"FitSpec": fit, "IndexSpec": index})


@pytest.fixture
def places(home: Path) -> Places:
    return Places.from_environment().ensure()


@pytest.fixture
def desk(qtbot, session: Session, places: Places, now: InlineWorker, later: InlineWorker) -> Iterator[Desk]:
    made = Desk(session, places, now, later)
    yield made
    made.close()


@pytest.fixture
def window(qtbot, session: Session, desk: Desk, theme: Theme, places: Places) -> MainWindow:
    commands = Commands(
        desk.take_desk, desk.beat_desk, desk.melody_desk, desk.stems_desk, desk.library.cancel, desk.act
    )
    made = MainWindow(
        session, commands, theme, places, QSettings(str(places.config / "w.ini"), QSettings.Format.IniFormat)
    )
    desk.takes.pictured.connect(made.show_take)
    desk.ranking.heard.connect(made.show_heard)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    desk.open_library(demo=False)
    return made


@pytest.fixture
def beats(tmp_path: Path) -> Path:
    write_sound(tmp_path / "Beats" / "Night Bus.wav", 0.1)
    return tmp_path / "Beats"


@pytest.fixture
def indexed(window, desk, beats, session, qtbot) -> MainWindow:
    desk.beat_desk.add_folders((beats,))
    qtbot.waitUntil(lambda: len(session.tracks) == 1 and session.indexing is None, timeout=20_000)
    return window


@pytest.fixture
def ranked(indexed, desk, session, tmp_path, qtbot) -> MainWindow:
    desk.take_desk.import_takes((write_sound(tmp_path / "hook.wav", 2.0),))
    qtbot.waitUntil(lambda: session.ranking is not None)
    return indexed


def test_an_empty_window_paints_and_says_what_to_do(window, session) -> None:
    assert len(session.tracks) == 0
    assert not window.grab().isNull()
    assert window.live.accessibleName()


def test_the_window_leaves_its_frame_room_on_the_screen(window) -> None:
    assert window.height() < window.screen().availableGeometry().height()


def test_adding_a_folder_fills_the_table_and_is_remembered(indexed, session, beats) -> None:
    assert [row.title for row in session.tracks.values()] == ["Night Bus"]
    assert session.settings.watch_folders == (str(beats),)
    assert indexed.model.rowCount() == 1


def test_a_file_that_cannot_be_read_is_listed_with_its_reason(window, desk, session, beats, qtbot) -> None:
    (beats / "broken.wav").write_text("no sound")
    with qtbot.waitSignal(session.problem, timeout=20_000) as problem:
        desk.beat_desk.add_folders((beats,))
    assert "broken.wav" in problem.args[0].message
    desk.not_taken_wanted.connect(lambda: window.show_left_out(desk.library.left_out))
    window.banner._run()
    assert window.pages.currentWidget() is window.left_out_page
    assert "broken.wav" in window.left_out.topLevelItem(0).text(1)


def test_an_imported_take_is_heard_ranked_and_its_best_beats_fitted(ranked, session, later, qtbot) -> None:
    assert session.ranking.matches[0].beat_id == 1
    assert dict(session.take.extra)["key"] == "Am"
    qtbot.waitUntil(lambda: session.fitted(1).state == "ready")
    assert session.fitted(1).path.name == "fitted.wav"


def test_selecting_a_part_ranks_again_for_it(ranked, desk, session, now, qtbot) -> None:
    desk.take_desk.select(Selection(0.5, 1.5))
    qtbot.waitUntil(lambda: isinstance(now.asked[-1], MatchSpec) and now.asked[-1].selection == Selection(0.5, 1.5))
    qtbot.waitUntil(lambda: session.ranking.selection == Selection(0.5, 1.5))


def test_a_complaint_about_a_take_goes_with_it(window, desk, session, now, tmp_path, qtbot) -> None:
    def hears_nothing(spec: MatchSpec, report: Callable[..., None]) -> MatchResult:
        raise NoSinging("I hear no singing in this take.")

    match, now.instead["MatchSpec"] = now.instead["MatchSpec"], hears_nothing
    desk.take_desk.import_takes((write_sound(tmp_path / "breath.wav", 2.0),))
    qtbot.waitUntil(window.banner.isVisible)
    now.instead["MatchSpec"] = match
    desk.take_desk.import_takes((write_sound(tmp_path / "hook.wav", 2.0),))
    qtbot.waitUntil(lambda: session.ranking is not None)
    assert not window.banner.isVisible()


def test_a_typed_tempo_belongs_to_a_free_take(ranked, desk, session, now, qtbot) -> None:
    desk.take_desk.set_bpm(92.0, tapped=True)
    qtbot.waitUntil(lambda: session.take.bpm == 92.0)
    assert session.tempo.source == "tapped"
    assert session.settings.bpm == 92.0
    qtbot.waitUntil(lambda: now.asked[-1].bpm == 92.0)


def test_rating_tagging_and_removing_can_be_undone(indexed, desk, session) -> None:
    desk.beat_desk.rate((1,), 4)
    desk.beat_desk.set_tags(1, ("lo-fi",))
    desk.beat_desk.remove((1,))
    assert len(session.tracks) == 0
    for _ in range(3):
        session.undo.undo()
    assert (session.tracks[1].rating, session.tracks[1].tags) == (0, ())


def test_keeping_pins_the_beat_and_again_lets_it_go(ranked, desk, session, qtbot) -> None:
    desk.beat_desk.keep(1)
    qtbot.waitUntil(lambda: session.take.pinned_beat == 1)
    desk.beat_desk.keep(1)
    qtbot.waitUntil(lambda: session.take.pinned_beat is None)


def test_search_answers_with_ids(indexed, desk, session, qtbot) -> None:
    with qtbot.waitSignal(session.found) as found:
        desk.beat_desk.search("night")
    assert found.args == ["night", frozenset({1})]


def test_an_alternative_can_be_chosen(ranked, desk, session, monkeypatch) -> None:
    monkeypatch.setattr(desk.beat_desk, "audition", lambda beat_id: None)
    other = Transform(3, 1.0, 0.0)
    match = replace(session.ranking.matches[0], alternatives=((81.0, other),))
    session.ranking = replace(session.ranking, matches=(match,))
    desk.beat_desk.choose_transform(1, other)
    chosen = session.ranking.matches[0]
    assert (chosen.score, chosen.transform) == (81.0, other)
    assert chosen.alternatives == ((87.0, match.transform),)


def test_without_a_ranking_space_and_audition_do_no_harm(window, desk) -> None:
    desk.take_desk.play_or_stop()
    desk.beat_desk.audition(99)
    desk.take_desk.stop()


def test_a_missing_beat_is_said(indexed, desk, session, qtbot) -> None:
    session.put_tracks([replace(session.tracks[1], missing=True)])
    with qtbot.waitSignal(session.problem) as problem:
        desk.beat_desk.audition(1)
    assert "Night Bus" in problem.args[0].message


def test_a_second_window_changes_nothing(window, desk, session, tmp_path, later) -> None:
    session.read_only = True
    desk.beat_desk.add_folders((tmp_path,))
    desk.take_desk.record()
    desk.take_desk.import_takes((tmp_path / "x.wav",))
    assert session.settings.watch_folders == ()
    assert later.asked == []


def test_pages_come_and_go_by_keyboard(window, qtbot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert window.pages.currentWidget() is window.shortcuts
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.desk
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert window.pages.currentWidget() is window.settings
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.pages.currentWidget() is window.desk


def test_escape_serves_what_has_the_keys_first(indexed, session, qtbot) -> None:
    window = indexed
    session.problem.emit(Problem("The drive is gone."))
    window.search.setFocus()
    qtbot.keyClicks(window.search, "bus")
    qtbot.keyClick(window.search, Qt.Key.Key_Escape)
    assert window.search.text() == ""
    assert window.banner.isVisible()
    qtbot.keyClick(window.search, Qt.Key.Key_Escape)
    assert not window.search.hasFocus()
    qtbot.keyClick(window.library, Qt.Key.Key_Escape)
    assert not window.banner.isVisible()


def test_everything_that_can_be_pressed_or_typed_into_has_a_name(window) -> None:
    unnamed = [
        widget.objectName() or type(widget).__name__
        for kind in (QAbstractButton, QLineEdit)
        for widget in window.findChildren(kind)
        if widget.isVisible()
        and not (widget.accessibleName() or getattr(widget, "text", str)() or widget.objectName().startswith("qt_"))
    ]
    assert unnamed == []


def test_the_banner_runs_its_one_action(window, desk, session, qtbot) -> None:
    session.problem.emit(Problem("The microphone was unplugged.", "", "Rank", "rank_now"))
    assert window.banner.isVisible()
    window.banner._run()
    assert not window.banner.isVisible()


def test_the_status_line_tells_time_left_and_troubles(window, session) -> None:
    session.indexing = Indexing(214, 380, 80.0, problems=2)
    assert window.status._doing.text() == "Indexing 214 of 380 · 1:20 left · 2 not readable"
    session.indexing = None
    assert window.status._cancel.isHidden()


def test_a_new_folder_waits_for_the_running_scan(window, desk, session, later, beats, tmp_path, qtbot) -> None:
    desk.library.index((beats,))
    desk.library.index((tmp_path,))
    qtbot.waitUntil(lambda: session.indexing is None)
    assert [spec.roots for spec in later.asked if isinstance(spec, IndexSpec)] == [(beats,), (tmp_path,)]


def test_the_window_comes_back_where_it_was(window, session, desk, theme, places, qtbot) -> None:
    window.resize(1100, 700)
    window.middle.setSizes([300, 400])
    sizes = window.middle.sizes()
    window.close()
    commands = Commands(
        desk.take_desk, desk.beat_desk, desk.melody_desk, desk.stems_desk, desk.library.cancel, desk.act
    )
    store = QSettings(str(places.config / "w.ini"), QSettings.Format.IniFormat)
    again = MainWindow(session, commands, theme, places, store)
    qtbot.addWidget(again)
    with qtbot.waitExposed(again):
        again.show()
    assert again.height() == 700
    assert again.middle.sizes() == sizes


def test_playhead_and_take_reach_the_picture(ranked, session, qtbot) -> None:
    qtbot.waitUntil(lambda: ranked._shown == session.take.folder)
    session.playhead_moved.emit(Playhead(take_s=1.0))
    assert ranked.transport.time.text() == "00:01.0"
    assert ranked.windowTitle().startswith("hook")


def test_light_and_dark(window, theme, qapp: QApplication) -> None:
    theme.use("light", qapp)
    assert not window.grab().isNull()
    theme.use("dark", qapp)


def test_the_first_start_makes_the_library_and_opens_it(desk, places, qtbot) -> None:
    desk.start()
    assert desk.library.catalogue is None
    qtbot.waitUntil(lambda: desk.library.catalogue is not None, timeout=10_000)
    assert places.database.is_file()


def test_a_window_closed_while_its_library_is_made_leaves_nothing_open(desk, places) -> None:
    desk.start()
    desk.close()
    assert desk.library.catalogue is None
    assert places.database.is_file()


def test_the_melody_room_hears_the_take_and_has_an_undo_of_its_own(ranked, desk, session, now, qtbot) -> None:
    def hear(spec: MelodySpec, report: Callable[..., None]) -> Melody:
        silent = {field.name: np.zeros(0, np.float32) for field in fields(Contour)}
        notes = (Note(0.2, 0.8, 60.0, 60, 80),)
        contour = Contour(**{**silent, "duration_s": 2.0, "hop_s": 0.008})
        return Melody(files.probe(spec.take), contour, notes, notes, 0.0, Key(9, True))

    now.instead["MelodySpec"] = hear
    ranked.rooms.setCurrentIndex(1)
    qtbot.waitUntil(lambda: session.melody.phase == "ready")
    assert ranked.melody.isVisible()
    assert ranked.melody.roll.hasFocus()
    qtbot.keyClick(ranked.melody.roll, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(ranked.melody.roll, Qt.Key.Key_Up)
    assert session.melody.notes[0].number == 61
    qtbot.keyClick(ranked.melody.roll, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.melody.notes[0].number == 60
    qtbot.keyClick(ranked, Qt.Key.Key_A)
    assert session.hearing == "piano"
    qtbot.keyClick(ranked, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert ranked.lower.isVisible()


def test_the_melody_room_without_a_take_teaches(window, session) -> None:
    window.rooms.setCurrentIndex(1)
    assert window.melody.sentence.isVisible()
    assert session.melody.phase == "none"
    assert not window.grab().isNull()


def drop(widget: QWidget, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    hand = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, QDragEnterEvent(QPoint(10, 10), *hand))
    QApplication.sendEvent(widget, QDropEvent(QPointF(10, 10), *hand))


def test_the_stems_room_brings_the_songs_and_leaving_it_the_takes(window) -> None:
    window.show_room(window.stems)
    assert window.stems.invite.isVisible()
    assert window.songs.isVisible()
    window.show_room(window.melody)
    assert window.takes.isVisible()


@pytest.mark.parametrize("place", ["stems", "songs", "live"])
def test_a_sound_dropped_in_the_stems_room_is_a_song(window, desk, session, tmp_path, place, qtbot) -> None:
    desk.stems.songs.start()
    qtbot.waitUntil(lambda: desk.stems.songs._store is not None)
    window.show_room(window.stems)
    drop(getattr(window, place), write_sound(tmp_path / "Night Bus.wav", 1.0))
    qtbot.waitUntil(lambda: len(session.songs) == 1)
    assert session.songs[0].title == "Night Bus"
    assert session.takes == ()


def test_a_sound_dropped_on_the_takes_is_a_take_in_every_room(window, session, tmp_path, qtbot) -> None:
    window.show_room(window.stems)
    window.right.show_list(window.takes)
    drop(window.takes, write_sound(tmp_path / "hook.wav", 2.0))
    qtbot.waitUntil(lambda: len(session.takes) == 1)
    assert session.songs == ()


def test_the_status_line_tells_of_the_song_that_comes_apart(window, session) -> None:
    session.indexing = Indexing(2, 8, 70.0)
    session.songs = (working()[0],)
    assert window.status._doing.text() == "Taking Night Bus apart · 40 % · 1:20 left"
    session.songs = (song("A title that is much longer than any line can hold", phase="working"),)
    assert "A title that is much longer tha… apart · 0 %" in window.status._doing.text()
    session.songs = ()
    assert window.status._doing.text().startswith("Indexing 2 of 8")


def test_the_song_has_the_transports_clock_while_it_sounds(window, session) -> None:
    session.song_playhead.emit(61.5)
    assert window.transport.time.text() == "01:01.5"
