from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from vocmatch_desktop.errors import DiskError, NotFound, UserError
from vocmatch_desktop.training.songs import damage, store
from vocmatch_desktop.training.songs.effects import RATE
from vocmatch_desktop.training.songs.record import Credit, SectionSpan, SongRecord, SungTruth, Syllable, Tempo
from vocmatch_desktop.types import STEMS, Chord, Float32, Key, Note

FRAMES = RATE


def _record() -> SongRecord:
    note = Note(0.1, 0.5, 60.2, 60, 90)
    sung = SungTruth((note,), np.array([0, 261.6, 0], np.float32), (Syllable(0.05, 0.1, 0.5, "la"),))
    return SongRecord(
        name="train-1-00000",
        split="train",
        rate=RATE,
        frames=FRAMES,
        mix=None,
        stems={},
        trusted_targets=frozenset(STEMS),
        credits=(Credit("a song", "someone", "CC0"),),
        vocal=sung,
        vocal_engine="stretch",
        beats_s=(0.0, 0.5),
        downbeats_s=(0.0,),
        tempi=(Tempo(0.0, 120.0),),
        beats_per_bar=4,
        key=Key(9, True),
        chords=(Chord(0.0, 1.0, "Am7"),),
        sections=(SectionSpan(0.0, 1.0, "verse"),),
        style="house",
        seed=1,
    )


def _stems(rng: np.random.Generator) -> dict[str, Float32]:
    steps = {name: rng.integers(-(2**22), 2**22, (FRAMES, 2)) for name in ("vocals", "bass")}
    stems = {name: (each / 2**23).astype(np.float32) for name, each in steps.items()}
    return {**stems, "piano": np.zeros((FRAMES, 2), np.float32)}


def _sum(stems: dict[str, Float32]) -> Float32:
    return np.sum(list(stems.values()), axis=0).astype(np.float32)


def test_what_is_written_is_read_again(tmp_path: Path, rng: np.random.Generator) -> None:
    stems = _stems(rng)
    written = store.write_song(tmp_path / "a", stems, _sum(stems), _record())
    loaded = store.load_record(tmp_path / "a")
    assert written.vocal is not None
    assert loaded.vocal is not None
    np.testing.assert_array_equal(loaded.vocal.f0_hz, written.vocal.f0_hz)
    assert (loaded.vocal.notes, loaded.vocal.syllables) == (written.vocal.notes, written.vocal.syllables)
    assert replace_vocal(loaded) == replace_vocal(written)
    assert set(loaded.stems) == {"vocals", "bass"}  # a silent stem has no file
    assert store.records(tmp_path)[0].name == loaded.name


def replace_vocal(record: SongRecord) -> tuple[object, ...]:
    return tuple(getattr(replace(record, vocal=None), name) for name in SongRecord.__slots__)


def test_stems_sum_to_the_mix_on_disk_to_the_bit(tmp_path: Path, rng: np.random.Generator) -> None:
    stems = _stems(rng)
    record = store.write_song(tmp_path / "a", stems, _sum(stems), _record())
    assert record.mix is not None
    parts = [soundfile.read(path, dtype="int32")[0] for paths in record.stems.values() for path in paths]
    np.testing.assert_array_equal(np.sum(parts, axis=0), soundfile.read(record.mix, dtype="int32")[0])
    np.testing.assert_array_equal(soundfile.read(record.stems["bass"][0], dtype="float32")[0], stems["bass"])


def test_opus_needs_no_mix_of_its_own(tmp_path: Path, rng: np.random.Generator) -> None:
    stems = _stems(rng)
    record = store.write_song(tmp_path / "a", stems, _sum(stems), _record(), "opus")
    assert record.mix is None
    assert (record.rate, record.frames) == (48_000, 48_000)
    assert store.load_record(tmp_path / "a").frames == soundfile.info(record.stems["bass"][0]).frames


def test_leftovers_of_a_killed_run_are_replaced(tmp_path: Path, rng: np.random.Generator) -> None:
    (tmp_path / "a.partial").mkdir()
    (tmp_path / "a.partial" / "mix.flac").write_bytes(b"half")
    stems = _stems(rng)
    store.write_song(tmp_path / "a", stems, _sum(stems), _record())
    assert store.is_written(tmp_path / "a")
    assert not (tmp_path / "a.partial").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, rng: np.random.Generator) -> None:
    (tmp_path / "file").write_text("")
    stems = _stems(rng)
    with pytest.raises(DiskError, match="file"):
        store.write_song(tmp_path / "file" / "a", stems, _sum(stems), _record())


def test_missing_and_damaged_records_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"song\.json"):
        store.load_record(tmp_path)
    with pytest.raises(NotFound, match="no rendered songs"):
        store.records(tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "song.json").write_text(json.dumps({"name": "a"}))
    with pytest.raises(UserError, match="damaged"):
        store.records(tmp_path)


@pytest.mark.parametrize("what", ["mp3:64", "opus:48", "lowpass:8000", "rate:16000"])
def test_damage_keeps_length_and_time(what: str, rng: np.random.Generator) -> None:
    clicks = np.zeros((2 * RATE, 2), np.float32)
    clicks[RATE // 4 :: RATE // 2] = 0.5
    mix = np.asarray(np.apply_along_axis(np.convolve, 0, clicks, np.hanning(40), "same"), np.float32)
    damaged = damage.damage(mix, what)
    assert damaged.shape == mix.shape
    assert not np.array_equal(damaged, mix)
    for start in range(RATE // 4, 2 * RATE, RATE // 2):
        assert abs(int(np.argmax(np.abs(damaged[start - 400 : start + 400, 0]))) - 400) < 30


def test_damage_is_drawn_from_what_there_is(rng: np.random.Generator) -> None:
    mix = rng.standard_normal((RATE // 2, 2)).astype(np.float32) * 0.1
    for what in {damage.draw_damage(rng) for _ in range(40)}:
        assert damage.damage(mix, what).shape == mix.shape
    with pytest.raises(ValueError, match="not a damage"):
        damage.damage(mix, "vinyl")
