from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.synth.players import patterns, sheet
from vocmatch_desktop.types import Chord, Key, Note


def _sheet(bars: int = 4, beats_per_bar: int = 4, **more: object) -> sheet.Sheet:
    beats = np.arange(bars * beats_per_bar) * 0.5
    end = bars * beats_per_bar * 0.5
    return sheet.read(
        beats.tolist(), end, beats[::beats_per_bar].tolist(), [Chord(0.0, end, "C")], Key(0, False), **more
    )


def test_bars_know_their_section_place_and_whether_they_are_its_last() -> None:
    page = _sheet(sections=[(0.0, 4.0, "verse"), (4.0, 8.0, "chorus")])
    assert [(bar.section, bar.place, bar.last) for bar in page.bars] == [
        ("verse", 0, False),
        ("verse", 1, True),
        ("chorus", 0, False),
        ("chorus", 1, True),
    ]


def test_two_sections_of_one_name_stay_two() -> None:
    page = _sheet(sections=[(0.0, 4.0, "verse"), (4.0, 8.0, "verse")])
    assert [bar.place for bar in page.bars] == [0, 1, 0, 1]


def test_chords_are_found_by_beat_and_none_where_none_holds() -> None:
    beats = np.arange(8) * 0.5
    chords = [Chord(0.0, 1.0, "Am"), Chord(1.0, 2.0, "N"), Chord(2.0, 4.0, "F/C")]
    page = sheet.read(beats.tolist(), 4.0, [0.0, 2.0], chords, Key(9, True))
    assert page.chord(0.0) is not None
    assert page.chord(2.5) is None
    assert page.chord(4).label == "F/C"
    assert page.next_chord(0.0).label == "F/C"
    assert page.next_chord(4.0) is None


def test_the_melody_is_read_in_beats() -> None:
    page = _sheet(melody=[Note(0.25, 0.75, 60.0, 60, 127)])
    assert page.sung == (sheet.Stroke(0.5, 1.0, 60, 1.0),)


@given(st.lists(st.floats(0.2, 2.0), min_size=2, max_size=20), st.floats(0, 1))
def test_time_and_beat_are_inverse_whatever_the_tempo_does(lengths: list[float], place: float) -> None:
    edges = np.concatenate([[0.0], np.cumsum(lengths)]).tolist()
    page = sheet.read(edges[:-1], edges[-1], [0.0], [], Key(0, False))
    beat = place * len(lengths)
    assert page.beat(page.time(beat)) == pytest.approx(beat, abs=1e-6)


@pytest.mark.parametrize(("beats", "lines"), [([0.0, 1.0, 1.0], [0.0]), ([0.0, 1.0], [1.0]), ([0.0, 1.0], [])])
def test_impossible_beats_are_refused(beats: list[float], lines: list[float]) -> None:
    with pytest.raises(ValueError, match=r"beat"):
        sheet.read(beats, 2.0, lines, [], Key(0, False))


def test_patterns_strike_hold_and_rest() -> None:
    bar = _sheet().bars[1]
    assert list(patterns.steps("X---..o-........", bar)) == [
        patterns.Step("X", 4.0, 1.0),
        patterns.Step("o", 5.5, 0.5),
    ]


def test_patterns_of_several_bars_follow_the_place_in_the_section() -> None:
    page = _sheet()
    signs = ["".join(step.sign for step in patterns.steps("X...|o...", bar)) for bar in page.bars]
    assert signs == ["XXXX", "oooo", "XXXX", "oooo"]


def test_six_eight_counts_two_steps_to_an_eighth() -> None:
    page = _sheet(2, 6)
    assert [step.beat for step in patterns.steps("x.....x.....", page.bars[1])] == [6.0, 9.0]


def test_a_variant_is_one_of_those_written(rng: np.random.Generator) -> None:
    assert {patterns.variant("x... / ..x.", rng) for _ in range(30)} == {"x...", "..x."}
