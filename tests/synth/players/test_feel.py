from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.synth.players import feel, sheet
from vocmatch_desktop.synth.players.sheet import Stroke
from vocmatch_desktop.types import Chord, Key, Note

_PAGE = sheet.read(
    (np.arange(16) * 0.5).tolist(), 8.0, (np.arange(4) * 2.0).tolist(), [Chord(0.0, 8.0, "C")], Key(0, False)
)
_STROKES = st.lists(
    st.builds(Stroke, st.floats(0, 15.9), st.floats(0.05, 8), st.integers(20, 110), st.floats(0, 1)), max_size=40
)


@given(_STROKES, st.integers(0, 2**31), st.floats(0, 1 / 3))
def test_whatever_is_written_can_be_played(strokes: list[Stroke], seed: int, swing: float) -> None:
    hands = feel.Feel(swing=swing, loose_s=0.02, uneven=0.2)
    notes = feel.perform(strokes, _PAGE, hands, np.random.default_rng(seed), 36, 72)
    assert [n.onset_s for n in notes] == sorted(n.onset_s for n in notes)
    assert all(0 <= n.onset_s < n.offset_s <= 8.0 and 36 <= n.number <= 72 and 1 <= n.velocity <= 127 for n in notes)
    for number in {n.number for n in notes}:
        key = [n for n in notes if n.number == number]
        assert all(a.offset_s <= b.onset_s for a, b in pairwise(key))


def test_a_machine_plays_what_is_written(rng: np.random.Generator) -> None:
    assert feel.perform([Stroke(1.0, 1.0, 60, 0.5)], _PAGE, feel.MACHINE, rng) == (Note(0.5, 1.0, 60.0, 60, 64),)


def test_people_are_close_to_the_beat_but_not_on_it(rng: np.random.Generator) -> None:
    strokes = [Stroke(float(beat), 0.5, 60, 0.7) for beat in range(16)]
    notes = feel.perform(strokes, _PAGE, feel.Feel(loose_s=0.01), rng)
    late = np.array([n.onset_s for n in notes]) - 0.5 * np.arange(16)
    assert 0 < np.abs(late).max() < 0.06
    assert len({n.velocity for n in notes}) > 3


def test_swing_delays_the_second_of_a_pair_and_leaves_the_first() -> None:
    hands = feel.Feel(swing=1 / 3, unit=0.5)
    assert feel.swung(2.0, hands) == 2.0
    assert feel.swung(2.5, hands) == pytest.approx(2 + 2 / 3)
    assert feel.swung(3.0, hands) == 3.0


@given(st.lists(st.floats(0, 16), min_size=2, max_size=20), st.floats(0, 1 / 3))
def test_swing_keeps_the_order(beats: list[float], swing: float) -> None:
    hands = feel.Feel(swing=swing)
    moved = [feel.swung(beat, hands) for beat in sorted(beats)]
    assert all(a <= b + 1e-9 for a, b in pairwise(moved))


@given(_STROKES, st.integers(0, 2**31))
def test_a_line_has_one_note_at_a_time(strokes: list[Stroke], seed: int) -> None:
    line = feel.one_at_a_time(feel.perform(strokes, _PAGE, feel.Feel(), np.random.default_rng(seed)))
    assert all(a.offset_s <= b.onset_s for a, b in pairwise(line))


def test_a_range_narrower_than_an_octave_is_refused(rng: np.random.Generator) -> None:
    with pytest.raises(ValueError, match="octave"):
        feel.perform([], _PAGE, feel.MACHINE, rng, 60, 65)
