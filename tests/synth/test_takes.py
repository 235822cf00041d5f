from __future__ import annotations

import itertools

import numpy as np
import pytest

from vocmatch_desktop.analysis.pitch import track_pitch
from vocmatch_desktop.audio.resample import resample
from vocmatch_desktop.synth.songs import find
from vocmatch_desktop.synth.takes import TAKES, duration_s, notes, perform, take_truth
from vocmatch_desktop.synth.theory import ChordSymbol
from vocmatch_desktop.synth.voice import Singer, Sung, sing


@pytest.fixture(scope="module")
def performances():
    return {take.title: perform(take) for take in TAKES}


def test_there_is_one_in_key_and_time_one_moved_and_one_free():
    assert any(take.transpose == 0 and take.tempo_ratio == 1 and not take.free for take in TAKES)
    assert any(take.transpose != 0 and take.tempo_ratio == 0.97 for take in TAKES)
    assert any(take.free for take in TAKES)


@pytest.mark.parametrize("take", TAKES, ids=lambda take: take.title)
def test_takes_are_sung_where_the_truth_says(take, performances):
    audio = performances[take.title]
    assert 12 <= audio.duration_s <= 20
    assert audio.channels == 1
    assert 0.3 < np.abs(audio.samples).max() < 0.99
    track = track_pitch(resample(audio, 16_000).samples[:, 0])
    errors = []
    for note in notes(take):
        held = (track.times_s > note.onset_s + 0.1) & (track.times_s < note.offset_s - 0.03) & track.voiced
        errors.append(np.median(track.midi[held]) - note.pitch if held.any() else np.nan)
    assert np.mean(np.isfinite(errors)) > 0.9
    assert np.nanmax(np.abs(errors)) < 0.4


@pytest.mark.parametrize("take", TAKES, ids=lambda take: take.title)
def test_melodies_agree_with_the_chords_below(take):
    song = find(take.beat)
    agrees = []
    for note in notes(take):
        beat_time = take.transform.start_s + note.onset_s * take.tempo_ratio
        label = next(
            chord.label
            for section in song.sections
            for timed in section.chords
            if song.time_s(timed.start) - 0.1 <= beat_time < song.time_s(timed.end) - 0.1
            for chord in [timed.chord]
        )
        agrees.append((note.pitch - take.transpose) % 12 in ChordSymbol.parse(label).pitch_classes | set(song.scale))
    assert np.mean(agrees) > 0.9


def test_notes_follow_each_other():
    for take in TAKES:
        sung = notes(take)
        assert all(a.offset_s < b.onset_s for a, b in itertools.pairwise(sung))
        assert sung[-1].offset_s < duration_s(take)


def test_the_truth_of_a_free_take_tells_no_tempo():
    for take in TAKES:
        told = take_truth(take)
        assert (told["bpm"] is None) == take.free
        assert told["beat"] == take.beat


def test_a_voice_is_the_same_every_time_and_silent_between_phrases():
    phrase = [Sung(0.5, 1.0, 60, "la"), Sung(2.0, 2.5, 64, "so")]
    first, second = (sing(phrase, 3.0, Singer(), 7) for _ in range(2))
    assert np.array_equal(first.samples, second.samples)
    level = np.abs(first.samples[:, 0])
    assert level[: 44_100 // 3].max() < 0.01
    assert level[round(1.15 * 44_100) : round(1.5 * 44_100)].max() < 0.02
    assert np.isfinite(first.samples).all()
