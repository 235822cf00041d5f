from dataclasses import replace

import numpy as np
import pytest

from vocmatch_desktop.analysis.rhythm import BINS, NAME, modulation_spectrum
from vocmatch_desktop.matching import groove


def pulse_train(bpm, seconds=30.0, hop_s=0.01):
    train = np.zeros(int(seconds / hop_s), np.float32)
    train[np.round(np.arange(0, seconds - hop_s, 60 / bpm) / hop_s).astype(int)] = 1.0
    return train


def agreement(take_bpm, beat_bpm):
    moved = groove.slides(modulation_spectrum(pulse_train(take_bpm), 0.01))
    return groove.pulse_agreement(moved, modulation_spectrum(pulse_train(beat_bpm), 0.01)[None])[0]


@pytest.mark.parametrize(("take_bpm", "beat_bpm"), [(100, 100), (104, 100), (96, 100), (120, 126)])
def test_pulses_agree_at_the_ratio_of_the_tempi(take_bpm, beat_bpm):
    found = agreement(take_bpm, beat_bpm)
    assert groove.ratios()[int(np.argmax(found))] == pytest.approx(take_bpm / beat_bpm, rel=0.006)
    assert found.max() > 2


def test_pulses_that_do_not_agree_stand_below_those_that_do():
    at_one = groove.MARGIN
    assert agreement(100, 100)[at_one] > agreement(100, 117)[at_one] + 1


def test_a_beat_without_onsets_agrees_with_nothing_in_particular():
    moved = groove.slides(modulation_spectrum(pulse_train(100), 0.01))
    still = groove.pulse_agreement(moved, np.zeros((1, BINS), np.float32))
    assert np.isfinite(still).all()
    assert np.abs(still).max() < 0.1


def test_the_analysers_spectrum_is_used_where_there_is_one(make_beat):
    beat = make_beat(0)
    kept = np.linspace(0, 1, BINS, dtype=np.float32)
    np.testing.assert_array_equal(groove.beat_pulses(replace(beat, embeddings=((NAME, kept),))), kept)
    assert groove.beat_pulses(beat).shape == (BINS,)


def test_sung_onsets_fit_where_the_beats_onsets_are(make_beat, sing):
    beat = make_beat(1)
    take = sing(beat, 9.6)
    sung = groove.SungOnsets(take.onsets, take.onset_hop_s).on_lattice(1.0)
    fit = groove.onset_fit(sung, groove.onset_train(beat))
    near = slice(round(9.3 / groove.FINE_HOP_S), round(9.9 / groove.FINE_HOP_S))
    assert (near.start + int(np.argmax(fit[near]))) * groove.FINE_HOP_S == pytest.approx(9.6, abs=0.05)
