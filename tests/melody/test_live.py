import numpy as np
import pytest
from melody.sung import voice

from vocmatch_desktop.melody.contour import hear
from vocmatch_desktop.melody.live import LiveNotes
from vocmatch_desktop.melody.notes import find


def sung_live(samples, rate, block):
    """All notes at the end, and for each call how late its newest note was."""
    live, notes, final = LiveNotes(), [], 0
    first_seen: dict[int, float] = {}
    for start in range(0, len(samples), block):
        heard = live.feed(samples[start : start + block], rate)
        assert heard.first == final
        notes[heard.first :] = heard.notes
        final = heard.first + heard.final
        for note in heard.notes:
            first_seen.setdefault(note.number, (start + block) / rate - note.onset_s)
    return notes, first_seen


@pytest.mark.parametrize("block", [4410, 700])
def test_live_notes_are_those_of_the_whole_take(block):
    audio = voice()
    notes, _ = sung_live(audio.samples[:, 0], audio.rate, block)
    whole = find(hear(audio))
    assert [note.number for note in notes] == [note.number for note in whole]
    np.testing.assert_allclose([note.onset_s for note in notes], [note.onset_s for note in whole], atol=0.05)


def test_a_note_is_seen_within_half_a_second_of_its_beginning():
    audio = voice()
    _, seen = sung_live(audio.samples[:, 0], audio.rate, 1024)
    assert max(seen[number] for number in (60, 64, 67, 62)) < 0.5


def test_final_notes_do_not_change_and_silence_is_forgotten():
    audio = voice()
    twice = np.concatenate([audio.samples[:, 0], np.zeros(3 * audio.rate, np.float32), audio.samples[:, 0]])
    notes, _ = sung_live(twice, audio.rate, 8820)
    assert [note.number for note in notes] == [60, 64, 64, 67, 62] * 2
    assert notes[5].onset_s - notes[0].onset_s == pytest.approx(audio.duration_s + 3, abs=0.05)


def test_stereo_and_a_changed_rate():
    live = LiveNotes()
    live.feed(np.zeros((1000, 2), np.float32), 48_000)
    with pytest.raises(ValueError, match="rate"):
        live.feed(np.zeros((1000, 2), np.float32), 44_100)
