"""The picture of the voice: what is painted where, and what pointing at it asks for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from vocmatch_desktop.types import Note, PitchTrack, Selection
from vocmatch_desktop.ui.live_view import LiveView, selection_words
from vocmatch_desktop.ui.pitch_overlay import LINE, PitchLine
from vocmatch_desktop.ui.session import Playhead
from vocmatch_desktop.ui.spectrogram import (
    BINS,
    BINS_PER_SEMITONE,
    LEVEL_ROWS,
    LOW_MIDI,
    Columns,
    SpectrogramRing,
    SpectrumStream,
    magma,
    picture,
)
from vocmatch_desktop.ui.timeline import Axis, Grid

RATE = 16_000
HEIGHT = 200


def tone(hertz: float, seconds: float, rate: int = RATE) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def columns_of(samples: np.ndarray, hop_s: float = 1 / 60) -> Columns:
    stream = SpectrumStream(RATE, hop_s)
    parts = [stream.feed(samples), stream.finish()]
    return Columns(np.concatenate([p.spectrum for p in parts]), np.concatenate([p.level for p in parts]))


@pytest.fixture
def view(qtbot, session, commands, theme) -> LiveView:
    made = LiveView(session, commands, theme)
    qtbot.addWidget(made)
    made.resize(600, HEIGHT)
    made.show()
    return made


@pytest.fixture
def take_view(view) -> LiveView:
    view.show_take(columns_of(tone(440, 6.0), 0.01), 6.0)
    return view


@pytest.mark.parametrize("hertz", [110.0, 440.0, 1760.0])
def test_a_tone_is_brightest_at_its_pitch(hertz: float) -> None:
    columns = columns_of(tone(hertz, 1.0))
    brightest = columns.spectrum[20:40].astype(int).argmax(axis=1)
    midi = LOW_MIDI + brightest / BINS_PER_SEMITONE
    assert np.abs(midi - (69 + 12 * np.log2(hertz / 440))).max() < 0.5


@given(cuts=st.lists(st.integers(0, 8000), max_size=6))
def test_columns_do_not_depend_on_how_samples_arrive(cuts: list[int]) -> None:
    samples = tone(330, 0.5)
    whole = columns_of(samples)
    stream = SpectrumStream(RATE, 1 / 60)
    parts = [stream.feed(part) for part in np.split(samples, sorted(cuts))] + [stream.finish()]
    assert np.array_equal(np.concatenate([p.spectrum for p in parts]), whole.spectrum)
    assert stream.columns == len(whole) == 31


def test_silence_and_broken_samples_are_dark() -> None:
    broken = np.full(RATE // 2, np.nan, np.float32)
    assert columns_of(np.zeros(RATE // 2, np.float32)).spectrum.max() == 0
    assert columns_of(broken).spectrum.max() == 0


def test_the_colours_get_lighter_all_the_way() -> None:
    colors = magma()
    light = sum(weight * (colors >> shift & 255) for shift, weight in ((16, 0.2126), (8, 0.7152), (0, 0.0722)))
    assert (np.diff(light.astype(float)) >= -1).all()


def test_the_ring_shows_the_newest_columns_wherever_they_wrap() -> None:
    ring = SpectrogramRing(50, 40)
    for number in range(120):
        spectrum = np.full((1, BINS), number, np.uint8)
        ring.append(Columns(spectrum, np.zeros(1, np.uint8)))
    image = QImage(50, 40, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        ring.paint(painter, 0, 0, ring.end - 50, 50)
    assert [image.pixelColor(x, 3).rgb() for x in (0, 25, 49)] == [int(magma()[n]) for n in (70, 95, 119)]


def test_a_ring_that_is_resized_keeps_what_fits() -> None:
    ring = SpectrogramRing(80, 40)
    ring.append(Columns(np.arange(80, dtype=np.uint8)[:, None].repeat(BINS, 1), np.zeros(80, np.uint8)))
    ring.resize(30, 60)
    image = QImage(30, 60, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        ring.paint(painter, 0, 0, ring.end - 30, 30)
    assert image.pixelColor(29, 5).rgb() == int(magma()[79])


def test_a_picture_of_a_take_spans_its_width() -> None:
    spectrum = np.zeros((10, BINS), np.uint8)
    spectrum[9] = 255
    made = picture(Columns(spectrum, np.zeros(10, np.uint8)), 100, HEIGHT, QColor("red"))
    assert made.pixelColor(95, 10).rgb() == int(magma()[255])
    assert made.pixelColor(85, 10).rgb() == int(magma()[0])


def test_the_picture_scrolls_while_the_voice_is_recorded(view) -> None:
    view.begin(RATE)
    for _ in range(4):
        view.feed(tone(220, 4.0))
    assert view.now_s == 16
    assert view.axis().from_s > 0
    x = round(view.axis().x(12.0))
    y = round(view.axis().y(57))
    image = view.grab().toImage()
    column = [image.pixelColor(x, y + dy).value() for dy in range(-4, 5)]
    assert max(column) > 150
    assert image.pixelColor(x, y - 60).value() < 60


def test_the_pitch_is_drawn_bright_and_later_frames_replace_earlier_ones(view) -> None:
    view.begin(RATE)
    view.feed(np.zeros(RATE * 2, np.float32))
    times = np.arange(0, 2, 0.016)
    view.put_pitch(times, np.full(len(times), 60.0))
    view.put_pitch(times[-3:], np.full(3, 62.0))
    view.feed(np.zeros(400, np.float32))
    image = view.grab().toImage()
    axis = view.axis()
    assert image.pixelColor(round(axis.x(1.0)), round(axis.y(60))).green() > 180
    assert image.pixelColor(round(axis.x(times[-2])), round(axis.y(62))).green() > 150


def test_notes_being_sung_are_framed_and_later_ones_replace_earlier_ones(view) -> None:
    view.begin(RATE)
    view.feed(np.zeros(4 * RATE, np.float32))
    plain = view.grab().toImage()
    view.put_notes(0, (Note(0.5, 1.0, 57.0, 57, 80), Note(1.0, 2.0, 60.0, 60, 80)))
    view.put_notes(1, (Note(1.0, 2.0, 62.0, 62, 80),))
    shown, axis = view.grab().toImage(), view.axis()

    def framed(time_s: float, midi: float) -> bool:
        place = QPoint(round(axis.x(time_s)), round(axis.y(midi)))
        return shown.pixelColor(place) != plain.pixelColor(place)

    assert framed(0.75, 57)
    assert framed(1.5, 62)
    assert not framed(1.5, 50)
    view.begin(RATE)
    assert view.grab().toImage().pixelColor(QPoint(100, 100)) == plain.pixelColor(QPoint(100, 100))


def test_a_leap_or_a_breath_breaks_the_line() -> None:
    line = PitchLine()
    line.put(np.arange(6) * 0.016, np.array([60, 60, np.nan, 72, 72, 60.0]))
    image = QImage(100, 100 + LEVEL_ROWS, QImage.Format.Format_RGB32)
    image.fill(0)
    axis = Axis(0, 0.08, 100, 100 + LEVEL_ROWS)
    with QPainter(image) as painter:
        line.paint(painter, axis)
    column = {image.pixelColor(40, y).rgb() for y in range(100)}
    assert column == {QColor(0, 0, 0).rgb()}
    assert image.pixelColor(10, round(axis.y(60))).green() > LINE.green() // 2


def test_dragging_selects_and_clicking_moves_the_playhead(take_view, commands, qtbot) -> None:
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(take_view, left, pos=QPoint(100, 50))
    qtbot.mouseMove(take_view, QPoint(250, 60))
    qtbot.mouseRelease(take_view, left, pos=QPoint(300, 60))
    (selection,) = commands.asked("select")[0]
    assert selection.from_s == pytest.approx(1.0, abs=0.02)
    assert selection.to_s == pytest.approx(2.5, abs=0.6)
    qtbot.mouseClick(take_view, left, pos=QPoint(300, 50))
    assert commands.asked("seek") == [(pytest.approx(3.0, abs=0.02),)]


def test_an_edge_of_the_selection_can_be_grabbed(take_view, session, commands, qtbot) -> None:
    session.selection = Selection(1.0, 3.0)
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(take_view, left, pos=QPoint(301, 50))
    qtbot.mouseMove(take_view, QPoint(400, 50))
    qtbot.mouseRelease(take_view, left, pos=QPoint(400, 50))
    (selection,) = commands.asked("select")[-1]
    assert (selection.from_s, selection.to_s) == (1.0, pytest.approx(4.0, abs=0.02))


def test_the_keyboard_moves_selects_and_lets_go(take_view, session, commands, qtbot) -> None:
    session.playhead_moved.emit(Playhead(take_s=2.0))
    qtbot.keyClick(take_view, Qt.Key.Key_Right)
    assert commands.asked("seek")[-1][0] == pytest.approx(2.25)
    qtbot.keyClick(take_view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert commands.asked("select")[-1] == (Selection(2.0, 2.25),)
    qtbot.keyClick(take_view, Qt.Key.Key_Escape)
    assert commands.asked("select")[-1] == (None,)


def test_an_empty_view_says_what_to_do_and_takes_no_drag(view, commands, qtbot) -> None:
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 50))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 50))
    assert commands.calls == []
    assert not view.grab().isNull()


def test_a_finished_take_shows_its_pitch(take_view) -> None:
    voiced = np.ones(370, bool)
    hertz = np.full(370, 440, np.float32)
    take_view.show_pitch(PitchTrack(hertz, np.ones(370, np.float32), voiced, 0.016), 0.05)
    image = take_view.grab().toImage()
    axis = take_view.axis()
    assert image.pixelColor(round(axis.x(3.0)), round(axis.y(69))).green() > 180


def test_bars_and_beats_are_counted_from_the_first_beat() -> None:
    grid = Grid(bpm=60, first_beat_s=0.5)
    assert grid.bar_beat(0.5) == (1, 1, 1)
    assert grid.bar_beat(5.75) == (2, 2, 2)
    assert grid.bar_beat(0.0)[0] == 0


def test_the_selection_is_worded_in_bars_and_seconds() -> None:
    assert selection_words(Selection(0.0, 3.2), None) == "3.2 s"
    assert selection_words(Selection(0.0, 8.0), Grid(120)) == "bars 1–4 · 8.0 s"
