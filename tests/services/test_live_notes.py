from __future__ import annotations

import numpy as np

from vocmatch_desktop.services.live import NOTES_BLOCK_S, LiveNotesSpec, open_notes
from vocmatch_desktop.types import Float32, Note

RATE = 44_100
BLOCK = round(0.016 * RATE)


def sung(*notes: tuple[float, float]) -> Float32:
    """Tones with three partials: (hertz, seconds), one after the other, 60 ms apart."""
    parts = []
    for hertz, seconds in notes:
        time = np.arange(round(seconds * RATE)) / RATE
        envelope = np.minimum(1, np.minimum(time, time[::-1]) / 0.02)
        tone = sum(np.sin(2 * np.pi * hertz * partial * time) / partial for partial in (1, 2, 3))
        parts += [0.2 * envelope * tone, np.zeros(round(0.06 * RATE))]
    return np.concatenate(parts).astype(np.float32)


def test_notes_come_within_half_a_second_of_the_voice() -> None:
    session = open_notes(LiveNotesSpec(RATE))
    voice = sung((220.0, 0.8), (277.18, 0.8), (220.0, 0.8))
    notes: list[Note] = []
    seen_s: dict[int, float] = {}
    for start in range(0, len(voice), BLOCK):
        for heard in session.feed(voice[start : start + BLOCK]):
            notes[heard.first :] = heard.notes
            for note in notes:
                seen_s.setdefault(note.number, start / RATE)
    for heard in session.close():
        notes[heard.first :] = heard.notes
    assert [note.number for note in notes] == [57, 61, 57]
    assert seen_s[57] - 0.0 < 0.5
    assert seen_s[61] - 0.86 < 0.5


def test_small_blocks_wait_for_each_other() -> None:
    session = open_notes(LiveNotesSpec(RATE))
    blocks = round(NOTES_BLOCK_S * RATE / BLOCK) + 1
    answers = [session.feed(np.zeros(BLOCK, np.float32)) for _ in range(blocks)]
    assert sum(map(len, answers)) == 1
    assert answers[-1][0].notes == ()


def test_a_session_closed_at_once_says_nothing() -> None:
    assert open_notes(LiveNotesSpec(RATE)).close() == ()
