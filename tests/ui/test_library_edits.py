from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtTest import QSignalSpy

from vocmatch_desktop.analysis.blob import ANALYSER_VERSION, to_blob
from vocmatch_desktop.errors import LibraryError, NotFound
from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.library.records import AnalysedFile, Survey, TrackRow
from vocmatch_desktop.types import STEPS_PER_BEAT, BeatGrid, Fingerprint, Key, Locks
from vocmatch_desktop.ui.library_edits import LibraryEdits
from vocmatch_desktop.ui.session import Session


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue(tmp_path / "library.db", busy_timeout_s=0.05) as opened:
        yield opened


def fingerprint(rng: np.random.Generator, beats: int) -> Fingerprint:
    steps = beats * STEPS_PER_BEAT

    def noise(*shape: int) -> np.ndarray:
        return rng.random(shape, np.float32)

    return Fingerprint(
        version=ANALYSER_VERSION,
        duration_s=beats * 0.66,
        loudness_lufs=-14.0,
        tuning=0.0,
        key=np.full(24, 1 / 24, np.float32),
        grid=BeatGrid(np.arange(beats + 1) * 0.66),
        chroma=noise(steps, 12),
        bass=noise(steps, 12),
        onsets=noise(steps, 4),
        bands=-40 * noise(beats, 8),
        lead=noise(beats),
    )


@pytest.fixture
def beats(catalogue: Catalogue, tmp_path: Path, rng: np.random.Generator) -> tuple[int, ...]:
    """Two beats that are no versions of each other."""
    peaks = np.full((2, 400), 128, np.uint8)
    ids: tuple[int, ...] = ()
    for title, length in (("Night Bus", 40), ("Slow Tape", 80)):
        blob = to_blob(fingerprint(rng, length))
        path, seconds = tmp_path / f"{title}.wav", length * 0.66
        file = AnalysedFile(path, 1000, 1, title, ANALYSER_VERSION, seconds, 91.0, Key(9, True), blob, peaks, title)
        ids += catalogue.store(file).tracks
    return ids


@pytest.fixture
def edits(catalogue: Catalogue, session: Session) -> LibraryEdits:
    return LibraryEdits(catalogue, session, session)


def rows(catalogue: Catalogue) -> dict[int, TrackRow]:
    return {row.id: row for row in catalogue.rows()}


def test_every_edit_can_be_undone_and_done_again(
    catalogue: Catalogue, beats: tuple[int, ...], edits: LibraryEdits, session: Session
) -> None:
    first, second = beats
    states = [rows(catalogue)]
    for edit in (
        lambda: edits.rate(beats, 4),
        lambda: edits.set_tags(first, ("lo-fi", "late")),
        lambda: edits.lock(first, Locks(2.0, Key(0, False))),
        lambda: edits.rate((second,), 1),
        lambda: edits.remove((second,)),
    ):
        edit()
        states.append(rows(catalogue))
    assert states[1][second].rating == 4
    assert states[2][first].tags == ("lo-fi", "late")
    assert (states[3][first].bpm, states[3][first].key) == (182.0, Key(0, False))
    assert set(states[5]) == {first}
    for before in reversed(states[:-1]):
        session.undo.undo()
        assert rows(catalogue) == before
    for after in states[1:]:
        session.undo.redo()
        assert rows(catalogue) == after


def test_edits_say_which_rows_to_read_and_whether_a_ranking_is_stale(
    beats: tuple[int, ...], edits: LibraryEdits, session: Session
) -> None:
    changed, stale = QSignalSpy(edits.rows_changed), QSignalSpy(edits.ranking_stale)
    edits.rate(beats, 3)
    assert changed.at(0) == [beats]
    assert stale.count() == 0
    edits.lock(beats[0], Locks(0.5))
    session.undo.undo()
    assert [changed.at(each) for each in (1, 2)] == [[beats[:1]], [beats[:1]]]
    assert stale.count() == 2


def test_steps_are_named_for_the_menu(beats: tuple[int, ...], edits: LibraryEdits, session: Session) -> None:
    edits.rate(beats, 3)
    assert session.undo.undoText() == "Rating of 2 beats"


def test_a_missing_file_is_relocated(
    catalogue: Catalogue, beats: tuple[int, ...], edits: LibraryEdits, session: Session, tmp_path: Path
) -> None:
    lost = catalogue.row(beats[0]).path
    catalogue.store(Survey(missing=(lost,)))
    edits.relocate(beats[0], tmp_path / "found.wav")
    assert catalogue.row(beats[0]).path == tmp_path / "found.wav"
    session.undo.undo()
    assert catalogue.row(beats[0]).path == lost
    assert catalogue.row(beats[0]).missing


def test_an_edit_that_fails_leaves_nothing_to_undo(edits: LibraryEdits, session: Session) -> None:
    with pytest.raises(NotFound):
        edits.rate((99,), 3)
    assert session.undo.count() == 0


def test_an_undo_that_fails_is_said(
    catalogue: Catalogue, beats: tuple[int, ...], edits: LibraryEdits, session: Session
) -> None:
    edits.rate(beats, 3)
    failed = QSignalSpy(edits.failed)
    with closing(sqlite3.connect(catalogue.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        session.undo.undo()
    assert isinstance(failed.at(0)[0], LibraryError)
    assert not session.undo.canRedo()
    assert catalogue.row(beats[0]).rating == 3
