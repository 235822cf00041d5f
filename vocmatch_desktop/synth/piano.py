"""A piano that always plays: FluidSynth with FluidR3 (MIT) where both are installed, else our own modelled one.

Example:
    sound = play(notes, frames=take.frames, rate=44_100)      # exactly as long as the take
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from vocmatch_desktop.synth import piano_model, soundfont
from vocmatch_desktop.types import Float32, Note

SOUNDFONTS = ("FluidR3_GM", "FluidR3Mono_GM")
"""Soundfonts the piano may come from, by preference; all under the MIT licence."""

LEGATO_S = 0.18
"""A pause shorter than this is played legato: the key stays down until the next note."""

_END_FADE_S = 0.02
_CEILING = 0.89
_KNEE = 0.6
_SOUNDFONT_GAIN = 2.8
_BRIGHTNESS_OCTAVES = 3.5


def play(notes: Sequence[Note], frames: int, rate: int, *, folders: Sequence[Path] = soundfont.FOLDERS) -> Float32:
    """Plays `notes` on a piano; float32 [frames, 2], peak at most −1 dBFS, silent at the very end.

    Notes ring on as strings do when the damper falls; what still rings at the last sample is faded out. `folders`:
    where a soundfont is looked for; empty for the modelled piano in every case.
    """
    keys = legato([note for note in notes if note.onset_s * rate < frames], LEGATO_S)
    if not keys:
        return np.zeros((frames, 2), np.float32)
    sound = _sampled(keys, frames, rate, folders)
    if sound is None:
        sound = piano_model.render(keys, frames, rate)
    return _finished(sound, rate)


def legato(notes: Sequence[Note], gap_s: float) -> tuple[Note, ...]:
    """`notes` by time, with pauses shorter than `gap_s` closed, as a finger stays down until the next note."""
    ordered = sorted(notes, key=lambda note: note.onset_s)
    onsets = [note.onset_s for note in ordered]
    return tuple(
        replace(note, offset_s=after) if note.offset_s < after <= note.offset_s + gap_s else note
        for note, after in zip(ordered, [*onsets, float("inf")][1:], strict=True)
    )


def _sampled(notes: Sequence[Note], frames: int, rate: int, folders: Sequence[Path]) -> Float32 | None:
    """The soundfont's piano; None where the library or a soundfont is missing."""
    path = next((found for name in SOUNDFONTS if (found := soundfont.installed(name, folders))), None)
    if path is None or not soundfont.available():
        return None
    grand = soundfont.Preset(0)
    sound = soundfont.render(notes, grand, path, frames, rate, brightness_octaves=_BRIGHTNESS_OCTAVES)
    return sound * np.float32(_SOUNDFONT_GAIN)


def _finished(sound: Float32, rate: int) -> Float32:
    """Peaks rounded off above `_KNEE` (a gain of its own would differ from block to block), and the end faded out."""
    loud = np.abs(sound)
    over = loud > _KNEE
    room = np.float32(_CEILING - _KNEE)
    sound[over] = np.sign(sound[over]) * (_KNEE + room * np.tanh((loud[over] - _KNEE) / room))
    fade = min(len(sound), round(_END_FADE_S * rate))
    ramp = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, fade + 1, dtype=np.float32) / fade)
    sound[len(sound) - fade :] *= ramp[:, None]
    return np.ascontiguousarray(sound, np.float32)
