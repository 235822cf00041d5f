"""A beat's analysis: one streaming decode → fingerprint, waveform overview, hash.

analysis = analyse_beat(path)
analysis.fingerprint.grid.bpm, analysis.fingerprint.best_key.name
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.analysis import beats, chroma, metre, onsets, rhythm, tempo, texture
from vocmatch_desktop.analysis.blob import ANALYSER_VERSION
from vocmatch_desktop.analysis.frames import mean_between
from vocmatch_desktop.analysis.key import key_posterior
from vocmatch_desktop.analysis.overview import Overview
from vocmatch_desktop.analysis.spectra import ONSET_HOP_S, PITCH_HOP_S, RATE, Spectra, SpectrumPass
from vocmatch_desktop.analysis.tuning import tuning_of
from vocmatch_desktop.audio.files import SoundHash, blocks
from vocmatch_desktop.audio.loudness import Loudness
from vocmatch_desktop.audio.mono import MonoMix
from vocmatch_desktop.audio.resample import Resampler
from vocmatch_desktop.types import Audio, AudioFile, BeatGrid, Fingerprint, Float32

BLOCK_S = 5.0
ONSET_LATE_S = 0.002
"""How much later than the sound's attack the flux curve peaks; measured on drums."""

STEADY_ENOUGH = 0.6
LEAST_BEATS = 4
HIT_BEFORE_S, HIT_AFTER_S = 0.03, 0.06
BASS_IN_KEY, BASS_AS_TONIC = 0.6, 0.3


@dataclass(frozen=True, slots=True, eq=False)
class BeatAnalysis:
    """Everything indexing wants to know of a file. `peaks`: uint8 [2, 400], minima and maxima, 128 is silence."""

    fingerprint: Fingerprint
    peaks: NDArray[np.uint8]
    audio: AudioFile
    audio_hash: str


def analyse_beat(path: Path) -> BeatAnalysis:
    """Analyses a sound file in one pass with bounded memory.

    Raises:
        NotFound, UnreadableAudio: As `audio.files.blocks`.
    """
    listener: _Listener | None = None
    for block in blocks(path, block_s=BLOCK_S):
        listener = listener or _Listener(block.rate, block.channels)
        listener.feed(block)
    assert listener is not None  # blocks() gives at least one
    return listener.finish(path)


class _Listener:
    """Hands every decoded block to all that listen, so that a file is decoded once."""

    def __init__(self, rate: int, channels: int) -> None:
        self._rate, self._channels, self._frames = rate, channels, 0
        self._hash = SoundHash(rate, channels)
        self._loudness = Loudness(rate, channels)
        self._overview = Overview(rate)
        self._mono = MonoMix()
        self._resampler = Resampler(rate, RATE, 1)
        self._spectra = SpectrumPass()

    def feed(self, block: Audio) -> None:
        self._frames += block.frames
        self._hash.feed(block.samples)
        self._loudness.feed(block.samples)
        mono = self._mono.feed(block.samples)
        self._overview.feed(mono)
        self._spectra.feed(self._resampler.feed(mono[:, None])[:, 0])

    def finish(self, path: Path) -> BeatAnalysis:
        self._spectra.feed(self._resampler.finish()[:, 0])
        audio = AudioFile(path, self._rate, self._channels, self._frames)
        fingerprint = fingerprint_of(self._spectra.finish(), audio.duration_s, self._loudness.lufs())
        return BeatAnalysis(fingerprint, self._overview.finish(), audio, self._hash.hexdigest())


def fingerprint_of(spectra: Spectra, duration_s: float, loudness_lufs: float) -> Fingerprint:
    """The fingerprint of a sound whose spectra were taken."""
    tuning = tuning_of(spectra.peaks.pitch, spectra.peaks.magnitude)
    notes = chroma.salience(spectra.peaks, tuning)
    bass_notes = chroma.salience(spectra.bass_peaks, tuning)
    flux = onsets.band_flux(onsets.flux(spectra.mel))
    chroma_frames, bass_frames = chroma.chroma(notes), chroma.bass_chroma(bass_notes)
    times = in_bars(beat_times(flux, duration_s), flux, chroma_frames, bass_frames, duration_s)
    steps = BeatGrid(times.beats_s).steps_s
    step_onsets = _unit(mean_between(flux, ONSET_HOP_S, steps + ONSET_LATE_S))
    grid = BeatGrid(times.beats_s, times.downbeat, metre.BEATS_PER_BAR, times.octave, times.confidence)
    bands = texture.level_db(mean_between(spectra.octaves, ONSET_HOP_S, grid.beats_s))
    lead = texture.lead_activity(notes, grid.beats_s)
    pulses = rhythm.modulation_spectrum(onsets.rhythm_envelope(spectra.mel), ONSET_HOP_S)
    return Fingerprint(
        version=ANALYSER_VERSION,
        duration_s=duration_s,
        loudness_lufs=loudness_lufs,
        tuning=tuning,
        key=beat_key(notes, bass_notes),
        grid=grid,
        chroma=chroma.to_unit(mean_between(chroma_frames, PITCH_HOP_S, steps)),
        bass=chroma.to_unit(mean_between(bass_frames, PITCH_HOP_S, steps)),
        onsets=step_onsets,
        bands=bands,
        lead=lead,
        embeddings=((rhythm.NAME, pulses),),
    )


