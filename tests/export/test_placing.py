from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.export.placing import from_first_sample, place
from vocmatch_desktop.types import BeatGrid, Selection, Transform

GRID = BeatGrid(0.1 + 0.5 * np.arange(65), downbeat=2)  # 120 BPM, first bar line at 1.1 s, bars of 2 s


def test_a_take_on_a_bar_line_needs_no_padding() -> None:
    placing = place(GRID, Transform(start_s=5.1))
    assert placing.bar == 2
    assert placing.beat_from_s == pytest.approx(5.1)
    assert placing.take_pad_s == pytest.approx(0.0, abs=1e-9)


def test_a_take_between_bar_lines_is_padded_in_its_own_time() -> None:
    placing = place(GRID, Transform(start_s=6.1, tempo_ratio=1.05))
    assert placing.beat_from_s == pytest.approx(5.1)
    assert placing.take_pad_s == pytest.approx(1.0 / 1.05)
    assert placing.bpm == pytest.approx(126.0)


def test_a_pick_up_starts_at_a_bar_line_before_the_beat() -> None:
    placing = place(GRID, Transform(start_s=-1.0))
    assert placing.bar == -2
    assert placing.beat_from_s == pytest.approx(-2.9)
    assert placing.take_pad_s == pytest.approx(1.9)


def test_a_selection_is_counted_back_to_the_take() -> None:
    whole = place(GRID, Transform(start_s=5.0, tempo_ratio=1.02))
    part = place(GRID, Transform(start_s=5.0 + 3 * 1.02, tempo_ratio=1.02), take_from_s=3.0)
    assert part.beat_from_s == pytest.approx(whole.beat_from_s)
    assert part.take_pad_s == pytest.approx(whole.take_pad_s)


def test_a_transform_counted_from_the_whole_take() -> None:
    transform = Transform(transpose=1, tempo_ratio=1.05, start_s=5.0)
    assert from_first_sample(transform, None) == transform
    assert from_first_sample(transform, Selection(2.0, 9.0)).start_s == pytest.approx(5.0 - 2.0 * 1.05)


@given(st.floats(-20, 60), st.floats(0.92, 1.08), st.floats(0, 30))
def test_the_take_is_padded_by_less_than_a_bar_and_never_trimmed(start: float, ratio: float, cut: float) -> None:
    placing = place(GRID, Transform(start_s=start, tempo_ratio=ratio), cut)
    assert 0.0 <= placing.take_pad_s <= placing.bar_s * 1.001
    on_grid = GRID.position(placing.beat_from_s) / 4
    assert abs(on_grid - round(on_grid)) < 1e-3


@given(st.floats(0.1, 600))
def test_files_last_whole_bars(duration: float) -> None:
    placing = place(GRID, Transform())
    bars = placing.whole_bars(duration)
    assert bars >= 1
    assert duration - 0.002 <= bars * placing.bar_s < duration + placing.bar_s
