"""A take's analysis: what is sung, when, in which key, and at which tempo it may have been meant.

features = analyse_take(path)                                 # a bare vocal: three to five tempo hypotheses
features = analyse_take(path, bpm=92.0, first_beat_s=0.14)    # sung to a click: one
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vocmatch_desktop.analysis import spectra, tempo
from vocmatch_desktop.analysis.ahead import ahead
from vocmatch_desktop.analysis.beats import fold
from vocmatch_desktop.analysis.frames import Framer, mean_between
from vocmatch_desktop.analysis.key import key_posterior
from vocmatch_desktop.analysis.pitch import RATE as PITCH_RATE
from vocmatch_desktop.analysis.pitch import runs, track_pitch
from vocmatch_desktop.analysis.rhythm import onset_rise
from vocmatch_desktop.analysis.spectra import ONSET_FFT, ONSET_HOP, ONSET_HOP_S
from vocmatch_desktop.analysis.spectra import RATE as LEVEL_RATE
from vocmatch_desktop.analysis.texture import level_db
from vocmatch_desktop.analysis.tuning import tuning_of
from vocmatch_desktop.audio.files import blocks
from vocmatch_desktop.audio.loudness import Loudness
from vocmatch_desktop.audio.mono import MonoMix
from vocmatch_desktop.audio.resample import Resampler
from vocmatch_desktop.audio.stft import hann
from vocmatch_desktop.errors import NoSinging
from vocmatch_desktop.types import Audio, Float32, PitchTrack, Selection, TakeFeatures, TempoHypothesis

BLOCK_S = 5.0
_BLOCKS_AHEAD = 8
"""Decoded while the pitch model runs: somewhat more than one of its windows."""

VOICE_BANDS_HZ = ((150.0, 400.0), (400.0, 1000.0), (1000.0, 2500.0), (2500.0, 6000.0))
LEAST_SUNG_S, LEAST_SUNG_PART = 0.4, 0.01
STEADY_SEMITONES = 0.7
STEADY_FRAMES = 6
KEY_SHARPNESS = 10.0
HYPOTHESES = 5


def analyse_take(
    source: Path | Audio,
    *,
    selection: Selection | None = None,
    bpm: float | None = None,
    first_beat_s: float | None = None,
) -> TakeFeatures:
    """Everything matching needs of a take, or of the selected part of it.

    Args:
        source: A sound file, read in blocks with bounded memory, or sound in memory.
        selection: Part to listen to; times of the result count from its start.
        bpm: The singer's tempo where it is known (click, beat sung over, typed).
        first_beat_s: A bar line of that tempo, seconds from the start of the whole take.

    Raises:
        NoSinging: There is no voice in it. NotFound, UnreadableAudio: As `audio.files.blocks`.
    """
    heard = _listen(_blocks(source, selection))
    sung_s = _sung_s(heard.pitch)
    if sung_s < max(LEAST_SUNG_S, LEAST_SUNG_PART * heard.duration_s):
        raise NoSinging(
            "I hear no singing in this take.", "Check the microphone and its level, or choose another part."
        )
    onsets = onset_rise(heard.voice_bands)
    onsets /= max(float(onsets.max(initial=0.0)), 1e-9)
    tuning, key = tonality(heard.pitch)
    shift = selection.from_s if selection else 0.0
    hypotheses = _known(bpm, first_beat_s, shift) if bpm else _guessed(onsets, heard.pitch)
    return TakeFeatures(
        duration_s=heard.duration_s,
        voiced_s=float(np.count_nonzero(heard.pitch.voiced)) * heard.pitch.hop_s,
        loudness_lufs=heard.loudness_lufs,
        tuning=tuning,
        pitch=heard.pitch,
        onsets=onsets,
        onset_hop_s=ONSET_HOP_S,
        bands=_bands_a_second(heard.octaves, heard.duration_s),
        key=key,
        tempo=hypotheses,
        tempo_known=bool(bpm),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Heard:
    duration_s: float
    loudness_lufs: float
    pitch: PitchTrack
    octaves: Float32
    voice_bands: Float32


class _Ears:
    """Splits one decoded stream among loudness, level bands and (by what `feed` gives) the pitch tracker."""

    def __init__(self, rate: int, channels: int) -> None:
        self._loudness = Loudness(rate, channels)
        self._mono = MonoMix()
        self._to_pitch, self._to_levels = Resampler(rate, PITCH_RATE, 1), Resampler(rate, LEVEL_RATE, 1)
        self._framer, self._window = Framer(ONSET_FFT, ONSET_HOP), hann(ONSET_FFT) * (4 / ONSET_FFT)
        self._weights = np.hstack([spectra.octave_weights(), _voice_weights()])
        self._levels: list[Float32] = []
        self.frames, self.rate = 0, rate

    def feed(self, block: Audio) -> Float32:
        """Takes a block; gives the same sound at 16 kHz."""
        self.frames += block.frames
        self._loudness.feed(block.samples)
        mono = self._mono.feed(block.samples)[:, None]
        self._level(self._framer.feed(self._to_levels.feed(mono)[:, 0]))
        return self._to_pitch.feed(mono)[:, 0]

    def finish(self) -> Float32:
        """The rest of the sound at 16 kHz."""
        self._level(self._framer.feed(self._to_levels.finish()[:, 0]))
        self._level(self._framer.finish())
        return self._to_pitch.finish()[:, 0]

    def heard(self, pitch: PitchTrack) -> _Heard:
        """Everything together."""
        levels = np.concatenate(self._levels)
        octaves, voice = np.split(levels, [len(spectra.OCTAVES_HZ)], axis=1)
        return _Heard(self.frames / self.rate, self._loudness.lufs(), pitch, octaves, voice)

    def _level(self, frames: Float32) -> None:
        spectrum = np.fft.rfft(frames * self._window, axis=1)
        power = spectrum.real**2 + spectrum.imag**2
        self._levels.append((power @ self._weights).astype(np.float32))


def _listen(sound: Iterator[Audio]) -> _Heard:
    first = next(sound)
    ears = _Ears(first.rate, first.channels)

    def at_16k() -> Iterator[Float32]:
        yield ears.feed(first)
        for block in sound:
            yield ears.feed(block)
        yield ears.finish()

    return ears.heard(track_pitch(ahead(at_16k(), _BLOCKS_AHEAD)))


def _blocks(source: Path | Audio, selection: Selection | None) -> Iterator[Audio]:
    start_s = selection.from_s if selection else 0.0
    duration_s = selection.to_s - selection.from_s if selection else None
    if isinstance(source, Path):
        return blocks(source, start_s=start_s, duration_s=duration_s, block_s=BLOCK_S)
    first = round(start_s * source.rate)
    last = None if duration_s is None else first + round(duration_s * source.rate)
    return iter([Audio(source.samples[first:last], source.rate)])


def _voice_weights() -> Float32:
    hertz = np.arange(ONSET_FFT // 2 + 1) * LEVEL_RATE / ONSET_FFT
    return np.stack([(hertz >= low) & (hertz < high) for low, high in VOICE_BANDS_HZ], axis=1).astype(np.float32)


def _steady(pitch: PitchTrack) -> Float32:
    """How held every frame's pitch is: 1 where it stays within 0.7 semitones for 96 ms, less in glides, 0 unvoiced."""
    from scipy.ndimage import maximum_filter1d, minimum_filter1d

    weight = np.zeros(len(pitch.voiced), np.float32)
    midi = pitch.midi
    for start, stop in runs(pitch.voiced):
        size = min(STEADY_FRAMES, stop - start)
        spread = maximum_filter1d(midi[start:stop], size) - minimum_filter1d(midi[start:stop], size)
        weight[start:stop] = np.clip(2 - spread / STEADY_SEMITONES, 0.1, 1) * (size / STEADY_FRAMES)
    return weight


