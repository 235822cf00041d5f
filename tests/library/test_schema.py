from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from made_beats import analysed
from sqlite_utils import Database

from vocmatch_desktop.errors import LibraryError
from vocmatch_desktop.library import schema
from vocmatch_desktop.library.catalogue import Catalogue


@pytest.fixture
def filled(database: Path) -> Path:
    with Catalogue(database) as catalogue:
        catalogue.store(analysed(Path("/beats/a.wav")))
        catalogue.rate([1], 5)
    return database


@contextmanager
def held(database: Path) -> Iterator[sqlite3.Connection]:
    """Another program in the middle of a write."""
    with closing(sqlite3.connect(database, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def test_a_locked_library_says_so(filled: Path) -> None:
    with held(filled), Catalogue(filled, busy_timeout_s=0.05) as catalogue:
        with pytest.raises(LibraryError, match="in use"):
            catalogue.rate([1], 1)
        assert catalogue.row(1).rating == 5
    with Catalogue(filled) as catalogue:
        catalogue.rate([1], 1)


def test_a_second_writer_waits_for_the_first(filled: Path) -> None:
    with held(filled) as other, Catalogue(filled, busy_timeout_s=20) as catalogue:
        release = threading.Timer(0.2, lambda: other.execute("COMMIT"))
        release.start()
        catalogue.rate([1], 2)
        release.join()
        assert catalogue.row(1).rating == 2


def test_two_windows_share_a_library(filled: Path) -> None:
    with Catalogue(filled) as first, Catalogue(filled) as second:
        first.rate([1], 1)
        second.set_tags([1], ["both"])
        assert first.rows() == second.rows()


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough to be one" * 50, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_damaged_library_is_kept_and_can_be_set_aside(database: Path, content: bytes) -> None:
    database.write_bytes(content)
    for read_only in (False, True):
        with pytest.raises(LibraryError, match="damaged") as caught:
            Catalogue(database, read_only=read_only)
        assert "safe" in caught.value.remedy
    assert database.read_bytes() == content
    aside = schema.set_aside(database, datetime(2026, 1, 2, 3, 4, 5))
    assert aside.name == "library set aside 2026-01-02 03.04.05.db"
    assert aside.read_bytes() == content
    with Catalogue(database) as fresh:
        assert fresh.rows() == ()


def test_damage_in_the_middle_is_said_where_it_is_met(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    with filled.open("r+b") as file:
        file.seek(size * 2)
        file.write(b"\xde\xad\xbe\xef" * (size // 4) * (page - 2))
    with pytest.raises(LibraryError, match="damaged"):
        _read_everything(filled)
    assert filled.exists()


def _read_everything(database: Path) -> None:
    with Catalogue(database) as catalogue:
        catalogue.rows()
        catalogue.known_files()
        catalogue.search("a")


def test_setting_aside_never_overwrites(database: Path) -> None:
    when = datetime(2026, 1, 2)
    names = set()
    for _ in range(3):
        database.write_bytes(b"x")
        names.add(schema.set_aside(database, when).name)
    assert len(names) == 3


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    foreign = tmp_path / "calls.db"
    with closing(sqlite3.connect(foreign)) as other:
        other.execute("CREATE TABLE calls (number TEXT)")
    before = foreign.read_bytes()
    for read_only in (False, True):
        with pytest.raises(LibraryError, match="another program"):
            Catalogue(foreign, read_only=read_only)
    assert foreign.read_bytes() == before


def test_an_empty_file_holds_no_library_until_one_is_made_in_it(tmp_path: Path) -> None:
    empty = tmp_path / "library.db"
    empty.touch()
    with pytest.raises(LibraryError, match="holds no library yet"):
        Catalogue(empty, read_only=True)
    with Catalogue(empty) as catalogue:
        assert catalogue.rows() == ()


def test_a_newer_library_is_left_alone(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as connection:
        connection.execute("PRAGMA user_version = 99")
    for read_only in (False, True):
        with pytest.raises(LibraryError, match="newer"):
            Catalogue(filled, read_only=read_only)


def test_a_read_only_library_can_be_read_and_says_why_it_cannot_be_changed(filled: Path) -> None:
    with Catalogue(filled, read_only=True) as catalogue:
        assert catalogue.row(1).rating == 5
        with pytest.raises(LibraryError, match="cannot be written"):
            catalogue.rate([1], 1)


def test_a_library_that_is_not_there_cannot_be_read(database: Path) -> None:
    with pytest.raises(LibraryError, match="no library"):
        Catalogue(database, read_only=True)
    assert not database.exists()


def test_a_folder_is_no_library(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="folder"):
        Catalogue(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(LibraryError):
        Catalogue(tmp_path / "file" / "library.db")


def test_every_migration_leaves_a_copy_from_before(filled: Path) -> None:
    def add_colour(database: Database) -> None:
        database.table("track").add_column("colour", str)

    steps = (*schema.MIGRATIONS, add_colour, lambda database: None)
    with closing(schema.connect(filled)) as connection:
        schema.migrate(connection, filled, steps)
        assert connection.execute("PRAGMA user_version").fetchone()[0] == len(steps)
        assert connection.execute("SELECT colour FROM track").fetchall() == [(None,)]
    kept = filled.with_name(f"library before v{len(schema.MIGRATIONS) + 1}.db")
    assert kept.is_file()
    with Catalogue(kept) as before:
        assert before.row(1).rating == 5
    assert not list(filled.parent.glob("*.partial"))


def test_a_migration_that_fails_changes_nothing(filled: Path) -> None:
    def fail(database: Database) -> None:
        database.table("track").add_column("half", str)
        raise RuntimeError("power cut")

    with closing(schema.connect(filled)) as connection:
        with pytest.raises(RuntimeError, match="power cut"):
            schema.migrate(connection, filled, (*schema.MIGRATIONS, fail))
        assert connection.execute("PRAGMA user_version").fetchone()[0] == len(schema.MIGRATIONS)
    with Catalogue(filled) as catalogue:
        assert catalogue.row(1).rating == 5


def test_a_failed_write_changes_nothing(filled: Path) -> None:
    with Catalogue(filled) as catalogue:
        before = catalogue.rows(), catalogue.revision
        with pytest.raises(ZeroDivisionError):
            catalogue._write(lambda connection: (connection.execute("UPDATE track SET rating = 1"), 1 / 0))
        assert (catalogue.rows(), catalogue.revision) == before


def test_reads_do_not_wait_for_a_write(filled: Path) -> None:
    with held(filled) as other:
        other.execute("UPDATE track SET rating = 1")
        with Catalogue(filled, read_only=True) as catalogue:
            assert catalogue.row(1).rating == 5
