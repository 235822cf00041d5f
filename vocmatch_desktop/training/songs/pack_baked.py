"""Sounds that are no recordings, played note by note: soundfont presets and our own synthesis, for a pack.

Over there is no FluidSynth; without these nobody plays strings, pads, brass or leads, and no stem but real ones is
`other`. Every fourth of a range is played once; the notes between are reached by shifting.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vocmatch_desktop.audio.files import write
from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.synth.sounds import Sounds, render_part
from vocmatch_desktop.training.songs.instruments import ROLES, catalogue
from vocmatch_desktop.training.songs.pack_format import RATE
from vocmatch_desktop.training.songs.pack_rows import Row
from vocmatch_desktop.training.songs.record import Split
from vocmatch_desktop.training.songs.split import HELD_OUT_SOUNDFONT
from vocmatch_desktop.types import Audio, Float32, Note, Part

RANGES = {"bass": (28, 56), "guitar": (40, 80), "other": (43, 88)}
"""MIDI numbers from … to a stem's baked instruments are played at; recorded pianos and kits there are enough."""

STEP = 5
HELD_S = {"bass": 1.6, "guitar": 2.0, "other": 2.4}
REST_S = 0.4
VELOCITY = 110
SPLITS_BAKED: tuple[Split, ...] = ("train",)
"""Validation is done where the soundfonts are: sixty megabytes do not hold both."""


@dataclass(frozen=True, slots=True)
class Baked:
    """A sound with its notes in a file of their own, `every_s` apart from each other."""

    sound: str
    stem: str
    split: Split
    row: Row
    numbers: tuple[int, ...]
    every_s: float


def bake(folder: Path) -> tuple[tuple[Baked, ...], str]:
    """Plays every such sound into `folder`, and says what was missing ("" for nothing).

    Raises:
        DiskError: There is no space.
    """
    made: list[Baked] = []
    missing = ""
    for sound, stem, split in sounds_to_bake():
        path = folder / f"{sound.replace(':', '-').replace('@', '-')}.flac"
        try:
            made.append(_baked(sound, stem, split, path))
        except NotFound as error:  # FluidSynth or its soundfont: the pack is poorer, but whole
            missing = str(error)
    return tuple(made), missing


def sounds_to_bake() -> Iterator[tuple[str, str, Split]]:
    """Name, stem and split of every preset and synthesis of the catalogue; the held-out soundfont is not packed."""
    seen: set[str] = set()
    for split in SPLITS_BAKED:
        roles = catalogue(split)
        for role in ROLES:
            stem = role.split(".")[0]
            for name in roles[role]:
                base = name.split("+")[0]
                baked = base.startswith(("gm:", "synth:")) and not base.endswith(HELD_OUT_SOUNDFONT)
                if baked and stem in RANGES and base not in seen:
                    seen.add(base)
                    yield base, stem, split


def _baked(sound: str, stem: str, split: Split, path: Path) -> Baked:
    lowest, highest = RANGES[stem]
    numbers = tuple(range(lowest, highest + 1, STEP))
    every_s = HELD_S[stem] + REST_S
    if not path.exists():
        write(path, Audio(_played(sound, stem, numbers, every_s), RATE), subtype="PCM_16")
    return Baked(sound, stem, split, Row(f"baked/{sound}", "instruments", 1, (str(path),)), numbers, every_s)


def _played(sound: str, stem: str, numbers: tuple[int, ...], every_s: float) -> Float32:
    """The notes one after another, mono; each is faded out before the next."""
    held = HELD_S[stem]
    starts = [index * every_s for index in range(len(numbers))]
    notes = tuple(Note(at, at + held, float(n), n, VELOCITY) for at, n in zip(starts, numbers, strict=True))
    frames = round(len(numbers) * every_s * RATE)
    mono = render_part(Part(sound, stem, sound, notes), frames, RATE, Sounds()).mean(axis=1, keepdims=True)
    fade = round(0.05 * RATE)
    for at in (*starts[1:], len(numbers) * every_s):
        end = round(at * RATE)
        mono[end - fade : end] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    return np.asarray(mono, np.float32)
