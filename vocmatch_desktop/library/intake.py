"""What indexing found, written into the catalogue: new beats, new versions, moved and lost files.

All of it runs inside the caller's transaction.

- The same path with other sound is a new version of the same beat: tags, rating and locks stay.
- The same sound at another path is the same beat: moved, if the file it was known by is gone, else one more copy.
- A near-identical bounce becomes a version of the beat it resembles (`versions`), so that a ranking's first five are
  five different beats. No file is ever dropped, and a user can split a version off.
- A removed beat stays removed whatever happens to its files, unless one of them is indexed by its own name.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from vocmatch_desktop.library import versions
from vocmatch_desktop.library.records import (
    AnalysedFile,
    Condensed,
    IndexEvent,
    NoBeat,
    NotTaken,
    RetaggedFile,
    Stored,
    Survey,
)
from vocmatch_desktop.library.schema import decode_path, encode_path, shown_path
from vocmatch_desktop.library.words import key_words
from vocmatch_desktop.types import Key

LOSSLESS = frozenset(
    (".wav", ".wave", ".bwf", ".w64", ".rf64", ".aif", ".aiff", ".aifc", ".caf", ".au", ".flac", ".alac")
)
"""Of a beat's versions the lossless ones are shown and played rather than the others."""


def store(connection: sqlite3.Connection, event: IndexEvent) -> Stored:
    """Writes one event of the indexing job."""
    match event:
        case AnalysedFile():
            return _store_analysed(connection, event)
        case RetaggedFile():
            return _store_retagged(connection, event)
        case NoBeat():
            return _store_no_beat(connection, event)
        case Survey():
            return _store_survey(connection, event)
        case NotTaken():
            return Stored("failed")
        case Condensed():
            return _store_condensed(connection, event)


def _store_analysed(connection: sqlite3.Connection, found: AnalysedFile) -> Stored:
    _put_analysis(connection, found)
    connection.execute("DELETE FROM no_beat WHERE path = ?", (encode_path(found.path),))
    known = connection.execute(
        "SELECT id, track, audio_hash FROM file WHERE path = ?", (encode_path(found.path),)
    ).fetchone()
    if known is not None:
        file, track, old_hash = known
        _put_file(connection, file, found)
        _forget_unused(connection, old_hash)
        refresh(connection, track)
        return Stored("updated", (track,))
    same = connection.execute(
        "SELECT id, track, path, missing FROM file WHERE audio_hash = ? ORDER BY missing DESC, id", (found.audio_hash,)
    ).fetchall()
    for file, track, path, missing in same:
        if missing or not decode_path(path).exists():
            _put_file(connection, file, found)
            refresh(connection, track)
            return Stored("moved", (track,))
    track = same[0][1] if same else versions.same_beat(connection, found)
    outcome = Stored("version", (track,)) if track is not None else Stored("added", (_new_track(connection, found),))
    _add_file(connection, outcome.tracks[0], found)
    refresh(connection, outcome.tracks[0])
    return outcome


def _store_retagged(connection: sqlite3.Connection, found: RetaggedFile) -> Stored:
    row = connection.execute(
        "UPDATE file SET size = ?, mtime_ns = ?, title = ?, core_title = ?, words = ?, missing = 0 WHERE path = ?"
        " RETURNING track",
        (found.size, found.mtime_ns, *_names(found), encode_path(found.path)),
    ).fetchone()
    if row is None:  # removed by an undo while it was being read
        return Stored("updated")
    refresh(connection, row[0])
    return Stored("updated", (row[0],))


def _store_no_beat(connection: sqlite3.Connection, found: NoBeat) -> Stored:
    connection.execute(
        "INSERT OR REPLACE INTO no_beat (path, size, mtime_ns, reason) VALUES (?, ?, ?, ?)",
        (encode_path(found.path), found.size, found.mtime_ns, found.reason),
    )
    return Stored("no_beat")


def _store_survey(connection: sqlite3.Connection, survey: Survey) -> Stored:
    changed: set[int] = set()
    for moved in survey.moved:
        changed |= _update_files(connection, "path = ?, missing = 0", moved.old, encode_path(moved.new))
    for path in survey.missing:
        changed |= _update_files(connection, "missing = 1", path)
        connection.execute("DELETE FROM no_beat WHERE path = ?", (encode_path(path),))
    for path in survey.found:
        changed |= _update_files(connection, "missing = 0", path)
    for path in survey.asked_for:
        back = connection.execute(
            "UPDATE track SET removed = NULL WHERE removed IS NOT NULL"
            " AND id IN (SELECT track FROM file WHERE path = ?) RETURNING id",
            (encode_path(path),),
        ).fetchall()
        changed |= {row[0] for row in back}
    for track in changed:
        refresh(connection, track)
    return Stored("surveyed", tuple(sorted(changed)))


