from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vocmatch_desktop.types import Note
from vocmatch_desktop.ui.melody_canvas import (
    FEWEST_KEYS,
    HIGHEST_KEY,
    LOWEST_KEY,
    SHORTEST_VIEW_S,
    Canvas,
    Hit,
    hit,
    inside,
    key_name,
)
from vocmatch_desktop.ui.melody_paint import clock, lines
from vocmatch_desktop.ui.timeline import Grid

VIEW = Canvas(0.0, 10.0, 48.0, 72.0, 50.0, 20.0, 1000.0, 480.0, 20.0)
NOTES = (Note(1.0, 2.0, 60.0, 60, 80), Note(2.0, 3.0, 62.0, 62, 80), Note(2.5, 2.6, 62.0, 62, 80))


def test_seconds_and_keys_have_their_places() -> None:
    assert VIEW.x(1.0) == 150.0
    assert VIEW.time(150.0) == 1.0
    assert VIEW.y(72.0) == 20.0
    assert VIEW.key(VIEW.y(60)) == 60
    assert VIEW.key(VIEW.y(60.4)) == 60
    assert VIEW.row_px == 20.0


changes = st.lists(
    st.one_of(
        st.builds(lambda f, x: lambda v: v.zoomed(f, x), st.floats(0.05, 20), st.floats(0, 1100)),
        st.builds(lambda f, y: lambda v: v.stretched(f, y), st.floats(0.05, 20), st.floats(0, 500)),
        st.builds(lambda s, k: lambda v: v.scrolled(s, k), st.floats(-99, 99), st.floats(-99, 99)),
        st.builds(lambda t: lambda v: v.showing(t), st.floats(0, 20)),
        st.builds(lambda w, h: lambda v: v.placed(50, 20, w, h), st.floats(0, 3000), st.floats(0, 2000)),
        st.just(lambda v: v.fitted([55.0, 67.0])),
    ),
    max_size=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes, st.floats(0.0, 600.0))
def test_a_view_never_leaves_the_take_or_the_keyboard(done: list, duration_s: float) -> None:
    view = Canvas(0.0, 10.0, 48.0, 72.0, 50.0, 20.0, 1000.0, 480.0, duration_s).scrolled()
    for change in done:
        view = change(view)
        end_s = max(duration_s, SHORTEST_VIEW_S)
        assert -1e-6 <= view.from_s < view.to_s <= end_s + 1e-6
        assert view.to_s - view.from_s >= min(SHORTEST_VIEW_S, end_s) - 1e-6
        assert LOWEST_KEY - 1e-6 <= view.low < view.high <= HIGHEST_KEY + 1e-6
        assert view.high - view.low >= FEWEST_KEYS - 1e-6


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.floats(1.01, 4), st.floats(50, 1050))
def test_what_is_under_the_pointer_stays_there_when_zooming_in(factor: float, x: float) -> None:
    assert VIEW.zoomed(factor, x).x(VIEW.time(x)) == pytest.approx(x, abs=1e-6)


def test_the_page_turns_when_the_playhead_leaves_it() -> None:
    near = VIEW.zoomed(4.0, 50.0)
    assert near.showing(1.0) is near
    turned = near.showing(9.0)
    assert turned.from_s < 9.0 < turned.to_s
    assert turned.to_s - turned.from_s == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("x", "y", "found"),
    [
        (200.0, VIEW.y(60), Hit(0, "body")),
        (152.0, VIEW.y(60), Hit(0, "start")),
        (147.0, VIEW.y(60), Hit(0, "start")),
        (248.0, VIEW.y(60), Hit(0, "end")),
        (200.0, VIEW.y(61), None),
        (140.0, VIEW.y(60), None),
        (305.0, VIEW.y(62), Hit(2, "body")),
    ],
)
def test_notes_and_their_edges_are_found(x: float, y: float, found: Hit | None) -> None:
    assert hit(NOTES, VIEW, x, y) == found


def test_a_rubber_band_takes_all_it_touches() -> None:
    assert inside(NOTES, VIEW, (360.0, VIEW.y(61)), (240.0, VIEW.y(63))) == {1, 2}
    assert inside(NOTES, VIEW, (0.0, 0.0), (2000.0, 2000.0)) == {0, 1, 2}
    assert inside(NOTES, VIEW, (0.0, 0.0), (10.0, 10.0)) == frozenset()


def test_keys_are_called_as_in_a_sequencer() -> None:
    assert [key_name(number) for number in (69, 60, 61, 0)] == ["A4", "C4", "C♯4", "C−1"]


def test_bars_are_numbered_and_thin_out_from_afar() -> None:
    grid = Grid(120.0, 0.5)
    near = [line for line in lines(VIEW.zoomed(4, 50), grid) if line.label]
    assert [(line.at_s, line.label) for line in near] == [(0.5, "1"), (2.5, "2")]
    far = [line.label for line in lines(Canvas(0, 600, 48, 72, 50, 20, 600, 480, 600), grid) if line.label]
    assert len(far) <= 600 / 44
    assert far[:2] == ["1", "33"]


def test_without_a_tempo_there_are_seconds() -> None:
    labels = [line.label for line in lines(VIEW, None)]
    assert labels[:3] == ["0:00.0", "0:00.5", "0:01.0"]


@pytest.mark.parametrize(
    ("time_s", "step_s", "words"), [(65.0, 5.0, "1:05"), (0.5, 0.5, "0:00.5"), (1.25, 0.05, "0:01.25")]
)
def test_the_ruler_writes_as_many_digits_as_it_needs(time_s: float, step_s: float, words: str) -> None:
    assert clock(time_s, step_s) == words
