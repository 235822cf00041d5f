"""Files of whole bars for a DAW: made once, found again, never written over."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import UserError
from vocmatch_desktop.export.names import free_path
from vocmatch_desktop.export.placing import Placing
from vocmatch_desktop.export.wavmeta import add_acid_chunk
from vocmatch_desktop.services.scratch import Scratch
from vocmatch_desktop.services.streams import louder
from vocmatch_desktop.types import Audio, Key

FULL_SCALE = 1.0 - 2.0**-23
"""The largest sample that 24 bits hold."""


@dataclass(frozen=True, slots=True)
class BarFile:
    """A 24-bit WAV of whole bars; `gain_db` is what kept it from clipping, 0 mostly; `reused`: it was there already."""

    path: Path
    gain_db: float
    reused: bool


def bar_file(
    folder: Path, name: str, frames: int, placing: Placing, sound: Callable[[], Iterable[Audio]], key: Key | None = None
) -> BarFile:
    """Finds `name` in `folder`, or writes the `frames` of `sound()`, with tempo and `key` in an ACID chunk.

    A file of that name that is not ours, or not whole, is left alone: ours gets a number then.

    Raises:
        DiskError: no space, no permission. Whatever `sound` raises; nothing is left behind.
    """
    if _is_whole(folder / name, frames):
        return BarFile(folder / name, 0.0, reused=True)
    path = free_path(folder, name)
    return BarFile(path, _write(path, sound(), placing, key), reused=False)


def _write(path: Path, sound: Iterable[Audio], placing: Placing, key: Key | None) -> float:
    """Writes the file and gives its gain in dB."""
    with Scratch(path.parent, sound) as scratch:
        gain = min(1.0, FULL_SCALE / max(scratch.peak, FULL_SCALE))
        beats = round(scratch.frames / scratch.rate * placing.bpm / 60)

        def tag(partial: Path) -> None:
            if placing.beats_per_bar == 4:
                add_acid_chunk(partial, bpm=placing.bpm, beats=beats, key=key)

        files.write(path, louder(scratch.blocks(), gain), subtype="PCM_24", finish=tag)
    return 20 * math.log10(gain)


def _is_whole(path: Path, frames: int) -> bool:
    try:
        return files.probe(path).frames == frames
    except UserError:  # it is not there, or somebody else's work under our name
        return False
