"""What tells one sound file from another in a millisecond."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

SAMPLE_BYTES = 65_536
SAMPLES = 8


def identity(path: Path) -> str:
    """32 hexadecimal digits from a file's size and eight parts of its content, wherever it lies and whatever its name.

    A part of the name of files that were made from it; the library knows files by all of their decoded sound.
    """
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        digest.update(str(size).encode())
        for index in range(SAMPLES):
            file.seek(max(0, size - SAMPLE_BYTES) * index // (SAMPLES - 1))
            digest.update(file.read(SAMPLE_BYTES))
    return digest.hexdigest()