def _store_condensed(connection: sqlite3.Connection, made: Condensed) -> Stored:
    coarse = made.coarse
    connection.execute(
        "UPDATE analysis SET coarse_version = ?, coarse_frames = ?, coarse_summary = ? WHERE audio_hash = ?",
        (coarse.version, coarse.frames.tobytes(), coarse.summary.tobytes(), made.audio_hash),
    )
    return Stored("condensed")


def _update_files(connection: sqlite3.Connection, change: str, path: Path, *values: object) -> set[int]:
    rows = connection.execute(
        f"UPDATE file SET {change} WHERE path = ? RETURNING track", (*values, encode_path(path))
    ).fetchall()
    return {row[0] for row in rows}


def _put_analysis(connection: sqlite3.Connection, found: AnalysedFile) -> None:
    coarse = found.coarse
    connection.execute(
        "INSERT OR REPLACE INTO analysis (audio_hash, version, duration_s, bpm, key, fingerprint, peaks,"
        " coarse_version, coarse_frames, coarse_summary) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            found.audio_hash,
            found.version,
            found.duration_s,
            found.bpm,
            found.key.index,
            found.fingerprint,
            found.peaks.tobytes(),
            coarse and coarse.version,
            coarse and coarse.frames.tobytes(),
            coarse and coarse.summary.tobytes(),
        ),
    )


def _put_file(connection: sqlite3.Connection, file: int, found: AnalysedFile) -> None:
    connection.execute(
        "UPDATE file SET path = ?, size = ?, mtime_ns = ?, audio_hash = ?, title = ?, core_title = ?, words = ?,"
        " duration_s = ?, missing = 0 WHERE id = ?",
        (*_file_values(found), file),
    )


def _add_file(connection: sqlite3.Connection, track: int, found: AnalysedFile) -> None:
    connection.execute(
        "INSERT INTO file (path, size, mtime_ns, audio_hash, title, core_title, words, duration_s, track)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*_file_values(found), track),
    )


def _file_values(found: AnalysedFile) -> tuple[object, ...]:
    place = encode_path(found.path), found.size, found.mtime_ns
    return *place, found.audio_hash, *_names(found), found.duration_s


def _names(found: AnalysedFile | RetaggedFile) -> tuple[str, str, str]:
    title = _text(found.title)
    return title, versions.core_title(title), _text(found.words)


def _new_track(connection: sqlite3.Connection, found: AnalysedFile) -> int:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    new = connection.execute("INSERT INTO track (title, added) VALUES (?, ?)", (_text(found.title), now)).lastrowid
    assert new is not None
    return new


def _forget_unused(connection: sqlite3.Connection, audio_hash: str) -> None:
    connection.execute(
        "DELETE FROM analysis WHERE audio_hash = ? AND NOT EXISTS (SELECT 1 FROM file WHERE audio_hash = ?)",
        (audio_hash, audio_hash),
    )


def refresh(connection: sqlite3.Connection, track: int) -> None:
    """Chooses the track's main file anew and brings title and search words up to date.

    A file that is there comes before a missing one, lossless before lossy, then the newest.
    """
    files = connection.execute(
        "SELECT id, path, title, words, missing, mtime_ns FROM file WHERE track = ?", (track,)
    ).fetchall()
    connection.execute("DELETE FROM search WHERE rowid = ?", (track,))
    if not files:
        connection.execute("UPDATE track SET main_file = NULL WHERE id = ?", (track,))
        return
    main = max(files, key=lambda file: (not file[4], decode_path(file[1]).suffix.lower() in LOSSLESS, file[5], file[0]))
    connection.execute("UPDATE track SET main_file = ?, title = ? WHERE id = ?", (main[0], main[2], track))
    words = " ".join(f"{shown_path(decode_path(path))} {title} {words}" for _, path, title, words, *_ in files)
    key, tags = connection.execute(
        "SELECT coalesce(key_lock, analysis.key), (SELECT group_concat(name, ' ') FROM tag WHERE tag.track = track.id)"
        " FROM track JOIN file ON file.id = main_file JOIN analysis ON analysis.audio_hash = file.audio_hash"
        " WHERE track.id = ?",
        (track,),
    ).fetchone()
    connection.execute(
        "INSERT INTO search (rowid, title, tags, words, keys) VALUES (?, ?, ?, ?, ?)",
        (track, main[2], tags or "", words, key_words(Key.from_index(key))),
    )


def _text(text: str) -> str:
    """Text as SQLite can hold it: half surrogates (from undecodable names) become "?", NUL goes."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
