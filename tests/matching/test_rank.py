from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vocmatch_desktop.matching import rank as ranking
from vocmatch_desktop.matching.align import TakeView
from vocmatch_desktop.matching.rank import MatchOptions, match_one, rank
from vocmatch_desktop.matching.source import MemorySource
from vocmatch_desktop.types import TempoHypothesis

ALL = MatchOptions()
BPMS = (84.0, 92.0, 100.0, 108.0, 117.0, 126.0, 138.0, 150.0)


@pytest.fixture
def beats(make_beat):
    return {10 + i: make_beat(i, bpm) for i, bpm in enumerate(BPMS)}


def test_the_beat_that_was_sung_over_wins_and_is_laid_where_it_was_sung(beats, sing, quiet):
    for beat_id, beat in beats.items():
        start_s = 16 * 60 / beat.grid.bpm
        best = rank(sing(beat, start_s), MemorySource(beats), ALL, quiet)[0]
        assert best.beat_id == beat_id
        assert best.transform.transpose == 0
        assert best.transform.tempo_ratio == 1.0
        assert best.transform.start_s == pytest.approx(start_s, abs=0.2)


@pytest.mark.parametrize("semitones", [-5, -2, 1, 4])
def test_a_take_sung_higher_wants_the_beat_higher(make_beat, sing, higher, semitones):
    beat = make_beat(2, bars=64, wander=11)
    take = higher(sing(beat, 19.2, 28.8), semitones)
    assert match_one(TakeView.of(take), 1, beat, 6).transform.transpose == semitones


def test_no_pulse_carries_a_clash(make_beat, sing, quiet):
    """The very same pulse over a drone of notes that are never sung: below an unrelated beat that suits, and low."""
    beat = make_beat(2, 100.0)
    drone = np.where(np.isin(np.arange(12), (1, 6, 8)), 1.0, 0.02)
    clashing = replace(beat, chroma=np.tile(drone, (len(beat.chroma), 1)).astype(np.float32))
    library = MemorySource({1: clashing, 2: make_beat(3, 104.0), 3: beat})
    found = rank(sing(beat), library, MatchOptions(in_key=True), quiet)
    assert [match.beat_id for match in found] == [3, 2, 1]
    assert found[2].parts.groove == pytest.approx(found[0].parts.groove)
    assert found[2].score < 50


def test_in_key_never_transposes(beats, sing, higher, quiet):
    take = higher(sing(beats[12]), 3)
    found = rank(take, MemorySource(beats), MatchOptions(in_key=True), quiet)
    assert {match.transform.transpose for match in found} == {0}
    within = rank(take, MemorySource(beats), MatchOptions(max_shift=2), quiet)
    assert all(abs(match.transform.transpose) <= 2 for match in within)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gain_db=st.floats(-40, 20))
def test_how_loud_the_take_is_changes_nothing(beats, sing, quiet, gain_db):
    take = sing(beats[13])
    louder = replace(
        take,
        loudness_lufs=take.loudness_lufs + gain_db,
        bands=(take.bands + np.float32(gain_db)).astype(np.float32),
        onsets=take.onsets * np.float32(10 ** (gain_db / 20)),
    )
    first, second = (rank(one, MemorySource(beats), ALL, quiet) for one in (take, louder))
    assert [match.beat_id for match in first] == [match.beat_id for match in second]
    assert [match.score for match in first] == pytest.approx([match.score for match in second], abs=0.05)


def test_scores_do_not_depend_on_the_rest_of_the_library(beats, sing, quiet):
    take = sing(beats[11])
    everyone = {match.beat_id: match.score for match in rank(take, MemorySource(beats), ALL, quiet)}
    for beat_id in (11, 14):
        alone = rank(take, MemorySource({beat_id: beats[beat_id]}), ALL, quiet)
        assert alone[0].score == pytest.approx(everyone[beat_id], abs=1e-6)


def test_the_same_again_gives_the_same_again(beats, sing, quiet):
    take = sing(beats[15])
    assert rank(take, MemorySource(beats), ALL, quiet) == rank(take, MemorySource(beats), ALL, quiet)


def test_equal_beats_stand_in_order_of_id(make_beat, sing, quiet):
    beat = make_beat(3)
    found = rank(sing(beat), MemorySource({7: beat, 2: beat, 5: beat}), ALL, quiet)
    assert [match.beat_id for match in found] == [2, 5, 7]


