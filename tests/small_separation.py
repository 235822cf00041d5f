"""A material of a few seconds and networks of a few weights, for tests of everything around them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import small_material
import torch

from vocmatch_desktop.training.separation import eco, export, heldout, run, six, sound
from vocmatch_desktop.training.separation.sound import Net
from vocmatch_desktop.training.songs.record import Credit, SongRecord, Split
from vocmatch_desktop.training.songs.store import write_song
from vocmatch_desktop.types import STEMS

RATE = 44_100
SOUNDS = {
    "voices/scottpoid/la.wav": "voice-strings",
    "beats/assets__one.wav": "beat",
    "songs/Sodium/vocals.wav": "song-stem",
    "songs/Sodium/drums.wav": "song-stem",
    "songs/Sodium/other.wav": "song-stem",
    "songs/Caesium/vocals.wav": "song-stem",
    "songs/Caesium/drums.wav": "song-stem",
    "songs/Caesium/other.wav": "song-stem",
}


sung, played = partial(small_material.sung, RATE), partial(small_material.played, RATE)


def rendered_song(folder: Path, split: Split, seconds: float = 2.0) -> SongRecord:
    """A voice over drums; all else is known to be silent."""
    stems = {"vocals": sung(seconds), "drums": played(seconds)}
    stereo = {name: np.round(np.stack([one, one], 1) * 2**23) / np.float32(2**23) for name, one in stems.items()}
    record = SongRecord(
        name=f"{split}-1",
        split=split,
        rate=RATE,
        frames=round(seconds * RATE),
        mix=None,
        stems={},
        trusted_targets=frozenset(STEMS),
        credits=(Credit("a tune", "somebody", "MIT"), Credit("another tune", "somebody", "MIT")),
        seed=1,
    )
    return write_song(folder / record.name, stereo, np.asarray(sum(stereo.values()), np.float32), record)


@pytest.fixture
def rendered_songs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of rendered songs; the material beside it is the program's."""
    root = tmp_path / "material"
    small_material.write_material(root, SOUNDS, RATE, 2, "vocals drums")
    monkeypatch.setenv("VOCMATCH_MATERIAL", str(root))
    rendered_song(tmp_path / "songs", "train")
    rendered_song(tmp_path / "songs", "valid")
    return tmp_path / "songs"


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Net]]:
    """Both networks, narrow, on short crops and chunks."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    for module, name, value in (
        (six, "CHANNELS", 4),
        (six, "GROWTH", 2),
        (eco, "HIDDEN", 8),
        (heldout, "ON_THE_WAY", (1, 0.5)),
        (heldout, "AT_THE_END", (1, 1.0)),
        (heldout, "REAL_S", 1.0),
        (export, "TRIES", 1),
        (export, "SIZES", ((1, 20), (2, 13))),
        (run, "NORM_BATCHES", 2),
        (run, "TOLD_EVERY", 1),
    ):
        monkeypatch.setattr(module, name, value)
    nets = {
        "six": Net("six", six.SixStems, "planes", 0.4, 2, 40_000),
        "eco": Net("eco", eco.EcoStems, "magnitudes", 0.4, 2, 40_000),
    }
    monkeypatch.setattr(sound, "NETS", nets)
    yield nets
    torch.set_num_threads(before)
