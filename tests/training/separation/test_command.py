"""The command from songs to a model that the program opens, on a material of seconds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.inference.cards import read_card, verify
from vocmatch_desktop.services.separation import load
from vocmatch_desktop.training.cli import build_app
from vocmatch_desktop.training.separation.sound import Net

pytest_plugins = ["small_separation"]


def separate(*arguments: object) -> str:
    words = ["separate", "--threads", "1", "--device", "cpu", *map(str, arguments)]
    done = CliRunner().invoke(build_app(), words, catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


@pytest.mark.parametrize(("name", "family"), [("six", "own"), ("eco", "umx")])
def test_a_network_is_trained_shipped_and_opened(
    rendered_songs: Path, networks: dict[str, Net], tmp_path: Path, name: str, family: str
) -> None:
    out, models = tmp_path / "out", tmp_path / "models"
    arguments = ("--net", name, "--out", out, "--models", models, "--songs", rendered_songs, "--steps", 2, "--no-half")
    separate(*arguments)
    card = read_card(models / f"{name}.json")
    verify(card)
    assert (card.family, card.task, card.licence, card.rate) == (family, "separation", "MIT", 44_100)
    assert bool(card.told.get("default")) is (name == "six")
    assert set(card.told["figures"]) == {"rendered songs of the split valid", "real songs of the split valid (Caesium)"}
    assert {credit["who"] for credit in card.told["training"]["credits"]} == {"a singer", "somebody"}
    assert "1 real songs" in card.told["training"]["data"]
    assert load(card, "cpu", 1).estimator.stems == card.stems
    lines = [json.loads(line) for line in (out / "log.jsonl").read_text("utf-8").splitlines()]
    assert [line["step"] for line in lines] == [1, 2]
    assert set(lines[-1]["valid"]) == set(card.told["figures"])
    assert (out / "curve.svg").is_file()


def test_a_run_of_another_plan_can_be_shipped_as_it_is(
    rendered_songs: Path, networks: dict[str, Net], tmp_path: Path
) -> None:
    arguments = ("--net", "eco", "--out", tmp_path / "out", "--songs", rendered_songs)
    separate(*arguments, "--steps", 1)
    before = (tmp_path / "out" / "eco.onnx").read_bytes()
    with pytest.raises(UserError, match="another plan"):
        separate(*arguments, "--steps", 5)
    separate(*arguments, "--steps", 5, "--as-is")
    training = read_card(tmp_path / "out" / "eco.json").told["training"]
    assert (training["steps"], training["planned_steps"]) == (1, 5)
    assert (tmp_path / "out" / "eco.onnx").read_bytes() == before
