from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.audio.files import write
from vocmatch_desktop.errors import NotFound, UserError
from vocmatch_desktop.training.songs.readers import read_folder, read_folders
from vocmatch_desktop.training.songs.readers_instruments import stem_of
from vocmatch_desktop.training.songs.readers_yaml import read_tree
from vocmatch_desktop.types import STEMS, Audio

RATE = 8_000


def sound(path: Path, seconds: float = 3.0, rate: int = RATE, channels: int = 2) -> Path:
    write(path, Audio(np.full((round(seconds * rate), channels), 0.1, np.float32), rate), subtype="PCM_16")
    return path


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("07_ElecGtr2", "guitar"),
        ("Kick In", "drums"),
        ("bass drum", "drums"),
        ("bass clarinet", "other"),
        ("synthBass_2", "bass"),
        ("Lead Vox DT", "vocals"),
        ("lead guitar (clean)", "guitar"),
        ("LeadSynth", "other"),
        ("electric piano", "piano"),
        ("Drums_OH_L", "drums"),
        ("BGV 3", "vocals"),
        ("808", "bass"),
        ("female singer", "vocals"),
        ("distorted electric guitar", "guitar"),
        ("tenor saxophone", "other"),
        ("Take 3", None),
        ("", None),
    ],
)
def test_instruments_are_known_by_many_names(name: str, stem: str | None) -> None:
    assert stem_of(name) == stem


@given(st.text(max_size=40))
def test_any_name_belongs_to_a_stem_or_none(name: str) -> None:
    assert stem_of(name) in (*STEMS, None)
    assert stem_of(f"{name} / drums") is not None


def test_musdb_trusts_what_it_separates(tmp_path: Path) -> None:
    for song in ("train/Aa - Bb", "train/ANiMAL - Rockshow", "test/Cc - Dd"):
        for stem in ("mixture", "vocals", "drums", "bass", "other"):
            sound(tmp_path / song / f"{stem}.wav")
    records = {record.name: record for record in read_folder(tmp_path)}
    assert {name: record.split for name, record in records.items()} == {
        "Aa - Bb": "train",
        "ANiMAL - Rockshow": "valid",
        "Cc - Dd": "test",
    }
    song = records["Aa - Bb"]
    assert song.trusted_targets == {"vocals", "drums", "bass"}
    assert song.mix is not None
    assert song.mix.name == "mixture.wav"
    assert (song.rate, song.frames) == (RATE, 3 * RATE)


def test_musdb_with_a_stem_missing_says_which(tmp_path: Path) -> None:
    sound(tmp_path / "song" / "mixture.wav")
    sound(tmp_path / "song" / "vocals.wav")
    with pytest.raises(NotFound, match="drums, bass, other"):
        read_folder(tmp_path)


METADATA = """\
artist: 'Some: One'
composer: [A, B]
genre: Rock
has_bleed: '{bleed}'
mix_filename: Some_Song_MIX.wav
stems:
  S01:
    component: bass
    filename: Some_Song_STEM_01.wav
    instrument: electric bass
    raw:
      R01:
        filename: Some_Song_RAW_01_01.wav
        instrument: electric bass
  S02:
    filename: Some_Song_STEM_02.wav
    instrument: male singer
  S03:
    filename: Some_Song_STEM_03.wav
    instrument: vocalists
  S04:
    filename: Some_Song_STEM_04.wav
    instrument: [violin, cello]
"""


def medley(folder: Path, bleed: str = "no", **changes: str) -> None:
    (folder / "Some_Song").mkdir()
    text = METADATA.format(bleed=bleed)
    for old, new in changes.items():
        text = text.replace(old, new)
    (folder / "Some_Song" / "Some_Song_METADATA.yaml").write_text(text)
    sound(folder / "Some_Song" / "Some_Song_MIX.wav")
    for number in range(1, 5):
        sound(folder / "Some_Song" / "Some_Song_STEMS" / f"Some_Song_STEM_0{number}.wav")


def test_medley_sources_go_by_their_instruments(tmp_path: Path) -> None:
    medley(tmp_path)
    (song,) = read_folder(tmp_path)
    assert {stem: len(files) for stem, files in song.stems.items()} == {"vocals": 2, "bass": 1, "other": 1}
    assert song.trusted_targets == set(STEMS)
    assert song.credits[0].who == "Some: One"
    assert song.mix is not None


def test_nothing_is_trusted_where_microphones_bled(tmp_path: Path) -> None:
    medley(tmp_path, bleed="yes")
    (song,) = read_folder(tmp_path)
    assert song.trusted_targets == frozenset()