def _sung_s(pitch: PitchTrack) -> float:
    """Seconds of held pitch: drums and noise have voiced frames, too, but none that last."""
    return float(np.count_nonzero(_steady(pitch) > 0.9)) * pitch.hop_s


def tonality(pitch: PitchTrack) -> tuple[float, Float32]:
    """Tuning (semitones from A = 440 Hz) and key posterior [24], both of pitch weighted by duration and steadiness."""
    weight = _steady(pitch)[pitch.voiced]
    midi = pitch.midi[pitch.voiced]
    tuning = tuning_of(midi, weight)
    distance = (midi[:, None] - tuning - np.arange(12) + 6) % 12 - 6
    histogram = (weight[:, None] * np.exp(-0.5 * (distance / 0.35) ** 2)).sum(axis=0)
    return tuning, key_posterior(histogram, sharpness=KEY_SHARPNESS)


def _bands_a_second(octaves: Float32, duration_s: float) -> Float32:
    edges = np.minimum(np.arange(int(np.ceil(duration_s)) + 1, dtype=np.float64), duration_s)
    return level_db(mean_between(octaves, ONSET_HOP_S, edges[: max(2, len(edges))]))


def _known(bpm: float, first_beat_s: float | None, shift_s: float) -> tuple[TempoHypothesis, ...]:
    first = None if first_beat_s is None else first_beat_s - shift_s
    return (TempoHypothesis(bpm, 1.0, first, first_beat_is_bar=first is not None),)


def _guessed(onsets: Float32, pitch: PitchTrack) -> tuple[TempoHypothesis, ...]:
    """Up to five tempi from the periodicity of onsets and note changes, each with the phase most of them agree on."""
    curve = note_curve(onsets, pitch)
    found = tempo.candidates(curve, ONSET_HOP_S, HYPOTHESES)
    total = sum(score for _, score in found)
    hypotheses = []
    for bpm, score in found:
        profile = fold(curve, ONSET_HOP_S, 60 / bpm, 32)
        smooth = profile + 0.5 * (np.roll(profile, 1) + np.roll(profile, -1))
        hypotheses.append(TempoHypothesis(bpm, score / total, float(np.argmax(smooth)) / 32 * 60 / bpm))
    return tuple(hypotheses)


def note_curve(onsets: Float32, pitch: PitchTrack) -> Float32:
    """Where notes may begin, [n] at the onsets' hop: onset strength plus jumps of a semitone or more in the pitch."""
    midi = np.nan_to_num(pitch.midi)
    jump = np.zeros(len(midi), np.float32)
    both = pitch.voiced[3:] & pitch.voiced[:-3]
    jump[1:-2][both] = np.clip(np.abs(midi[3:] - midi[:-3])[both] - 0.6, 0, 2) / 2
    at = np.arange(len(onsets)) * ONSET_HOP_S / pitch.hop_s
    return np.asarray(onsets + 0.5 * np.interp(at, np.arange(len(jump)), jump), np.float32)
