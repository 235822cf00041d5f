from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocmatch_desktop.melody.changes import LEVELS, Costs, Segment, cut


def costs(pitch, sure=None, **changes) -> Costs:
    pitch = np.asarray(pitch, np.float64)
    weight = np.ones(len(pitch)) if sure is None else np.asarray(sure, np.float64)
    plain = Costs(
        pitch=pitch,
        weight=weight,
        unvoiced=np.where(weight > 0.5, -3.0, 3.0),
        began=np.zeros(len(pitch) + 1),
        ended=np.zeros(len(pitch) + 1),
        price=5.0,
        shortest=3,
        farthest=2.0,
        octave=0.4,
    )
    return replace(plain, **changes)


def total(wanted: Costs, segments: list[Segment]) -> float:
    """What a cut costs, by the definition."""
    cost = 0.0
    for one in segments:
        off = np.abs(wanted.pitch[one.start : one.stop] - one.level)
        off = np.minimum(np.minimum(off, np.abs(off - 12) + wanted.octave), wanted.farthest)
        frames = off * wanted.weight[one.start : one.stop] + wanted.unvoiced[one.start : one.stop]
        cost += wanted.price + wanted.began[one.start] + wanted.ended[one.stop] + float(frames.sum())
    return cost


def cheapest(wanted: Costs) -> float:
    """By trying everything: every first and last frame, every level."""
    frames = len(wanted.pitch)
    levels = np.arange(np.floor(LEVELS * wanted.pitch.min()), np.ceil(LEVELS * wanted.pitch.max()) + 1) / LEVELS
    best = [0.0]
    for end in range(1, frames + 1):
        notes = [
            best[start] + total(wanted, [Segment(start, end, float(level))])
            for start in range(max(0, end - wanted.shortest + 1))
            for level in levels
        ]
        best.append(min([best[-1], *notes]))
    return best[-1]


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_no_other_cut_is_cheaper(seed):
    rng = np.random.default_rng(seed)
    pitch = np.repeat(rng.integers(58, 63, 5), rng.integers(1, 5, 5)) + rng.normal(0, 0.2, 1)
    wanted = costs(
        pitch,
        rng.uniform(0, 1, len(pitch)),
        began=rng.normal(0, 2, len(pitch) + 1),
        ended=rng.normal(0, 1, len(pitch) + 1),
        unvoiced=rng.normal(-1, 2, len(pitch)),
        shortest=int(rng.integers(1, 5)),
    )
    assert total(wanted, cut(wanted)) == pytest.approx(cheapest(wanted))


def test_two_pitches_are_two_notes_and_a_hole_is_a_rest():
    found = cut(costs([60] * 10 + [62] * 10 + [0] * 5 + [62] * 8, [1] * 20 + [0] * 5 + [1] * 8))
    assert [(one.start, one.stop, one.level) for one in found] == [(0, 10, 60), (10, 20, 62), (25, 33, 62)]


def test_no_note_is_shorter_than_the_shortest():
    found = cut(costs([60] * 10 + [65] * 2 + [60] * 10, price=0.1, shortest=4))
    assert all(one.stop - one.start >= 4 for one in found)


def test_an_octave_slip_stays_in_its_note():
    assert len(cut(costs([60] * 10 + [72] * 5 + [60] * 10))) == 1


def test_a_sure_onset_splits_one_pitch():
    began = np.full(31, 2.0)
    began[15] = -8.0
    assert [one.start for one in cut(costs([60] * 30, began=began))] == [0, 15]


def test_nothing_voiced_and_nothing_at_all_give_no_notes():
    assert cut(costs([0] * 20, [0] * 20)) == []
    assert cut(costs([])) == []
    assert cut(costs([60])) == []
