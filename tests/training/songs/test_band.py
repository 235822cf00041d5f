from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from vocmatch_desktop.synth.theory import ChordSymbol
from vocmatch_desktop.training.songs import band, compositions, instruments
from vocmatch_desktop.training.songs.band_seats import LETTERS
from vocmatch_desktop.training.songs.composition import Composition
from vocmatch_desktop.training.songs.grooves import Drummers, read_patterns
from vocmatch_desktop.training.songs.record import Credit, SectionSpan
from vocmatch_desktop.types import STEMS, Chord, Key, Note, Part

_ORCHESTRA = band.Orchestra(
    {role: (f"test:{role}",) for role in instruments.ROLES}, Drummers(Path("none.zip"), (), read_patterns(""))
)
_LOOSE = ("riff", "answers", "double", "bass")
"""Parts with notes between the chord's."""


def _song(beats_per_bar: int = 4, bpm: float = 100.0, bars: int = 16) -> Composition:
    beat = 60 / bpm
    beats = [i * beat for i in range(bars * beats_per_bar)]
    lines = [*beats[::beats_per_bar], bars * beats_per_bar * beat]
    labels = [("Am", "F/A", "C", "G7")[i % 4] for i in range(bars)]
    return Composition(
        name="test/song",
        split="train",
        bpm=bpm,
        beats_per_bar=beats_per_bar,
        beats_s=tuple(beats),
        downbeats_s=tuple(lines[:-1]),
        key=Key(9, True),
        chords=tuple(Chord(a, b, label) for (a, b), label in zip(pairwise(lines), labels, strict=True)),
        melody=tuple(Note(t, t + 0.6 * beat, 64.0, 64, 90) for i, t in enumerate(beats) if i % 16 < 11),
        lead=tuple(Note(t, t + beat, 76.0, 76, 90) for t in beats[::4]),
        piano=tuple(Note(t, t + beat, 57.0, 57, 90) for t in beats),
        sections=(SectionSpan(0.0, lines[bars // 2], "verse"), SectionSpan(lines[bars // 2], lines[-1], "chorus")),
        credit=Credit("test", "nobody", "CC0"),
    )


def _arranged(style: str, seed: int) -> tuple[Composition, tuple[Part, ...]]:
    metre = band.STYLES[style].beats_per_bar
    rng = np.random.default_rng(seed)
    song = band.adapted(_song(metre), style, 20.0, rng)
    return song, band.arrange(song, style, rng, _ORCHESTRA)


def test_there_are_enough_styles_in_three_metres_between_60_and_180_bpm() -> None:
    assert len(band.STYLES) >= 20
    assert {style.beats_per_bar for style in band.STYLES.values()} == {3, 4, 6}
    assert all(60 <= style.bpm[0] < style.bpm[1] <= 180 for style in band.STYLES.values())
    assert all(set(seat.roles) <= set(instruments.ROLES) for style in band.STYLES.values() for seat in style.seats)
    assert all(set(style.drums.roles) <= set(instruments.ROLES) for style in band.STYLES.values())


@pytest.mark.parametrize("style", band.STYLES)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_style_plays_what_the_song_asks_for(style: str, seed: int) -> None:
    song, parts = _arranged(style, seed)
    end = compositions.end_s(song)
    low, high = band.STYLES[style].bpm
    assert low <= song.bpm <= high
    assert len({part.name for part in parts}) == len(parts)
    assert {"bass"} < {part.stem for part in parts} <= set(STEMS) - {"vocals"}
    for part in parts:
        assert all(0 <= n.onset_s < n.offset_s <= end + 1e-9 and 1 <= n.velocity <= 127 for n in part.notes)
        for number in {note.number for note in part.notes}:
            assert all(a.offset_s <= b.onset_s for a, b in pairwise(n for n in part.notes if n.number == number))


@pytest.mark.parametrize("style", band.STYLES)
def test_parts_agree_with_the_chords_and_cover_the_song(style: str) -> None:
    song, parts = _arranged(style, 3)
    end = compositions.end_s(song)
    for part in (part for part in parts if part.stem != "drums" and part.name != "lead"):
        assert _agreement(part, song) > (0.45 if part.name.split()[0] in _LOOSE else 0.98)
    covered = np.zeros(int(end * 20), bool)
    for part in parts:
        for note in part.notes:
            covered[int(note.onset_s * 20) : int(note.offset_s * 20) + 1] = True
    assert covered.mean() > 0.85


def _agreement(part: Part, song: Composition) -> float:
    """Part of the sounding time in which notes are of the chord that holds at their start."""
    agreeing = sounding = 0.0
    for note in part.notes:
        middle = note.onset_s + 0.5 * min(0.2, note.offset_s - note.onset_s)
        label = next((c.label for c in song.chords if c.start_s <= middle < c.end_s), "N")
        if label != "N":
            sounding += note.offset_s - note.onset_s
            agreeing += (note.offset_s - note.onset_s) * (note.number % 12 in ChordSymbol.parse(label).pitch_classes)
    return agreeing / sounding


@pytest.mark.parametrize("style", ["rock", "swing", "funk", "waltz"])
def test_a_bass_plays_one_note_at_a_time_within_its_range(style: str) -> None:
    _, parts = _arranged(style, 4)
    (bass,) = (part for part in parts if part.stem == "bass")
    assert all(a.offset_s <= b.onset_s for a, b in pairwise(bass.notes))
    assert all(28 <= note.number <= 55 for note in bass.notes)


@pytest.mark.parametrize("style", ["house", "trap", "edm", "six-eight", "slow three"])
def test_machines_kick_on_the_downbeats(style: str) -> None:
    song, parts = _arranged(style, 5)
    (drums,) = (part for part in parts if part.stem == "drums")
    kicks = np.array([note.onset_s for note in drums.notes if note.number == 36])
    assert np.mean([np.abs(kicks - line).min() < 0.03 for line in song.downbeats_s]) > 0.95


def test_doubled_guitars_are_two_performances_of_one_part() -> None:
    for seed in range(6):
        _, parts = _arranged("punk", seed)
        left, right = (next(p for p in parts if p.name == f"rhythm {side}") for side in ("left", "right"))
        assert left.sound == right.sound
        assert len(left.notes) == pytest.approx(len(right.notes), rel=0.05)
        assert left.notes != right.notes


def test_the_same_seed_plays_the_same_and_another_does_not() -> None:
    assert _arranged("pop", 7) == _arranged("pop", 7)
    assert _arranged("pop", 7) != _arranged("pop", 8)


def test_all_keys_are_played() -> None:
    rng = np.random.default_rng(1)
    keys = {band.adapted(_song(), "ballad", 10.0, rng).key.tonic for _ in range(80)}
    assert keys == set(range(12))


def test_the_songs_own_piano_is_played_where_it_has_one() -> None:
    song = replace(_song(), sections=())
    seen = set()
    for seed in range(12):
        parts = band.arrange(song, "ballad", np.random.default_rng(seed), _ORCHESTRA)
        seen |= {tuple(note.number for note in part.notes) == (57,) * 64 for part in parts if part.stem == "piano"}
    assert seen == {True, False}


def test_a_slow_song_is_counted_twice_as_fast_for_a_fast_style() -> None:
    song = band.adapted(_song(bpm=62.0), "edm", 20.0, np.random.default_rng(2))
    assert 122 <= song.bpm <= 145
    assert np.median(np.diff([note.onset_s for note in song.melody])) > 0.7


def test_an_excerpt_has_singing_in_it() -> None:
    long = _song(bars=64)
    instrumental = replace(long, melody=tuple(n for n in long.melody if n.onset_s > 100))
    song = band.adapted(instrumental, "pop", 15.0, np.random.default_rng(0))
    assert len(song.melody) > 10


def test_a_song_shorter_than_wanted_is_played_whole() -> None:
    song = band.adapted(_song(bars=4), "pop", 60.0, np.random.default_rng(0))
    assert len(song.downbeats_s) == 4


def test_a_style_in_another_metre_is_refused() -> None:
    assert "waltz" not in band.styles_for(_song())
    with pytest.raises(ValueError, match="waltz"):
        band.arrange(_song(), "waltz", np.random.default_rng(0), _ORCHESTRA)


def test_every_section_of_a_reader_has_a_letter() -> None:
    assert set(LETTERS) == {"intro", "verse", "chorus", "bridge", "interlude", "outro"}
