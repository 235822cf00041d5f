from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from vocmatch_desktop.training.songs import making, store
from vocmatch_desktop.training.songs.composition import Composition
from vocmatch_desktop.training.songs.desk import Track
from vocmatch_desktop.training.songs.effects import RATE
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.record import F0_HOP_S, Credit, SectionSpan, Split, SungTruth
from vocmatch_desktop.training.songs.render import (
    LEAD_IN_S,
    Options,
    RenderedSong,
    Vocals,
    Written,
    random_for,
    render_song,
    tempi,
)
from vocmatch_desktop.types import STEMS, Chord, Float32, Key, Note, Part

WHOLE = Options(dropping=False)


def _composition() -> Composition:
    beats = tuple(0.5 * k for k in range(8))
    melody = tuple(Note(0.5 * k, 0.5 * k + 0.4, 60.0 + k, 60 + k, 90) for k in range(8))
    return Composition(
        name="pop909/001",
        split="train",
        bpm=120.0,
        beats_per_bar=4,
        beats_s=beats,
        downbeats_s=beats[::4],
        key=Key(0, False),
        chords=(Chord(0.0, 2.0, "C"), Chord(2.0, 4.0, "G")),
        melody=melody,
        lead=(),
        piano=(),
        sections=(SectionSpan(0.0, 4.0, "verse"),),
        credit=Credit("a tune", "someone", "MIT"),
    )


def _tone(hz: float, start_s: float, end_s: float, frames: int) -> Float32:
    time = np.arange(frames) / RATE
    return np.where((time >= start_s) & (time < end_s), 0.2 * np.sin(2 * np.pi * hz * time), 0).astype(np.float32)


class ToySinger:
    """A sine wave for a voice."""

    def sing(self, composition: Composition, frames: int, rng: np.random.Generator) -> Vocals:
        sound = np.sum([_tone(300, note.onset_s, note.offset_s, frames) for note in composition.melody], axis=0)
        truth = SungTruth(composition.melody, np.full(round(frames / RATE / F0_HOP_S), 300, np.float32))
        track = Track("lead", "vocals", sound.astype(np.float32) * np.float32(rng.uniform(0.5, 1)))
        return Vocals((track,), truth, "stretch", (Credit("a voice", "singer", "CC0"),))


@dataclass(frozen=True)
class ToyStudio:
    """Sine waves for instruments."""

    split: Split = "train"

    def write(self, options: Options, rng: np.random.Generator) -> Written:
        song = _composition()
        kick = tuple(Note(beat, beat + 0.1, 36.0, 36, 100) for beat in song.beats_s)
        parts = [Part("drums", "drums", "toy", kick)]
        parts += [Part(stem, stem, "toy", song.melody) for stem in ("bass", "guitar", "piano", "other")]
        return Written(song, "house", tuple(parts), ToySinger(), ("pop909/broken",))

    def play(self, part: Part, frames: int) -> Float32:
        sound = np.sum([_tone(20.0 * note.number, note.onset_s, note.offset_s, frames) for note in part.notes], axis=0)
        return np.asarray(np.stack([sound, sound], axis=1), np.float32)

    def credits(self, parts: tuple[Part, ...]) -> tuple[Credit, ...]:
        return (Credit("toys", "maker", "CC0"),)


@pytest.fixture(scope="module")
def song() -> RenderedSong:
    return render_song(3, 7, WHOLE, ToyStudio())


def test_the_record_tells_what_sounds(song: RenderedSong) -> None:
    record = song.record
    assert record.name == "train-7-00003"
    assert (record.split, record.seed, record.style) == ("train", 7, "house")
    assert record.trusted_targets == frozenset(STEMS)
    assert {credit.what for credit in record.credits} == {"a tune", "toys", "a voice"}
    assert record.vocal is not None
    assert record.vocal_engine == "stretch"
    assert song.mix.shape == (record.frames, 2)
    assert song.skipped == ("pop909/broken",)


