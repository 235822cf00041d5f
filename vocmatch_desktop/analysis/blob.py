"""A fingerprint as bytes for the database, and back.

    header   4s magic "VMFP", uint16 format, uint16 analyser version, uint32 CRC of the rest
    rest     zlib of: JSON of the small numbers, a newline, then the arrays one after the other

Values of 0…1 take a byte each, as the root of the value, so that quiet ones keep their precision; levels take a byte of
half decibels; a constant grid takes its two ends. Three minutes take about 35 kB. Rounding apart,
`from_blob(to_blob(x))` is `x`, and `to_blob(from_blob(b))` is `b` exactly.
"""

from __future__ import annotations

import json
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import STEPS_PER_BEAT, BeatGrid, Fingerprint, Float32

ANALYSER_VERSION = 2
"""Raised whenever the analysis gives other numbers: the library then analyses again in the background."""

MAGIC, FORMAT = b"VMFP", 1
HEADER = struct.Struct("<4sHHI")
LOWEST_DB = -120.0
OCTAVE_BANDS = 8
CONSTANT_S = 1e-6


class BadBlob(ValueError):
    """Bytes that are no fingerprint, or a damaged or foreign one."""


def to_blob(fingerprint: Fingerprint) -> bytes:
    """The fingerprint as bytes."""
    grid = fingerprint.grid
    times = _ends(grid.beats_s)
    small: dict[str, Any] = {
        "duration_s": fingerprint.duration_s,
        "loudness_lufs": fingerprint.loudness_lufs,
        "tuning": fingerprint.tuning,
        "beats": grid.beats,
        "times": len(times),
        "downbeat": grid.downbeat,
        "beats_per_bar": grid.beats_per_bar,
        "octave": grid.octave,
        "confidence": grid.confidence,
        "embeddings": [[name, len(vector)] for name, vector in fingerprint.embeddings],
    }
    arrays = [times.astype("<f8"), fingerprint.key.astype("<f4")]
    arrays += [_unit_bytes(values) for values in (fingerprint.chroma, fingerprint.bass, fingerprint.onsets)]
    arrays += [_level_bytes(fingerprint.bands), _unit_bytes(fingerprint.lead)]
    arrays += [vector.astype("<f2") for _, vector in fingerprint.embeddings]
    text = json.dumps(small, separators=(",", ":"), allow_nan=False).encode()
    packed = zlib.compress(b"\n".join([text, b"".join(array.tobytes() for array in arrays)]), 6)
    return HEADER.pack(MAGIC, FORMAT, fingerprint.version, zlib.crc32(packed)) + packed


def from_blob(blob: bytes) -> Fingerprint:
    """The fingerprint in `blob`; raises `BadBlob` when it is none or damaged."""
    version, crc = _header(blob)
    if zlib.crc32(blob[HEADER.size :]) != crc:
        raise BadBlob("the fingerprint is damaged")
    try:
        text, _, data = zlib.decompress(blob[HEADER.size :]).partition(b"\n")
        small = json.loads(text)
        arrays = _Reader(data)
        grid = _grid(small, arrays.take("<f8", small["times"]))
        key = arrays.take("<f4", 24).astype(np.float32)
        return _rest(version, small, grid, key, arrays)
    except (zlib.error, KeyError, TypeError, ValueError) as error:
        raise BadBlob("the fingerprint cannot be read") from error


class _Reader:
    """Takes arrays off the front of a buffer."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, kind: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self._data, kind, count, self._at)
        self._at += values.nbytes
        return values

    def unit(self, *shape: int) -> Float32:
        return np.asarray(_UNIT[self.take("u1", int(np.prod(shape)))].reshape(shape), np.float32)

    def levels(self, *shape: int) -> Float32:
        return (self.take("u1", int(np.prod(shape))).reshape(shape) * np.float32(0.5) + np.float32(LOWEST_DB)).astype(
            np.float32
        )


def _rest(version: int, small: dict[str, Any], grid: BeatGrid, key: Float32, arrays: _Reader) -> Fingerprint:
    steps = grid.beats * STEPS_PER_BEAT
    return Fingerprint(
        version=version,
        duration_s=float(small["duration_s"]),
        loudness_lufs=float(small["loudness_lufs"]),
        tuning=float(small["tuning"]),
        key=key,
        grid=grid,
        chroma=arrays.unit(steps, 12),
        bass=arrays.unit(steps, 12),
        onsets=arrays.unit(steps, 4),
        bands=arrays.levels(grid.beats, OCTAVE_BANDS),
        lead=arrays.unit(grid.beats),
        embeddings=tuple((str(name), arrays.take("<f2", n).astype(np.float32)) for name, n in small["embeddings"]),
    )


def _header(blob: bytes) -> tuple[int, int]:
    if len(blob) < HEADER.size:
        raise BadBlob("the fingerprint is cut off")
    magic, form, version, crc = HEADER.unpack_from(blob)
    if magic != MAGIC or form != FORMAT:
        raise BadBlob("these bytes are no fingerprint of this format")
    return int(version), int(crc)


def _ends(beats_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """First and last time of a constant grid, all times of another."""
    even = np.linspace(beats_s[0], beats_s[-1], len(beats_s))
    return beats_s[[0, -1]] if np.abs(even - beats_s).max() < CONSTANT_S else beats_s


def _grid(small: dict[str, Any], times: NDArray[np.float64]) -> BeatGrid:
    beats = int(small["beats"])
    beats_s = np.linspace(times[0], times[-1], beats + 1) if len(times) == 2 else times.astype(np.float64)
    half, one, double = (float(value) for value in small["octave"])
    return BeatGrid(
        beats_s, int(small["downbeat"]), int(small["beats_per_bar"]), (half, one, double), float(small["confidence"])
    )


_UNIT = ((np.arange(256) / 255) ** 2).astype(np.float32)


def _unit_bytes(values: Float32) -> NDArray[np.uint8]:
    return np.asarray(np.rint(255 * np.sqrt(np.clip(values, 0, 1))), np.uint8)


def _level_bytes(levels: Float32) -> NDArray[np.uint8]:
    return np.asarray(np.rint(np.clip(levels - LOWEST_DB, 0, 127.5) * 2), np.uint8)
