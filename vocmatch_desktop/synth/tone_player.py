"""Plays notes on our own synthesised instruments (`synth.instruments`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from vocmatch_desktop.audio.resample import resample
from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.synth import instruments
from vocmatch_desktop.synth.instruments import Tone
from vocmatch_desktop.synth.tones import RATE
from vocmatch_desktop.types import Audio, Float32, Note

INSTRUMENTS: Mapping[str, Callable[[Tone], Float32]] = {
    play.__name__: play
    for play in (
        instruments.sub_bass,
        instruments.bass_808,
        instruments.saw_bass,
        instruments.reese_bass,
    )
}
"""Name → instrument."""


def render(name: str, notes: Sequence[Note], frames: int, rate: int) -> Float32:
    """Plays `notes` on the instrument `name`; float32 [frames, 2]. Raises `NotFound` where there is no such one."""
    if name not in INSTRUMENTS:
        raise NotFound(f"There is no synthesiser {name}.", f"There are {', '.join(INSTRUMENTS)}.")
    length = -(-frames * RATE // rate)
    sound = np.zeros((2, length), np.float32)
    for note in notes:
        start = round(note.onset_s * RATE)
        if 0 <= start < length:
            tone = _sounded(name, note.pitch, round(note.offset_s - note.onset_s, 2), note.velocity)[
                ..., : length - start
            ]
            sound[:, start : start + tone.shape[-1]] += tone
    return resample(Audio(np.ascontiguousarray(sound.T), RATE), rate).samples[:frames]


@lru_cache(maxsize=64)
def _sounded(name: str, pitch: float, seconds: float, velocity: int) -> Float32:
    return INSTRUMENTS[name](Tone(pitch, max(seconds, 0.03), velocity / 127))
