"""`audition` and `export` as a shell sees them: a real vocal, a real beat, exit codes and JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from vocmatch_desktop import cli
from vocmatch_desktop.audio import files
from vocmatch_desktop.commands.given import given_take
from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.library.takes import TakeStore
from vocmatch_desktop.services.indexing import IndexSpec, index
from vocmatch_desktop.services.reports import Stage, Unread
from vocmatch_desktop.services.song_store import SongStore
from vocmatch_desktop.settings import Places
from vocmatch_desktop.synth.mixing import render
from vocmatch_desktop.synth.takes import TAKES, DemoTake, duration_s, perform
from vocmatch_desktop.types import Audio, Selection


@dataclass(frozen=True)
class Sounds:
    """A demo take and the beat it was sung over."""

    truth: DemoTake
    take: Path
    beat: Path


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Sounds:
    folder, truth = tmp_path_factory.mktemp("sounds"), TAKES[1]
    take = files.write(folder / "idea.wav", perform(truth)).path
    song = render(truth.beat)
    needed = round((truth.transform.start_s + duration_s(truth) + 4.0) * song.rate)
    beat = files.write(folder / "beat.flac", Audio(song.samples[:needed], song.rate), subtype="PCM_16").path
    return Sounds(truth, take, beat)


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: object) -> Any:
        code = cli.run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        if code == 0:
            assert err == ""
            return json.loads(out)
        assert (out, err.count("\n")) == ("", 1)
        return code, err

    return run


def tempo(sounds: Sounds) -> tuple[object, ...]:
    return "--bpm", sounds.truth.bpm, "--first-beat", sounds.truth.first_beat_s


def test_audition_lays_a_take_where_it_was_sung(shell: Any, sounds: Sounds, tmp_path: Path) -> None:
    out = tmp_path / "mix.wav"
    made = shell("audition", sounds.take, sounds.beat, "--out", out, *tempo(sounds), "--json")
    truth, about = sounds.truth.transform, files.probe(sounds.take)
    assert made["path"] == str(out)
    assert made["duration_s"] == pytest.approx(about.duration_s)
    assert (made["transpose"], made["tempo_ratio"]) == (truth.transpose, pytest.approx(truth.tempo_ratio, abs=0.01))
    assert made["start_s"] == pytest.approx(truth.start_s, abs=0.05)
    assert soundfile.info(out).subtype == "PCM_24"
    assert np.abs(files.read(out).samples).max() <= 0.9


def test_audition_in_key_never_transposes(shell: Any, sounds: Sounds, tmp_path: Path) -> None:
    made = shell("audition", sounds.take, sounds.beat, "--out", tmp_path / "mix.wav", "--in-key", "--json")
    assert made["transpose"] == 0


def test_export_writes_a_session_in_which_everything_starts_together(
    shell: Any, sounds: Sounds, tmp_path: Path
) -> None:
    folder = tmp_path / "session"
    made = shell("export", sounds.take, "--beat", sounds.beat, "--out", folder, "--format", "rpp", "--json")
    take, beat, project = map(Path, made["files"])
    assert sorted(folder.iterdir()) == sorted((take, beat, project))
    assert all(soundfile.info(path).subtype == "PCM_24" for path in (take, beat))
    bar_s = 4 * 60 / made["bpm"]
    for path in (take, beat):
        bars = files.probe(path).duration_s / bar_s
        assert bars == pytest.approx(round(bars), abs=1e-3)
    text = project.read_text("utf-8")
    assert f'FILE "{take.name}"' in text
    assert f"TEMPO {made['bpm']:.6f} 4 4" in text
    assert text.count("<") == text.count("\n  >") + text.count("\n    >") + text.count("\n      >") + 1
    again = shell("export", sounds.take, "--beat", sounds.beat, "--out", folder, "--json")
    assert again["files"] == made["files"][:2]


def test_a_beat_that_was_taken_apart_brings_its_stems(shell: Any, sounds: Sounds, home: Path, tmp_path: Path) -> None:
    store, beat = SongStore(Places.from_environment().songs), files.read(sounds.beat)
    song = store.add(sounds.beat)
    for name, share in (("drums", 0.75), ("other", 0.25), ("instrumental", 1.0)):
        files.write(song.folder / f"{name}.wav", Audio(beat.samples * np.float32(share), beat.rate))
    store.save(replace(song, state="ready", stems={name: f"{name}.wav" for name in ("drums", "other", "instrumental")}))
    asked = (
        "export",
        sounds.take,
        "--beat",
        sounds.beat,
        "--out",
        tmp_path,
        "--format",
        "rpp",
        *tempo(sounds),
        "--json",
    )
    _, fitted, drums, other, project = map(Path, shell(*asked)["files"])
    assert "beat - drums" in drums.name
    whole, *parts = (files.read(path).samples for path in (fitted, drums, other))
    for part, share in zip(parts, (0.75, 0.25), strict=True):
        assert part.shape == whole.shape
        assert np.corrcoef(part[:, 0], whole[:, 0])[0, 1] > 0.95
        assert np.std(part) == pytest.approx(share * np.std(whole), rel=0.1)
    assert project.read_text("utf-8").count("MUTESOLO 1") == 1


def test_a_stored_take_brings_its_tempo_and_selection(shell: Any, sounds: Sounds, home: Path, tmp_path: Path) -> None:
    store = TakeStore(Places.from_environment().takes)
    take = store.add_file(sounds.take)
    take = store.edit(take, bpm=sounds.truth.bpm, first_beat_s=sounds.truth.first_beat_s, selection=Selection(2.0, 9.0))
    by_folder = shell("audition", take.folder, sounds.beat, "--out", tmp_path / "a.wav", "--json")
    assert by_folder["duration_s"] == pytest.approx(take.duration_s)
    assert given_take(take.audio_path) == given_take(take.folder)
    assert given_take(take.folder).selection == take.selection


def test_a_beat_by_id_and_one_outside_the_library(shell: Any, sounds: Sounds, home: Path, tmp_path: Path) -> None:
    library = Places.from_environment().database
    with Catalogue(library) as catalogue:
        index(catalogue, IndexSpec(roots=(sounds.beat,), library=library, jobs=1), Stage(Unread(), 0.0, 1.0))
        (row,) = catalogue.rows()
    known = shell("audition", sounds.take, row.id, "--out", tmp_path / "a.wav", "--json")
    by_path = shell("audition", sounds.take, sounds.beat, "--out", tmp_path / "b.wav", "--json")
    assert {**known, "path": ""} == {**by_path, "path": ""}
    code, err = shell("audition", sounds.take, row.id + 1, "--json")
    assert code == 2
    assert "no beat of the library" in err


@pytest.mark.parametrize(
    "wrong",
    [
        ("audition", "gone.wav", "{beat}"),
        ("audition", "{take}", "gone.wav"),
        ("audition", "{take}", "{beat}", "--out", "mix.mp3"),
        ("audition", "{take}", "{beat}", "--first-beat", "1"),
        ("audition", "{take}", "{beat}", "--bpm", "nan"),
        ("audition", "{take}", "{beat}", "--balance", "2"),
        ("audition", "{text}", "{beat}"),
        ("audition", "{take}", "{beat}", "--out", "{take}"),
        ("export", "{take}", "--beat", "gone.wav"),
        ("export", "{take}", "--beat", "{beat}", "--format", "dawproject"),
        ("export", "{take}", "--beat", "{beat}", "--out", "{text}"),
        ("export", "{take}"),
    ],
)
def test_what_is_wrong_is_one_line_and_leaves_nothing(
    shell: Any, sounds: Sounds, tmp_path: Path, wrong: tuple[str, ...]
) -> None:
    (tmp_path / "text.wav").write_text("not a sound")
    before = sorted(sounds.take.parent.iterdir())
    names = {"{take}": sounds.take, "{beat}": sounds.beat, "{text}": tmp_path / "text.wav"}
    code, _ = shell(*(names.get(word, word) for word in wrong))
    assert code == 2
    assert sorted(sounds.take.parent.iterdir()) == before
    assert [path.name for path in tmp_path.iterdir()] == ["text.wav"]
