from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor

from vocmatch_desktop.audio import files
from vocmatch_desktop.types import Audio
from vocmatch_desktop.ui.melody_wave import PEAK_S, columns, picture, read_peaks

RATE = 16_000


@pytest.fixture
def half_loud(tmp_path: Path) -> Path:
    samples = np.zeros((2 * RATE, 1), np.float32)
    samples[RATE:] = 0.25 * np.sin(np.arange(RATE) / 5)[:, None]
    files.write(tmp_path / "take.wav", Audio(samples, RATE))
    return tmp_path / "take.wav"


def test_peaks_are_against_the_loudest_moment(half_loud: Path) -> None:
    peaks = read_peaks(half_loud)
    assert peaks.hop_s == pytest.approx(PEAK_S)
    assert len(peaks.heights) == pytest.approx(2 / PEAK_S, abs=2)
    assert peaks.heights[: round(0.9 / PEAK_S)].max() == 0
    assert peaks.heights.max() == 1.0


@pytest.mark.parametrize("view", [(0.0, 2.0, 100), (0.0, 2.0, 5000), (1.5, 1.6, 300), (0.0, 2.0, 1), (1.9, 3.0, 10)])
def test_every_pixel_has_a_height(half_loud: Path, view: tuple[float, float, int]) -> None:
    heights = columns(read_peaks(half_loud), *view)
    assert heights.shape == (view[2],)
    assert np.isfinite(heights).all()
    assert ((heights >= 0) & (heights <= 1)).all()


def test_silence_and_sound_lie_where_they_are(half_loud: Path) -> None:
    heights = columns(read_peaks(half_loud), 0.0, 4.0, 400)
    assert heights[:95].max() == 0
    assert heights[105:195].min() > 0.9
    assert heights[205:].max() == 0


def test_one_sample_is_a_waveform_too(tmp_path: Path) -> None:
    files.write(tmp_path / "click.wav", Audio(np.ones((1, 1), np.float32) * 0.5, RATE))
    assert read_peaks(tmp_path / "click.wav").heights.tolist() == [1.0]


def test_the_picture_is_as_high_as_the_sound() -> None:
    image = picture(np.array([0.0, 1.0], np.float32), 20, QColor("white"))
    assert (image.width(), image.height()) == (2, 20)
    assert image.pixelColor(0, 0).alpha() == 0
    assert image.pixelColor(1, 0).alpha() == 255
    assert image.pixelColor(0, 10).alpha() > 0
