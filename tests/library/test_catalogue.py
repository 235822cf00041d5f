from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_beats import a_fingerprint, analysed

from vocmatch_desktop.errors import LibraryError, NotFound
from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.library.records import Change
from vocmatch_desktop.types import Key, Locks


def add(catalogue: Catalogue, path: Path | str, seed: int = 1, **more: object) -> int:
    (track,) = catalogue.store(analysed(Path(path), seed, **more)).tracks  # type: ignore[arg-type]
    return track


def test_a_new_beat_is_a_row_with_what_was_heard(catalogue: Catalogue) -> None:
    track = add(catalogue, "/beats/Night Bus.wav", fingerprint=a_fingerprint(3, bpm=92, key=Key(4, True)))
    row = catalogue.row(track)
    assert (row.title, row.path, row.key.name, row.versions) == ("Night Bus", Path("/beats/Night Bus.wav"), "Em", 1)
    assert row.bpm == pytest.approx(92)
    assert not row.missing
    assert not row.tags
    assert catalogue.fingerprint(track).best_key == Key(4, True)
    peaks = catalogue.peaks(track)
    assert peaks is not None
    assert peaks.shape == (2, 400)


def test_columns_say_what_rows_say(catalogue: Catalogue) -> None:
    for seed in range(5):
        add(catalogue, f"/beats/{seed}.wav", seed)
    catalogue.rate([2, 4], 5)
    catalogue.set_tags([3], ["lofi", "dark"])
    catalogue.lock([5], Locks(2.0, Key(0, False)))
    table, rows = catalogue.columns(), catalogue.rows()
    assert list(table.ids) == [row.id for row in rows] == [1, 2, 3, 4, 5]
    assert list(table.rating) == [row.rating for row in rows] == [0, 5, 0, 5, 0]
    assert table.tags == tuple(row.tags for row in rows)
    assert table.tags[2] == ("lofi", "dark")
    assert table.bpm[4] == pytest.approx(2 * table.bpm[3])
    assert rows[4].key == Key(0, False)
    assert [Key.from_index(int(key)) for key in table.keys] == [row.key for row in rows]
    assert table.paths == tuple(row.path for row in rows)


def test_rows_come_in_the_order_asked_for(catalogue: Catalogue) -> None:
    for seed in range(3):
        add(catalogue, f"/beats/{seed}.wav", seed)
    assert [row.id for row in catalogue.rows([3, 99, 1])] == [3, 1]
    with pytest.raises(NotFound):
        catalogue.row(99)


def test_an_empty_library_has_empty_columns(catalogue: Catalogue) -> None:
    assert len(catalogue.columns()) == 0
    assert catalogue.rows() == ()
    assert catalogue.search("anything").size == 0


def test_locks_reach_the_fingerprint(catalogue: Catalogue) -> None:
    track = add(catalogue, "/beats/a.wav")
    before = catalogue.fingerprint(track)
    catalogue.lock([track], Locks(0.5, Key(2, False)))
    after = catalogue.fingerprint(track)
    assert after.grid.bpm == pytest.approx(before.grid.bpm / 2, rel=0.05)
    assert after.best_key == Key(2, False)
    assert catalogue.row(track).key == Key(2, False)


EDITS = {
    "rate": lambda catalogue: catalogue.rate([1, 2], 4),
    "tags": lambda catalogue: catalogue.set_tags([2], ["a", "b"]),
    "lock": lambda catalogue: catalogue.lock([1], Locks(2.0, Key(3, True))),
    "remove": lambda catalogue: catalogue.remove([2]),
    "relocate": lambda catalogue: catalogue.relocate(3, Path("/elsewhere/c.wav")),
    "split": lambda catalogue: catalogue.split(catalogue.files(1)[1].id),
}


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_can_be_undone_and_done_again(catalogue: Catalogue, edit: str) -> None:
    first = analysed(Path("/beats/a.wav"), 1)
    add(catalogue, "/beats/a.wav", 1)
    add(catalogue, "/beats/b.wav", 2)
    add(catalogue, "/beats/c.wav", 3)
    catalogue.store(
        analysed(Path("/beats/a (loud).wav"), fingerprint=a_fingerprint(1), audio_hash=first.audio_hash[::-1])
    )
    mark_missing(catalogue, Path("/beats/c.wav"))
    catalogue.rate([2], 2)
    catalogue.set_tags([1], ["old"])
    before = catalogue.rows()
    change: Change = EDITS[edit](catalogue)
    after = catalogue.rows()
    assert after != before
    assert change.tracks
    redo = catalogue.undo(change)
    assert catalogue.rows() == before
    undo = catalogue.undo(redo)
    assert catalogue.rows() == after
    catalogue.undo(undo)
    assert catalogue.rows() == before


def mark_missing(catalogue: Catalogue, path: Path) -> None:
    from vocmatch_desktop.library.records import Survey

    catalogue.store(Survey(missing=(path,)))


def test_edits_of_unknown_tracks_change_nothing(catalogue: Catalogue) -> None:
    track = add(catalogue, "/beats/a.wav")
    with pytest.raises(NotFound):
        catalogue.rate([track, 99], 5)
    assert catalogue.row(track).rating == 0


@pytest.mark.parametrize("stars", [-1, 6])
def test_ratings_go_from_0_to_5(catalogue: Catalogue, stars: int) -> None:
    track = add(catalogue, "/beats/a.wav")
    with pytest.raises(LibraryError):
        catalogue.rate([track], stars)


