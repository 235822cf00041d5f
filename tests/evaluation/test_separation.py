"""`evaluate separate`: songs in stems, scored by a model whose answers are known, beside silence, mixture and mask."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from openpyxl import load_workbook
from tiny_models import SHARES, breaking_midway, four_stems

from vocmatch_desktop import cli
from vocmatch_desktop.commands.output import to_json
from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.evaluation.dataset import BadDataset
from vocmatch_desktop.evaluation.separation import EvaluateSeparateSpec, SeparationEvaluation, as_json, run
from vocmatch_desktop.evaluation.separation_dataset import Song, read_songs
from vocmatch_desktop.inference.cards import ModelCard, sha256, write_card
from vocmatch_desktop.services.models import AddModelSpec
from vocmatch_desktop.services.models import run as add
from vocmatch_desktop.services.reports import Unread
from vocmatch_desktop.settings import Places

RATE = 8_000
STEMS = ("vocals", "drums", "bass", "other")
Write = Callable[..., None]


def sound(seed: int, seconds: float = 10.5) -> np.ndarray:
    """A wavering tone as high as the seed tells, so that a mask can tell two of them apart, and a little hiss."""
    time = np.arange(round(seconds * RATE)) / RATE
    tone = np.sin(2 * np.pi * (200 + 350 * seed) * time + 3 * np.sin(2 * np.pi * 2 * time))
    return 0.2 * tone + 0.002 * np.random.default_rng(seed).standard_normal(len(time))


def write(folder: Path, **sounds: np.ndarray) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, samples in sounds.items():
        soundfile.write(folder / f"{name}.wav", samples, RATE, "FLOAT")


@pytest.fixture
def no_models(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A home of a program that ships none."""
    monkeypatch.setattr("vocmatch_desktop.inference.store.bundled", lambda folder: tmp_path / "shipped" / folder)
    return Places.from_environment()


@pytest.fixture
def places(no_models: Places, tmp_path: Path) -> Places:
    """A home with one model, `four`, whose stems are shares of the mix."""
    places = no_models
    add(
        AddModelSpec(str(four_stems(tmp_path / "four.onnx")), places, facts={"frames": 44_100, "normalise": False}),
        Unread(),
    )
    return places


def evaluated(folder: Path, places: Places, **how: object) -> SeparationEvaluation:
    return run(EvaluateSeparateSpec(folder, places, **how), Unread())  # type: ignore[arg-type]


def only(folder: Path) -> Song:
    (song,) = read_songs(folder).songs
    return song


def test_a_model_stands_beside_silence_mixture_and_mask(tmp_path: Path, places: Places) -> None:
    for number in range(2):
        stems = {name: sound(number + seed, 3) for seed, name in enumerate(STEMS)}
        write(tmp_path / "songs" / f"song {number}", mixture=sum(stems.values()), **stems)
    workbook = tmp_path / "report.xlsx"
    evaluation = evaluated(tmp_path / "songs", places, workbook=workbook)
    told = json.loads(to_json(as_json(evaluation)))
    assert told["method"] == "four"
    assert told["songs"] == 2
    methods = {row["method"]: row["stems"] for row in told["methods"]}
    assert list(methods) == ["four", "silence", "mixture", "ideal ratio mask"]
    assert all(set(stems) == {*STEMS, "instrumental"} for stems in methods.values())
    vocals = {name: stems["vocals"]["mean"] for name, stems in methods.items()}
    assert vocals["silence"]["usdr_db"] == vocals["silence"]["csdr_db"] == 0
    assert vocals["mixture"]["usdr_db"] == pytest.approx(-10 * np.log10(3), abs=0.1)
    assert vocals["ideal ratio mask"]["usdr_db"] > 12
    # ŝ = x / 2 of four equally loud parts: error (s / 2)² + 3 (s / 2)² = s²
    assert vocals["four"]["usdr_db"] == pytest.approx(0, abs=0.1)
    assert vocals["four"]["sir_db"] == pytest.approx(vocals["mixture"]["sir_db"], abs=0.01)
    assert methods["four"]["vocals"]["songs"] == 2
    book = load_workbook(workbook)
    assert book.sheetnames == ["methods", "songs"]
    assert book["songs"].max_row == 1 + 2 * 5 * 4


def test_a_song_without_a_mixture_is_the_sum_of_its_files(tmp_path: Path, places: Places) -> None:
    write(tmp_path / "sum", vocals=sound(0), drums=sound(1), horns=sound(2))
    song = only(tmp_path)
    assert song.targets == ("vocals", "drums", "other", "instrumental")
    (first, second) = song.stretches()
    assert len(first.mix) == 10 * RATE
    np.testing.assert_allclose(second.mix, sum(sound(seed)[10 * RATE :, None] for seed in range(3)), atol=1e-6)
    np.testing.assert_allclose(second.targets["other"], sound(2)[10 * RATE :, None], atol=1e-6)
    scores = evaluated(tmp_path, places).rows[0].each[0]
    share = 1 - SHARES["vocals"] - SHARES["drums"]  # all that the song's other stems leave, whatever the model calls it
    assert scores["other"].usdr_db == pytest.approx(-10 * np.log10((1 - share) ** 2 + 2 * share**2), abs=0.1)


