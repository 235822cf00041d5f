"""The demo as a person runs it: one command, twice."""

from __future__ import annotations

import json
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from vocmatch_desktop.audio import files
from vocmatch_desktop.inference.store import ModelStore
from vocmatch_desktop.services.separation import separators
from vocmatch_desktop.settings import Places

pytestmark = pytest.mark.timeout(600)


def vocmatch(*arguments: str) -> dict[str, object]:
    command = [sys.executable, "-m", "vocmatch_desktop", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    (line,) = done.stdout.splitlines()
    return json.loads(line)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    return vocmatch("demo", "--out", str(tmp_path_factory.mktemp("demo")))


def test_the_right_beat_comes_first_for_every_take(demo):
    assert demo["library"]["tracks"] >= 24
    assert demo["library"]["failed"] == 0
    assert demo["match"]["right_first"] == len(demo["takes"]) == 3
    assert all(take["transpose_right"] for take in demo["match"]["takes"])
    assert demo["take"]["path"] == demo["takes"][0]["path"]


def test_what_does_not_exist_yet_is_null(demo):
    assert demo["accompany"] is None


def test_the_first_audition_comes_apart_by_the_model_that_is_shipped(demo):
    apart, store = demo["separate"], ModelStore.of(Places.from_environment())
    assert (apart is None) == (not any(store.is_shipped(card) for card in separators(store)))
    if apart is None:
        pytest.skip("no model that takes songs apart is shipped yet")
    assert apart["null_dbfs"] <= -120
    mix = files.read(Path(apart["song"])).samples
    stems = {name: files.read(Path(path)).samples for name, path in apart["stems"].items()}
    assert set(stems) >= {"vocals", "instrumental", "other"}
    assert np.abs(mix - sum(sound for name, sound in stems.items() if name != "instrumental")).max() <= 1e-6
    assert np.abs(mix - stems["vocals"] - stems["instrumental"]).max() <= 1e-6


def test_the_first_take_becomes_a_melody_as_long_as_it_is(demo):
    melody = demo["melody"]
    assert melody["right"] >= 0.9 * melody["sung"]
    take, piano = (files.probe(Path(path)) for path in (demo["take"]["path"], melody["audio"]))
    assert (piano.rate, piano.frames) == (take.rate, take.frames)
    assert Path(melody["midi"]).is_file()


def test_auditions_are_as_long_as_their_takes(demo):
    for take, audition in zip(demo["takes"], demo["auditions"], strict=True):
        assert files.probe(Path(audition["path"])).duration_s == pytest.approx(
            files.probe(Path(take["path"])).duration_s, abs=0.001
        )


def test_exported_files_open_anywhere(demo):
    names = [Path(path) for path in demo["export"]["files"]]
    assert len(names) == 2
    for path in names:
        with wave.open(str(path)) as file:
            assert file.getnframes() > 0


def test_the_second_time_everything_is_there(demo):
    folder = Path(demo["library"]["folder"]).parent
    before = {path: path.stat().st_mtime_ns for path in (folder / "Beats").iterdir()}
    again = vocmatch("demo", "--out", str(folder))
    assert again["library"]["made"] == 0
    assert again["match"]["right_first"] == 3
    assert before == {path: path.stat().st_mtime_ns for path in (folder / "Beats").iterdir()}
    assert len(list((folder / "Sessions").rglob("*.wav"))) == 2
    assert len(list((folder / "Melodies").iterdir())) == 2
    assert again["separate"] is None or set(again["separate"]["stems"].values()) == set(
        demo["separate"]["stems"].values()
    )
