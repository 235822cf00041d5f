from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocmatch_desktop.audio.files import read, write
from vocmatch_desktop.errors import NotFound, UserError
from vocmatch_desktop.services.reports import Unread
from vocmatch_desktop.synth.players.drums import Groove, Hit
from vocmatch_desktop.training.songs import pack as packing
from vocmatch_desktop.training.songs import pack_wheels
from vocmatch_desktop.training.songs.composition import Composition
from vocmatch_desktop.training.songs.material import Material, find_material
from vocmatch_desktop.training.songs.pack import Wanted, pack
from vocmatch_desktop.training.songs.pack_format import MANIFEST, RATE, Snippet, SoundSet
from vocmatch_desktop.training.songs.pack_notes import GROOVE_TICK, TICK_S, PackedNotes, write_notes
from vocmatch_desktop.training.songs.pack_rows import Row, laid, row_files, rows
from vocmatch_desktop.training.songs.readers import material_songs
from vocmatch_desktop.training.songs.record import Credit, SectionSpan
from vocmatch_desktop.training.songs.unpack import check, unpack
from vocmatch_desktop.types import Audio, Chord, Key, Note

SONG = Composition(
    name="made/1",
    split="train",
    bpm=120.0,
    beats_per_bar=4,
    beats_s=tuple(np.arange(8) * 0.5),
    downbeats_s=(0.0, 2.0),
    key=Key(2, True),
    chords=(Chord(0.0, 2.0, "Dm"), Chord(2.0, 4.0, "A7")),
    melody=(Note(0.5, 1.0, 62.0, 62, 90), Note(1.0, 1.5, 65.0, 65, 80)),
    lead=(),
    piano=(Note(0.0, 2.0, 50.0, 50, 70),),
    sections=(SectionSpan(0.0, 4.0, "verse"),),
    credit=Credit("made/1", "nobody", "CC0-1.0"),
)
GROOVE = Groove("drummer1/1", "rock", 100.0, 4, 1, (Hit(0.0, 36, 100), Hit(1.02, 38, 90)), False)


def tone(path: Path, hertz: float, seconds: float, channels: int = 1) -> Path:
    """A rising tone, so that it can be told where it lies."""
    time = np.arange(round(seconds * RATE)) / RATE
    wave = 0.3 * np.sin(2 * np.pi * hertz * (time + 3 * time**2))
    write(path, Audio(np.repeat(wave[:, None], channels, axis=1).astype(np.float32), RATE))
    return path


@pytest.fixture
def made(tmp_path: Path) -> Material:
    """Three sung notes and a two-stem song."""
    data = tmp_path / "material" / "data"
    lines = ["path,kind,seconds,licence,source,credit,trusted_targets,bandwidth_hz"]
    for number, hertz in enumerate((220.0, 330.0, 440.0)):
        tone(data / f"voices/bank/{number}.wav", hertz, 0.5)
        lines.append(f"voices/bank/{number}.wav,voice-strings,.5,MIT,there,Somebody,,")
    for stem in ("vocals", "drums"):
        tone(data / f"songs/Ours/{stem}.wav", 150.0, 1.5, 2)
        lines.append(f"songs/Ours/{stem}.wav,song-stem,1.5,CC0-1.0,there,Us,vocals drums,")
    (data / "voices" / "LABELS.csv").write_text("file,syllable\n")
    (data / "MANIFEST.csv").write_text("\n".join(lines) + "\n")
    return find_material(tmp_path / "material")


