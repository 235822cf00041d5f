from __future__ import annotations

import json

import pytest

from vocmatch_desktop.melody.controls import Controls
from vocmatch_desktop.melody.notes import NoteOptions
from vocmatch_desktop.melody.shape import ShapeOptions
from vocmatch_desktop.types import Key

ALL = Controls(0.7, 0.12, "soft", Key(9, True), 0.25, 0.6, 40, 80, 0.3, bend=True)


def test_the_defaults_are_those_of_the_steps() -> None:
    assert Controls().note_options == NoteOptions()
    assert Controls().shape_options(None) == ShapeOptions()


def test_every_knob_reaches_its_step() -> None:
    assert ALL.note_options == NoteOptions(0.7, 0.12)
    assert ALL.shape_options(Key(0, False)) == ShapeOptions("soft", Key(9, True), 0.25, 0.6, 40, 80, 0.3)


def test_without_a_chosen_key_the_one_that_was_heard_counts() -> None:
    assert Controls(snap="hard").shape_options(Key(2, True)).key == Key(2, True)


@pytest.mark.parametrize("controls", [Controls(), ALL])
def test_saving_and_loading_is_identity(controls: Controls) -> None:
    assert Controls.from_json(json.loads(json.dumps(controls.to_json()))) == controls


def test_what_an_older_version_did_not_know_keeps_its_default() -> None:
    assert Controls.from_json({"sensitivity": 0.2, "unknown": 1}) == Controls(sensitivity=0.2)
