"""The singer with a bank of its own: strings of a synthesised voice, labelled as banks are."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import fftconvolve

from vocmatch_desktop.audio.files import write
from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.synth.voice import Singer
from vocmatch_desktop.synth.voice import Sung as Syllable
from vocmatch_desktop.synth.voice import sing as synthesise
from vocmatch_desktop.training.songs.material import Material, find_material
from vocmatch_desktop.training.songs.singer import AMATEUR, HUM, POP, Singing, Voice, double, harmony, sing, voices
from vocmatch_desktop.training.songs.singer.check import check, onset_errors, tuned
from vocmatch_desktop.types import Key, Note

RATE = 44_100
STRINGS = ("na no ni nu ne", "da do di du de", "ta to ti tu te", "sa so si su se", "ma mo mi mu me")
STEP_S = 0.6
FIRST_S = 0.4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A material's folder that holds one bank, "anna"."""
    root = tmp_path_factory.mktemp("material")
    bank = root / "data" / "voices" / "anna"
    bank.mkdir(parents=True)
    labels = ["file,syllable,offset_ms,consonant_ms,cutoff_ms,preutterance_ms,overlap_ms"]
    manifest = ["path,kind,seconds,licence,source,credit,trusted_targets,bandwidth_hz"]
    for number, text in enumerate(STRINGS):
        name = text.replace(" ", "")
        spans = [(FIRST_S + STEP_S * place, syllable) for place, syllable in enumerate(text.split())]
        notes = [Syllable(at, at + STEP_S - 0.02, 57.0, syllable) for at, syllable in spans]
        write(bank / f"{name}.wav", synthesise(notes, FIRST_S + STEP_S * 5 + 0.3, Singer(vibrato_cents=0), number))
        before = ["-", *(syllable[-1] for _, syllable in spans)]
        for (at, syllable), vowel in zip(spans, before, strict=False):
            labels.append(f"anna/{name}.wav,{vowel}_{syllable}A3,{1000 * at - 280:.0f},450,-780,300,100")
        manifest.append(f"voices/anna/{name}.wav,voice-strings,3.7,CC0,,Anna,,")
    (root / "data" / "voices" / "LABELS.csv").write_text("\n".join(labels), "utf-8")
    (root / "data" / "MANIFEST.csv").write_text("\n".join(manifest), "utf-8")
    return root


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def voice(folder: Path, cache: Path) -> Voice:
    return voices(find_material(folder), cache=cache)[0]


@pytest.fixture
def melody() -> tuple[Note, ...]:
    rows = ((0.5, 57), (0.5, 59), (0.25, 61), (0.25, 61), (0.8, 62), (0.5, 57), (1.0, 54))
    notes, at = [], 0.5
    for length, number in rows:
        notes.append(Note(at, at + length, float(number), number, 80))
        at += length
    return tuple(notes)


FRAMES = round(5.0 * RATE)


def test_units_are_cut_where_they_were_sung(voice: Voice) -> None:
    assert (voice.name, len(voice.recordings)) == ("anna", 5)
    assert len(voice.units) >= 20
    for unit in voice.units:
        place = (unit.vowel_s - FIRST_S) / STEP_S
        assert abs(place - round(place)) * STEP_S < 0.05
        assert unit.consonant_s < unit.vowel_s < unit.steady_s < unit.end_s
        assert unit.pitch == pytest.approx(57, abs=0.4)


def test_a_voice_is_heard_once(folder: Path, cache: Path, voice: Voice) -> None:
    made = {path: path.stat().st_mtime_ns for path in cache.rglob("anna*.np?")}
    again = voices(find_material(folder), cache=cache)[0]
    assert again.units == voice.units
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("anna*.np?")} == made


def test_voices_belong_to_one_split(folder: Path, cache: Path, voice: Voice) -> None:
    assert voices(find_material(folder), voice.split, cache=cache)
    others = [split for split in ("train", "valid", "test") if split != voice.split]
    assert not any(voices(find_material(folder), split, cache=cache) for split in others)


def test_material_without_voices_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"LABELS\.csv"):
        voices(Material(tmp_path, {}))


@pytest.mark.parametrize("how", [POP, replace(AMATEUR, engine="world"), replace(HUM, formant_semitones=1.0)])
def test_what_is_sung_is_true(voice: Voice, melody: tuple[Note, ...], how: Singing) -> None:
    sung = sing(melody, voice, replace(how, breath=0.0), FRAMES, np.random.default_rng(4))
    assert sung.samples.shape == (FRAMES,)
    assert sung.samples.dtype == np.float32
    assert np.abs(sung.samples).max() < 1
    assert len(sung.truth.f0_hz) == 500
    in_tune, unheard = tuned(sung.samples, sung.truth)
    assert in_tune > 0.95
    assert unheard < 0.1
    assert [note.number for note in sung.truth.notes] == [note.number for note in melody]
    for note in sung.truth.notes:
        assert abs(note.pitch - note.number) < 1


