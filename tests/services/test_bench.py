from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from tiny_models import four_stems

from vocmatch_desktop.commands.output import ShellReport
from vocmatch_desktop.inference import store
from vocmatch_desktop.inference.cards import ModelCard, sha256, write_card
from vocmatch_desktop.services import bench, bench_matching, demo
from vocmatch_desktop.services.bench import Row
from vocmatch_desktop.services.demo import DemoPlaces, DemoSpec
from vocmatch_desktop.types import STEPS_PER_BEAT


@pytest.fixture(scope="module")
def places(tmp_path_factory) -> DemoPlaces:
    folder = tmp_path_factory.mktemp("demo")
    demo.build(DemoSpec(folder, beats=("Skylight",)), ShellReport())
    return DemoPlaces(folder)


def test_synthetic_beats_are_three_minutes_long_and_all_different(places):
    source = bench_matching.SyntheticBeats(bench_matching._three_minutes(places.library), 60)
    assert len(source.ids) == len(set(source.ids.tolist())) == len(source.summary) == 60
    assert source.starts[-1] == len(source.frames)
    beats = [source.fingerprint(int(beat)) for beat in source.ids]
    for beat in beats:
        assert beat.duration_s == 180
        assert len(beat.chroma) == len(beat.bass) == len(beat.onsets) == beat.grid.beats * STEPS_PER_BEAT
        assert len(beat.bands) == len(beat.lead) == beat.grid.beats
    assert len({beat.chroma.tobytes() for beat in beats}) == 60
    assert beats[1].best_key == beats[0].best_key.transposed(1)


def test_ranking_is_measured_in_seconds_and_megabytes(places):
    take = sorted(places.takes.glob("*/take.wav"))[0]
    ranked = bench_matching.measure(places.library, take, 20)
    assert 0 < ranked.ranking_s <= ranked.seconds
    assert ranked.free_s > 0
    assert ranked.memory_mb is None or ranked.memory_mb > 50


def test_indexing_counts_the_memory_of_all_processes(places):
    rows = {row.name: row for row in bench._indexing(places)}
    assert rows["Indexing, one process"].value > 1
    assert rows["Indexing, a core"].value is None or rows["Indexing, a core"].value > 1
    memory = rows["Indexing, all processes together"]
    assert (memory.value is None) == (not sys.platform.startswith("linux"))


def test_fitting_and_live_pitch_give_numbers(places, monkeypatch):
    monkeypatch.setattr(bench, "BEAT_S", 10.0)
    rows = [*bench._fitting(places), *bench._live_pitch(places)]
    assert all(np.isfinite(row.value) and row.value > 0 for row in rows)


def test_shipped_models_are_timed_on_a_beat(places, monkeypatch, tmp_path):
    facts = {"frames": 44_100, "normalise": False}
    monkeypatch.setattr(store, "bundled", lambda folder: tmp_path)
    path = four_stems(tmp_path / "four.onnx")
    card = ModelCard("four", "separation", "htdemucs", "?", "x", path, sha256(path), told=facts)
    write_card(tmp_path / "four.json", card)
    monkeypatch.setattr(bench, "SONG_S", 3.0)
    monkeypatch.setattr(bench, "_alone", lambda function, *arguments: function(*arguments))
    speed, memory = bench._separation(places)
    assert speed.name == "Taking a song apart, four"
    assert 0 < speed.value < 60
    assert memory.value is None or memory.value > 50


def window_says(monkeypatch, script: str) -> list[Row]:
    run = subprocess.run

    def instead(command, **how):
        return run([sys.executable, "-c", script], **how)

    monkeypatch.setattr(bench.subprocess, "run", instead)
    return list(bench._window(DemoPlaces(None)))


def test_rows_of_the_window_are_passed_on(monkeypatch):
    script = 'print("warming up"); print(\'{"rows": [{"name": "paint", "value": 0.2, "unit": "ms"}]}\')'
    assert window_says(monkeypatch, script) == [Row("paint", 0.2, "ms")]


def test_a_window_that_fails_is_a_row_without_a_value(monkeypatch):
    (row,) = window_says(monkeypatch, "raise SystemExit('no display here')")
    assert row.value is None
    assert row.note == "no display here"
