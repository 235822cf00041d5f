"""What a pack's files are, as both its maker and its reader know them; imports nothing heavy."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vocmatch_desktop.training.songs.record import Split

MANIFEST = "manifest.json"
VERSION = 1

RATE = 48_000
"""The rate of every row: Opus knows no other of full bandwidth."""

Kind = Literal["voices", "instruments", "songs"]
KBPS: dict[Kind, int] = {"voices": 24, "instruments": 32, "songs": 32}


@dataclass(frozen=True, slots=True)
class Snippet:
    """A note, hit or syllable of a row: frames `start` … `start` + `frames` at `RATE`.

    `onset`: frames from its start to its musical onset (a syllable's vowel). `pitch`: MIDI, as it sounds; 0 for none.
    `gain`: brings it to the sampler's level. `velocity`: the hardest notes it is for.
    """

    row: str
    start: int
    frames: int
    onset: int
    pitch: float
    gain: float
    velocity: int


@dataclass(frozen=True, slots=True)
class SoundSet:
    """What one player plays: `groups` are a kit's pieces, or "" for all notes of an instrument or a voice.

    `role`: "voice", "kit" or "notes". `release_s`: how long a note rings after its end.
    """

    name: str
    split: Split
    role: str
    release_s: float
    groups: Mapping[str, tuple[Snippet, ...]]


def file_name(row: str) -> str:
    """A row's name as a file's."""
    return row.replace("/", "~")


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
