"""Which files are bounces of the same beat: WAV beside MP3, louder, with a longer tail, with one small change.

Two wrong answers are possible and not equally bad. Two rows for one beat waste a place in a ranking; two beats in one
row hide one of them. So a pair must agree in length, in title and in what it sounds like over time, or, under different
titles, be next to identical in length and sound.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.analysis.blob import from_blob
from vocmatch_desktop.library.records import AnalysedFile
from vocmatch_desktop.types import Fingerprint

ALIKE = 0.90
"""Similarity from which beats of one title are versions."""

IDENTICAL = 0.985
"""Similarity from which beats of any titles are."""

LONGER_TAIL_S = 4.0
SAME_LENGTH_S = 0.15
MAX_COMPARED = 40
"""More beats than this of one length are hardly all compared: the first indexed are."""

_FRAME_S = 0.25
_MAX_LAG = 2
_VERSION_WORDS = frozenset(
    word
    for line in (
        "bounce bounced copy edit export final finished loud louder master mastered mix mixdown mixed new old",
        "premaster print render rendered rev revised rough tagged test untagged v ver version wip",
        "aiff flac mp3 wav 16bit 24bit 44k 48k 128 320 kbps",
    )
    for word in line.split()
)
_VERSION_NUMBER = re.compile(r"(v|ver|version|rev|mix|bounce|copy|take)[ ]?\d+$")
_TOKEN = re.compile(r"[^\W_]+")


def same_beat(connection: sqlite3.Connection, found: AnalysedFile) -> int | None:
    """The track `found` is a version of, None where it is a beat of its own."""
    new: Fingerprint | None = None
    for track, title, duration_s, blob in _candidates(connection, found):
        needed = _needed_similarity(found, title, duration_s)
        if needed is None:
            continue
        new = new or from_blob(found.fingerprint)
        if similarity(new, from_blob(blob)) >= needed:
            return track
    return None


def _candidates(connection: sqlite3.Connection, found: AnalysedFile) -> list[tuple[int, str, float, bytes]]:
    """Beats of about the length, those of the same title first."""
    nearby = connection.execute(
        "SELECT file.id, track.id, file.title, file.duration_s FROM file JOIN track ON track.id = file.track"
        " WHERE track.removed IS NULL AND file.duration_s BETWEEN ? AND ?",
        (found.duration_s - LONGER_TAIL_S, found.duration_s + LONGER_TAIL_S),
    ).fetchall()
    possible = [row for row in nearby if _needed_similarity(found, row[2], row[3]) is not None]
    possible.sort(key=lambda row: (core_title(row[2]) != core_title(found.title), row[0]))
    blob = "SELECT fingerprint FROM analysis JOIN file ON file.audio_hash = analysis.audio_hash WHERE file.id = ?"
    return [
        (track, title, length, connection.execute(blob, (file,)).fetchone()[0])
        for file, track, title, length in possible[:MAX_COMPARED]
    ]


def _needed_similarity(found: AnalysedFile, title: str, duration_s: float) -> float | None:
    """How alike two beats must sound to be one, None where nothing would be enough."""
    if core_title(found.title) == core_title(title):
        return ALIKE
    return IDENTICAL if abs(found.duration_s - duration_s) <= SAME_LENGTH_S else None


def core_title(title: str) -> str:
    """A title without case, accents and what marks a version: "Night Bus (final mix) v3" and "night_bus" are one."""
    plain = unicodedata.normalize("NFKD", title).casefold()
    tokens = _TOKEN.findall("".join(character for character in plain if not unicodedata.combining(character)))
    joined = _VERSION_NUMBER.sub("", " ".join(tokens))
    kept = [token for token in joined.split() if token not in _VERSION_WORDS and not _VERSION_NUMBER.match(token)]
    return " ".join(kept or tokens)


def similarity(first: Fingerprint, second: Fingerprint) -> float:
    """How alike two beats move in time, −1…1, whatever their level.

    Correlation of harmony, bass and rhythm, frame by frame, each feature around its own mean, at the best of a few lags
    (encoders pad).
    """
    a, b = _movement(first), _movement(second)
    return max(_correlation(a, b, lag) for lag in range(-_MAX_LAG, _MAX_LAG + 1))


def _movement(fingerprint: Fingerprint) -> NDArray[np.float64]:
    """Features every quarter of a second, float64 [frames, 28], so that two beat grids need not agree."""
    steps = fingerprint.grid.steps_s
    times = np.arange(0.0, fingerprint.duration_s, _FRAME_S)
    place = np.clip(np.searchsorted(steps, times, side="right") - 1, 0, len(steps) - 2)
    parts = []
    for feature in (fingerprint.chroma, fingerprint.bass, fingerprint.onsets):
        sampled = _smoothed(np.asarray(feature, np.float64))[place]
        centred = sampled - sampled.mean(axis=0)
        parts.append(centred / (np.linalg.norm(centred) + 1e-9))
    return np.concatenate(parts, axis=1)


def _smoothed(feature: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over four steps: a frame is longer than a step."""
    padded = np.concatenate([np.zeros((1, feature.shape[1])), np.cumsum(feature, axis=0)])
    ends = np.minimum(np.arange(len(feature)) + 4, len(feature))
    means: NDArray[np.float64] = (padded[ends] - padded[:-1]) / (ends - np.arange(len(feature)))[:, None]
    return means


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64], lag: int) -> float:
    a, b = (a[lag:], b) if lag >= 0 else (a, b[-lag:])
    frames = min(len(a), len(b))
    if frames < 2:
        return 0.0
    a, b = a[:frames], b[:frames]
    return float(np.sum(a * b) / (np.linalg.norm(a) * np.linalg.norm(b) + 1e-9))
