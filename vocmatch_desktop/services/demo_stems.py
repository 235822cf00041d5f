"""The demo's song comes apart: some seconds of a take over its beat, by the model that the program brings."""

from __future__ import annotations

import glob
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vocmatch_desktop.settings import Places
from vocmatch_desktop.types import Report

EXCERPT_S = 10.0


@dataclass(frozen=True, slots=True)
class SongApart:
    """An excerpt and its stems; `null_dbfs`: the largest sample by which their sum differs from it."""

    song: Path
    model: str
    provider: str
    stems: Mapping[str, Path]
    duration_s: float
    null_dbfs: float
    elapsed_s: float


def take_apart(mix: Path, folder: Path, places: Places, report: Report) -> SongApart | None:
    """Takes the beginning of `mix` apart into `folder`; what an earlier demo left there is made anew.

    None where the program brings no such model. Raises `ModelError` where it cannot be run, `DiskError`.
    """
    from vocmatch_desktop.audio import files
    from vocmatch_desktop.inference.store import ModelStore
    from vocmatch_desktop.services import separation

    store = ModelStore.of(places)
    ours = [card for card in separation.separators(store) if store.is_shipped(card)]
    if not ours:
        return None
    song = folder / f"{mix.stem}.wav"
    for stale in folder.glob(f"{glob.escape(mix.stem)} - *.wav"):
        stale.unlink()
    files.write(song, files.blocks(mix, duration_s=EXCERPT_S), subtype="PCM_24")
    made = separation.run(separation.SeparateSpec(song, folder, places, model=ours[0].name), report)
    stems = {name: stem.path for name, stem in made.stems.items()}
    return SongApart(song, made.model, made.provider, stems, made.duration_s, made.null_dbfs, made.elapsed_s)
