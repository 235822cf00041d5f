"""What a user changes by hand; every edit gives the `Change` that takes it back.

All of it runs inside the caller's transaction. Nothing here touches a sound file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from vocmatch_desktop.errors import LibraryError, NotFound
from vocmatch_desktop.library import reading
from vocmatch_desktop.library.intake import refresh
from vocmatch_desktop.library.records import Change, FileState, TrackState
from vocmatch_desktop.library.scan import plain_path
from vocmatch_desktop.library.schema import encode_path
from vocmatch_desktop.types import Locks

TEMPO_FACTORS = (0.5, 1.0, 2.0)


def set_tags(connection: sqlite3.Connection, ids: Sequence[int], tags: Iterable[str]) -> Change:
    """Gives tracks these tags in place of theirs; blank ones and repetitions (whatever their case) are left out."""
    before = _known(connection, ids)
    names = clean_tags(tags)
    for state in before:
        _put_tags(connection, state.id, names)
        refresh(connection, state.id)
    return Change(before)


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags on one line each, without repetitions, in the order they were given."""
    lines = (" ".join(tag.encode("utf-8", "replace").decode().split()) for tag in tags)
    return tuple({line.casefold(): line for line in reversed(list(lines)) if line}.values())[::-1]


def rate(connection: sqlite3.Connection, ids: Sequence[int], stars: int) -> Change:
    """0 (not rated) … 5 stars."""
    if not 0 <= stars <= 5:
        raise LibraryError(f"A rating goes from 0 to 5, not {stars}.")
    before = _known(connection, ids)
    connection.executemany("UPDATE track SET rating = ? WHERE id = ?", [(stars, state.id) for state in before])
    return Change(before)


def lock(connection: sqlite3.Connection, ids: Sequence[int], locks: Locks) -> Change:
    """Corrects tempo octave and key by hand; `Locks()` takes the corrections away."""
    if locks.tempo_factor not in TEMPO_FACTORS:
        raise ValueError(f"tempo_factor must be one of {TEMPO_FACTORS}")
    before = _known(connection, ids)
    for state in before:
        _put_locks(connection, state.id, locks)
        refresh(connection, state.id)
    return Change(before)


def remove(connection: sqlite3.Connection, ids: Sequence[int]) -> Change:
    """Takes tracks out of the library; their files stay on the disk, and indexing does not bring them back."""
    before = _known(connection, ids)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    connection.executemany("UPDATE track SET removed = ? WHERE id = ?", [(now, state.id) for state in before])
    return Change(before)


def bring_back(connection: sqlite3.Connection, ids: Sequence[int]) -> Change:
    """Puts removed tracks back, with everything they had."""
    before = _known(connection, ids, removed_too=True)
    connection.executemany("UPDATE track SET removed = NULL WHERE id = ?", [(state.id,) for state in before])
    return Change(before)


def relocate(connection: sqlite3.Connection, track: int, new: Path) -> Change:
    """Says where a track's missing file is now; a file that differs in sound is taken as a new version of the beat.

    Only the path changes here: the next scan of it compares sizes, times and sound.

    Raises:
        LibraryError: none of the track's files is missing, or the new file is in the library already.
    """
    _known(connection, [track])
    new = plain_path(new)
    taken = connection.execute(
        "SELECT track.title, removed FROM file JOIN track ON track.id = file.track WHERE path = ?", (encode_path(new),)
    ).fetchone()
    if taken is not None:
        raise LibraryError(f"That file is in the library already, as “{taken[0]}”.", "Remove the missing beat instead.")
    lost = connection.execute(
        "SELECT file.id FROM file JOIN track ON track.id = file.track WHERE track.id = ? AND missing"
        " ORDER BY file.id != main_file, file.id",
        (track,),
    ).fetchone()
    if lost is None:
        raise LibraryError("No file of that beat is missing.", "Index the new file to add it.")
    before = reading.file_states(connection, lost)
    # A time that no file has makes the next scan listen to it.
    connection.execute(
        "UPDATE file SET path = ?, missing = 0, size = 0, mtime_ns = -1 WHERE id = ?", (encode_path(new), lost[0])
    )
    refresh(connection, track)
    return Change(files=before)


def split(connection: sqlite3.Connection, file: int) -> Change:
    """Makes one file of a track a beat of its own, with the same tags, rating and locks.

    Raises:
        NotFound: there is no such file. LibraryError: it is the track's only one.
    """
    before = reading.file_states(connection, [file])
    if not before:
        raise NotFound("That file is not in the library.")
    track = before[0].track
    if len(reading.files(connection, track)) < 2:
        raise LibraryError("That beat has only one file.")
    (state,) = reading.states(connection, [track])
    new = connection.execute(
        "INSERT INTO track (title, rating, added) SELECT title, rating, added FROM track WHERE id = ?", (track,)
    ).lastrowid
    assert new is not None
    connection.execute("UPDATE file SET track = ? WHERE id = ?", (new, file))
    _put_tags(connection, new, state.tags)
    _put_locks(connection, new, state.locks)
    refresh(connection, track)
    refresh(connection, new)
    return Change(files=before, values={"track": new})


def undo(connection: sqlite3.Connection, change: Change) -> Change:
    """Makes things as they were before an edit; what it gives undoes the undo.

    Raises:
        LibraryError: a file would go back to a path that another file of the library has by now.
    """
    reverse = Change(
        reading.states(connection, [state.id for state in change.before]),
        reading.file_states(connection, [state.id for state in change.files]),
    )
    for state in change.before:
        _put_state(connection, state)
    for place in change.files:
        _put_file(connection, place)
    for track in {*change.tracks, *reverse.tracks}:
        refresh(connection, track)
    return reverse


def _known(connection: sqlite3.Connection, ids: Sequence[int], removed_too: bool = False) -> tuple[TrackState, ...]:
    """States of all `ids`; raises `NotFound` if one of them is not in the library."""
    found = {state.id: state for state in reading.states(connection, ids) if removed_too or state.removed is None}
    for track in ids:
        if track not in found:
            raise NotFound(f"There is no beat {track} in the library.", "`vocmatch library list` shows them.")
    return tuple(found.values())


def _put_state(connection: sqlite3.Connection, state: TrackState) -> None:
    connection.execute("UPDATE track SET rating = ?, removed = ? WHERE id = ?", (state.rating, state.removed, state.id))
    _put_tags(connection, state.id, state.tags)
    _put_locks(connection, state.id, state.locks)


def _put_file(connection: sqlite3.Connection, state: FileState) -> None:
    taken = connection.execute(
        "SELECT title FROM file WHERE path = ? AND id != ?", (encode_path(state.path), state.id)
    ).fetchone()
    if taken is not None:
        raise LibraryError(f"This cannot be undone: its old place now holds “{taken[0]}”.")
    connection.execute(
        "UPDATE file SET track = ?, path = ?, size = ?, mtime_ns = ?, missing = ? WHERE id = ?",
        (state.track, encode_path(state.path), state.size, state.mtime_ns, state.missing, state.id),
    )


def _put_tags(connection: sqlite3.Connection, track: int, tags: Sequence[str]) -> None:
    connection.execute("DELETE FROM tag WHERE track = ?", (track,))
    connection.executemany(
        "INSERT INTO tag (track, place, name) VALUES (?, ?, ?)", [(track, place, tag) for place, tag in enumerate(tags)]
    )


def _put_locks(connection: sqlite3.Connection, track: int, locks: Locks) -> None:
    key = None if locks.key is None else locks.key.index
    connection.execute("UPDATE track SET tempo_factor = ?, key_lock = ? WHERE id = ?", (locks.tempo_factor, key, track))