def wanted(material: Material) -> Wanted:
    bank = Row("voices/bank", "voices", 1, tuple(row.path for row in material.under("voices/")))
    stems = tuple(Row(row.path[:-4], "songs", 2, (row.path,)) for row in material.under("songs/"))
    snippet = Snippet("voices/bank", 0, RATE // 2, 100, 57.0, 1.0, 127)
    sets = (SoundSet("voice:bank", "train", "voice", 0.05, {"": (snippet,)}),)
    return Wanted((bank, *stems), lambda: ([SONG], [("train", GROOVE)]), lambda _: sets, material_songs(material))


def test_a_pack_comes_back_as_it_was(made: Material, tmp_path: Path) -> None:
    packed = pack(made, tmp_path / "pack", Unread(), wheels=False, wanted=wanted(made))
    assert packed.total == sum(path.stat().st_size for path in (tmp_path / "pack").rglob("*") if path.is_file())
    assert packed.notes
    parts = unpack(tmp_path / "pack", tmp_path / "scratch", 16_000, Unread())
    assert parts.rows.keys() == {"voices/bank", "songs/Ours/vocals", "songs/Ours/drums"}
    assert parts.sets == tuple(wanted(made).sets(()))
    (song,) = parts.songs
    assert song.stems == {"vocals": ("songs/Ours/vocals",), "drums": ("songs/Ours/drums",)}
    assert song.trusted >= {"vocals", "drums"}
    assert parts.notes.composition(0) == SONG
    strip = parts.rows["songs/Ours/drums"]
    assert (strip.frames, strip.channels) == (24_000, 2)
    again = unpack(tmp_path / "pack", tmp_path / "scratch", 16_000, Unread())
    assert again.rows["songs/Ours/drums"].path.stat().st_mtime_ns == strip.path.stat().st_mtime_ns
    assert "Somebody" in (tmp_path / "pack" / "CREDITS.csv").read_text()


def test_rows_lie_where_they_say_to_the_frame(made: Material, tmp_path: Path) -> None:
    row = wanted(made).rows[0]
    one = laid(row, made, tmp_path)
    sound = read(row_files(row, tmp_path)[0])
    assert sound.rate == RATE
    for item in one.items:
        own = read(made.file(item.path)).samples[:, 0]
        heard = sound.samples[item.start : item.start + item.frames, 0]
        assert len(own) == len(heard)
        inner = slice(1_000, -1_000)
        likeness = [float(np.corrcoef(own[inner], np.roll(heard, shift)[inner])[0, 1]) for shift in range(-10, 11)]
        assert max(likeness) > 0.99  # within a fifth of a millisecond


def test_an_interrupted_pack_goes_on(made: Material, tmp_path: Path) -> None:
    row = wanted(made).rows[0]
    first = laid(row, made, tmp_path)
    written = row_files(row, tmp_path)[0].stat().st_mtime_ns
    assert laid(row, made, tmp_path) == first
    assert row_files(row, tmp_path)[0].stat().st_mtime_ns == written
    shorter = Row(row.name, row.kind, row.channels, row.files[:1])
    assert len(laid(shorter, made, tmp_path).items) == 1


def test_a_damaged_or_missing_pack_is_named(made: Material, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no pack"):
        check(tmp_path)
    folder = tmp_path / "pack"
    pack(made, folder, Unread(), wheels=False, wanted=wanted(made))
    (folder / "notes.npz").write_bytes(b"broken")
    with pytest.raises(UserError, match=r"notes\.npz"):
        check(folder)
    about = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**about, "version": 0}))
    with pytest.raises(UserError, match="version"):
        check(folder)


def test_a_pack_too_large_is_refused(made: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "LARGEST_PACK", 1_000)
    with pytest.raises(UserError, match="MB"):
        pack(made, tmp_path / "pack", Unread(), wheels=False, wanted=wanted(made))


def test_without_a_network_the_pack_says_so(made: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_wheels, "DECODERS", ("soundfile",))
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    packed = pack(made, tmp_path / "pack", Unread(), wanted=wanted(made))
    assert "soundfile" in packed.notes[0]
    assert not (tmp_path / "pack" / "wheels").exists()


times = st.lists(st.floats(0, 200), min_size=1, max_size=30).map(sorted)


@settings(max_examples=15, deadline=None)
@given(times, st.data())
def test_notes_come_back_to_half_a_tick(
    tmp_path_factory: pytest.TempPathFactory, onsets: list[float], data: st.DataObject
) -> None:
    lengths = data.draw(st.lists(st.floats(0.01, 20), min_size=len(onsets), max_size=len(onsets)))
    numbers = data.draw(st.lists(st.integers(0, 127), min_size=len(onsets), max_size=len(onsets)))
    melody = tuple(Note(a, a + b, float(n), n, 1 + n % 127) for a, b, n in zip(onsets, lengths, numbers, strict=True))
    path = tmp_path_factory.mktemp("notes") / "notes.npz"
    song = Composition(**{**{name: getattr(SONG, name) for name in SONG.__slots__}, "melody": melody})
    hits = tuple(Hit(min(onset, 60), number, 100) for onset, number in zip(onsets, numbers, strict=True))
    write_notes(path, [SONG, song], [("test", Groove("a", "b", 90.0, 3, 4, hits, True))])
    notes = PackedNotes.load(path)
    assert (notes.compositions("train"), notes.compositions("test")) == ((0, 1), ())
    assert notes.composition(0) == SONG
    written = sorted(melody, key=lambda note: (note.onset_s, note.number))
    for was, now in zip(written, notes.composition(1).melody, strict=True):
        assert (was.number, was.velocity) == (now.number, now.velocity)
        assert abs(was.onset_s - now.onset_s) <= 0.51 * TICK_S
        assert abs(was.offset_s - now.offset_s) <= 1.51 * TICK_S
    groove = notes.groove(notes.grooves("test")[0])
    assert (groove.style, groove.beats_per_bar, groove.fill) == ("b", 3, True)
    for hit, now in zip(sorted(hits, key=lambda hit: (hit.beat, hit.number)), groove.hits, strict=True):
        assert abs(hit.beat - now.beat) <= 0.51 * GROOVE_TICK
        assert hit.number == now.number


def test_the_materials_rows_leave_loops_out(material: Path) -> None:
    found = rows(find_material(material))
    files = [path for row in found for path in row.files]
    assert len(files) == len(set(files))
    assert not any("/loops/" in path for path in files)
    assert {row.kind for row in found} == {"voices", "instruments", "songs"}
