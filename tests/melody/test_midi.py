"""The MIDI file: what other programs read out of it."""

from __future__ import annotations

from pathlib import Path

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.melody.midi import TICKS_PER_QUARTER, Sheet, as_midi, write_midi
from vocmatch_desktop.types import Key, Note

TAKE = Sheet("Hum in the rain", duration_s=8.0, bpm=92.51, key=Key.parse("F#m"))


def note(onset_s: float, offset_s: float, number: int, velocity: int = 90) -> Note:
    return Note(onset_s, offset_s, float(number), number, velocity)


def read_back(file: mido.MidiFile) -> list[tuple[float, float, int, int]]:
    """(onset_s, offset_s, number, velocity) as any sequencer reckons them."""
    now, sounding, found = 0.0, {}, []
    for message in file:
        now += message.time
        if message.type == "note_on":
            assert message.note not in sounding
            sounding[message.note] = (now, message.velocity)
        elif message.type == "note_off":
            onset, velocity = sounding.pop(message.note)
            found.append((onset, now, message.note, velocity))
    assert not sounding
    return sorted(found)


@pytest.mark.parametrize("kind", [0, 1])
def test_the_file_says_everything_at_tick_0(tmp_path: Path, kind: int) -> None:
    path = tmp_path / "a.mid"
    write_midi(path, [note(0.5, 1.0, 60)], Sheet("Ühm 🎤", 8.0, 92.51, 3, Key.parse("Eb"), kind=kind))  # type: ignore[arg-type]
    file = mido.MidiFile(path, charset="utf-8")
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (kind, TICKS_PER_QUARTER, 1 + kind)
    first = {message.type: message for message in file.tracks[0] if message.time == 0}
    assert mido.tempo2bpm(first["set_tempo"].tempo) == pytest.approx(92.51, abs=1e-3)
    assert (first["time_signature"].numerator, first["time_signature"].denominator) == (3, 4)
    assert first["key_signature"].key == "Eb"
    assert [message.key for message in file.tracks[-1] if message.type == "key_signature"] == ["Eb"]
    assert file.tracks[-1][0].name == "Ühm 🎤"
    assert [message.type for message in file.tracks[-1]][-4:] == [
        "program_change",
        "note_on",
        "note_off",
        "end_of_track",
    ]


@pytest.mark.parametrize("bpm", range(20, 401))
def test_a_whole_tempo_stays_whole_where_a_program_cuts_its_decimals(bpm: int) -> None:
    file = as_midi([], Sheet("a", 1.0, bpm))
    tempo = next(message.tempo for message in file.tracks[0] if message.type == "set_tempo")
    assert int(60e6 / tempo) == bpm


def test_a_name_that_is_no_text_still_makes_a_file(tmp_path: Path) -> None:
    name = b"caf\xe9".decode("utf-8", "surrogateescape")
    write_midi(tmp_path / "a.mid", [note(0, 1, 60)], Sheet(name, 1.0))
    assert mido.MidiFile(tmp_path / "a.mid", charset="utf-8").tracks[0].name == "caf?"


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0.03, 5), st.integers(0, 127), st.integers(1, 127)), max_size=30),
    st.floats(20, 400),
    st.floats(0, 3),
)
def test_seconds_survive(values: list[tuple[float, float, int, int]], bpm: float, before_s: float) -> None:
    apart, end = [], 0.0
    for gap, length, number, velocity in values:
        apart.append(note(end + gap, end + gap + length, number, velocity))
        end += gap + length
    file = as_midi(apart, Sheet("a", end + 1.0, bpm, before_s=before_s))
    tick_s = 60 / bpm / TICKS_PER_QUARTER
    found = read_back(file)
    assert len(found) == len(apart)
    for (onset, offset, number, velocity), wanted in zip(found, apart, strict=True):
        assert onset == pytest.approx(wanted.onset_s + before_s, abs=tick_s)
        assert offset == pytest.approx(wanted.offset_s + before_s, abs=1.5 * tick_s)
        assert (number, velocity) == (wanted.number, wanted.velocity)
    assert file.length == pytest.approx(end + 1.0 + before_s, abs=tick_s)


def test_repeated_and_overlapping_notes_of_one_number_stay_two() -> None:
    file = as_midi([note(0, 1, 60), note(1, 2, 60), note(1.5, 3, 60)], TAKE)
    assert [(round(on, 2), round(off, 2)) for on, off, *_ in read_back(file)] == [(0, 1), (1, 1.5), (1.5, 3)]


def test_no_notes_are_a_valid_file_of_the_takes_length(tmp_path: Path) -> None:
    write_midi(tmp_path / "empty.mid", [], TAKE)
    assert mido.MidiFile(tmp_path / "empty.mid").length == pytest.approx(8.0, abs=0.002)


def test_bends_follow_the_voice_within_the_range_they_state() -> None:
    file = as_midi([note(0, 1, 60)], TAKE, [[(0.0, -0.25), (0.5, 1.0), (0.9, 7.0)]])
    messages = list(file.tracks[1])
    assert [m.pitch for m in messages if m.type == "pitchwheel"] == [-1024, 4096, 8191]
    assert [(m.control, m.value) for m in messages if m.type == "control_change"] == [
        (101, 0),
        (100, 0),
        (6, 2),
        (38, 0),
    ]


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize("minor", [False, True])
def test_every_key_can_be_written(tmp_path: Path, tonic: int, minor: bool) -> None:
    write_midi(tmp_path / "a.mid", [], Sheet("a", 1.0, key=Key(tonic, minor)))
    mido.MidiFile(tmp_path / "a.mid")


def test_a_tempo_beyond_midi_is_refused() -> None:
    with pytest.raises(ValueError, match="BPM"):
        as_midi([], Sheet("a", 1.0, bpm=1.0))