def test_vowels_lie_on_the_notes_and_consonants_before(voice: Voice, melody: tuple[Note, ...]) -> None:
    sung = sing(melody, voice, replace(POP, melisma=0.0, reattack=0.0, breath=0.0), FRAMES, np.random.default_rng(2))
    assert len(sung.truth.syllables) == len(melody)
    for note, syllable in zip(sung.truth.notes, sung.truth.syllables, strict=True):
        assert syllable.vowel_s == note.onset_s
        assert syllable.consonant_s < syllable.vowel_s < syllable.end_s
    for before, after in pairwise(sung.truth.syllables):
        assert before.end_s <= after.consonant_s + 0.02
    assert np.mean(np.abs(onset_errors(sung.samples, sung.truth.syllables)) < 0.03) >= 0.7


@pytest.mark.parametrize("engine", ["raw", "stretch", "world"])
def test_the_same_seed_sings_the_same(voice: Voice, melody: tuple[Note, ...], engine: str) -> None:
    how = replace(POP, engine=engine)
    first, second = (sing(melody, voice, how, FRAMES, np.random.default_rng(9)) for _ in range(2))
    assert np.array_equal(first.samples, second.samples)
    assert np.array_equal(first.truth.f0_hz, second.truth.f0_hz)
    other = sing(melody, voice, how, FRAMES, np.random.default_rng(10))
    assert not np.array_equal(first.samples, other.samples)


def test_a_melody_out_of_range_is_moved_by_octaves_and_says_so(voice: Voice, melody: tuple[Note, ...]) -> None:
    high = tuple(replace(note, number=note.number + 24, pitch=note.pitch + 24) for note in melody)
    sung = sing(high, voice, POP, FRAMES, np.random.default_rng(4))
    assert sung.octaves == -2
    assert [note.number for note in sung.truth.notes] == [note.number for note in melody]


def test_untouched_strings_are_what_was_recorded(voice: Voice, melody: tuple[Note, ...]) -> None:
    sung = sing(melody, voice, replace(POP, engine="raw"), FRAMES, np.random.default_rng(4))
    note = sung.truth.notes[0]
    inside = slice(round((note.onset_s + 0.05) * RATE), round((note.offset_s - 0.05) * RATE))
    part, whole = sung.samples[inside].astype(np.float64), voice.samples.astype(np.float64)
    found = fftconvolve(whole, part[::-1], "valid")
    power = fftconvolve(whole**2, np.ones(len(part)), "valid")
    assert (found / np.sqrt(np.maximum(power, power.max() / 100) * (part**2).sum())).max() > 0.9999
    assert tuned(sung.samples, sung.truth)[0] > 0.97


def test_nothing_to_sing_is_silence(voice: Voice) -> None:
    for engine in ("raw", "stretch", "world"):
        sung = sing((), voice, replace(POP, engine=engine), RATE, np.random.default_rng(1))
        assert not sung.samples.any()
        assert sung.truth.notes == ()
        assert len(sung.truth.f0_hz) == 100


def test_other_voices_sing_the_same_words(voice: Voice, melody: tuple[Note, ...]) -> None:
    lead = sing(melody, voice, POP, FRAMES, np.random.default_rng(1))
    beside = double(lead, voice, POP, FRAMES, np.random.default_rng(2))
    third = harmony(lead, Key(9, False), 2, voice, POP, FRAMES, np.random.default_rng(3))
    words = [syllable.text for syllable in lead.truth.syllables]
    assert [syllable.text for syllable in beside.truth.syllables] == words
    assert [syllable.text for syllable in third.truth.syllables] == words
    assert [note.number for note in beside.truth.notes] == [note.number for note in melody]
    assert [b.number - a.number for a, b in zip(lead.truth.notes, third.truth.notes, strict=True)][:3] == [4, 3, 3]
    assert not np.array_equal(beside.samples, lead.samples)


def test_a_real_voice_meets_its_figures(material: Path, tmp_path: Path) -> None:
    all_of_it = find_material(material)
    some = {row.path: row for row in all_of_it.under("voices/erithacus/")[::12]}
    erithacus = voices(Material(all_of_it.folder, some), cache=tmp_path)[0]
    measured = check(erithacus, "stretch", 7.0)
    assert measured.in_tune > 0.97
    assert measured.on_time > 0.85
