"""Tempo and key inside a WAV: the ACID chunk that FL Studio, Live, Reaper, Cubase and others read.

Layout (24 bytes, little endian), as libsndfile's and Sonic Foundry's loops have it: flags (1 one-shot, 2 root set,
4 stretch, 8 disk-based), root as a MIDI note, 0x8000, 0.0, beats, metre's denominator, its numerator, tempo.
"""

from __future__ import annotations

import struct
from pathlib import Path

from vocmatch_desktop.types import Key

ROOT_SET, STRETCH, DISK_BASED = 2, 4, 8
MIDDLE_C = 60


def add_acid_chunk(path: Path, *, bpm: float, beats: int, key: Key | None) -> None:
    """Appends an ACID chunk to the whole RIFF WAV at `path`; the sound is not touched.

    `beats` must be what the file lasts at `bpm`, as programs take either for the tempo; those that find 0 beats ignore
    the chunk. The metre is 4/4: the order of its two numbers is disputed, and 4/4 reads the same both ways.

    Raises:
        ValueError: the file is no RIFF WAV, or `beats` is not positive.
    """
    if beats < 1:
        raise ValueError("an ACID chunk needs at least one beat")
    flags = STRETCH | DISK_BASED | (ROOT_SET if key is not None else 0)
    root = MIDDLE_C + (key.tonic if key is not None else 0)
    body = struct.pack("<IHHfIHHf", flags, root, 0x8000, 0.0, beats, 4, 4, bpm)
    with path.open("r+b") as file:
        if file.read(4) != b"RIFF" or file.read(8)[4:] != b"WAVE":
            raise ValueError(f"{path} is no RIFF WAV")
        end = file.seek(0, 2)
        padding = b"\0" * (end % 2)
        file.write(padding + struct.pack("<4sI", b"acid", len(body)) + body)
        file.seek(4)
        file.write(struct.pack("<I", end + len(padding) + 8 + len(body) - 8))
