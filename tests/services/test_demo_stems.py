from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from tiny_models import four_stems

from vocmatch_desktop.audio import files
from vocmatch_desktop.inference.cards import ModelCard, sha256, write_card
from vocmatch_desktop.inference.store import ModelStore
from vocmatch_desktop.services.demo_stems import EXCERPT_S, take_apart
from vocmatch_desktop.services.reports import Unread
from vocmatch_desktop.settings import Places


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelStore:
    """A program that brings no model yet, and a user who has one."""
    store = ModelStore(tmp_path / "shipped", tmp_path / "own")
    monkeypatch.setattr(ModelStore, "of", classmethod(lambda cls, places: store))
    bring(store.own, "mine")
    return store


def bring(folder: Path, name: str) -> None:
    folder.mkdir()
    path = four_stems(folder / f"{name}.onnx")
    told = {"frames": 44_100, "normalise": False}
    write_card(
        path.with_suffix(".json"), ModelCard(name, "separation", "htdemucs", "MIT", "x", path, sha256(path), told=told)
    )


@pytest.fixture
def mix(tmp_path: Path) -> Path:
    path = tmp_path / "hook [1] + Night Bus.wav"
    soundfile.write(path, np.random.default_rng(1).uniform(-0.5, 0.5, (12 * 8000, 2)), 8000, "PCM_24")
    return path


def test_the_beginning_comes_apart_and_again_at_the_same_place(store: ModelStore, mix: Path, tmp_path: Path) -> None:
    bring(store.shipped, "six")
    folder, places = tmp_path / "Stems", Places.from_environment()
    first, again = (take_apart(mix, folder, places, Unread()) for _ in range(2))
    assert first is not None
    assert again is not None
    assert (first.model, first.duration_s) == ("six", EXCERPT_S)
    assert first.null_dbfs <= -120
    assert again.stems == first.stems
    assert {*first.stems.values(), first.song} == set(folder.iterdir())
    assert files.probe(first.stems["vocals"]).frames == files.probe(first.song).frames == EXCERPT_S * 8000


def test_without_a_model_of_the_programs_own_nothing_is_done(store: ModelStore, mix: Path, tmp_path: Path) -> None:
    assert take_apart(mix, tmp_path / "Stems", Places.from_environment(), Unread()) is None
    assert not (tmp_path / "Stems").exists()
