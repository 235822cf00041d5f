"""The library's database file: how it is opened, how its tables came to be, and what is said when it cannot be used.

`PRAGMA user_version` counts the migrations a file has been through; before one runs, the file is copied beside itself.
Paths are kept as the bytes the system uses, because a file's name need not be valid text.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vocmatch_desktop.errors import LibraryError

if TYPE_CHECKING:
    from sqlite_utils import Database

BUSY_TIMEOUT_S = 5.0
"""How long a write waits for another program's write to end before it says so."""

SIDE_FILES = ("-wal", "-shm")


def connect(path: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> sqlite3.Connection:
    """Opens the database for reading and writing, creates it where there is none, and brings it up to date.

    Raises:
        LibraryError: it is damaged, locked, read-only, or was made by a newer version of the program.
    """
    with plain_words(path):
        _make_folder(path)
        connection = sqlite3.connect(path, timeout=busy_timeout_s, isolation_level=None)
        try:
            _check_ours(connection, path)
            _configure(connection)
            if _version(connection, path) < len(MIGRATIONS):
                migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def connect_reading(path: Path) -> sqlite3.Connection:
    """Opens an existing, up-to-date database for reading only; raises `LibraryError` as `connect` does."""
    if not path.is_file():
        raise LibraryError(f"There is no library at {path}.", "Index a folder of beats first.", path=str(path))
    with plain_words(path):
        connection = _open_reading(path)
        try:
            _check_current(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _open_reading(path: Path) -> sqlite3.Connection:
    """A file in a folder that may not be written to cannot have WAL's side files: then nobody can be writing either."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        return sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True, isolation_level=None)
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Everything inside is written, or nothing is; raises `LibraryError` where the database cannot be written to."""
    with plain_words(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def plain_words(path: Path) -> Iterator[None]:
    """Turns the ways a database file can fail into `LibraryError`; what is our own mistake stays an sqlite3 error."""
    try:
        yield
    except sqlite3.Error as error:
        said = _sentence(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        if said is None:
            raise
        message, remedy = said
        raise LibraryError(message, remedy, path=str(path)) from error


def _sentence(code: int) -> tuple[str, str] | None:
    damaged = (
        "The library's database is damaged.",
        "Takes and sound files are safe. Set the damaged file aside (vocmatch library set-aside) and index again.",
    )
    sentences = {
        sqlite3.SQLITE_BUSY: (
            "The library is in use by another VocMatch window or command.",
            "Try again when that one is done.",
        ),
        sqlite3.SQLITE_READONLY: (
            "The library's database cannot be written to.",
            "Check the permissions of the file and its folder.",
        ),
        sqlite3.SQLITE_CANTOPEN: ("The library's database cannot be opened.", "Check the permissions of its folder."),
        sqlite3.SQLITE_PERM: ("The library's database may not be opened.", "Check its permissions."),
        sqlite3.SQLITE_FULL: ("The disk is full: the library could not be saved.", "Free some space and try again."),
        sqlite3.SQLITE_IOERR: ("The library's database cannot be read or written.", "Check the drive."),
        sqlite3.SQLITE_CORRUPT: damaged,
        sqlite3.SQLITE_NOTADB: damaged,
    }
    sentences[sqlite3.SQLITE_LOCKED] = sentences[sqlite3.SQLITE_BUSY]
    return sentences.get(code)


def set_aside(path: Path, now: datetime | None = None) -> Path:
    """Renames a database that cannot be used, so that a new one can be made; gives its new path. Nothing is deleted."""
    stamp = (now or datetime.now()).strftime("%Y-%m-%d %H.%M.%S")
    aside = _free_name(path.with_name(f"{path.stem} set aside {stamp}{path.suffix}"))
    for suffix in ("", *SIDE_FILES):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside


def migrate(
    connection: sqlite3.Connection, path: Path, steps: Sequence[Callable[[Database], None]] | None = None
) -> None:
    """Runs the migrations the file has not seen, one transaction each, and keeps a copy from before each."""
    from sqlite_utils import Database  # only here: it costs .2 s at the window's start

    steps = MIGRATIONS if steps is None else steps
    database = Database(connection, execute_plugins=False)
    for number in range(_version(connection, path, len(steps)), len(steps)):
        if number:
            _back_up(connection, path, number)
        with transaction(connection, path):
            # Another program may have migrated while this one waited for the lock.
            if _version(connection, path, len(steps)) == number:
                steps[number](database)
                connection.execute(f"PRAGMA user_version = {number + 1}")


def _back_up(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Copies through SQLite itself, which sees what is still in the write-ahead log."""
    kept = path.with_name(f"{path.stem} before v{version + 1}{path.suffix}")
    partial = kept.with_name(kept.name + ".partial")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(partial)) as copy:
        connection.backup(copy)
    partial.replace(_free_name(kept))


def _free_name(path: Path) -> Path:
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return free


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryError(f"The folder {path.parent} cannot be created.", "Check its permissions.") from error
    if path.is_dir():
        raise LibraryError(f"{path} is a folder, not a library.", "Name the library's file.", path=str(path))


def _configure(connection: sqlite3.Connection) -> None:
    # A commit survives the program's death in any case; a power cut may cost the last rows, which indexing redoes.
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _check_ours(connection: sqlite3.Connection, path: Path) -> bool:
    """False for an empty database; raises `LibraryError` for another program's, before anything is written to it."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and "track" not in tables:
        raise LibraryError(
            f"{path} is a database of another program, not a library.", "Name another file.", path=str(path)
        )
    return bool(tables)


def _check_current(connection: sqlite3.Connection, path: Path) -> None:
    if not _check_ours(connection, path):
        raise LibraryError(f"{path} holds no library yet.", "Index a folder of beats first.", path=str(path))
    if _version(connection, path) < len(MIGRATIONS):
        raise LibraryError("The library was made by an older version.", "Open the window or index to update it.")


def _version(connection: sqlite3.Connection, path: Path, known: int | None = None) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > (len(MIGRATIONS) if known is None else known):
        raise LibraryError(
            "The library was made by a newer version of VocMatch.", "Update the program.", path=str(path)
        )
    return version


def encode_path(path: Path) -> bytes:
    """The bytes the system knows a file by."""
    return os.fsencode(path)


def decode_path(encoded: bytes) -> Path:
    """Inverse of `encode_path`."""
    return Path(os.fsdecode(encoded))


def shown_path(path: Path) -> str:
    """A path as text that can be stored and searched; bytes that are no text become �."""
    return os.fsencode(path).decode("utf-8", "replace")


def _tables(database: Database) -> None:
    """Tracks, their files, what was heard in the files, and the words they are found by."""
    database.create_table(
        "track",
        {
            "id": int,
            "title": str,
            "rating": int,
            "tempo_factor": float,
            "key_lock": int,
            "added": str,
            "removed": str,
            "main_file": int,
        },
        pk="id",
        not_null={"title", "rating", "tempo_factor", "added"},
        defaults={"rating": 0, "tempo_factor": 1.0},
    )
    database.create_table(
        "tag",
        {"track": int, "place": int, "name": str},
        pk=("track", "place"),
        foreign_keys=[("track", "track", "id")],
    )
    database.create_table(
        "analysis",
        {
            "audio_hash": str,
            "version": int,
            "duration_s": float,
            "bpm": float,
            "key": int,
            "fingerprint": bytes,
            "peaks": bytes,
            "coarse_version": int,
            "coarse_frames": bytes,
            "coarse_summary": bytes,
        },
        pk="audio_hash",
        not_null={"version", "duration_s", "bpm", "key", "fingerprint", "peaks"},
    )
    database.create_table(
        "file",
        {
            "id": int,
            "track": int,
            "path": bytes,
            "size": int,
            "mtime_ns": int,
            "audio_hash": str,
            "title": str,
            "core_title": str,
            "words": str,
            "duration_s": float,
            "missing": int,
        },
        pk="id",
        not_null={"track", "path", "size", "mtime_ns", "audio_hash", "title", "core_title", "duration_s", "missing"},
        defaults={"missing": 0},
        foreign_keys=[("track", "track", "id"), ("audio_hash", "analysis", "audio_hash")],
    )
    database.table("file").create_index(["path"], unique=True)
    for name in ("track", "audio_hash", "duration_s", "core_title"):
        database.table("file").create_index([name])
    database.create_table(
        "no_beat",
        {"path": bytes, "size": int, "mtime_ns": int, "reason": str},
        pk="path",
        not_null={"size", "mtime_ns", "reason"},
    )
    database.create_table("revision", {"name": str, "number": int}, pk="name", not_null={"number"})
    database.table("revision").insert({"name": "beats", "number": 0})
    database.execute(
        "CREATE VIRTUAL TABLE search USING fts5(title, tags, words, keys,"
        " tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3')"
    )


MIGRATIONS: tuple[Callable[[Database], None], ...] = (_tables,)
"""Migration k brings a file from version k to k + 1. Never change one that was released: add another."""