def test_tags_are_single_lines_without_repetition(catalogue: Catalogue) -> None:
    track = add(catalogue, "/beats/a.wav")
    catalogue.set_tags([track], [" lo\nfi ", "", "Dark", "dark", "🔥", "\udcff"])
    assert catalogue.row(track).tags == ("lo fi", "Dark", "🔥", "?")


def test_a_removed_beat_is_gone_from_everything_but_can_come_back(catalogue: Catalogue) -> None:
    track = add(catalogue, "/beats/a.wav")
    catalogue.set_tags([track], ["keep me"])
    catalogue.remove([track])
    assert catalogue.rows() == ()
    assert catalogue.search("a").size == 0
    assert len(catalogue.known_files()) == 1
    with pytest.raises(NotFound):
        catalogue.rate([track], 1)
    catalogue.bring_back([track])
    assert catalogue.row(track).tags == ("keep me",)


def test_excluding_a_folder_takes_out_what_is_only_there(catalogue: Catalogue) -> None:
    inside = add(catalogue, "/beats/old/a.wav", 1)
    both = add(catalogue, "/beats/old/b.wav", 2)
    catalogue.store(analysed(Path("/beats/b copy.wav"), 2))
    outside = add(catalogue, "/beats/older/c.wav", 3)
    change = catalogue.exclude(Path("/beats/old"))
    assert change.tracks == (inside,)
    assert [row.id for row in catalogue.rows()] == [both, outside]


def test_relocating_needs_a_missing_file_and_a_free_place(catalogue: Catalogue) -> None:
    lost, other = add(catalogue, "/beats/a.wav", 1), add(catalogue, "/beats/b.wav", 2)
    with pytest.raises(LibraryError, match="missing"):
        catalogue.relocate(other, Path("/new/b.wav"))
    mark_missing(catalogue, Path("/beats/a.wav"))
    with pytest.raises(LibraryError, match="“b”"):
        catalogue.relocate(lost, Path("/beats/b.wav"))
    catalogue.relocate(lost, Path("/new/a.wav"))
    row = catalogue.row(lost)
    assert (row.path, row.missing) == (Path("/new/a.wav"), False)


def test_an_undo_never_takes_another_files_place(catalogue: Catalogue) -> None:
    track = add(catalogue, "/beats/a.wav", 1)
    mark_missing(catalogue, Path("/beats/a.wav"))
    change = catalogue.relocate(track, Path("/new/a.wav"))
    add(catalogue, "/beats/a.wav", 5)
    with pytest.raises(LibraryError, match="undone"):
        catalogue.undo(change)
    assert catalogue.row(track).path == Path("/new/a.wav")


def test_a_track_with_one_file_cannot_be_split(catalogue: Catalogue) -> None:
    track = add(catalogue, "/beats/a.wav")
    with pytest.raises(LibraryError):
        catalogue.split(catalogue.files(track)[0].id)
    with pytest.raises(NotFound):
        catalogue.split(99)


def test_a_beat_is_found_by_id_and_by_path(catalogue: Catalogue) -> None:
    track = add(catalogue, "/beats/7.wav")
    assert catalogue.find(str(track)).id == track
    assert catalogue.find("/beats/7.wav").id == track
    for nonsense in ("99", "nothing.wav", "", "²"):
        with pytest.raises(NotFound):
            catalogue.find(nonsense)


def test_the_revision_counts_what_a_ranking_depends_on(catalogue: Catalogue) -> None:
    track = add(catalogue, "/beats/a.wav")
    start = catalogue.revision
    catalogue.rate([track], 3)
    catalogue.set_tags([track], ["x"])
    assert catalogue.revision == start
    catalogue.lock([track], Locks(2.0))
    assert catalogue.revision > start


def test_a_window_notices_what_the_shell_wrote(database: Path) -> None:
    with Catalogue(database) as window, Catalogue(database) as shell:
        add(window, "/beats/a.wav")
        assert not window.changed_elsewhere()
        shell.rate([1], 5)
        assert window.changed_elsewhere()
        assert not window.changed_elsewhere()
        assert window.row(1).rating == 5


NAMES = [
    "😀🎹.wav",
    "שלום עולם.wav",
    "line\nbreak\tand tab.wav",
    "x" * 251 + ".wav",
    "quote'\"%_.wav",
    "a\udcff\udcfe.wav",
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_any_file_name_is_kept_to_the_byte(catalogue: Catalogue, name: str) -> None:
    track = add(catalogue, f"/beats/{name}")
    assert catalogue.row(track).path == Path(f"/beats/{name}")
    assert catalogue.known_files()[0].path == Path(f"/beats/{name}")
    catalogue.row(track).title.encode()
    assert list(catalogue.search("beats")) == [track]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=12), max_size=4))
def test_any_tags_survive_a_round_trip(catalogue: Catalogue, tags: list[str]) -> None:
    if not len(catalogue.columns()):
        add(catalogue, "/beats/a.wav")
    before = catalogue.rows()
    change = catalogue.set_tags([1], tags)
    stored = catalogue.row(1).tags
    assert len(stored) <= len(tags)
    assert catalogue.set_tags([1], stored).before[0].tags == stored
    catalogue.undo(change)
    assert catalogue.rows() == before


def test_ids_are_never_used_again(catalogue: Catalogue) -> None:
    first = add(catalogue, "/beats/a.wav", 1)
    catalogue.remove([first])
    assert add(catalogue, "/beats/b.wav", 2) != first
    assert np.array_equal(catalogue.columns().ids, [first + 1])
