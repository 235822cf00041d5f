from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_beats import a_fingerprint, analysed, coarse

from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.library.records import Survey
from vocmatch_desktop.library.vectors import CoarseLike, Vectors
from vocmatch_desktop.types import Fingerprint, Locks


@pytest.fixture
def three(catalogue: Catalogue) -> Catalogue:
    for seed, bpm in ((1, 80.0), (2, 100.0), (3, 120.0)):
        catalogue.store(analysed(Path(f"/beats/{seed}.wav"), fingerprint=a_fingerprint(seed, bpm=bpm)))
    return catalogue


def never(fingerprint: Fingerprint) -> CoarseLike:
    raise AssertionError("what indexing stored is to be used")


def tempi(vectors: Vectors) -> list[float]:
    return [round(float(bpm)) for bpm in vectors.summary[:, 0]]


def test_arrays_hold_what_indexing_stored(three: Catalogue) -> None:
    with Vectors(three.path, never, 1) as vectors:
        assert list(vectors.ids) == [1, 2, 3]
        assert tempi(vectors) == [80, 100, 120]
        assert vectors.starts[-1] == len(vectors.frames)
        for place, bpm in enumerate((80, 100, 120)):
            frames = vectors.frames[vectors.starts[place] : vectors.starts[place + 1]]
            assert len(frames) == a_fingerprint(1, bpm=bpm).grid.beats
            assert np.allclose(frames, bpm, rtol=1e-3)
        assert isinstance(vectors.frames, np.memmap)
        assert not vectors.frames.flags.writeable
        assert vectors.fingerprint(2).grid.bpm == pytest.approx(100)
        with pytest.raises(KeyError):
            vectors.fingerprint(99)


def test_a_library_in_a_folder_that_may_not_be_written_to_can_still_be_ranked(
    three: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, *arguments: Any, **options: Any) -> Any:  # root may write anywhere: chmod proves nothing
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refused)
    with Vectors(three.path, never, 1) as vectors:
        assert tempi(vectors) == [80, 100, 120]
        assert vectors.starts[-1] == len(vectors.frames)
    assert not list(three.path.parent.glob("*.vectors*"))


def test_locks_and_another_version_are_worked_out_anew(three: Catalogue) -> None:
    three.lock([2], Locks(2.0))
    with Vectors(three.path, coarse, 1) as vectors:
        assert tempi(vectors) == [80, 200, 120]
        assert vectors.fingerprint(2).grid.bpm == pytest.approx(200)
    with Vectors(three.path, lambda fingerprint: coarse(fingerprint, 2), 2) as vectors:
        assert list(vectors.summary[:, 1]) == [2, 2, 2]


def test_only_what_matters_makes_them_stale(three: Catalogue) -> None:
    with Vectors(three.path, never, 1) as vectors:
        three.rate([1], 5)
        three.set_tags([1], ["x"])
        assert vectors.is_current()
        three.remove([1])
        assert not vectors.is_current()
        assert list(vectors.ids) == [1, 2, 3]
    with Vectors(three.path, never, 1) as vectors:
        assert list(vectors.ids) == [2, 3]


def test_missing_beats_cannot_be_ranked(three: Catalogue) -> None:
    three.store(Survey(missing=(Path("/beats/2.wav"),)))
    with Vectors(three.path, never, 1) as vectors:
        assert list(vectors.ids) == [1, 3]


def test_old_side_files_are_swept(three: Catalogue) -> None:
    for _ in range(2):
        Vectors(three.path, never, 1).close()
    (first,) = three.path.parent.glob("*.vectors")
    half_written = first.with_name(f"{first.name}.4711.partial")
    half_written.touch()
    three.remove([1])
    Vectors(three.path, never, 1).close()
    (second,) = set(three.path.parent.glob("*.vectors")) - {first}
    assert first.exists()  # somebody may be about to open it
    for path in (first, half_written):
        os.utime(path, (0, 0))
    three.remove([2])
    Vectors(three.path, never, 1).close()
    assert not first.exists()
    assert not half_written.exists()
    assert second.exists()


def test_a_side_file_that_was_deleted_is_made_again(three: Catalogue) -> None:
    for _ in range(2):
        Vectors(three.path, never, 1).close()
        (made,) = three.path.parent.glob("*.vectors")
        made.unlink()


def test_another_librarys_side_file_is_left_alone(three: Catalogue) -> None:
    other = three.path.with_name("library.two.0123456789abcdef.vectors")
    other.touch()
    Vectors(three.path, never, 1).close()
    assert other.exists()


def test_a_library_of_none(database: Path) -> None:
    Catalogue(database).close()
    with Vectors(database, never, 1) as vectors:
        assert len(vectors.ids) == len(vectors.summary) == len(vectors.frames) == 0
        assert list(vectors.starts) == [0]


def test_a_side_file_that_cannot_be_made_leaves_nothing_behind(three: Catalogue) -> None:
    def fail(fingerprint: Fingerprint) -> CoarseLike:
        raise ZeroDivisionError

    three.lock([1], Locks(2.0))
    with pytest.raises(ZeroDivisionError):
        Vectors(three.path, fail, 1)
    assert not [path for path in three.path.parent.iterdir() if "vectors" in path.name]
