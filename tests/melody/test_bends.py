"""Pitch bends are the voice's own deviations, at the notes they belong to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vocmatch_desktop.melody.bends import bends
from vocmatch_desktop.melody.contour import HOP_S, Contour
from vocmatch_desktop.types import Note

HEARD = Note(0.5, 1.5, 60.3, 60, 90)


@pytest.fixture
def contour() -> Contour:
    """One second at 60.3 with a slow vibrato, silence around it."""
    times = np.arange(0, 2, HOP_S)
    sung = (times >= HEARD.onset_s) & (times < HEARD.offset_s)
    pitch = np.where(sung, 60.3 + 0.2 * np.sin(2 * np.pi * 2 * times), 0.0).astype(np.float32)
    sure, nothing = sung.astype(np.float32), np.zeros(len(times), np.float32)
    return Contour(2.0, HOP_S, pitch, sure, *[nothing] * 4)


def test_a_bend_is_the_pitch_less_the_number(contour: Contour) -> None:
    (curve,) = bends(contour, [HEARD], [HEARD])
    times, semitones = np.array(curve).T
    assert times[0] == HEARD.onset_s
    assert np.all(np.diff(times) >= 0)
    assert times[-1] < HEARD.offset_s
    assert (semitones.min(), semitones.max()) == pytest.approx((0.1, 0.5), abs=0.02)


def test_a_moved_note_keeps_its_bends(contour: Contour) -> None:
    moved = replace(HEARD, onset_s=0.8, offset_s=1.6, number=72)
    there, here = bends(contour, [HEARD], [moved])[0], bends(contour, [HEARD], [HEARD])[0]
    assert [bend for _, bend in there[:5]] == pytest.approx([bend for _, bend in here[:5]], abs=1e-4)
    assert there[0][0] == 0.8


def test_a_note_nobody_sang_has_none(contour: Contour) -> None:
    assert bends(contour, [], [HEARD]) == ((),)
