"""A stem's waveform grows by what became known, and takes clicks."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.ui.stem_songs import peaks
from vocmatch_desktop.ui import stems_wave
from vocmatch_desktop.ui.melody_wave import Peaks
from vocmatch_desktop.ui.stems_wave import StemRuler, StemWave
from vocmatch_desktop.ui.theme import Theme


@pytest.fixture
def wave(qtbot: QtBot, theme: Theme) -> StemWave:
    made = StemWave("vocals", theme)
    qtbot.addWidget(made)
    made.resize(200, 40)
    with qtbot.waitExposed(made):
        made.show()
    return made


def pixels(wave: StemWave) -> np.ndarray:
    image = wave.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., :3].copy()


def noise(seconds: float) -> Peaks:
    return Peaks(np.random.default_rng(1).random(round(10 * seconds), np.float32), 0.1)


def test_what_grew_bit_by_bit_looks_like_what_came_at_once(wave: StemWave) -> None:
    whole = noise(100.0)
    for known in (3, 41, 42, 500, 777, 1000):
        wave.show_stem(Peaks(whole.heights[:known], 0.1), 100.0)
    grown = pixels(wave)
    wave.show_stem(None, 100.0)
    wave.show_stem(whole, 100.0)
    assert np.array_equal(grown, pixels(wave))


def test_only_new_columns_are_computed(wave: StemWave, monkeypatch: pytest.MonkeyPatch) -> None:
    wave.show_stem(peaks(50.0), 100.0)
    computed: list[int] = []
    columns = stems_wave.columns

    def counted(*arguments: object) -> object:
        computed.append(arguments[-1])
        return columns(*arguments)

    monkeypatch.setattr(stems_wave, "columns", counted)
    wave.show_stem(peaks(60.0), 100.0)
    wave.repaint()
    assert sum(computed) <= 22


def test_the_part_that_is_not_known_looks_different(wave: StemWave) -> None:
    wave.show_stem(peaks(50.0, height=0.0), 100.0)
    shown = pixels(wave)
    assert wave.known_s == 50.0
    assert np.array_equal(shown[8, 10], shown[8, 90])
    assert not np.array_equal(shown[8, 10], shown[8, 150])


def test_a_silent_lane_loses_its_colour(wave: StemWave) -> None:
    wave.show_stem(peaks(100.0), 100.0)
    loud = pixels(wave)
    wave.show_stem(peaks(100.0), 100.0, sounds=False)
    assert not np.array_equal(loud, pixels(wave))


def test_a_click_and_a_drag_ask_for_a_moment(qtbot: QtBot, wave: StemWave) -> None:
    wave.show_stem(peaks(100.0), 100.0)
    asked: list[float] = []
    wave.seek_requested.connect(asked.append)
    qtbot.mousePress(wave, Qt.MouseButton.LeftButton, pos=QPoint(50, 20))
    qtbot.mouseRelease(wave, Qt.MouseButton.LeftButton, pos=QPoint(500, 20))
    assert asked == [pytest.approx(25.0), 100.0]


def test_a_click_before_anything_is_known_asks_for_nothing(qtbot: QtBot, wave: StemWave) -> None:
    with qtbot.assertNotEmitted(wave.seek_requested):
        qtbot.mouseClick(wave, Qt.MouseButton.LeftButton, pos=QPoint(50, 20))


def test_the_playhead_is_drawn_where_it_is(wave: StemWave) -> None:
    wave.show_stem(peaks(100.0, height=0.0), 100.0)
    before = pixels(wave)
    wave.set_playhead(50.0)
    changed = np.flatnonzero((pixels(wave) != before).any(axis=(0, 2)))
    assert 98 <= changed.min() <= changed.max() <= 101


@pytest.mark.parametrize("duration_s", [0.0, 0.05, 3.0, 200.0, 3 * 3600.0])
def test_the_ruler_takes_any_length(qtbot: QtBot, theme: Theme, duration_s: float) -> None:
    ruler = StemRuler(theme)
    qtbot.addWidget(ruler)
    ruler.resize(300, ruler.height())
    ruler.show_duration(duration_s)
    assert not ruler.grab().isNull()


def test_a_quiet_song_fills_its_lanes(wave: StemWave) -> None:
    wave.show_stem(peaks(100.0, height=0.1), 100.0, loudest=0.1)
    scaled = pixels(wave)
    wave.show_stem(peaks(100.0, height=1.0), 100.0)
    assert np.array_equal(scaled, pixels(wave))
