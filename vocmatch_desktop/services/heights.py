"""Waveforms as a window draws them: the loudest sample of every few milliseconds, measured once and kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import soundfile

from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.types import Float32, Report
from vocmatch_desktop.whole import whole_file

FINEST_S = 0.005
MOST = 60_000
"""Heights of one file: as many as the widest screen shows at twenty times its width."""


@dataclass(frozen=True, slots=True, eq=False)
class Heights:
    """By name: float32 [n], the loudest sample of every `hop_s` seconds in any channel; 1 is full scale."""

    by_name: Mapping[str, Float32]
    hop_s: float


class Measure:
    """Measures files of one rate, all equally long, while they grow; `frames` is how long they will be."""

    def __init__(self, rate: int, frames: int) -> None:
        self._rate = rate
        self._hop = max(1, round(FINEST_S * rate), math.ceil(frames / MOST))
        self._parts: dict[str, list[Float32]] = {}
        self._rest: dict[str, Float32] = {}

    def feed(self, paths: Mapping[str, Path], start: int, stop: int) -> Heights:
        """What frames `start`…`stop` of growing files add; only whole steps are given."""
        return self._heights({name: self.add(name, _read(path, start, stop)) for name, path in paths.items()})

    def add(self, name: str, samples: Float32) -> Float32:
        """The next samples [n, channels] of a file; gives the heights that are final with them."""
        loud = np.concatenate([self._rest.get(name, samples[:0, 0]), np.abs(samples).max(axis=1, initial=0.0)])
        whole = len(loud) // self._hop * self._hop
        self._rest[name] = loud[whole:]
        heights: Float32 = loud[:whole].reshape(-1, self._hop).max(axis=1, initial=0.0)
        self._parts.setdefault(name, []).append(heights)
        return heights

    def all(self) -> Heights:
        """Everything so far, the last step though it is not whole."""
        ends = {name: [rest.max(keepdims=True)] if len(rest) else [] for name, rest in self._rest.items()}
        return self._heights({name: np.concatenate([*parts, *ends[name]]) for name, parts in self._parts.items()})

    def _heights(self, by_name: Mapping[str, Float32]) -> Heights:
        return Heights(by_name, self._hop / self._rate)


def measured(paths: Mapping[str, Path], report: Report) -> Heights:
    """The heights of whole files of one rate; raises `NotFound`, `UnreadableAudio`."""
    abouts = [files.probe(path) for path in paths.values()]
    measure = Measure(abouts[0].rate, max(about.frames for about in abouts))
    for done, (name, path) in enumerate(paths.items()):
        for block in files.blocks(path):
            report(done / len(paths), f"Looking at {path.name}")
            measure.add(name, block.samples)
    return measure.all()


def write_heights(path: Path, heights: Heights) -> None:
    """Keeps heights; raises `DiskError`."""
    with whole_file(path) as partial, partial.open("wb") as file:
        np.savez(file, np.float64(heights.hop_s), np.array(list(heights.by_name)), *heights.by_name.values())


def read_heights(path: Path) -> Heights | None:
    """What was kept; None where it is missing or damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            hop_s, names, *lanes = (kept[key] for key in kept.files)
            return Heights(dict(zip(map(str, names), lanes, strict=True)), float(hop_s))
    except (OSError, ValueError, EOFError, BadZipFile):
        return None


def _read(path: Path, start: int, stop: int) -> Float32:
    try:
        with soundfile.SoundFile(path) as file:
            file.seek(start)
            samples: Float32 = file.read(stop - start, "float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise NotFound(f"{path.name} cannot be read any more.", "Take the song apart again.") from error
    return samples