def test_an_unknown_instrument_is_other_and_taints_what_has_no_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    medley(tmp_path, violin="zeuhlophone", cello="zeuhlophone")
    (song,) = read_folder(tmp_path)
    assert song.trusted_targets == {"vocals", "bass"}
    assert "zeuhlophone" in caplog.text


def test_medley_without_its_audio_says_so(tmp_path: Path) -> None:
    medley(tmp_path)
    (tmp_path / "Some_Song" / "Some_Song_STEMS" / "Some_Song_STEM_03.wav").unlink()
    with pytest.raises(NotFound, match="STEM_03"):
        read_folder(tmp_path)


def test_a_producers_projects_trust_the_voice_alone(tmp_path: Path) -> None:
    for name in ("vocals_lead", "vocals_double", "beat"):
        sound(tmp_path / "First" / f"{name}.wav")
    sound(tmp_path / "Second" / "Vocals.flac", 2.0)
    sound(tmp_path / "Second" / "BEAT 140.wav", 3.0)
    first, second = read_folder(tmp_path)
    assert len(first.stems["vocals"]) == 2
    assert first.trusted_targets == second.trusted_targets == {"vocals"}
    assert second.duration_s == 3.0


def test_any_multitrack_named_after_instruments(tmp_path: Path) -> None:
    for name in ("01 Kick", "02 Snare", "03 Bass DI", "04 Elec Gtr L", "05 Rhodes", "06 Lead Vox", "Song Mix"):
        sound(tmp_path / "Song" / f"{name}.wav")
    for name in ("drums/1", "drums/2", "vocals/main"):
        sound(tmp_path / "Inner" / f"{name}.wav")
    inner, song = read_folder(tmp_path)
    assert {stem: len(files) for stem, files in inner.stems.items()} == {"vocals": 1, "drums": 2}
    assert set(song.stems) == {"vocals", "drums", "bass", "guitar", "piano"}
    assert song.mix is not None
    assert song.trusted_targets == set(STEMS)


def test_songs_of_two_folders_count_once(tmp_path: Path) -> None:
    for root in ("one", "two"):
        sound(tmp_path / root / "Song" / "vocals.wav")
        sound(tmp_path / root / "Song" / "beat.wav")
    (song,) = read_folders([tmp_path / "one", tmp_path / "two"])
    assert song.stems["vocals"][0].parts[-3] == "one"


def test_a_folder_without_songs_says_what_was_expected(tmp_path: Path) -> None:
    sound(tmp_path / "some loop.wav")
    with pytest.raises(UserError, match=r"mixture\.wav"):
        read_folder(tmp_path)
    with pytest.raises(NotFound, match="no folder"):
        read_folder(tmp_path / "absent")


def test_our_own_material_follows_its_manifest(tmp_path: Path) -> None:
    data = tmp_path / "data"
    fields = ["path", "kind", "seconds", "licence", "source", "credit", "trusted_targets", "bandwidth_hz"]
    rows = [
        (f"songs/{song}/{stem}.wav", "song-stem", "3", "CC0-1.0", "there", "Them", trusted, hertz)
        for song, stems, trusted, hertz in (
            ("Hydrogen", ("vocals", "drums", "other"), "vocals drums", "11000"),
            ("MDN-multitrack", ("drums", "keys", "horns"), "drums keys horns", ""),
        )
        for stem in stems
    ]
    for row in rows:
        sound(data / row[0])
    with (data / "MANIFEST.csv").open("w", newline="") as file:
        csv.writer(file).writerows([fields, *rows])
    for given_folder in (tmp_path, data, data / "songs"):
        hydrogen, band = read_folder(given_folder)
        assert (hydrogen.split, hydrogen.bandwidth_hz) == ("train", 11_000)
        assert hydrogen.trusted_targets == {"vocals", "drums"}
        assert set(band.stems) == {"drums", "piano", "other"}
        assert band.trusted_targets == set(STEMS)


def test_the_material_itself(material: Path) -> None:
    records = {record.name: record for record in read_folder(material / "data" / "songs")}
    assert records["Lithium"].split == "test"
    assert records["Lithium"].trusted_targets == {"vocals", "drums"}
    assert records["MDN-multitrack"].stems.keys() == {"drums", "bass", "guitar", "piano", "other"}


def test_yaml_lists_and_quotes() -> None:
    tree = read_tree("---\n# remark\na: 'x: y'\nlist:\n- one\n- two\nin:\n  deep:\n    - 'q'\n  b: [1, 2]\nempty:\n")
    assert tree == {"a": "x: y", "list": ["one", "two"], "in": {"deep": ["q"], "b": ["1", "2"]}, "empty": ""}
