from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vocmatch_desktop.melody.edits import deleted, drawn, moved
from vocmatch_desktop.melody.revisions import Revisions
from vocmatch_desktop.types import Note

MELODY = (Note(0.0, 1.0, 60.1, 60, 80), Note(1.0, 2.0, 61.9, 62, 70))
CONTROLS = {"sensitivity": 0.5}


def test_a_fresh_melody_has_nothing_to_keep_and_nothing_to_undo() -> None:
    fresh = Revisions.begin(MELODY, CONTROLS)
    assert fresh.untouched
    assert not fresh.can_undo
    assert not fresh.can_redo
    assert fresh.undo() is fresh
    assert fresh.redo() is fresh


def test_undo_and_redo_move_the_pointer() -> None:
    higher = moved(MELODY, [0], semitones=2).notes
    edited = Revisions.begin(MELODY, CONTROLS).edited(higher, "moved")
    assert edited.now.notes == higher
    assert edited.undo().now.notes == MELODY
    assert edited.undo().redo() == edited
    assert edited.now.derived == MELODY


def test_an_edit_after_an_undo_loses_nothing() -> None:
    once = Revisions.begin(MELODY, CONTROLS).edited(deleted(MELODY, [0]).notes, "deleted")
    other = once.undo().edited(deleted(MELODY, [1]).notes, "deleted")
    assert len(other.revisions) == 3
    assert other.undo().redo() == other


def test_an_edit_that_changes_nothing_is_none() -> None:
    fresh = Revisions.begin(MELODY, CONTROLS)
    assert fresh.edited(MELODY, "moved") is fresh
    assert fresh.derived_anew(MELODY, MELODY, CONTROLS) is fresh


def test_other_controls_are_a_revision_even_where_the_notes_stay() -> None:
    derived = Revisions.begin(MELODY, CONTROLS).derived_anew(MELODY, MELODY, {"sensitivity": 0.9})
    assert derived.now.controls == {"sensitivity": 0.9}
    assert derived.undo().now.controls == CONTROLS


steps = st.lists(
    st.one_of(
        st.builds(lambda s: ("draw", s), st.floats(0, 9)),
        st.builds(lambda k: ("move", k), st.integers(-5, 5)),
        st.builds(lambda k: ("derive", k), st.integers(0, 3)),
        st.just(("undo", 0)),
        st.just(("redo", 0)),
    ),
    max_size=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_saving_and_loading_is_identity(done: list[tuple[str, float]]) -> None:
    melody = Revisions.begin(MELODY, CONTROLS)
    for step, value in done:
        notes = melody.now.notes
        if step == "draw":
            melody = melody.edited(drawn(notes, value, value + 1, 70, 64).notes, "drawn")
        elif step == "move":
            melody = melody.edited(moved(notes, range(len(notes)), semitones=int(value)).notes, "moved")
        elif step == "derive":
            derived = moved(MELODY, [0], seconds=value).notes
            melody = melody.derived_anew(derived, derived, {"sensitivity": value})
        else:
            melody = melody.undo() if step == "undo" else melody.redo()
    assert Revisions.from_json(json.loads(json.dumps(melody.to_json()))) == melody


def test_what_is_written_grows_with_the_edit_not_with_the_melody() -> None:
    long = tuple(Note(i, i + 0.5, 60.0, 60, 80) for i in range(500))
    first = Revisions.begin(long, CONTROLS)
    edited = first.edited(moved(long, [250], semitones=1).notes, "moved")
    assert len(json.dumps(edited.to_json())) - len(json.dumps(first.to_json())) < 200


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"now": 0, "revisions": []},
        {"now": 3, "revisions": [{"parent": None, "what": "", "controls": {}, "derived": [], "notes": {}}]},
        {"now": 0, "revisions": [{"parent": 5, "what": "", "notes": {"gone": [], "new": []}}]},
        {"now": 0, "revisions": [{"parent": None, "what": "", "controls": {}, "derived": [[1]], "notes": {}}]},
    ],
)
def test_what_is_no_melody_is_refused(content: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError, IndexError)):
        Revisions.from_json(content)