def test_everything_is_told_on_the_same_clock(song: RenderedSong) -> None:
    record = song.record
    lead_in = record.beats_s[0]
    assert LEAD_IN_S[0] <= lead_in <= LEAD_IN_S[1]
    assert record.vocal is not None
    assert record.vocal.notes[0].onset_s == pytest.approx(lead_in)
    assert record.chords[0].start_s == record.sections[0].start_s == record.downbeats_s[0] == lead_in
    assert [tempo.bpm for tempo in record.tempi] == [pytest.approx(120)]
    sounding = np.flatnonzero(np.abs(song.stems["piano"]).max(axis=1) > 1e-3)
    assert sounding[0] / RATE == pytest.approx(lead_in, abs=0.03)


def test_the_same_numbers_give_the_same_samples(song: RenderedSong) -> None:
    render_song(1, 7, WHOLE, ToyStudio())  # whatever was rendered in between
    again = render_song(3, 7, WHOLE, ToyStudio())
    np.testing.assert_array_equal(song.mix, again.mix)
    assert not np.array_equal(song.mix, render_song(3, 8, WHOLE, ToyStudio()).mix)


def test_stems_are_dropped_so_that_silence_is_learnt() -> None:
    songs = [render_song(index, 1, Options(), ToyStudio()) for index in range(10)]
    silent = [sum(name not in song.stems or not song.stems[name].any() for name in STEMS) for song in songs]
    assert any(silent)
    assert not all(silent)
    for song in songs:
        if "vocals" not in song.stems:
            assert song.record.vocal is not None
            assert not song.record.vocal.voiced.any()
            assert song.record.vocal_engine == ""


def test_damage_is_named_and_leaves_the_stems_alone() -> None:
    whole, damaged = (render_song(2, 1, replace(WHOLE, damaged=share), ToyStudio()) for share in (0.0, 1.0))
    assert damaged.record.mix_damage
    np.testing.assert_array_equal(whole.stems["bass"], damaged.stems["bass"])
    assert not np.array_equal(whole.mix, damaged.mix)


def test_a_change_of_tempo_is_told() -> None:
    song = _composition()
    slower = replace(song, beats_s=(0, 0.5, 1, 1.5, 2, 2.6, 3.2, 3.8), chords=(Chord(0, 4.4, "C"),))
    assert [round(tempo.bpm) for tempo in tempi(slower)] == [120, 100]
    assert tempi(slower)[1].start_s == 2.0


def test_random_numbers_of_one_purpose_do_not_depend_on_another() -> None:
    assert random_for("a", "desk").random() == random_for("a", "desk").random()
    assert random_for("a", "desk").random() != random_for("a", "sing").random()


def _order(out: Path, count: int, **more: object) -> making.Order:
    return making.Order(out, count, seed=5, split="train", options=WHOLE, **more)  # type: ignore[arg-type]


def _open(material: Material, split: Split) -> ToyStudio:
    return ToyStudio(split)


NO_MATERIAL = Material(Path(), {})


def test_a_run_that_was_stopped_goes_on(tmp_path: Path) -> None:
    first = making.make(_order(tmp_path, 2), NO_MATERIAL, _open, _Reports())
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.flac")}
    second = making.make(_order(tmp_path, 3), NO_MATERIAL, _open, _Reports())
    assert (first.rendered, first.present) == (2, 0)
    assert (second.rendered, second.present) == (1, 2)
    assert second.skipped == ("pop909/broken",)
    assert all(path.stat().st_mtime_ns == time for path, time in written.items())
    assert len(store.records(tmp_path)) == 3


def test_progress_is_told(tmp_path: Path) -> None:
    reports = _Reports()
    making.make(_order(tmp_path, 2), NO_MATERIAL, _open, reports)
    assert reports.heard == [(0.5, "1 of 2 songs"), (1.0, "2 of 2 songs")]


def test_several_processes_give_what_one_gives(tmp_path: Path) -> None:
    making.make(_order(tmp_path / "one", 2), NO_MATERIAL, _open, _Reports())
    made = making.make(_order(tmp_path / "two", 2, jobs=2), NO_MATERIAL, _open, _Reports())
    assert made.rendered == 2
    for path in (tmp_path / "one").rglob("*.flac"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


class _Reports:
    def __init__(self) -> None:
        self.heard: list[tuple[float, str]] = []

    def __call__(self, fraction: float, what: str) -> None:
        self.heard.append((fraction, what))

    def partial(self, event: object) -> None:
        raise AssertionError(event)
