"""Of a long take the most sung part is compared, and its lay is told as a lay of the whole take."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vocmatch_desktop.matching.align import TakeView
from vocmatch_desktop.matching.excerpt import LONGEST_S, most_sung
from vocmatch_desktop.matching.rank import MatchOptions, match_one, rank
from vocmatch_desktop.matching.source import MemorySource
from vocmatch_desktop.types import TempoHypothesis


@pytest.fixture
def long_take(make_beat, sing):
    """A beat of four minutes, and a take over it of 200 s, begun at 9.6 s, that is silent for its first 70 s."""
    beat = make_beat(8, 100.0, bars=100)
    take = sing(beat, 9.6, 200.0)
    voiced = take.pitch.voiced & (take.pitch.times_s > 70.0)
    return beat, replace(take, pitch=replace(take.pitch, voiced=voiced), bands=take.bands + np.arange(200)[:, None])


def test_a_short_take_stays_as_it_is(make_beat, sing) -> None:
    take = sing(make_beat(1))
    assert most_sung(take) == (take, 0.0)


def test_the_part_is_where_most_is_sung_and_everything_in_it_counts_from_its_start(long_take) -> None:
    _, take = long_take
    part, begins_s = most_sung(take)
    assert begins_s in (70.0, 71.0)  # the same to a frame
    assert part.duration_s == part.voiced_s == pytest.approx(LONGEST_S, abs=0.1)
    assert len(part.bands) == LONGEST_S
    assert part.bands[0, 0] - take.bands[0, 0] == pytest.approx(begins_s)
    assert len(part.onsets) * part.onset_hop_s == pytest.approx(LONGEST_S, abs=0.02)
    times = part.pitch.times_s + begins_s
    same = np.searchsorted(take.pitch.times_s, times - 1e-6)
    np.testing.assert_array_equal(part.pitch.f0_hz, take.pitch.f0_hz[same])
    np.testing.assert_allclose(take.pitch.times_s[same], times, atol=1e-6)


def test_a_known_bar_line_is_one_of_the_part_too(long_take) -> None:
    _, take = long_take
    known = replace(take, tempo=(TempoHypothesis(100.0, 1.0, 0.3, True),), tempo_known=True)
    part, begins_s = most_sung(known)
    first_s = part.tempo[0].first_beat_s
    assert first_s is not None
    assert 0 <= first_s < 12 * 0.6
    assert (first_s + begins_s - 0.3) % 2.4 == pytest.approx(0.0, abs=1e-6)


def test_the_lay_is_that_of_the_whole_take(long_take, quiet) -> None:
    beat, take = long_take
    best = rank(take, MemorySource({1: beat}), MatchOptions(), quiet)[0]
    assert best.transform.start_s == pytest.approx(9.6, abs=0.2)
    assert best.transform.transpose == 0


def test_a_take_as_long_as_the_beat_lies_along_all_of_it(make_beat, sing, quiet) -> None:
    """A song in which every eight bars come again: only one start leaves no end of the take without its beat."""
    beat = make_beat(8, 100.0, bars=64)
    again = replace(beat, chroma=np.tile(beat.chroma[:128], (8, 1)), bass=np.tile(beat.bass[:128], (8, 1)))
    best = rank(sing(again, 0.0, again.duration_s), MemorySource({1: again}), MatchOptions(), quiet)[0]
    assert best.transform.start_s == pytest.approx(0.0, abs=0.1)


def test_where_the_beat_would_have_to_begin_far_before_itself_it_is_in_a_later_turn(make_beat, sing) -> None:
    beat = make_beat(8, 100.0, bars=50)
    part = sing(beat, 4.8, 100.0)
    late = 160.0
    frames, marks = round(late / part.pitch.hop_s), round(late / part.onset_hop_s)
    pitch = replace(
        part.pitch,
        f0_hz=np.pad(part.pitch.f0_hz, (frames, 0)),
        confidence=np.pad(part.pitch.confidence, (frames, 0)),
        voiced=np.pad(part.pitch.voiced, (frames, 0)),
    )
    take = replace(
        part,
        duration_s=late + 100.0,
        pitch=pitch,
        onsets=np.pad(part.onsets, (marks, 0)),
        bands=np.pad(part.bands, ((160, 0), (0, 0)), mode="edge"),
    )
    match = match_one(TakeView.of(take), 1, beat, 0)
    turn_s = beat.duration_s
    assert -2.4 <= match.transform.start_s < turn_s
    assert (match.transform.start_s + late - 4.8 + turn_s / 2) % turn_s == pytest.approx(turn_s / 2, abs=0.25)
    assert "loops" in {reason.kind for reason in match.reasons}
