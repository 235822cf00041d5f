from __future__ import annotations

import zipfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.synth.theory import ChordSymbol
from vocmatch_desktop.training.songs import compositions
from vocmatch_desktop.training.songs.composition import Composition, joined, one_voice
from vocmatch_desktop.training.songs.material import Material, find_material
from vocmatch_desktop.training.songs.midi import CorruptScore
from vocmatch_desktop.training.songs.record import Credit, SectionSpan
from vocmatch_desktop.types import Chord, Key, Note


def _note(onset_s: float, offset_s: float, number: int) -> Note:
    return Note(onset_s, offset_s, float(number), number, 80)


def song(bars: int = 8, beats_per_bar: int = 4, bpm: float = 120.0) -> Composition:
    """C, Am, F, G over and over, a sung note a beat."""
    beat = 60 / bpm
    beats = [i * beat for i in range(bars * beats_per_bar)]
    lines = [*beats[::beats_per_bar], bars * beats_per_bar * beat]
    labels = [("C", "Am", "F", "G7/B")[i % 4] for i in range(bars)]
    half = lines[bars // 2]
    return Composition(
        name="test/song",
        split="train",
        bpm=bpm,
        beats_per_bar=beats_per_bar,
        beats_s=tuple(beats),
        downbeats_s=tuple(lines[:-1]),
        key=Key(0, False),
        chords=tuple(Chord(a, b, label) for (a, b), label in zip(pairwise(lines), labels, strict=True)),
        melody=tuple(_note(t, t + 0.9 * beat, 60 + i % 7) for i, t in enumerate(beats)),
        lead=(),
        piano=tuple(_note(t, t + beat, 48) for t in beats),
        sections=(SectionSpan(0.0, half, "verse"), SectionSpan(half, lines[-1], "chorus")),
        credit=Credit("test", "nobody", "CC0"),
    )


def _whole(found: Composition) -> None:
    """What every composition promises."""
    end = compositions.end_s(found)
    assert found.beats_s[0] == found.downbeats_s[0] == pytest.approx(0.0, abs=1e-9)
    assert set(found.downbeats_s) <= set(found.beats_s)
    assert all(a < b for a, b in pairwise((*found.beats_s, end)))
    assert found.chords[0].start_s == pytest.approx(0.0, abs=1e-9)
    assert all(a.end_s == pytest.approx(b.start_s) for a, b in pairwise(found.chords))
    assert all(c.label == "N" or ChordSymbol.parse(c.label) for c in found.chords)
    assert all(a.offset_s <= b.onset_s + 1e-9 for a, b in pairwise(found.melody))
    for note in (*found.melody, *found.lead, *found.piano):
        assert -1e-9 <= note.onset_s < note.offset_s <= end + 1e-6
        assert 0 <= note.number <= 127


@given(st.integers(-24, 24), st.floats(40, 240), st.integers(0, 6), st.integers(1, 2))
def test_a_retold_song_is_whole(semitones: int, bpm: float, from_bar: int, bars: int) -> None:
    retold = compositions.transposed(song(), semitones)
    retold = compositions.at_tempo(compositions.doubled(retold), bpm)
    _whole(compositions.excerpt(retold, from_bar, bars))


def test_there_and_back_is_the_same_song() -> None:
    there = compositions.transposed(song(), 5)
    assert there.key == Key(5, False)
    assert [c.label for c in there.chords[:4]] == ["F", "Dm", "Bb", "C7/E"]
    assert compositions.transposed(there, -5) == song()


def test_notes_that_leave_the_range_are_folded_by_octaves() -> None:
    high = replace(song(), melody=(_note(0.0, 1.0, 120),))
    (note,) = compositions.transposed(high, 9).melody
    assert (note.number, note.pitch) == (117, 117.0)


def test_twice_the_tempo_takes_half_the_time() -> None:
    fast = compositions.at_tempo(song(), 240.0)
    assert compositions.end_s(fast) == pytest.approx(compositions.end_s(song()) / 2)
    assert fast.bpm == 240.0
    assert np.diff(fast.beats_s) == pytest.approx(0.25)
    with pytest.raises(ValueError, match="positive"):
        compositions.at_tempo(song(), 0.0)


def test_counted_twice_as_fast_the_singing_stays_as_it_is() -> None:
    twice = compositions.doubled(song())
    assert twice.bpm == 240.0
    assert twice.melody == song().melody
    assert len(twice.beats_s) == 2 * len(song().beats_s)
    assert len(twice.downbeats_s) == 2 * len(song().downbeats_s)


def test_an_excerpt_begins_at_its_bar_and_ends_with_its_last() -> None:
    cut = compositions.excerpt(song(), 3, 2)
    assert [c.label for c in cut.chords] == ["G7/B", "C"]
    assert [s.name for s in cut.sections] == ["verse", "chorus"]
    assert compositions.end_s(cut) == pytest.approx(4.0)
    assert cut.melody[0].number == song().melody[12].number
    with pytest.raises(ValueError, match="8 bars"):
        compositions.excerpt(song(), 7, 2)


@given(st.lists(st.builds(_note, st.floats(0, 9), st.floats(9.5, 12), st.integers(40, 80)), max_size=12))
def test_one_voice_sings_one_note_at_a_time(notes: list[Note]) -> None:
    line = one_voice(notes)
    assert all(a.offset_s <= b.onset_s for a, b in pairwise(line))
    assert len(line) == len({note.onset_s for note in notes})


def test_equal_neighbours_are_one_chord() -> None:
    assert joined([0.0, 1.0, 2.0, 3.0], ["C", "C", "N"]) == (Chord(0.0, 2.0, "C"), Chord(2.0, 3.0, "N"))


def test_missing_archives_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"pop909\.zip"):
        compositions.names(Material(tmp_path, {}), "train")


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "midi").mkdir()
    (tmp_path / "midi" / "pop909.zip").write_bytes(b"PK\x03\x04 no zip")
    with pytest.raises(NotFound, match=r"pop909\.zip is damaged"):
        compositions.names(Material(tmp_path, {}), "train")


