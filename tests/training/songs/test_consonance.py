"""Untouched strings that go with a song's chords, and a key that goes with untouched strings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.training.songs.singer.consonance import (
    IN_CHORD,
    IN_SCALE,
    agreement,
    fits,
    transposition,
)
from vocmatch_desktop.training.songs.singer.units import Unit
from vocmatch_desktop.types import Chord, Key

CHORDS = (Chord(0.0, 2.0, "C"), Chord(2.0, 4.0, "G"), Chord(4.0, 6.0, "Am"), Chord(6.0, 8.0, "F"))
SPANS = ((0.0, 3.0), (4.0, 7.0))
C_MAJOR = Key(0, False)


def _string(pitch: float) -> tuple[Unit, ...]:
    return (Unit(0, "la", "", 0.1, 0.2, 0.3, 1.0, pitch, -20.0, 5.0, True),)


def test_a_tone_of_the_chord_is_worth_more_than_one_of_the_scale_and_others_nothing() -> None:
    agreed = agreement(CHORDS, C_MAJOR, 0.0, 2.0)
    assert agreed[[0, 4, 7]] == pytest.approx(IN_CHORD)
    assert agreed[[2, 5, 9, 11]] == pytest.approx(IN_SCALE)
    assert not agreed[[1, 3, 6, 8, 10]].any()


def test_chords_count_by_how_long_they_sound() -> None:
    agreed = agreement(CHORDS, None, 1.0, 4.0)
    assert agreed[7] == pytest.approx(1.0)
    assert agreed[2] == pytest.approx(2 / 3)
    assert not agreement((Chord(0.0, 1.0, "N"),), None, 0.0, 1.0).any()


def test_a_string_in_tune_is_worth_more() -> None:
    worth = fits([_string(67.0), _string(67.3), _string(66.0)], agreement(CHORDS, C_MAJOR, 0.0, 3.0))
    assert worth[0] > worth[1] > worth[2]


@given(st.integers(36, 84))
def test_the_song_moves_to_where_its_one_string_is_in_tune(pitch: int) -> None:
    strings = [_string(float(pitch))]
    steps = transposition(strings, SPANS, CHORDS, C_MAJOR, np.random.default_rng(pitch))
    assert -6 <= steps <= 5
    tone = (pitch - steps) % 12
    assert tone in (0, 7)  # what these chords have in common
