from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from vocmatch_desktop.export.wavmeta import add_acid_chunk
from vocmatch_desktop.types import Key


def chunks(path: Path) -> dict[bytes, bytes]:
    """A RIFF file's chunks; fails where its sizes do not add up."""
    data = path.read_bytes()
    assert data[:4] == b"RIFF"
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    found, at = {}, 12
    while at < len(data):
        name, size = struct.unpack("<4sI", data[at : at + 8])
        found[name] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    assert at == len(data)
    return found


@pytest.mark.parametrize("frames", [1000, 1001])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_chunk_is_read_back_and_the_sound_is_the_same(
    tmp_path: Path, rng: np.random.Generator, frames: int, channels: int
) -> None:
    path = tmp_path / "loop.wav"
    soundfile.write(path, rng.uniform(-1, 1, (frames, channels)), 44_100, "PCM_24")
    before, _ = soundfile.read(path)
    add_acid_chunk(path, bpm=92.5, beats=16, key=Key.parse("Am"))
    flags, root, _, _, beats, denominator, numerator, bpm = struct.unpack("<IHHfIHHf", chunks(path)[b"acid"])
    assert (flags, root, beats, denominator, numerator, bpm) == (2 | 4 | 8, 69, 16, 4, 4, 92.5)
    np.testing.assert_array_equal(soundfile.read(path)[0], before)


def test_without_a_key_no_root_is_claimed(tmp_path: Path) -> None:
    path = tmp_path / "loop.wav"
    soundfile.write(path, np.zeros(100), 44_100, "PCM_24")
    add_acid_chunk(path, bpm=120, beats=4, key=None)
    assert struct.unpack("<I", chunks(path)[b"acid"][:4])[0] & 2 == 0


def test_what_is_no_wav_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "loop.flac"
    soundfile.write(path, np.zeros(100), 44_100)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="RIFF"):
        add_acid_chunk(path, bpm=120, beats=4, key=None)
    assert path.read_bytes() == before