def test_damaged_songs_are_skipped_and_told(tmp_path: Path) -> None:
    (tmp_path / "midi").mkdir()
    with zipfile.ZipFile(tmp_path / "midi" / "pop909.zip", "w") as archive:
        for number in range(1, 60):
            archive.writestr(f"pop909/{number:03d}/{number:03d}.mid", b"MThd no more")
    with zipfile.ZipFile(tmp_path / "midi" / "openewld.zip", "w") as archive:
        for number in range(40):
            archive.writestr(f"openewld/dataset/Nobody/Song_{number}/Song_{number}.mxl", b"no score")
    zipfile.ZipFile(tmp_path / "midi" / "pop909_structure.zip", "w").close()
    material = Material(tmp_path, {})
    readings = [compositions.compositions(material, split) for split in ("train", "valid", "test")]
    assert sum(len(reading.skipped) for reading in readings) == 99
    assert not any(reading.compositions for reading in readings)
    assert all(len(reading.skipped) > 0 for reading in readings)
    with pytest.raises(NotFound, match="pop909/999"):
        compositions.load(material, "pop909/999")
    with pytest.raises(NotFound, match="openewld/none"):
        compositions.load(material, "openewld/none")


def test_editions_of_a_title_stay_in_one_split() -> None:
    assert compositions.split_of("openewld/always~2") == compositions.split_of("openewld/always")


def test_the_materials_songs_are_whole_and_shared_by_no_two_splits(material: Path) -> None:
    found = find_material(material)
    by_split = {split: compositions.names(found, split) for split in ("train", "valid", "test")}
    assert sum(map(len, by_split.values())) == len(set().union(*by_split.values())) > 1200
    chosen = by_split["train"][::90] + by_split["valid"][::40] + by_split["test"][::40]
    for name in chosen:
        try:
            loaded = compositions.load(found, name)
        except CorruptScore:
            continue  # a dozen of the lead sheets are
        _whole(loaded)
        assert loaded.name == name
        assert name in by_split[loaded.split]
        assert loaded.sections
