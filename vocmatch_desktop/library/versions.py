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

from vocmatch_desktop.analysis.blob import from_blob
from vocmatch_desktop.library.records import AnalysedFile
from vocmatch_desktop.types import Fingerprint, Float32

ALIKE = 0.80
"""Similarity from which beats of one title are versions. Measured on ten beats: MP3, level and EQ give ≥ .998, no bass
≥ .96, six silent seconds ≥ .80; two different beats ≤ .24."""

IDENTICAL = 0.985
"""Similarity from which beats of any titles are."""

LONGER_TAIL_S = 4.0
SAME_LENGTH_S = 0.15
MAX_COMPARED = 16
"""Of many beats of one length and tempo, so many are compared: storing a file must not keep the window waiting."""

_FRAME_S = 0.25
_MAX_LAG = 2
_GROUPS = (slice(0, 12), slice(12, 24), slice(24, 28))
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
    candidates = _candidates(connection, found)
    if not candidates:
        return None
    new = _movement(from_blob(found.fingerprint))
    for track, same_title, blob in candidates:
        if _likeness(new, _movement(from_blob(blob))) >= (ALIKE if same_title else IDENTICAL):
            return track
    return None


def _candidates(connection: sqlite3.Connection, found: AnalysedFile) -> list[tuple[int, bool, bytes]]:
    """Tracks worth comparing with, those of the same title first, with that and their fingerprints."""
    return connection.execute(
        "SELECT track.id, core_title = :title AS same_title, fingerprint"
        " FROM file JOIN track ON track.id = file.track JOIN analysis ON analysis.audio_hash = file.audio_hash"
        " WHERE track.removed IS NULL AND file.id IN ("
        "   SELECT id FROM file WHERE core_title = :title AND abs(duration_s - :length) <= :tail"
        "   UNION SELECT id FROM file WHERE duration_s BETWEEN :length - :same AND :length + :same)"
        " AND (same_title OR max(bpm / :bpm, :bpm / bpm) < 1.01)"
        " ORDER BY same_title DESC, file.id LIMIT :most",
        {
            "title": core_title(found.title),
            "length": found.duration_s,
            "tail": LONGER_TAIL_S,
            "same": SAME_LENGTH_S,
            "bpm": found.bpm,
            "most": MAX_COMPARED,
        },
    ).fetchall()


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
    return _likeness(_movement(first), _movement(second))


def _likeness(first: Float32, second: Float32) -> float:
    return max(_correlation(first, second, lag) for lag in range(-_MAX_LAG, _MAX_LAG + 1))


def _movement(fingerprint: Fingerprint) -> Float32:
    """Features every quarter of a second, float32 [frames, 28], so that two beat grids need not agree.

    Each frame is a mean over four steps, which are a little longer than it; harmony, bass and rhythm weigh the same.
    """
    features = np.concatenate([fingerprint.chroma, fingerprint.bass, fingerprint.onsets], axis=1)
    summed = np.zeros((len(features) + 1, features.shape[1]))
    np.cumsum(features, axis=0, out=summed[1:])
    times = np.arange(0.0, fingerprint.duration_s, _FRAME_S)
    first = np.clip(np.searchsorted(fingerprint.grid.steps_s, times, side="right") - 1, 0, len(features) - 1)
    behind = np.minimum(first + 4, len(features))
    frames = ((summed[behind] - summed[first]) / (behind - first)[:, None]).astype(np.float32)
    frames -= frames.mean(axis=0)
    for group in _GROUPS:
        frames[:, group] /= _size(frames[:, group]) + 1e-9
    return frames


def _correlation(a: Float32, b: Float32, lag: int) -> float:
    a, b = (a[lag:], b) if lag >= 0 else (a, b[-lag:])
    frames = min(len(a), len(b))
    a, b = a[:frames], b[:frames]
    return _product(a, b) / (_size(a) * _size(b) + 1e-9)


def _size(values: Float32) -> float:
    return float(np.sqrt(_product(values, values)))


def _product(a: Float32, b: Float32) -> float:
    # Not numpy.vdot: BLAS wakes its threads for it, which costs more than the sum where others use the cores.
    return float(np.einsum("ij,ij->", a, b))
