from dataclasses import replace

import numpy as np
import pytest

from vocmatch_desktop.matching import reasons, space, words
from vocmatch_desktop.matching.align import TakeView
from vocmatch_desktop.matching.rank import match_one
from vocmatch_desktop.types import Key, Reason, Transform


def said(match):
    return {reason.kind: words.sentence(reason) for reason in match.reasons}


@pytest.fixture
def steady(make_beat):
    """F major all the way."""
    beat = make_beat(0)
    chroma = np.full_like(beat.chroma, 0.02)
    chroma[:, [5, 9, 0]] = 1
    bass = np.full_like(beat.bass, 0.02)
    bass[:, 5] = 1
    return replace(beat, chroma=chroma, bass=bass)


def test_a_held_note_that_rubs_is_named_with_its_chord_and_bar(steady, sing):
    take = sing(steady, 0.0)
    f0 = take.pitch.f0_hz.copy()
    f0[300:375] = 440 * 2 ** ((66 - 69) / 12)  # F♯ from 4.8 s on: bar 3
    take = replace(take, pitch=replace(take.pitch, f0_hz=f0))
    sung = reasons.held_notes(take, steady, Transform())
    assert np.isclose(sung.length_s[sung.pitch == 66], 1.2, atol=0.02).all()
    match = match_one(TakeView.of(take), 1, steady, 0)
    clash = next(reason for reason in match.reasons if reason.kind == "clash")
    assert (clash["note"], clash["chord"]) == ("F♯", "F major")
    here = reasons.explain(TakeView.of(take), steady, Transform(), _lay(), space.room(take, steady, Transform()))
    assert words.sentence(next(reason for reason in here if reason.kind == "clash")) == "clash: F♯ over F major, bar 3"


def _lay():
    from vocmatch_desktop.matching.align import Lay

    return Lay(Transform(), 2.0, 1.0, 2.5)


def test_chords_are_read_from_chroma_and_bass(steady):
    assert reasons.chord_at(steady, 5.0, 1.0) == Key(5, minor=False)


@pytest.mark.parametrize(
    ("take", "beat", "relation"),
    [
        ("Am", "Am", "same"),
        ("Am", "C", "relative"),
        ("Am", "A", "parallel"),
        ("Am", "Em", "neighbour"),
        ("Am", "G", "neighbour"),
        ("C", "D", "two_apart"),
        ("C", "F#", "distant"),
    ],
)
def test_keys_stand_to_each_other_as_on_the_circle_of_fifths(take, beat, relation):
    assert reasons.relation(Key.parse(take), Key.parse(beat)) == relation


def test_where_the_voice_enters_counts_from_bar_one(steady, sing):
    take = sing(steady, 0.0)
    at_bar_nine = Transform(start_s=8 * 4 * 0.6)
    found = reasons.explain(TakeView.of(take), steady, at_bar_nine, _lay(), space.room(take, steady, at_bar_nine))
    assert words.sentence(next(reason for reason in found if reason.kind == "enters")) == "enters at bar 9"


def test_a_busy_lead_takes_room_and_is_named_by_its_bars(steady, sing):
    take = sing(steady, 0.0)
    lead = np.zeros_like(steady.lead)
    lead[8:24] = 0.9
    busy = replace(steady, lead=lead)
    open_room, narrow = (space.room(take, beat, Transform()) for beat in (steady, busy))
    assert narrow.room < open_room.room
    found = reasons.explain(TakeView.of(take), busy, Transform(), _lay(), narrow)
    assert "lead is busy, bars 3–6" in [words.sentence(reason) for reason in found]


def test_a_beat_that_covers_the_voice_leaves_less_room_whatever_the_gain(steady, sing):
    take = sing(steady, 0.0)
    loud_mids = steady.bands.copy()
    loud_mids[:, 3:6] += 18
    covered = space.room(take, replace(steady, bands=loud_mids), Transform())
    assert covered.room < space.room(take, steady, Transform()).room
    assert covered.masked[1:4] == pytest.approx(covered.masked[1])
    louder = replace(steady, bands=loud_mids + np.float32(6), loudness_lufs=steady.loudness_lufs + 6)
    assert space.room(take, louder, Transform()).room == pytest.approx(covered.room, abs=1e-4)


def test_a_take_that_lies_outside_the_beat_has_all_the_room(steady, sing):
    room = space.room(sing(steady, 0.0), steady, Transform(start_s=1e4))
    assert (room.room, room.lead, len(room.beats)) == (1.0, 0.0, 0)


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            Reason("key", (("take", "Am"), ("beat", "C"), ("relation", "relative"))),
            "A minor over C major, relative",
        ),
        (Reason("key", (("take", "F♯m"), ("beat", "F♯m"), ("relation", "same"))), "both in F♯ minor"),
        (Reason("transpose", (("semitones", 2),)), "beat +2 semitones"),
        (Reason("transpose", (("semitones", -1),)), "beat −1 semitone"),
        (Reason("tempo", (("per_cent", 2.0), ("octave", 1.0))), "+2 % tempo"),
        (Reason("tempo", (("per_cent", -3.5), ("octave", 1.0))), "−3.5 % tempo"),
        (Reason("tempo", (("per_cent", 0.0), ("octave", 0.5))), "tempo as it is, sung at half time"),
        (Reason("tempo_far", (("take_bpm", 110.0), ("beat_bpm", 140.2))), "tempo too far: 110 against 140 BPM"),
        (Reason("enters", (("bar", 0),)), "enters before the first bar"),
        (Reason("chords", (("share", 0.92),)), "92 % of what you sing is in the chords"),
        (Reason("pulse", (("z", 2.0),)), "your rhythm locks to its pulse"),
        (Reason("pulse", (("z", 0.7),)), "your rhythm goes with its pulse"),
        (Reason("pulse", (("z", -1.0),)), "your rhythm moves in another pulse"),
        (Reason("lead_busy", (("from_bar", 13), ("to_bar", 13))), "lead is busy, bar 13"),
        (Reason("masked", (("band", "1 kHz"),)), "crowded around 1 kHz"),
        (Reason("loops"), "shorter than the take: loops"),
    ],
)
def test_reasons_in_a_producers_words(reason, sentence):
    assert words.sentence(reason) == sentence
    assert words.part(reason.kind) in ("notes", "groove", "space")


def test_other_ways_in_words():
    assert words.alternative(80.6, Transform(transpose=3)) == "at +3 semitones: 81"
    assert words.alternative(64.2, Transform(tempo_ratio=0.97)) == "in its own key, −3 % tempo: 64"
    assert words.part("no such kind") == ""
