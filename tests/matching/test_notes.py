from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocmatch_desktop.matching import notes


@settings(max_examples=25, deadline=None)
@given(shift=st.integers(0, 11), offset=st.integers(-4, 20), seed=st.integers(0, 99))
def test_one_fft_gives_every_offset_and_transposition(shift, offset, seed):
    rng = np.random.default_rng(seed)
    sung = rng.random((5, 12)).astype(np.float32)
    odds = rng.normal(size=(2, 24, 12)).astype(np.float32)
    surface = notes.correlate(sung, odds, 32)
    laid = np.zeros((5, 12))
    for row in range(5):
        if 0 <= offset + row < 24:
            laid[row] = np.roll(odds[1, offset + row], shift)
    assert surface[1, shift, offset] == pytest.approx(float((sung * laid).sum()), abs=1e-4)


def test_what_sounds_speaks_for_a_note_and_what_does_not_against(make_beat):
    odds = notes.note_odds(make_beat(0), notes.HOP_S)
    chord = make_beat(0).chroma[0] > 0.5
    assert (odds[0][chord] > 0.8).all()
    assert (odds[0][~chord] < 0).all()


def test_silence_says_nothing(make_beat):
    beat = make_beat(0)
    silent = replace(beat, chroma=beat.chroma.copy())
    silent.chroma[: 16 * 8] = 0
    odds = notes.note_odds(silent, notes.HOP_S)
    assert np.abs(odds[:20]).max() < 1e-4


def test_how_loud_a_beat_is_does_not_matter(make_beat):
    beat = make_beat(0)
    quieter = replace(beat, chroma=beat.chroma * np.float32(0.01))
    np.testing.assert_allclose(notes.note_odds(beat, 0.5), notes.note_odds(quieter, 0.5), atol=1e-3)


def test_long_notes_count_by_their_length_and_all_together_count_one(make_beat, sing):
    take = sing(make_beat(0))
    sung = notes.sung_frames(take)
    assert sung.weights.sum() == pytest.approx(1, abs=1e-4)
    np.testing.assert_allclose(sung.on_lattice(1.05, 0.2).sum(), 1, atol=1e-4)


def test_a_take_without_voice_weighs_nothing(make_beat, sing):
    take = sing(make_beat(0))
    mute = replace(take, pitch=replace(take.pitch, voiced=np.zeros(len(take.pitch.voiced), bool)))
    assert notes.sung_frames(mute).on_lattice(1.0, 0.2).sum() == 0
