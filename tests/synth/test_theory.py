from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.synth.theory import ChordSymbol, near, progression, voicing

LABELS = ["Am7", "Dbmaj9", "F#13", "G7sus4", "C", "Ebm", "Bb9sus4", "Em7b5", "A5", "C/E"]


def test_reads_chord_symbols():
    assert ChordSymbol.parse("Am7").pitch_classes == {9, 0, 4, 7}
    assert ChordSymbol.parse("D/F#").bass == 6
    assert ChordSymbol.parse("Cb").root == 11


@pytest.mark.parametrize("label", ["", "H7", "Amaj", "C//E", "m7"])
def test_refuses_what_is_no_chord(label):
    with pytest.raises(ValueError, match="not a"):
        ChordSymbol.parse(label)


def test_chords_share_their_bar():
    timed = progression("Am7 | Dm7 G7 | C", 4)
    assert [(chord.start, chord.end, chord.chord.label) for chord in timed] == [
        (0, 4, "Am7"),
        (4, 6, "Dm7"),
        (6, 8, "G7"),
        (8, 12, "C"),
    ]


@given(st.sampled_from(LABELS), st.sampled_from(LABELS), st.integers(50, 72))
def test_voicings_hold_the_chord_and_stay_near(first, second, centre):
    chord = ChordSymbol.parse(second)
    pitches = voicing(chord, centre, voicing(ChordSymbol.parse(first), centre))
    assert {pitch % 12 for pitch in pitches} == {(chord.root + interval) % 12 for interval in chord.intervals}
    assert list(pitches) == sorted(pitches)
    assert all(abs(pitch - centre) <= 17 for pitch in pitches)


def test_voices_move_little():
    first = voicing(ChordSymbol.parse("Am7"), 62)
    second = voicing(ChordSymbol.parse("Dm7"), 62, first)
    assert max(min(abs(pitch - old) for old in first) for pitch in second) <= 2


@given(st.integers(0, 11), st.floats(30, 90))
def test_near_is_within_half_an_octave(pitch_class, centre):
    pitch = near(pitch_class, centre)
    assert pitch % 12 == pitch_class
    assert abs(pitch - centre) <= 6
