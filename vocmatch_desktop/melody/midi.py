"""Notes as a Standard MIDI File that every sequencer opens at the right place and tempo.

480 ticks a quarter; tempo, time and key signature at tick 0; a named track, a program change, explicit note-offs; the
file ends where the take does; names are UTF-8. Seconds survive because the ticks are counted at the very tempo that the
file states (a whole number of microseconds a quarter), not at the one that was asked for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import mido

from vocmatch_desktop.types import Key, Note
from vocmatch_desktop.whole import whole_file

TICKS_PER_QUARTER = 480
BEND_RANGE = 2
"""Semitones that a full pitch bend is worth, said to the instrument by RPN 0 and what every synth starts with."""

_BEND_STEPS = 8192
_RPN_COARSE, _RPN_FINE, _DATA_COARSE, _DATA_FINE = 101, 100, 6, 38

Bend = tuple[float, float]
"""A time (seconds of the take) and how far the voice is from the written note then, semitones."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file says beside its notes.

    `duration_s`: the take's. `bpm`: the project's tempo, quarters a minute, 4…2000. `before_s`: silence before the
    take, so that the file starts on a bar line. `program`: General MIDI, 0 is the grand piano. `kind` 0 has everything
    in one track, 1 the tempo in a track of its own.
    """

    name: str
    duration_s: float
    bpm: float = 120.0
    beats_per_bar: int = 4
    key: Key | None = None
    before_s: float = 0.0
    program: int = 0
    kind: Literal[0, 1] = 1


def write_midi(path: Path, notes: Sequence[Note], sheet: Sheet, bends: Sequence[Sequence[Bend]] = ()) -> None:
    """Writes the file, whole or not at all.

    Args:
        path: Replaced where it exists.
        notes: In any order. Two of one number that overlap are written one after the other.
        sheet: Tempo, key and the rest.
        bends: For each note its pitch bend, in the order of `notes`; empty for none at all.

    Raises:
        DiskError: no space, no permission. ValueError: a tempo that a MIDI file cannot hold.
    """
    file = as_midi(notes, sheet, bends)
    with whole_file(path) as partial:
        file.save(partial)


def as_midi(notes: Sequence[Note], sheet: Sheet, bends: Sequence[Sequence[Bend]] = ()) -> mido.MidiFile:
    """The same as an object, for playing or looking at."""
    clock = _Clock.at(sheet)
    head = _head(sheet, clock)
    body = [*_voice(sheet), *_bend_range(bends), *_played(notes, bends, clock)]
    end = clock.ticks(sheet.duration_s)
    name = (0, mido.MetaMessage("track_name", name=_as_utf8(sheet.name)))
    tracks = [[name, *head, *body]] if sheet.kind == 0 else [[name, *head], [name, *_key(sheet), *body]]
    file = mido.MidiFile(type=sheet.kind, ticks_per_beat=TICKS_PER_QUARTER, charset="utf-8")
    file.tracks.extend(_track(events, end) for events in tracks)
    return file


def _as_utf8(name: str) -> str:
    """A file's name may hold bytes that are no text (surrogates); a MIDI file cannot."""
    return name.encode(errors="replace").decode()


_Event = tuple[int, mido.Message | mido.MetaMessage]


@dataclass(frozen=True, slots=True)
class _Clock:
    microseconds: int
    before_s: float

    @classmethod
    def at(cls, sheet: Sheet) -> _Clock:
        microseconds = math.floor(60e6 / sheet.bpm + 1e-6)  # rounded, 92 BPM are 91.99998, and LMMS cuts that to 91
        if not 0 < microseconds < 1 << 24:
            raise ValueError(f"a MIDI file cannot hold {sheet.bpm} BPM")
        return cls(microseconds, sheet.before_s)

    def ticks(self, seconds: float) -> int:
        return max(0, round((seconds + self.before_s) * 1e6 / self.microseconds * TICKS_PER_QUARTER))


def _head(sheet: Sheet, clock: _Clock) -> list[_Event]:
    signs = [
        mido.MetaMessage("set_tempo", tempo=clock.microseconds),
        mido.MetaMessage("time_signature", numerator=sheet.beats_per_bar, denominator=4),
    ]
    return [*((0, sign) for sign in signs), *_key(sheet)]


def _key(sheet: Sheet) -> list[_Event]:
    """The key signature; MuseScore reads only the one that stands in the notes' own track."""
    if sheet.key is None:
        return []
    return [(0, mido.MetaMessage("key_signature", key=sheet.key.name.replace("♯", "#").replace("♭", "b")))]


def _voice(sheet: Sheet) -> list[_Event]:
    return [(0, mido.Message("program_change", program=sheet.program))]


def _bend_range(bends: Sequence[Sequence[Bend]]) -> list[_Event]:
    if not any(bends):
        return []
    settings = ((_RPN_COARSE, 0), (_RPN_FINE, 0), (_DATA_COARSE, BEND_RANGE), (_DATA_FINE, 0))
    return [(0, mido.Message("control_change", control=control, value=value)) for control, value in settings]


def _played(notes: Sequence[Note], bends: Sequence[Sequence[Bend]], clock: _Clock) -> list[_Event]:
    """Note-ons, note-offs and bends by time; what ends at a tick ends before anything begins there."""
    timed = []
    curves = bends or [()] * len(notes)
    order = sorted(range(len(notes)), key=lambda index: notes[index].onset_s)
    apart = _apart([notes[index] for index in order])
    for note, curve in zip(apart, (curves[index] for index in order), strict=True):
        start = clock.ticks(note.onset_s)
        stop = max(start + 1, clock.ticks(note.offset_s))
        off = mido.Message("note_off", note=note.number, velocity=0)
        on = mido.Message("note_on", note=note.number, velocity=note.velocity)
        timed += [(stop, 0, off), (start, 2, on)]
        timed += [(clock.ticks(time), 1, _bend(semitones)) for time, semitones in curve]
    return [(tick, message) for tick, _, message in sorted(timed, key=lambda event: event[:2])]


def _apart(notes: Sequence[Note]) -> list[Note]:
    """Cuts a note short where the same number begins again: its note-off would end the second one."""
    kept: list[Note] = []
    last: dict[int, int] = {}
    for note in notes:
        before = last.get(note.number)
        if before is not None and kept[before].offset_s > note.onset_s:
            kept[before] = replace(kept[before], offset_s=note.onset_s)
        last[note.number] = len(kept)
        kept.append(note)
    return kept


def _bend(semitones: float) -> mido.Message:
    steps = round(semitones / BEND_RANGE * _BEND_STEPS)
    return mido.Message("pitchwheel", pitch=max(-_BEND_STEPS, min(_BEND_STEPS - 1, steps)))


def _track(events: Sequence[_Event], end: int) -> mido.MidiTrack:
    track, now = mido.MidiTrack(), 0
    for tick, message in events:
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, end - now)))
    return track
