from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocmatch_desktop.synth import theory
from vocmatch_desktop.synth.players import bass, guitar, keys, leads, pads, sheet
from vocmatch_desktop.synth.players.sheet import Sheet, Stroke
from vocmatch_desktop.synth.theory import ChordSymbol
from vocmatch_desktop.types import Chord, Key, Note

_LABELS = [root + quality for root in theory.NAMES for quality in ("", "m", "7", "m7", "maj7", "sus4", "dim", "m7b5")]
_CHORDS = st.sampled_from([*_LABELS, "C/E", "F#m/A", "Bb7/D", "N"])


def _page(labels: Sequence[str], melody: Sequence[Note] = ()) -> Sheet:
    count = len(labels)
    chords = [Chord(2.0 * i, 2.0 * i + 2.0, label) for i, label in enumerate(labels)]
    beats = (np.arange(4 * count) * 0.5).tolist()
    return sheet.read(beats, 2.0 * count, beats[::4], chords, Key(0, False), (), melody)


def _agreeing(strokes: Sequence[Stroke], page: Sheet) -> list[bool]:
    found = ((stroke, page.chord(stroke.beat)) for stroke in strokes)
    return [chord is not None and stroke.number % 12 in chord.pitch_classes for stroke, chord in found]


_HARMONY = {
    "strummed": lambda page, rng: guitar.strummed(page, page.bars, rng, "D-d-d-u-s.d-d-u-", position=3),
    "picked": lambda page, rng: guitar.picked(page, page.bars, rng, "1.3.2.4.1.5.2.6."),
    "comped": lambda page, rng: keys.comped(page, page.bars, rng, "x---x-o-", "1-5-8-o-"),
    "ballad": lambda page, rng: keys.ballad(page, page.bars, rng),
    "broken": lambda page, rng: keys.broken(page, page.bars, rng, "1.2.3.4.5.6.7.9."),
    "stride": lambda page, rng: keys.stride(page, page.bars, rng),
    "held": lambda page, rng: pads.held(page, page.bars, rng, low=True),
    "stabbed": lambda page, rng: pads.stabbed(page, page.bars, rng, "X..x"),
    "arpeggio": lambda page, rng: leads.arpeggio(page, page.bars, rng),
    "pedal": lambda page, rng: bass.patterned(page, page.bars, rng, "1-3-5-7-8-1-g-1-"),
}


@pytest.mark.parametrize("name", _HARMONY)
@given(labels=st.lists(_CHORDS, min_size=1, max_size=4), seed=st.integers(0, 2**31))
@settings(max_examples=25, deadline=None)
def test_harmony_is_made_of_the_chords_tones(name: str, labels: list[str], seed: int) -> None:
    page = _page(labels)
    strokes = _HARMONY[name](page, np.random.default_rng(seed))
    assert all(_agreeing(strokes, page))
    assert bool(strokes) == any(label != "N" for label in labels)
    assert strokes == _HARMONY[name](page, np.random.default_rng(seed))


@given(_CHORDS.filter(lambda label: label != "N"), st.integers(0, 9))
def test_a_guitar_shape_fits_a_hand(label: str, position: int) -> None:
    chord = ChordSymbol.parse(label)
    pitches = guitar.shape(chord, position)
    assert 3 <= len(pitches) <= 6
    assert pitches[0] % 12 == chord.bass
    assert all(low < high for low, high in pairwise(pitches))
    assert {pitch % 12 for pitch in pitches} <= chord.pitch_classes


def test_an_open_c_and_g_are_what_guitarists_play() -> None:
    assert guitar.shape(ChordSymbol.parse("C")) == (48, 52, 55, 60, 64)
    assert guitar.shape(ChordSymbol.parse("G"))[:3] == (43, 47, 50)
    assert guitar.shape(ChordSymbol.parse("E")) == (40, 47, 52, 56, 59, 64)


def test_a_downstroke_runs_up_the_strings_and_an_upstroke_down(rng: np.random.Generator) -> None:
    page = _page(["E"])
    strokes = guitar.strummed(page, page.bars, rng, "D-------U-------")
    down, up = ([s for s in strokes if s.beat == beat] for beat in (0.0, 2.0))
    assert [s.number for s in down] == sorted(s.number for s in down)
    assert [s.number for s in up] == sorted((s.number for s in up), reverse=True)
    assert all(a.delay_s < b.delay_s for group in (down, up) for a, b in pairwise(group))
    assert down[-1].delay_s < 0.12


def test_power_chords_leave_the_third_out_and_chugs_are_short(rng: np.random.Generator) -> None:
    page = _page(["Am"])
    assert {s.number % 12 for s in guitar.power(page, page.bars, rng, "X---")} == {9, 4}
    assert max(s.beats for s in guitar.chugged(page, page.bars, rng, "X---")) <= 0.35


def test_a_walking_bass_has_a_note_a_beat_and_the_root_at_every_change(rng: np.random.Generator) -> None:
    page = _page(["Dm7", "G7", "Cmaj7", "A7"])
    strokes = bass.walking(page, page.bars, rng)
    on_beats = {s.beat: s.number for s in strokes if s.beat % 1 == 0}
    assert sorted(on_beats) == list(range(16))
    assert [on_beats[beat] % 12 for beat in (0, 4, 8, 12)] == [2, 7, 0, 9]
    assert max(abs(a - b) for a, b in pairwise(on_beats.values())) <= 12


def test_the_note_before_a_slide_is_held_over_it(rng: np.random.Generator) -> None:
    page = _page(["C"])
    before, slide = bass.patterned(page, page.bars, rng, "1-------~-------")
    assert before.beat + before.beats > slide.beat
    assert slide.number == before.number + 12


def test_the_approach_lies_a_semitone_below_the_next_chord(rng: np.random.Generator) -> None:
    page = _page(["C", "F"])
    line = bass.patterned(page, page.bars, rng, "1-----------a---")
    assert (line[1].number + 1) % 12 == 5


def test_pads_tie_common_tones_over(rng: np.random.Generator) -> None:
    page = _page(["C", "Am"])
    strokes = pads.held(page, page.bars, rng)
    assert {(s.number % 12, s.beats) for s in strokes} == {(0, 8.0), (4, 8.0), (7, 4.0), (9, 4.0)}


def test_answers_keep_out_of_the_singing(rng: np.random.Generator) -> None:
    sung = [Note(0.0, 3.9, 60.0, 60, 90)]
    page = _page(["C", "C", "F", "G"], sung)
    strokes = leads.answering(page, page.bars, rng, chance=1.0)
    assert strokes
    assert min(s.beat for s in strokes) >= page.beat(3.9)


def test_doubling_is_the_melody_itself(rng: np.random.Generator) -> None:
    page = _page(["C"], [Note(0.5, 1.0, 60.0, 60, 90)])
    (stroke,) = leads.doubling(page, page.bars, rng, octaves=1)
    assert (stroke.beat, stroke.number) == (1.0, 72)


def test_a_riff_keeps_its_rhythm(rng: np.random.Generator) -> None:
    page = _page(["C", "F"])
    strokes = leads.riff(page, page.bars, rng, "X-x---x-........")
    assert [s.beat for s in strokes] == [0.0, 0.5, 1.5, 4.0, 4.5, 5.5]