def test_top_cuts_and_an_empty_library_gives_nothing(beats, sing, quiet):
    assert len(rank(sing(beats[10]), MemorySource(beats), MatchOptions(top=3), quiet)) == 3
    assert rank(sing(beats[10]), MemorySource({}), ALL, quiet) == ()


def test_every_beat_of_a_large_library_has_a_place_and_the_right_one_is_found(make_beat, sing, quiet, monkeypatch):
    monkeypatch.setattr(ranking, "_BUDGET", 32)
    beats = {i: make_beat(i, 80.0 + i % 70, bars=16) for i in range(150)}
    found = rank(sing(beats[77], 0.0), MemorySource(beats), ALL, quiet)
    assert found[0].beat_id == 77
    assert sorted(match.beat_id for match in found) == list(range(150))
    scores = [match.score for match in found]
    assert scores == sorted(scores, reverse=True)
    assert found[0].reasons
    assert all(0 <= score <= 100 for score in scores)


def test_the_first_look_and_the_exact_search_agree(beats, sing, quiet, monkeypatch):
    take = sing(beats[12])
    exact = {match.beat_id: match for match in rank(take, MemorySource(beats), ALL, quiet)}
    monkeypatch.setattr(ranking, "_BUDGET", 0)
    coarse = rank(take, MemorySource(beats), ALL, quiet)
    assert coarse[0].beat_id == 12
    assert coarse[0].reasons == ()
    for match in coarse:
        assert match.score == pytest.approx(exact[match.beat_id].score, abs=25)


def test_a_beat_shorter_than_the_take_is_looped(make_beat, sing, quiet):
    short = make_beat(4, 100.0, bars=4)
    long = make_beat(4, 100.0, bars=32)
    repeated = replace(long, chroma=np.tile(short.chroma, (8, 1)))
    match = match_one(TakeView.of(sing(repeated, 0.0, 19.2)), 1, short, 6)
    assert match.transform.start_s == pytest.approx(0.0, abs=0.2)
    assert "loops" in {reason.kind for reason in match.reasons}


def test_a_take_on_the_clock_starts_on_a_half_bar_at_the_clocks_tempo(make_beat, sing, quiet):
    beat = make_beat(5, 100.0)
    take = replace(
        sing(beat, 9.6),
        tempo=(TempoHypothesis(104.0, 1.0, first_beat_s=0.5, first_beat_is_bar=True),),
        tempo_known=True,
    )
    match = match_one(TakeView.of(take), 1, beat, 6)
    assert match.transform.tempo_ratio == pytest.approx(1.04)
    position = beat.grid.position(match.transform.start_s + 0.5 * match.transform.tempo_ratio)
    assert position % 2 == pytest.approx(0, abs=1e-6)


def test_half_time_is_a_matter_of_octave_and_far_tempi_are_said_to_be_far(make_beat, sing):
    beat = make_beat(5, 140.0)
    half = replace(sing(beat), tempo=(TempoHypothesis(70.0, 1.0),), tempo_known=True)
    match = match_one(TakeView.of(half), 1, beat, 6)
    assert (match.transform.tempo_ratio, match.transform.octave) == (1.0, 0.5)
    far = replace(half, tempo=(TempoHypothesis(110.0, 1.0),))
    worse = match_one(TakeView.of(far), 1, beat, 6)
    assert worse.transform.tempo_ratio == 1.0
    assert "tempo_far" in {reason.kind for reason in worse.reasons}
    assert worse.score < match.score


def test_a_pick_up_begins_before_the_beat(make_beat, sing):
    beat = make_beat(6, 100.0)
    take = sing(beat, 0.0)
    silence = 75  # frames: 1.2 s, two beats
    pitch = replace(
        take.pitch,
        f0_hz=np.concatenate([np.full(silence, 220.0, np.float32), take.pitch.f0_hz]),
        confidence=np.ones(len(take.pitch.f0_hz) + silence, np.float32),
        voiced=np.ones(len(take.pitch.f0_hz) + silence, bool),
    )
    late = replace(take, pitch=pitch, duration_s=take.duration_s + 1.2, onsets=np.pad(take.onsets, (120, 0)))
    match = match_one(TakeView.of(late), 1, beat, 0)
    assert match.transform.start_s == pytest.approx(-1.2, abs=0.2)
