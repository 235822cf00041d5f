"""The last steps of a mix: clean lows, glue, loudness, a ceiling."""

from __future__ import annotations

import numpy as np

from vocmatch_desktop.audio.loudness import integrated_lufs
from vocmatch_desktop.synth import effects
from vocmatch_desktop.synth.tones import highpass
from vocmatch_desktop.types import Audio, Float32

TARGET_LUFS = -14.0
CEILING_DB = -1.0


def master(sound: Float32, rate: int, glue: float = 1.0) -> Audio:
    """Brings a mix [2, frames] to `TARGET_LUFS`, no sample above `CEILING_DB`.

    `glue` drives a soft curve that rounds the peaks before.
    """
    clean = highpass(sound, 26.0)
    level = np.float32(glue * 0.2 / (np.sqrt(np.mean(clean**2)) + 1e-9))
    rounded = np.tanh(clean * level)
    gain = 10 ** ((TARGET_LUFS - integrated_lufs(Audio(np.ascontiguousarray(rounded.T), rate))) / 20)
    finished = effects.limit(rounded * np.float32(gain), CEILING_DB)
    return Audio(np.ascontiguousarray(finished.T), rate)
