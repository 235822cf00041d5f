from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vocmatch_desktop.melody.edits import (
    SHORTEST_S,
    Edited,
    Notes,
    deleted,
    drawn,
    joined,
    moved,
    rebased,
    split,
    stretched,
    struck,
)
from vocmatch_desktop.types import Note

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no reason to fail."""


def note(onset_s: float, offset_s: float, number: int = 60, velocity: int = 80) -> Note:
    return Note(onset_s, offset_s, float(number), number, velocity)


@st.composite
def melodies(draw: st.DrawFn) -> Notes:
    """One note after the other, as a voice sings them."""
    notes, now = [], 0.0
    for _ in range(draw(st.integers(0, 8))):
        onset = now + draw(st.floats(0, 0.5))
        now = onset + draw(st.floats(0.05, 1.5))
        number = draw(st.integers(40, 80))
        notes.append(Note(onset, now, number + draw(st.floats(-0.5, 0.5)), number, draw(st.integers(1, 127))))
    return tuple(notes)


def chosen_of(notes: Notes) -> st.SearchStrategy[frozenset[int]]:
    indices = range(len(notes))
    return st.frozensets(st.sampled_from(indices)) if indices else st.just(frozenset())


def edits(notes: Notes) -> st.SearchStrategy[Callable[[], Edited]]:
    chosen, seconds = chosen_of(notes), st.floats(-3, 3)
    edge = st.sampled_from(["start", "end"])
    return st.one_of(
        st.builds(
            lambda c, s, k: lambda: moved(notes, c, seconds=s, semitones=k), chosen, seconds, st.integers(-99, 99)
        ),
        st.builds(lambda c, e, s: lambda: stretched(notes, c, e, s), chosen, edge, seconds),
        st.builds(lambda c, s: lambda: split(notes, c, s), chosen, st.floats(0, 5)),
        st.builds(lambda c: lambda: joined(notes, c), chosen),
        st.builds(lambda c: lambda: deleted(notes, c), chosen),
        st.builds(lambda c, v: lambda: struck(notes, c, v), chosen, st.integers(-200, 200)),
        st.builds(lambda s, k: lambda: drawn(notes, s, s + 0.2, k, 90), seconds, st.integers(-5, 140)),
    )


@calm
@given(st.data())
def test_whatever_the_hand_does_the_notes_can_be_played(data: st.DataObject) -> None:
    notes = data.draw(melodies())
    for _ in range(data.draw(st.integers(1, 3))):
        edited = data.draw(edits(notes))()
        assert all(0 <= index < len(edited.notes) for index in edited.chosen)
        assert_playable(edited.notes)
        notes = edited.notes


def assert_playable(notes: Notes) -> None:
    assert [each.onset_s for each in notes] == sorted(each.onset_s for each in notes)
    last: dict[int, float] = {}
    for each in notes:
        assert each.onset_s >= 0
        assert each.offset_s - each.onset_s >= SHORTEST_S - 1e-9
        assert 0 <= each.number <= 127
        assert 1 <= each.velocity <= 127
        assert each.onset_s >= last.get(each.number, 0.0)
        last[each.number] = each.offset_s


MELODY = (note(0.0, 1.0, 60), note(1.0, 2.0, 62), note(2.0, 3.0, 64))


def test_moving_keeps_length_and_cents() -> None:
    edited = moved((Note(1.0, 2.0, 60.25, 60, 80),), [0], seconds=0.5, semitones=2)
    assert edited == Edited((Note(1.5, 2.5, 62.25, 62, 80),), frozenset({0}))


def test_a_group_stops_together_at_the_start_and_at_the_last_key() -> None:
    edited = moved((note(0.5, 1.0, 126), note(1.5, 2.0, 120)), [0, 1], seconds=-2.0, semitones=5)
    assert edited.notes == (note(0.0, 0.5, 127), note(1.0, 1.5, 121))


def test_a_group_stops_at_the_takes_end_but_what_is_beyond_it_already_stays() -> None:
    assert moved(MELODY, [1, 2], seconds=5.0, end_s=3.5).notes[1:] == (note(1.5, 2.5, 62), note(2.5, 3.5, 64))
    assert moved(MELODY, [2], seconds=5.0, end_s=2.0).notes == MELODY
    assert stretched(MELODY, [2], "end", 5.0, 3.5).notes[2] == note(2.0, 3.5, 64)


def test_what_is_moved_over_a_note_of_the_same_number_wins() -> None:
    edited = moved(MELODY, [1], seconds=-0.5, semitones=-2)
    assert edited.notes == (note(0.0, 0.5, 60), note(0.5, 1.5, 60), note(2.0, 3.0, 64))
    assert edited.chosen == {1}


def test_a_note_wholly_covered_goes() -> None:
    assert moved((note(0.2, 0.4), note(1.0, 2.0)), [1], seconds=-1.0).notes == (note(0.0, 1.0),)


def test_notes_pass_each_other_and_stay_chosen() -> None:
    edited = moved(MELODY, [0], seconds=2.5)
    assert edited.notes[2] == note(2.5, 3.5, 60)
    assert edited.chosen == {2}


def test_edges_are_stretched_alone_and_never_past_each_other() -> None:
    assert stretched(MELODY, [0], "end", 0.25).notes[0] == note(0.0, 1.25, 60)
    assert stretched(MELODY, [1], "start", 0.25).notes[1] == note(1.25, 2.0, 62)
    assert stretched(MELODY, [2], "end", -5.0).notes[2] == note(2.0, 2.0 + SHORTEST_S, 64)
    assert stretched(MELODY, [0], "start", -5.0).notes[0].onset_s == 0.0


def test_splitting_touches_the_second_half_and_needs_room_on_both_sides() -> None:
    assert split(MELODY, [1], 1.5) == Edited(
        (note(0.0, 1.0, 60), note(1.0, 1.5, 62), note(1.5, 2.0, 62), note(2.0, 3.0, 64)), frozenset({2})
    )
    assert split(MELODY, [1], 1.01).notes == MELODY
    assert split(MELODY, [0], 1.5).notes == MELODY


def test_joining_takes_the_pitch_of_the_longest() -> None:
    edited = joined((note(0.0, 0.3, 60), note(0.3, 1.3, 62), note(2.0, 3.0, 64)), [0, 1])
    assert edited == Edited((note(0.0, 1.3, 62), note(2.0, 3.0, 64)), frozenset({0}))


def test_one_note_is_joined_with_the_next_and_the_last_one_with_none() -> None:
    assert joined(MELODY, [1]).notes == (note(0.0, 1.0, 60), note(1.0, 3.0, 62))
    assert joined(MELODY, [2]).notes == MELODY
    assert joined(MELODY, []).notes == MELODY


def test_drawing_adds_a_note_of_a_length_that_can_be_heard() -> None:
    edited = drawn((), 1.0, 1.0, 200, 0)
    assert edited == Edited((note(1.0, 1.0 + SHORTEST_S, 127, 1),), frozenset({0}))


def test_striking_changes_the_chosen_only() -> None:
    assert [each.velocity for each in struck(MELODY, [1], 100).notes] == [80, 127, 80]


@pytest.mark.parametrize("edit", [lambda: moved(MELODY, []), lambda: stretched(MELODY, [], "end", 1.0)])
def test_nothing_chosen_changes_nothing(edit: Callable[[], Edited]) -> None:
    assert edit().notes == MELODY


def test_new_notes_of_the_model_leave_alone_what_the_hand_did() -> None:
    by_hand = moved(MELODY, [1], semitones=5).notes
    derived = (note(0.05, 0.95, 60), note(1.05, 1.95, 62), note(2.05, 2.95, 64), note(3.2, 3.4, 65))
    assert rebased(MELODY, by_hand, derived) == (derived[0], note(1.0, 2.0, 67), derived[2], derived[3])


def test_what_the_hand_took_away_does_not_come_back() -> None:
    derived = (note(0.0, 1.0, 60), note(1.02, 1.98, 62), note(2.0, 3.0, 64))
    assert rebased(MELODY, deleted(MELODY, [1]).notes, derived) == (derived[0], derived[2])


@calm
@given(melodies(), melodies())
def test_without_edits_the_model_has_its_way(before: Notes, derived: Notes) -> None:
    assert rebased(before, before, derived) == tuple(derived)


@calm
@given(st.data())
def test_a_hand_made_note_survives_every_new_derivation(data: st.DataObject) -> None:
    before, derived = data.draw(melodies()), data.draw(melodies())
    now = drawn(before, data.draw(st.floats(0, 5)), 5.5, 30, 99)
    kept: Iterable[Note] = rebased(before, now.notes, derived)
    assert {now.notes[index] for index in now.chosen} <= set(kept)
    assert_playable(tuple(kept))
