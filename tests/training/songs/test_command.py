from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vocmatch_desktop import cli
from vocmatch_desktop.training.cli import build_app
from vocmatch_desktop.training.songs import check, store
from vocmatch_desktop.training.songs.effects import RATE
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.record import SongRecord, Tempo
from vocmatch_desktop.types import STEMS, Float32, Key

BPM, SECONDS = 120.0, 12


def _run(*arguments: str) -> int:
    return cli.run(["songs", *arguments], build_app(), "training")


def test_missing_material_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("VOCMATCH_MATERIAL", raising=False)
    assert _run("--out", str(tmp_path), "--count", "1") == 2
    assert "VOCMATCH_MATERIAL" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("VOCMATCH_MATERIAL", str(tmp_path / "empty"))
    assert _run("--out", str(tmp_path), "--count", "1") == 2
    assert str(tmp_path / "empty" / "data" / "MANIFEST.csv") in capsys.readouterr().err


def test_songs_need_a_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--count", "1") == 2
    assert "--out" in capsys.readouterr().err


def test_an_unknown_style_is_answered_with_the_known_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--out", str(tmp_path), "--style", "polka metal") == 2
    said = capsys.readouterr().err
    assert "polka metal" in said
    assert "house" in said


def _house(seconds: int) -> dict[str, Float32]:
    """Four to the floor, the kick on a low C, and the chords C, F, G and C."""
    time = np.arange(seconds * RATE) / RATE
    beat = time % (60 / BPM)
    kick = 0.6 * np.sin(2 * np.pi * 65.4 * beat) * np.exp(-beat / 0.05)
    hat = 0.2 * np.random.default_rng(0).standard_normal(len(time)) * np.exp(-(time % (30 / BPM)) / 0.01)
    chords = np.zeros_like(time)
    for place, numbers in enumerate(((48, 60, 64, 67), (41, 60, 65, 69), (43, 59, 62, 67), (48, 60, 64, 67))):
        now = (time // (240 / BPM)) % 4 == place
        for number in numbers:
            hz = 440 * 2 ** ((number - 69) / 12)
            chords += now * 0.05 * sum(np.sin(2 * np.pi * hz * k * time) / k for k in (1, 2, 3))
    sounds = {"drums": kick + hat, "piano": chords}
    grid = {name: np.rint(sound / 2 * 2**23) / 2**23 for name, sound in sounds.items()}
    return {name: np.stack([sound, sound], 1).astype(np.float32) for name, sound in grid.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs")
    stems = _house(SECONDS)
    beats = tuple(np.arange(0, SECONDS, 60 / BPM).tolist())
    for name, key in (("right", Key(0, False)), ("wrong", Key(6, False))):
        record = SongRecord(
            name=name,
            split="train",
            rate=RATE,
            frames=SECONDS * RATE,
            mix=None,
            stems={},
            trusted_targets=frozenset(STEMS),
            credits=(),
            beats_s=beats,
            downbeats_s=beats[::4],
            tempi=(Tempo(0.0, BPM),),
            beats_per_bar=4,
            key=key,
            style="house",
        )
        store.write_song(folder / name, stems, stems["drums"] + stems["piano"], record)
    return folder


@pytest.fixture
def no_songs(tmp_path: Path) -> Material:
    (tmp_path / "songs").mkdir()
    return Material(tmp_path, {})


def _unheard(fraction: float, what: str) -> None:
    assert 0 <= fraction <= 1


def test_checking_finds_what_is_true_and_what_is_not(folder: Path, no_songs: Material) -> None:
    checked = check.check(folder, no_songs, _unheard)  # type: ignore[arg-type]
    assert checked.songs == 2
    assert checked.null_steps == 0
    assert checked.tempo == checked.tempo_octave == 1.0
    assert {one.name: one.key_agrees for one in checked.heard} == {"right": True, "wrong": False}
    assert "wrong (house): key F♯ heard as C" in check.in_words(checked)


def test_a_mix_that_is_not_its_stems_is_found(folder: Path, no_songs: Material, tmp_path: Path) -> None:
    record = store.load_record(folder / "right")
    stems = _house(SECONDS)
    store.write_song(tmp_path / "out" / "off", stems, stems["drums"], record)
    assert (check.check(tmp_path / "out", no_songs, _unheard).null_steps or 0) > 1000  # type: ignore[arg-type]


def test_checking_needs_rendered_songs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "MANIFEST.csv").write_text("path,kind,seconds,licence,source,credit,trusted_targets\n")
    monkeypatch.setenv("VOCMATCH_MATERIAL", str(tmp_path))
    assert _run("--check", str(tmp_path)) == 2
    assert "holds no rendered songs" in capsys.readouterr().err


def test_band_levels_are_of_octaves() -> None:
    time = np.arange(2 * RATE) / RATE
    sine = np.sin(2 * np.pi * 1000 * time).astype(np.float32)[:, None]
    levels = check.band_levels(sine, RATE)
    assert int(np.argmax(levels)) == check.BANDS_HZ.index(1000.0)
    assert max(levels) == pytest.approx(0, abs=0.1)
