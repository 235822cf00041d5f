"""A take's waveform at every zoom: kept as peaks of some milliseconds, drawn as one peak a pixel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtGui import QColor, QImage

from vocmatch_desktop.audio import files
from vocmatch_desktop.audio.mono import MonoMix
from vocmatch_desktop.types import Float32

PEAK_S = 0.0025


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """`heights`: float32 [n], 0…1, the loudest sample of every `hop_s` seconds, against the loudest of all."""

    heights: Float32
    hop_s: float


def read_peaks(path: Path) -> Peaks:
    """Reads a take in blocks; raises `UserError`."""
    about = files.probe(path)
    hop = max(1, round(PEAK_S * about.rate))
    mix, rest, parts = MonoMix(), np.zeros(0, np.float32), []
    for block in files.blocks(path):
        samples = np.concatenate([rest, np.abs(mix.feed(block.samples))])
        whole = len(samples) // hop * hop
        parts.append(samples[:whole].reshape(-1, hop).max(axis=1, initial=0.0))
        rest = samples[whole:]
    heights = np.concatenate([*parts, [rest.max(initial=0.0)]]).astype(np.float32)
    return Peaks(heights / max(float(heights.max()), 1e-6), hop / about.rate)


def columns(peaks: Peaks, from_s: float, to_s: float, width: int) -> Float32:
    """One height a pixel, float32 [width], 0…1; 0 outside the take."""
    count = len(peaks.heights)
    edges = np.linspace(from_s, to_s, width + 1) / peaks.hop_s
    firsts = np.clip(np.floor(edges[:-1]).astype(np.intp), 0, count - 1)
    heights = np.maximum.reduceat(peaks.heights, firsts)
    outside = (edges[1:] <= 0) | (edges[:-1] >= count)
    # reduceat runs to the array's end from its last index, and over what a last pixel does not show.
    last = min(count, int(np.ceil(edges[-1])))
    heights[-1] = peaks.heights[firsts[-1] : max(last, firsts[-1] + 1)].max()
    return np.where(outside, 0.0, heights).astype(np.float32)


def picture(heights: Float32, height: int, color: QColor) -> QImage:
    """Heights as bars around the middle, on a transparent ground."""
    half = np.maximum(heights * height / 2, 0.5)
    distance = np.abs(np.arange(height)[:, None] + 0.5 - height / 2)
    cover = np.clip(half - distance + 0.5, 0, 1) * color.alphaF()
    channels = np.array([color.blueF(), color.greenF(), color.redF(), 1.0], np.float32)
    pixels = np.ascontiguousarray(255 * cover[..., None] * channels + 0.5).astype(np.uint8)
    image = QImage(pixels.data, len(heights), height, 4 * len(heights), QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()
