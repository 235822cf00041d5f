"""Questions to the catalogue: rows and columns for the table, files, and how things stand before an edit."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from vocmatch_desktop.library.records import Columns, FileRow, FileState, KnownFile, TrackRow, TrackState
from vocmatch_desktop.library.schema import decode_path, encode_path
from vocmatch_desktop.types import Key, Locks

_FIELDS = 12
_SHOWN = """
    SELECT track.id, track.title, file.path, file.duration_s, analysis.bpm * track.tempo_factor,
           coalesce(track.key_lock, analysis.key), track.rating, file.missing, track.tempo_factor, track.key_lock,
           track.added, (SELECT count(*) FROM file AS any_file WHERE any_file.track = track.id)
    FROM track JOIN file ON file.id = track.main_file JOIN analysis ON analysis.audio_hash = file.audio_hash
    WHERE track.removed IS NULL
"""


def columns(connection: sqlite3.Connection, ids: Iterable[int] | None = None) -> Columns:
    """The library, or the tracks of `ids` that are in it, in the order they were added."""
    if ids is None:
        found = connection.execute(_SHOWN + " ORDER BY track.id").fetchall()
        tags = connection.execute("SELECT track, name FROM tag ORDER BY track, place").fetchall()
    else:
        among, wanted = _among(ids)
        found = connection.execute(f"{_SHOWN} AND track.id {among} ORDER BY track.id", wanted).fetchall()
        tags = connection.execute(
            f"SELECT track, name FROM tag WHERE track {among} ORDER BY track, place", wanted
        ).fetchall()
    return _columns(found, tags)


def _columns(found: list[tuple[object, ...]], tags: Iterable[tuple[int, str]]) -> Columns:
    track_ids, titles, paths, duration_s, bpm, keys, rating, missing, factors, key_locks, added, versions = (
        zip(*found, strict=True) if found else [()] * _FIELDS
    )
    tags_of: dict[int, tuple[str, ...]] = {}
    for track, name in tags:
        tags_of[track] = (*tags_of.get(track, ()), name)
    return Columns(
        ids=np.array(track_ids, np.int64),
        titles=titles,
        paths=tuple(map(decode_path, paths)),
        bpm=np.array(bpm, np.float32),
        keys=np.array(keys, np.int8),
        duration_s=np.array(duration_s, np.float32),
        rating=np.array(rating, np.int8),
        tags=tuple(tags_of.get(track, ()) for track in track_ids),
        missing=np.array(missing, np.bool_),
        versions=np.array(versions, np.int16),
        locks=tuple(map(locks, factors, key_locks)),
        added=added,
    )


def rows(connection: sqlite3.Connection, ids: Iterable[int] | None = None) -> tuple[TrackRow, ...]:
    """Rows in the order of `ids` (None: all, as added); those that are not, or no longer, there are left out."""
    wanted = None if ids is None else list(ids)
    table = columns(connection, wanted)
    by_id = {
        int(table.ids[place]): TrackRow(
            id=int(table.ids[place]),
            title=table.titles[place],
            path=table.paths[place],
            duration_s=float(table.duration_s[place]),
            bpm=float(table.bpm[place]),
            key=Key.from_index(int(table.keys[place])),
            rating=int(table.rating[place]),
            tags=table.tags[place],
            missing=bool(table.missing[place]),
            versions=int(table.versions[place]),
            locks=table.locks[place],
            added=table.added[place],
        )
        for place in range(len(table))
    }
    return tuple(by_id[track] for track in (by_id if wanted is None else wanted) if track in by_id)


def locks(tempo_factor: float, key_lock: int | None) -> Locks:
    """Locks as they are stored."""
    return Locks(tempo_factor, None if key_lock is None else Key.from_index(key_lock))


def files(connection: sqlite3.Connection, track: int) -> tuple[FileRow, ...]:
    """All files of a track, its main one first."""
    found = connection.execute(
        "SELECT file.id, path, size, duration_s, missing FROM file JOIN track ON track.id = file.track"
        " WHERE track.id = ? ORDER BY file.id != track.main_file, file.id",
        (track,),
    )
    return tuple(FileRow(id, decode_path(path), size, length, bool(gone)) for id, path, size, length, gone in found)


def known_files(connection: sqlite3.Connection) -> tuple[KnownFile, ...]:
    """Every file the library has an opinion on, those that are no beats included."""
    beats = connection.execute(
        "SELECT path, size, mtime_ns, file.audio_hash, version, missing"
        " FROM file JOIN analysis ON analysis.audio_hash = file.audio_hash"
    )
    known = [KnownFile(decode_path(row[0]), row[1], row[2], row[3], row[4], bool(row[5])) for row in beats]
    short = connection.execute("SELECT path, size, mtime_ns, reason FROM no_beat")
    known += [KnownFile(decode_path(path), size, when, None, reason=why) for path, size, when, why in short]
    return tuple(known)


def track_at(connection: sqlite3.Connection, path: Path) -> int | None:
    """The track a path belongs to, None where the library does not know it or the track was removed."""
    row = connection.execute(
        "SELECT track FROM file JOIN track ON track.id = file.track WHERE path = ? AND removed IS NULL",
        (encode_path(path),),
    ).fetchone()
    return None if row is None else int(row[0])


def tracks_under(connection: sqlite3.Connection, folder: Path) -> list[int]:
    """Tracks all of whose files are in `folder` or below."""
    below = encode_path(folder / "_")[:-1]
    found = connection.execute(
        "SELECT track.id FROM track JOIN file ON file.track = track.id WHERE removed IS NULL"
        " GROUP BY track.id HAVING min(substr(path, 1, ?) = ?)",
        (len(below), below),
    )
    return [row[0] for row in found]


def states(connection: sqlite3.Connection, ids: Iterable[int]) -> tuple[TrackState, ...]:
    """What the user has set on tracks, removed ones included."""
    among, wanted = _among(ids)
    found = connection.execute(
        "SELECT id, rating, tempo_factor, key_lock, removed,"
        " (SELECT json_group_array(name) FROM (SELECT name FROM tag WHERE tag.track = track.id ORDER BY place))"
        f" FROM track WHERE id {among} ORDER BY id",
        wanted,
    )
    return tuple(
        TrackState(id, rating, tuple(json.loads(tags)), locks(factor, key), removed)
        for id, rating, factor, key, removed, tags in found
    )


def file_states(connection: sqlite3.Connection, ids: Iterable[int]) -> tuple[FileState, ...]:
    """Where files are, by file id."""
    among, wanted = _among(ids)
    found = connection.execute(
        f"SELECT id, track, path, size, mtime_ns, missing FROM file WHERE id {among} ORDER BY id", wanted
    )
    return tuple(
        FileState(id, track, decode_path(path), size, when, bool(gone)) for id, track, path, size, when, gone in found
    )


def _among(ids: Iterable[int]) -> tuple[str, tuple[str]]:
    """`IN (…)` for any number of ids with one bound value."""
    return "IN (SELECT value FROM json_each(?))", (json.dumps(list(map(int, ids))),)
