from __future__ import annotations

import io
import zipfile
from pathlib import Path

import mido
import numpy as np
import pytest

from vocmatch_desktop.training.songs import metre, midi, pop909
from vocmatch_desktop.types import Key


def _midi(notes: dict[str, list[tuple[float, float, int]]], tempi: list[tuple[float, float]]) -> bytes:
    """A file of tracks of (beat, beats, number); `tempi` are (beat, bpm)."""
    file = mido.MidiFile(ticks_per_beat=480)
    conductor = mido.MidiTrack()
    tick = 0
    for beat, bpm in tempi:
        conductor.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm), time=int(beat * 480) - tick))
        tick = int(beat * 480)
    file.tracks.append(conductor)
    for name, line in notes.items():
        events = [(b, "note_on", n) for b, _, n in line] + [(b + d, "note_off", n) for b, d, n in line]
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
        tick = 0
        for beat, kind, number in sorted(events):
            track.append(mido.Message(kind, note=number, velocity=70, time=round(beat * 480) - tick))
            tick = round(beat * 480)
        file.tracks.append(track)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


_CHORDS = ["C:maj", "A:min7", "F:maj/3", "G:sus4(b7)"]


def _archive(path: Path, marked: int = 1, key: str = "0 100 C:maj", chords: list[str] = _CHORDS) -> zipfile.ZipFile:
    """Two pick-up beats' worth of nothing, then eight bars at 120; `marked` is the first beat called a bar line."""
    beats = [0.5 * i for i in range(34)]
    melody = [(1.0 + i, 0.9, 60 + i % 5) for i in range(32)]
    rows = [f"{t} {1.0} {1.0 if (i - marked) % 4 == 0 else 0.0}" for i, t in enumerate(beats)]
    spans = [(0.0, 0.5, "N")] + [(0.5 + 2 * i, 2.5 + 2 * i, chords[i % len(chords)]) for i in range(8)]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("pop909/001/001.mid", _midi({"MELODY": melody, "PIANO": melody[::4]}, [(0, 120)]))
        archive.writestr("pop909/001/beat_midi.txt", "\n".join(rows))
        archive.writestr("pop909/001/chord_midi.txt", "\n".join(f"{a}\t{b}\t{c}" for a, b, c in spans))
        archive.writestr("pop909/001/key_audio.txt", key)
    return zipfile.ZipFile(path)


def test_a_song_is_counted_from_its_first_bar_line(tmp_path: Path) -> None:
    archive = _archive(tmp_path / "pop.zip")
    assert pop909.names(archive) == ("pop909/001",)
    song = pop909.read(archive, None, "pop909/001")
    assert (song.bpm, song.beats_per_bar, song.key) == (pytest.approx(120), 4, Key(0, False))
    assert [c.label for c in song.chords[:4]] == ["C", "Am7", "F/A", "G7sus4"]
    assert song.downbeats_s[:3] == pytest.approx((0.0, 2.0, 4.0))
    assert song.melody[0].onset_s == pytest.approx(0.0)
    assert song.melody[0].offset_s == pytest.approx(0.45, abs=1e-3)
    assert len(song.piano) == 8
    assert song.lead == ()


def test_bar_lines_move_to_where_chords_change(tmp_path: Path) -> None:
    song = pop909.read(_archive(tmp_path / "pop.zip", marked=2), None, "pop909/001")
    assert song.downbeats_s[:3] == pytest.approx((0.0, 2.0, 4.0))
    assert song.chords[0].label == "C"


def test_bar_lines_stay_where_chords_agree_or_say_nothing() -> None:
    assert metre.bar_lines(17, [0, 4, 8, 12, 16], {}).tolist() == [0, 4, 8, 12, 16]
    short = [0, 4, 8, 12, 14, 18, 22, 26]
    assert metre.bar_lines(27, short, dict.fromkeys(short, 4.0)).tolist() == short


def test_of_a_song_that_changes_key_the_longer_part_is_kept(tmp_path: Path) -> None:
    song = pop909.read(_archive(tmp_path / "pop.zip", key="0 6.5 C:maj\n6.5 17 A:min"), None, "pop909/001")
    assert song.key == Key(9, True)
    assert len(song.downbeats_s) == 5
    assert song.chords[0].label == "G7sus4"


@pytest.mark.parametrize("broken", ["beat_midi.txt", "chord_midi.txt", "key_audio.txt", "001.mid"])
@pytest.mark.parametrize("content", [b"nonsense", b"", None])
def test_damaged_files_are_told_apart_from_bugs(tmp_path: Path, broken: str, content: bytes | None) -> None:
    whole = _archive(tmp_path / "whole.zip")
    with zipfile.ZipFile(tmp_path / "broken.zip", "w") as archive:
        for name in whole.namelist():
            if not name.endswith(broken):
                archive.writestr(name, whole.read(name))
            elif content is not None:
                archive.writestr(name, content)
    with zipfile.ZipFile(tmp_path / "broken.zip") as archive, pytest.raises(midi.CorruptScore):
        pop909.read(archive, None, "pop909/001")


def test_every_label_of_the_dataset_is_a_chord() -> None:
    assert pop909.symbol("Eb:hdim7/b7") == "Ebm7b5/Db"
    assert pop909.symbol("N") == "N"
    with pytest.raises(midi.CorruptScore):
        pop909.symbol("H:maj")


def test_seconds_follow_the_tempo_map() -> None:
    read = midi.read_midi(_midi({"MELODY": [(0, 1, 60), (4, 2, 62)]}, [(0, 120), (4, 60)]))
    first, second = read.notes("MELODY")
    assert (first.onset_s, first.offset_s) == pytest.approx((0.0, 0.5))
    assert (second.onset_s, second.offset_s) == pytest.approx((2.0, 4.0))
    assert read.notes("none") == ()


def test_any_cut_of_a_midi_file_is_read_or_corrupt() -> None:
    data = _midi({"MELODY": [(i, 1, 60) for i in range(4)]}, [(0, 120)])
    for length in range(0, len(data), 3):
        try:
            midi.read_midi(data[:length])
        except midi.CorruptScore:
            continue


def test_sections_are_named_by_who_sings_and_how_high() -> None:
    letters = list("iAABbABCo")
    heights = [0.0, 60.0, 60.0, 66.0, 0.0, 61.0, 66.0, 64.0, 0.0]
    assert pop909.section_names(letters, heights) == (
        "intro", "verse", "verse", "chorus", "interlude", "verse", "chorus", "bridge", "outro"
    )  # fmt: skip


def test_phrases_are_laid_where_the_melodies_agree(tmp_path: Path) -> None:
    archive = _archive(tmp_path / "pop.zip")
    rhythm = ["0 8"] + ["60 4"] * 32  # theirs begins two beats earlier than our first bar line
    with zipfile.ZipFile(tmp_path / "phrases.zip", "w") as phrases:
        phrases.writestr("pop909_structure/001/human_label1.txt", "i4A4")
        phrases.writestr("pop909_structure/001/melody.txt", "\n".join(rhythm))
    with zipfile.ZipFile(tmp_path / "phrases.zip") as phrases:
        song = pop909.read(archive, phrases, "pop909/001")
    assert [s.name for s in song.sections][:2] == ["intro", "chorus"]
    assert song.sections[0].start_s == 0.0
    assert song.sections[-1].end_s == pytest.approx(song.chords[-1].end_s)
    assert np.isin([s.start_s for s in song.sections], song.downbeats_s).all()
