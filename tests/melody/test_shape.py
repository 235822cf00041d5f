from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.melody.shape import ShapeOptions, shape
from vocmatch_desktop.types import Key, Note

C_MAJOR = Key(0, False)


def note(onset_s: float, offset_s: float, pitch: float) -> Note:
    return Note(onset_s, offset_s, pitch, round(pitch), 80)


LINE = (note(0.1, 0.6, 60.1), note(0.72, 1.1, 61.4), note(1.2, 1.9, 66.05), note(3.0, 3.5, 64.0))


def test_by_default_nothing_changes():
    assert shape(LINE, ShapeOptions(), 120.0, 0.0) == LINE


def test_hard_snap_puts_every_note_in_the_key_to_the_side_it_was_sung_on():
    numbers = [one.number for one in shape(LINE, ShapeOptions(snap="hard", key=C_MAJOR))]
    assert numbers == [60, 62, 67, 64]


def test_soft_snap_moves_only_what_was_sung_between_two_semitones():
    numbers = [one.number for one in shape(LINE, ShapeOptions(snap="soft", key=C_MAJOR))]
    assert numbers == [60, 62, 66, 64]


def test_without_a_key_nothing_snaps():
    assert shape(LINE, ShapeOptions(snap="hard")) == LINE


def test_quantising_draws_onsets_to_the_grid_as_far_as_its_strength_says():
    half = shape(LINE, ShapeOptions(quantize=0.25, strength=0.5), 120.0, 0.0)
    whole = shape(LINE, ShapeOptions(quantize=0.25, strength=1.0), 120.0, 0.0)
    assert [one.onset_s for one in whole] == pytest.approx([0.125, 0.75, 1.25, 3.0])
    assert half[0].onset_s == pytest.approx((0.1 + 0.125) / 2)
    assert shape(LINE, ShapeOptions(quantize=0.25)) == LINE


def test_the_grid_lies_where_the_first_beat_is():
    (first,) = shape(LINE[:1], ShapeOptions(quantize=1.0), 60.0, 0.13)
    assert first.onset_s == pytest.approx(0.13)


def test_the_grid_draws_no_note_beyond_the_take():
    drawn = shape(LINE, ShapeOptions(quantize=1.0), 40.0, 0.0, until_s=3.6)
    assert len(drawn) == len(shape(LINE, ShapeOptions(quantize=1.0), 40.0, 0.0))
    assert (drawn[-1].onset_s, drawn[-1].offset_s) == (3.0, 3.6)


def test_a_range_moves_notes_by_octaves():
    moved = shape(LINE, ShapeOptions(low=65, high=76))
    assert [one.number for one in moved] == [72, 73, 66, 76]
    assert moved[0].pitch == pytest.approx(72.1)


def test_legato_closes_short_gaps_and_leaves_rests():
    joined = shape(LINE, ShapeOptions(legato=1.0))
    assert joined[0].offset_s == LINE[1].onset_s
    assert joined[2].offset_s == LINE[2].offset_s
    half = shape(LINE, ShapeOptions(legato=0.5))
    assert half[0].offset_s == pytest.approx(0.66)


@given(
    st.lists(st.tuples(st.floats(0, 0.8), st.floats(0.03, 0.9), st.floats(30, 90)), min_size=1, max_size=12),
    st.sampled_from([None, 0.125, 0.25, 1 / 3, 1.0]),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(50, 200),
)
def test_whatever_is_asked_notes_stay_in_order_and_never_overlap(rows, quantize, strength, legato, bpm):
    notes, at = [], 0.0
    for gap, length, pitch in rows:
        notes.append(note(at + gap, at + gap + length, pitch))
        at += gap + length
    options = ShapeOptions("hard", C_MAJOR, quantize, strength, 40, 70, legato)
    shaped = shape(notes, options, bpm, 0.3)
    assert all(one.onset_s >= 0 and one.offset_s > one.onset_s and 0 <= one.number <= 127 for one in shaped)
    assert all(one.offset_s <= other.onset_s + 1e-9 for one, other in pairwise(shaped))