def test_pairs_of_files_are_songs_and_their_backing_is_the_instrumental(tmp_path: Path) -> None:
    write(tmp_path, **{"a.vocals": sound(0), "a.backing": sound(1), "b.vocals": sound(2), "b.backing": sound(3)})
    songs = read_songs(tmp_path).songs
    assert [(song.name, song.targets) for song in songs] == [(name, ("vocals", "instrumental")) for name in "ab"]
    stretch = next(songs[0].stretches())
    np.testing.assert_allclose(stretch.targets["instrumental"], sound(1)[: 10 * RATE, None], atol=1e-6)


def test_several_stems_need_no_copy_of_them_in_one(tmp_path: Path) -> None:
    write(tmp_path / "a", vocals=sound(0), drums=sound(1), bass=sound(2), accompaniment=sound(1) + sound(2))
    assert set(only(tmp_path).sources) == {"vocals", "drums", "bass"}


def test_what_cannot_be_used_is_skipped_with_its_reason(tmp_path: Path, places: Places) -> None:
    write(tmp_path / "good", vocals=sound(0, 2), other=sound(1, 2))
    write(tmp_path / "alone", vocals=sound(0, 2))
    write(tmp_path / "short", vocals=sound(0, 2), drums=sound(1, 1))
    write(tmp_path / "text", vocals=sound(0, 2))
    (tmp_path / "text" / "other.wav").write_text("no sound")
    write(tmp_path / "broken", vocals=sound(0, 2), other=np.full(2 * RATE, np.nan))
    evaluation = evaluated(tmp_path, places)
    assert [song.name for song in evaluation.songs] == ["good"]
    reasons = {song.name: song.reason for song in evaluation.skipped}
    assert set(reasons) == {"alone", "short", "text", "broken"}
    assert "differ" in reasons["short"]
    assert "not numbers" in reasons["broken"]


def test_silent_stems_are_no_figures_and_everything_stays_finite(tmp_path: Path, places: Places) -> None:
    write(tmp_path / "quiet", vocals=np.zeros(3 * RATE), other=sound(1, 3))
    write(tmp_path / "tiny", vocals=sound(0, 1 / RATE), other=sound(1, 1 / RATE))
    evaluation = evaluated(tmp_path, places)
    told = json.loads(to_json(as_json(evaluation)))
    mixture = next(row for row in told["methods"] if row["method"] == "mixture")
    assert mixture["stems"]["vocals"]["songs"] == 2
    assert mixture["stems"]["vocals"]["mean"]["counts"]["usdr_db"] == 1
    assert mixture["stems"]["vocals"]["mean"]["leak_db"] == pytest.approx(0)


def test_without_a_model_there_are_the_rows_to_stand_beside(tmp_path: Path, no_models: Places) -> None:
    write(tmp_path / "a", vocals=sound(0, 2), other=sound(1, 2))
    assert [row.name for row in evaluated(tmp_path, no_models).rows] == ["silence", "mixture", "ideal ratio mask"]


def test_a_model_that_breaks_is_a_row_that_says_so(tmp_path: Path, places: Places) -> None:
    path = breaking_midway(places.models / "broken.onnx")
    card = ModelCard("broken", "separation", "htdemucs", "?", "x", path, sha256(path), stems=("vocals", "drums"))
    write_card(path.with_suffix(".json"), card)
    write(tmp_path / "songs" / "a", vocals=sound(0, 2), other=sound(1, 2))
    rows = {row.name: row for row in evaluated(tmp_path / "songs", places, baselines=True).rows}
    assert "shapes" in rows["broken"].problem
    assert rows["broken"].targets == ()
    assert rows["four"].targets == ("vocals", "other", "instrumental")


def test_nothing_to_evaluate_is_said(tmp_path: Path, places: Places) -> None:
    with pytest.raises(NotFound):
        read_songs(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadDataset, match="no song in stems"):
        read_songs(tmp_path / "empty")
    write(tmp_path / "songs" / "alone", vocals=sound(0, 1))
    with pytest.raises(BadDataset, match="one stem"):
        read_songs(tmp_path / "songs")
    write(tmp_path / "songs" / "good", vocals=sound(0, 1), other=sound(1, 1))
    with pytest.raises(NotFound, match="no model"):
        evaluated(tmp_path / "songs", places, models=("absent",))


def test_the_shell_prints_a_table(tmp_path: Path, places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "songs" / "[a]", vocals=sound(0, 2), other=sound(1, 2))
    write(tmp_path / "songs" / "alone", vocals=sound(0, 2))
    assert cli.run(["evaluate", "separate", str(tmp_path / "songs"), "--model", "four"]) == 0
    shown = capsys.readouterr().out
    assert "ideal ratio mask" in shown
    assert "Skipped alone" in shown
    assert cli.run(["evaluate", "separate", str(tmp_path / "nowhere"), "--json"]) == 2
    assert capsys.readouterr().out == ""
