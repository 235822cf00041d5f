"""What a voice does from moment to moment: the evidence that notes are found in.

    contour = hear(path)                     # the only slow step: decodes, runs the pitch network, takes spectra
    notes = melody.notes.find(contour, NoteOptions(sensitivity=0.6))

Everything lies on one grid of 8 ms. The pitch comes every 16 ms from SwiftF0 and is interpolated; level and spectrum
are taken at every 8 ms, because it is they that say when a vowel begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.analysis.ahead import ahead
from vocmatch_desktop.analysis.pitch import HOP, RATE, VOICED, pitch_frames
from vocmatch_desktop.audio.files import blocks, probe
from vocmatch_desktop.audio.mono import MonoMix
from vocmatch_desktop.audio.resample import Resampler
from vocmatch_desktop.melody import boundary
from vocmatch_desktop.melody.mel import MelPass, vowel_db
from vocmatch_desktop.types import Audio, Bool, Float32, Report

FRAME = HOP // 2
"""Samples at 16 kHz between two values of a contour."""

HOP_S = FRAME / RATE

LEAP = 1.5
_BLOCK_S = 5.0
_BLOCKS_AHEAD = 8


@dataclass(frozen=True, slots=True, eq=False)
class Contour:
    """A voice over time; value i of every array is centred on i · `hop_s`, all are float32 [n] and finite.

    `pitch`: MIDI number, as the tracker hears it; 0 in silence, where it hears nothing. `confidence`: 0…1, that there
    is this pitch. `level_db`: of vowels, below 3 kHz, dB re a full-scale sine. `onset`, `offset`, `note`: 0…1, what the
    boundary network says: a note begins here, ends here, is going on (not so in consonants, breaths and rests).
    """

    duration_s: float
    hop_s: float
    pitch: Float32
    confidence: Float32
    level_db: Float32
    onset: Float32
    offset: Float32
    note: Float32

    @property
    def times_s(self) -> NDArray[np.float64]:
        """Centre of every frame, float64 [n]."""
        return self.hop_s * np.arange(len(self.pitch), dtype=np.float64)

    @property
    def voiced(self) -> Bool:
        """Where there is a pitch, bool [n]."""
        return np.asarray((self.confidence >= VOICED) & (self.pitch > 0))


@dataclass(frozen=True, slots=True, eq=False)
class Listened:
    """What a voice sounds like, before anything is made of it; everything on the grid of the contour.

    `mel`: magnitudes, float32 [n, 40] (`mel.MelPass`). `pitch`, `confidence`: float32 [n], as in `Contour`.
    """

    duration_s: float
    mel: Float32
    pitch: Float32
    confidence: Float32


def hear(source: Path | Audio, report: Report | None = None) -> Contour:
    """Listens to a voice; it takes about 2 MB of memory a minute of sound.

    Args:
        source: A sound file, read in blocks, or sound in memory; any rate, any number of channels.
        report: Is told how far the listening is.

    Raises:
        NotFound, UnreadableAudio: As `audio.files.blocks`. Cancelled: By `report`.
        ModelError: A network is missing or damaged.
    """
    return contour(listen(source, report))


def listen(source: Path | Audio, report: Report | None = None) -> Listened:
    """The slow part of `hear`: decoding, the pitch network, spectra."""
    total_s = probe(source).duration_s if isinstance(source, Path) else source.duration_s
    ears = _Ears()
    passing = ahead(ears.at_16k(_sound(source)), _BLOCKS_AHEAD)
    f0_hz, confidence = pitch_frames(_told(passing, ears, total_s, report))
    return ears.listened(f0_hz, confidence)


def contour(heard: Listened) -> Contour:
    """What notes are found in; the boundary network has its say here."""
    found = boundary.heard(heard.mel, heard.pitch, heard.confidence)
    return Contour(
        duration_s=heard.duration_s,
        hop_s=HOP_S,
        pitch=heard.pitch,
        confidence=heard.confidence,
        level_db=vowel_db(heard.mel),
        onset=found.onset,
        offset=found.offset,
        note=found.note,
    )


def _sound(source: Path | Audio) -> Iterator[Audio]:
    if isinstance(source, Path):
        return blocks(source, block_s=_BLOCK_S)
    step = max(1, round(_BLOCK_S * source.rate))
    starts = range(0, max(1, source.frames), step)
    return (Audio(source.samples[start : start + step], source.rate) for start in starts)


def _told(sound: Iterator[Float32], ears: _Ears, total_s: float, report: Report | None) -> Iterator[Float32]:
    """The same sound; says how far it is in the thread that listens, not in the one that decodes."""
    for samples in sound:
        if report is not None:
            report(min(1.0, ears.heard_s / max(total_s, 1e-9)), "Listening")
        yield samples


class _Ears:
    """Takes the spectra of a stream while it passes on to the pitch tracker."""

    def __init__(self) -> None:
        self._spectra = MelPass(FRAME)
        self._mel: list[Float32] = []
        self.heard_s = 0.0

    def at_16k(self, sound: Iterator[Audio]) -> Iterator[Float32]:
        """The same sound, mono at 16 kHz, phase-safe; a hop is added so that the last frame is answered."""
        mono, resampler = MonoMix(), None
        for block in sound:
            resampler = resampler or Resampler(block.rate, RATE, 1)
            self.heard_s += block.duration_s
            yield self._noted(resampler.feed(mono.feed(block.samples)[:, None])[:, 0])
        if resampler is not None:
            yield self._noted(resampler.finish()[:, 0])
        self._mel.append(self._spectra.finish())
        yield np.zeros(HOP, np.float32)

    def _noted(self, samples: Float32) -> Float32:
        self._mel.append(self._spectra.feed(samples))
        return samples

    def listened(self, f0_hz: Float32, confidence: Float32) -> Listened:
        """Everything on one grid."""
        mel = np.concatenate(self._mel)
        return Listened(self.heard_s, mel, *on_grid(f0_hz, confidence, len(mel)))


def on_grid(f0_hz: Float32, confidence: Float32, frames: int) -> tuple[Float32, Float32]:
    """Pitch (MIDI) and confidence at twice the tracker's rate, both float32 [frames].

    Between two frames the pitch is their mean where they belong together, the surer one's where they are more than a
    semitone and a half apart: no note is invented in a leap.
    """
    heard = f0_hz > 0
    midi = np.where(heard, 69 + 12 * np.log2(np.where(heard, f0_hz, 440) / 440), 0).astype(np.float32)
    midi, sure = (np.append(values, values[-1:]) for values in (midi, confidence))
    near = np.abs(np.diff(midi)) <= LEAP
    surer = np.where(sure[1:] > sure[:-1], midi[1:], midi[:-1])
    between = np.where(near, (midi[1:] + midi[:-1]) / 2, surer)
    pitch, doubled = (np.zeros(2 * len(f0_hz), np.float32) for _ in range(2))
    pitch[0::2], pitch[1::2] = midi[:-1], between
    doubled[0::2], doubled[1::2] = sure[:-1], (sure[1:] + sure[:-1]) / 2
    return _exactly(pitch, frames), _exactly(doubled, frames)


def _exactly(values: Float32, frames: int) -> Float32:
    return np.pad(values[:frames], (0, max(0, frames - len(values))))
