"""`vocmatch models` and `vocmatch separate` as a shell sees them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import soundfile
from tiny_models import SHARES, four_stems

from vocmatch_desktop import cli
from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.services import models

FIELDS = {"name", "task", "family", "licence", "sha256", "source", "stems"}


@pytest.fixture
def net(tmp_path: Path) -> Path:
    return four_stems(tmp_path / "four.onnx")


def done(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    assert cli.run([*map(str, arguments), "--json"]) == 0
    return dict(json.loads(capsys.readouterr().out))


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    assert cli.run([*map(str, arguments)]) == 2
    printed = capsys.readouterr()
    assert (printed.out, len(printed.err.splitlines())) == ("", 1)
    return printed.err


def test_a_model_comes_and_goes(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = done(capsys, "models", "list")["models"]
    (card,) = done(capsys, "models", "add", net, "--fact", "licence=MIT", "--fact", "frames=44100")["models"]
    assert set(card) == FIELDS
    assert (card["name"], card["family"], card["stems"]) == ("four", "htdemucs", list(SHARES))
    assert done(capsys, "models", "list")["models"] == [*before, card]
    assert done(capsys, "models", "info", "four")["card"]["frames"] == 44_100
    assert len(done(capsys, "models", "verify")["models"]) == len(before) + 1
    done(capsys, "models", "remove", "four")
    assert done(capsys, "models", "list")["models"] == before


def test_people_read_a_table_and_the_licence(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["models", "add", str(net)]) == 0
    assert "Licence of four: not known" in capsys.readouterr().err
    assert cli.run(["models", "list"]) == 0
    printed = capsys.readouterr().out
    assert "drums, bass, other, vocals" in printed
    assert printed.count("the default") == 1


def test_damage_shows(net: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done(capsys, "models", "add", net)
    (home / "models" / "four.onnx").write_bytes(b"x")
    assert "four is damaged" in refused(capsys, "models", "verify")
    (home / "models" / "four.json").write_text("{")
    assert "four.json is no model card" in refused(capsys, "models", "verify")
    assert cli.run(["models", "list"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "gone.onnx"],
        ["add", "http://example.org/x.onnx"],
        ["add", "https://example.org/x.onnx"],
        ["info", "gone"],
        ["remove", "gone"],
        ["add", "x", "--fact", "nonsense"],
    ],
)
def test_refusals_are_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    refused(capsys, "models", *arguments)


@pytest.mark.parametrize(("answer", "options", "fetched"), [("n\n", [], 0), ("y\n", [], 1), ("", ["--yes"], 1)])
def test_somebody_at_a_terminal_is_asked_before_a_public_file_is_fetched(
    answer: str, options: list[str], fetched: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    asked: list[str] = []

    def fetch(spec: models.AddModelSpec, report: object) -> NoReturn:
        asked.append(spec.source)
        raise ModelError("There is no net here.")

    monkeypatch.setattr(models, "run", fetch)
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    assert cli.run(["models", "add", "kim_vocal_2", *options]) == (2 if fetched else 0)
    assert asked == ["kim_vocal_2"] * fetched
    said = capsys.readouterr().err
    assert ("Nothing was fetched." in said) == (not fetched)
    assert ("not stated by its publisher" in said) == (not options)


def test_a_song_comes_apart(net: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    song = tmp_path / "song.wav"
    soundfile.write(song, np.random.default_rng(0).uniform(-0.4, 0.4, (50_000, 1)), 22_050, "FLOAT")
    done(capsys, "models", "add", net, "--fact", "frames=44100")
    made = done(capsys, "separate", song, "--model", "four")
    assert {"model", "provider", "stems", "duration_s", "elapsed_s", "null_dbfs"} <= set(made)
    assert set(made["stems"]) == {*SHARES, "instrumental"}
    assert made["null_dbfs"] <= -120
    mix = files.read(song).samples
    total = sum(files.read(Path(made["stems"][name])).samples for name in SHARES)
    assert np.abs(mix - total).max() <= 1e-6
    assert Path(made["stems"]["vocals"]).parent == tmp_path / "song stems"
    wishes = ("--model", "four", "--stems", "Vocals, instrumental", "--out", tmp_path, "--format", "flac")
    few = done(capsys, "separate", song, *wishes)
    about = soundfile.info(few["stems"]["vocals"])
    assert (about.format, about.subtype, about.frames) == ("FLAC", "PCM_24", 50_000)
    assert set(few["stems"]) == {"vocals", "instrumental"}
    assert "gives no tuba" in refused(capsys, "separate", song, "--model", "four", "--stems", "tuba")
    assert "no model called" in refused(capsys, "separate", song, "--model", "nothing")
    (tmp_path / "noise.wav").write_text("no sound")
    refused(capsys, "separate", tmp_path / "noise.wav")
