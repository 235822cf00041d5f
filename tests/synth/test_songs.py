from __future__ import annotations

import json

import numpy as np
import pytest

from vocmatch_desktop.audio.loudness import integrated_lufs
from vocmatch_desktop.synth import mixing
from vocmatch_desktop.synth.melody import Slot, compose
from vocmatch_desktop.synth.score import Layer, events, lay_out, steps, swung
from vocmatch_desktop.synth.songs import SONGS, find, truth
from vocmatch_desktop.synth.styles import STYLES
from vocmatch_desktop.synth.theory import ChordSymbol
from vocmatch_desktop.types import Key


def test_the_folder_is_varied():
    assert len(SONGS) >= 24
    assert len({song.title for song in SONGS}) == len(SONGS)
    assert min(song.bpm for song in SONGS) <= 62
    assert max(song.bpm for song in SONGS) >= 166
    assert {"major", "minor", "dorian", "mixolydian"} <= {song.mode for song in SONGS}
    assert len({song.key for song in SONGS}) >= 18
    assert {song.style for song in SONGS} == set(STYLES)
    assert {song.arrangement.beats_per_bar for song in SONGS} == {3, 4}


@pytest.mark.parametrize("song", SONGS, ids=lambda song: song.title)
def test_every_truth_fits_its_song(song):
    known = truth(song)
    assert 40 <= known.beats_s[-1] + mixing.TAIL_S <= 75
    assert known.beats_s[0] == known.first_bar_s == known.chords[0][0]
    assert np.allclose(np.diff(known.beats_s), 60 / song.bpm)
    assert known.chords[-1][1] == pytest.approx(known.beats_s[-1])
    assert all(a[1] == pytest.approx(b[0]) for a, b in zip(known.chords, known.chords[1:], strict=False))
    inside = sum(len(ChordSymbol.parse(c[2]).pitch_classes - set(song.scale)) == 0 for c in known.chords)
    assert inside / len(known.chords) >= 0.5
    assert json.loads(json.dumps(known.as_json()))["key"] == song.key.name


def test_a_beat_is_finished_sound():
    audio = mixing.render("Night Bus")
    assert audio.rate == 44_100
    assert audio.channels == 2
    assert integrated_lufs(audio) == pytest.approx(-14, abs=0.3)
    assert np.abs(audio.samples).max() <= 10 ** (-1 / 20) + 1e-4
    assert np.abs(audio.samples[-1]).max() < 1e-3
    left, right = audio.samples.T
    assert 0.3 < np.corrcoef(left, right)[0, 1] < 0.999


def test_a_song_sounds_the_same_every_time_and_stands_on_its_grid():
    first, second = mixing.render("Skylight"), mixing.render("Skylight")
    assert np.array_equal(first.samples, second.samples)
    known = truth(find("Skylight"))
    low = np.abs(first.samples.sum(axis=1))
    verse = [beat for beat in known.beats_s if known.sections[1][0] <= beat < known.sections[1][1]]
    after = [low[round((beat + 0.005) * 44_100) : round((beat + 0.03) * 44_100)].max() for beat in verse]
    before = [low[round((beat - 0.03) * 44_100) : round((beat - 0.005) * 44_100)].mean() for beat in verse]
    assert np.median(np.array(after) / np.array(before)) > 3


def test_unknown_titles_are_refused():
    with pytest.raises(KeyError):
        mixing.render("No Such Beat")


def test_patterns_are_read_step_by_step():
    (section,) = lay_out("V1", "C", "C", 4)
    read = [(step.beat, step.beats, step.mark) for step in steps("X--. ..o- | .... x...", 4, section)]
    assert read == [(0.0, 0.75, "X"), (1.5, 0.5, "o"), (3.0, 0.25, "x")]


def test_a_bass_names_degrees_and_approaches():
    sections = lay_out("V2", "Am7 | Dm7", "C", 4)
    line = events(Layer("finger_bass", "bass", "1.5.8.l........a", centre=40), sections, 4, tuple(range(12)), 0)
    assert [event.pitch for event in line][:5] == [45, 52, 57, 40, 37]


def test_held_chords_change_with_the_harmony():
    sections = lay_out("V1", "Am7 Dm7", "C", 4)
    played = events(Layer("warm_pad", "chords", "x---------------", loose=0), sections, 4, tuple(range(12)), 0)
    assert {event.beat for event in played} == {0.0, 2.0}
    assert all(event.beats == pytest.approx(2.0) for event in played)


def test_swing_moves_only_what_is_between():
    assert swung(1.0, 0.3, 0.5) == 1.0
    assert swung(1.25, 1 / 3, 0.5) == pytest.approx(1 + 1 / 3)
    beats = [swung(beat / 16, 0.2, 0.5) for beat in range(64)]
    assert beats == sorted(beats)


def test_melodies_repeat_their_contour_and_land_on_chord_tones():
    scale = find("Night Bus").scale
    slots = [Slot(beat, ChordSymbol.parse("Am" if beat < 8 else "Fmaj7"), beat % 4 == 0) for beat in range(16)]
    tune = compose(slots, scale, 72, 8, seed=5)
    assert {pitch % 12 for pitch in tune} <= set(scale)
    assert all(tune[i] % 12 in slots[i].chord.pitch_classes for i in (0, 4, 7, 8, 12, 15))
    assert max(tune) - min(tune) <= 21
    assert compose(slots, scale, 72, 8, seed=5) == tune


def test_keys_of_modes_follow_their_third():
    assert find("Undertow").key == Key.parse("Cm")
    assert find("Palm Wine").key == Key.parse("D")
