"""Stands in for listening: the end of a file says what is to become of it. A module, so that processes find it."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import numpy as np

from vocmatch_desktop.analysis.beat import BeatAnalysis
from vocmatch_desktop.analysis.blob import ANALYSER_VERSION
from vocmatch_desktop.library.records import FoundFile
from vocmatch_desktop.services.listening import Heard, listen_with
from vocmatch_desktop.types import AudioFile, BeatGrid, Fingerprint


def listen(found: FoundFile) -> Heard:
    """Reads the trailing text of a real sound file: crash, bug, slow, or nothing special."""
    order = found.path.read_bytes()[-8:].strip() if found.path.exists() else b""
    if order == b"crash":
        os._exit(11)
    if order == b"bug":
        raise ZeroDivisionError("one bad file")
    if order == b"slow":
        time.sleep(60)
    return listen_with(analyse, found)


def analyse(path: Path) -> BeatAnalysis:
    """A fingerprint that depends on the file's bytes only."""
    digest = hashlib.blake2b(path.read_bytes()).digest()
    rng = np.random.default_rng(list(digest))
    beats = 8
    fingerprint = Fingerprint(
        version=ANALYSER_VERSION,
        duration_s=5.0,
        loudness_lufs=-14.0,
        tuning=0.0,
        key=np.eye(24, dtype=np.float32)[digest[0] % 24],
        grid=BeatGrid(np.arange(beats + 1) * 0.625),
        chroma=rng.random((beats * 4, 12), np.float32),
        bass=rng.random((beats * 4, 12), np.float32),
        onsets=rng.random((beats * 4, 4), np.float32),
        bands=np.full((beats, 8), -20, np.float32),
        lead=np.zeros(beats, np.float32),
    )
    peaks = np.full((2, 400), 128, np.uint8)
    return BeatAnalysis(fingerprint, peaks, AudioFile(path, 8000, 1, 40_000), digest[:16].hex())


def double(number: int) -> int:
    """For the pool's own tests."""
    if number < 0:
        os._exit(3)
    if number == 13:
        raise ZeroDivisionError("thirteen")
    if number > 1000:
        time.sleep(number)
    return 2 * number
