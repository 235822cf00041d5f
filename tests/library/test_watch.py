from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vocmatch_desktop.library.watch import Watcher

QUIET_S = 0.3
Told = queue.SimpleQueue[list[Path]]


@pytest.fixture
def told(beats: Path) -> Iterator[Callable[[int], set[Path]]]:
    """Waits until so many paths were told and gives them."""
    changes: Told = queue.SimpleQueue()

    def wait(count: int) -> set[Path]:
        paths: set[Path] = set()
        while len(paths) < count:
            paths |= set(changes.get(timeout=20))
        return paths

    with Watcher([beats], changes.put, quiet_s=QUIET_S) as watcher:
        assert watcher.unwatched == ()
        yield wait


def test_new_changed_renamed_and_deleted_files_are_told(beats: Path, told: Callable[[int], set[Path]]) -> None:
    beat = beats / "a.wav"
    beat.write_bytes(b"1")
    (beats / "notes.txt").write_text("no sound")
    (beats / "._a.wav").write_bytes(b"twin")
    assert told(1) == {beat}
    beat.write_bytes(b"22")
    assert told(1) == {beat}
    renamed = beat.rename(beats / "b.wav")
    assert told(2) == {beat, renamed}
    renamed.unlink()
    assert told(1) == {renamed}


def test_a_new_folder_is_told(beats: Path, told: Callable[[int], set[Path]]) -> None:
    folder = beats / "pack"
    folder.mkdir()
    assert told(1) == {folder}


def test_a_file_is_told_only_once_it_is_written(beats: Path, told: Callable[[int], set[Path]]) -> None:
    path = beats / "growing.wav"
    with path.open("wb") as file:
        for _ in range(8):
            file.write(b"x" * 1000)
            file.flush()
            time.sleep(QUIET_S / 3)
    assert told(1) == {path}
    assert path.stat().st_size == 8000


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, beats: Path) -> None:
    changes: Told = queue.SimpleQueue()
    with Watcher([tmp_path / "unplugged", beats], changes.put, quiet_s=QUIET_S) as watcher:
        assert [item.path for item in watcher.unwatched] == [tmp_path / "unplugged"]
        (beats / "a.wav").touch()
        assert changes.get(timeout=20) == [beats / "a.wav"]
