"""Beats to put into a catalogue without listening to anything."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from vocmatch_desktop.analysis.blob import ANALYSER_VERSION, to_blob
from vocmatch_desktop.library.records import AnalysedFile, Coarse
from vocmatch_desktop.types import BeatGrid, Fingerprint, Float32, Key


def a_fingerprint(seed: int, *, duration_s: float = 20.0, bpm: float = 96.0, key: Key | None = None) -> Fingerprint:
    """A beat whose harmony and rhythm are its own: two seeds have nothing in common."""
    rng = np.random.default_rng(seed)
    beats = int(duration_s * bpm / 60) + 1
    posterior = np.zeros(24, np.float32)
    posterior[(key or Key(9, True)).index] = 1
    return Fingerprint(
        version=ANALYSER_VERSION,
        duration_s=duration_s,
        loudness_lufs=-14.0,
        tuning=0.0,
        key=posterior,
        grid=BeatGrid(np.arange(beats + 1) * 60 / bpm),
        chroma=_held(rng, beats, 12),
        bass=_held(rng, beats, 12),
        onsets=_held(rng, beats, 4),
        bands=np.full((beats, 8), -20, np.float32),
        lead=np.zeros(beats, np.float32),
    )


def _held(rng: np.random.Generator, beats: int, width: int) -> Float32:
    """Numbers that change every beat, in steps."""
    return np.repeat(rng.random((beats, width)), 4, axis=0).astype(np.float32)


def analysed(
    path: Path,
    seed: int = 1,
    *,
    title: str | None = None,
    words: str = "",
    fingerprint: Fingerprint | None = None,
    size: int = 1000,
    mtime_ns: int = 1,
    audio_hash: str | None = None,
) -> AnalysedFile:
    """A row as a listening process sends it; the same seed is the same sound."""
    heard = fingerprint or a_fingerprint(seed)
    return AnalysedFile(
        path=path,
        size=size,
        mtime_ns=mtime_ns,
        audio_hash=audio_hash or hashlib.blake2b(to_blob(heard), digest_size=16).hexdigest(),
        version=heard.version,
        duration_s=heard.duration_s,
        bpm=heard.grid.bpm,
        key=heard.best_key,
        fingerprint=to_blob(heard),
        peaks=np.full((2, 400), 128, np.uint8),
        title=path.stem if title is None else title,
        words=words,
        coarse=coarse(heard, 1),
    )


def coarse(fingerprint: Fingerprint, version: int = 1) -> Coarse:
    """A stand-in for matching's: tells the tempo, so that tests can see whose it is."""
    frames = np.full((fingerprint.grid.beats, 12), fingerprint.grid.bpm, np.float16)
    return Coarse(frames, np.array([fingerprint.grid.bpm, version], np.float32), version)