def beat_key(notes: Float32, bass_notes: Float32) -> Float32:
    """24-key posterior of a beat from its salience above 174 Hz and of its bass."""
    tones = chroma.chroma(notes).mean(axis=0)
    bass = chroma.bass_line(bass_notes)
    return key_posterior(tones / max(float(tones.sum()), 1e-12) + BASS_IN_KEY * bass, BASS_AS_TONIC * bass)


@dataclass(frozen=True, slots=True, eq=False)
class BeatTimes:
    """Beat times that cover the file; as in `BeatGrid`: confidence, tempo's octave, first beat that begins a bar."""

    beats_s: NDArray[np.float64]
    confidence: float
    octave: tuple[float, float, float] = (0.0, 1.0, 0.0)
    downbeat: int = 0


def beat_times(flux: Float32, duration_s: float) -> BeatTimes:
    """Finds the beats in the flux of four bands, [n, 4] every `ONSET_HOP_S`."""
    curve = onsets.envelope(flux)
    correlation = tempo.autocorrelation(curve, ONSET_HOP_S)
    bpm = _tempo(curve, correlation)
    if bpm is None:
        return BeatTimes(beats.evenly(60 / tempo.PRIOR_BPM, 0.0, duration_s), 0.0)
    grid = beats.constant_grid(curve, onsets.envelope(flux[:, :1]), ONSET_HOP_S, 60 / bpm)
    bpm = 60 / grid.period_s
    periodic = float(np.clip(tempo.support(correlation, ONSET_HOP_S, np.array([bpm]))[0], 0, 1))
    octave = tempo.octave_posterior(correlation, ONSET_HOP_S, bpm)
    if beats.tempo_agreement(curve, ONSET_HOP_S, grid.period_s) < STEADY_ENOUGH:
        tracked = beats.track(curve, ONSET_HOP_S, grid.period_s) - ONSET_LATE_S
        if len(tracked) >= LEAST_BEATS:
            period = float(np.median(np.diff(tracked)))
            return BeatTimes(beats.covering(tracked, period, duration_s), periodic * grid.steady, octave)
    even = beats.evenly(grid.period_s, grid.phase_s - ONSET_LATE_S, duration_s)
    return BeatTimes(even, periodic * grid.steady, octave)


def _tempo(curve: Float32, correlation: NDArray[np.float64]) -> float | None:
    """The best supported tempo, at its most probable octave; None where nothing repeats."""
    found = tempo.candidates(curve, ONSET_HOP_S, 1)
    if not found:
        return None
    posterior = tempo.octave_posterior(correlation, ONSET_HOP_S, found[0][0])
    return found[0][0] * (0.5, 1.0, 2.0)[int(np.argmax(posterior))]


def in_bars(
    times: BeatTimes, flux: Float32, chroma_frames: Float32, bass_frames: Float32, duration_s: float
) -> BeatTimes:
    """The same beats with the first bar line found; moved by half a beat where the bars say so."""
    count = len(times.beats_s) - 1
    halves = np.interp(np.arange(2 * count + 1) / 2, np.arange(count + 1), times.beats_s)
    around = np.column_stack([halves[:-1] - HIT_BEFORE_S, halves[:-1] + HIT_AFTER_S]).ravel()
    place = metre.bar_line(
        mean_between(chroma_frames, PITCH_HOP_S, halves),
        mean_between(bass_frames, PITCH_HOP_S, halves),
        mean_between(flux, ONSET_HOP_S, around)[::2],
    )
    if place % 2 == 0:
        return replace(times, downbeat=place // 2)
    period = float(times.beats_s[-1] - times.beats_s[0]) / count
    moved = beats.covering(halves[1::2], period, duration_s)
    added = round((halves[1] - moved[0]) / period)
    return replace(times, beats_s=moved, downbeat=(place // 2 + added) % metre.BEATS_PER_BAR)


def _unit(flux: Float32) -> Float32:
    """Flux on a scale of 0…1 a band; 1 is what only one step in a hundred passes."""
    top = np.percentile(flux, 99, axis=0) if len(flux) else np.ones(flux.shape[1])
    return np.where(top > 0, np.minimum(flux / np.where(top > 0, top, 1), 1), 0).astype(np.float32)
