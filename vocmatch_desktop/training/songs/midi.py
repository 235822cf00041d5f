"""MIDI files as notes: in exact seconds through the tempo map, or in beats where the tempo is not wanted."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import Note

_DEFAULT_TEMPO = 500_000
"""Microseconds a beat before the first tempo event, as the MIDI standard says."""


class CorruptScore(ValueError):
    """A MIDI or MusicXML file that cannot be read as music; whoever reads many skips and counts it."""


@dataclass(frozen=True, slots=True)
class Struck:
    """A note in beats (quarter notes of the file) from the file's start."""

    beat: float
    beats: float
    number: int
    velocity: int


@dataclass(frozen=True, slots=True)
class MidiFile:
    """Tracks by name, in beats, and the tempo map that turns beats into seconds.

    `tempo_beats`, `tempo_s`: float64 [n], a beat and its second at every change of tempo; `seconds_a_beat`: float64
    [n], what holds from there on.
    """

    tracks: Mapping[str, tuple[Struck, ...]]
    tempo_beats: NDArray[np.float64]
    tempo_s: NDArray[np.float64]
    seconds_a_beat: NDArray[np.float64]

    def seconds(self, beat: float) -> float:
        """When `beat` falls."""
        index = max(0, int(np.searchsorted(self.tempo_beats, beat, side="right")) - 1)
        return float(self.tempo_s[index] + (beat - self.tempo_beats[index]) * self.seconds_a_beat[index])

    def notes(self, track: str) -> tuple[Note, ...]:
        """The notes of a track in seconds, by onset; empty where there is no such track."""
        return tuple(
            Note(self.seconds(n.beat), self.seconds(n.beat + n.beats), float(n.number), n.number, n.velocity)
            for n in self.tracks.get(track, ())
        )


def read_midi(data: bytes) -> MidiFile:
    """Reads a standard MIDI file.

    Raises:
        CorruptScore: It is truncated, holds values MIDI does not allow, or no note.
    """
    import mido

    try:
        file = mido.MidiFile(file=io.BytesIO(data))
    except (OSError, EOFError, ValueError, KeyError, IndexError) as error:
        raise CorruptScore(f"no MIDI file: {error}") from error
    if file.ticks_per_beat <= 0:
        raise CorruptScore("the file counts no ticks")
    tracks: dict[str, tuple[Struck, ...]] = {}
    for index, track in enumerate(file.tracks):
        notes = tuple(sorted(_struck(track, file.ticks_per_beat), key=lambda note: (note.beat, note.number)))
        if notes:
            tracks[track.name or f"track {index}"] = notes
    if not tracks:
        raise CorruptScore("the file has no notes")
    return MidiFile(tracks, *_tempo_map(file.tracks, file.ticks_per_beat))


def _struck(track: object, ticks_a_beat: int) -> Iterator[Struck]:
    """Notes of one track: a second note-on of a sounding key ends the first."""
    sounding: dict[tuple[int, int], tuple[int, int]] = {}
    tick = 0
    for message in track:  # type: ignore[attr-defined]  # mido has no types
        tick += message.time
        if message.type not in ("note_on", "note_off"):
            continue
        key = (message.channel, message.note)
        if key in sounding:
            start, velocity = sounding.pop(key)
            if tick > start:
                yield Struck(start / ticks_a_beat, (tick - start) / ticks_a_beat, message.note, velocity)
        if message.type == "note_on" and message.velocity:
            sounding[key] = (tick, message.velocity)


def _tempo_map(
    tracks: object, ticks_a_beat: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    changes = {0: _DEFAULT_TEMPO}
    for track in tracks:  # type: ignore[attr-defined]
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "set_tempo":
                changes[tick] = message.tempo
    ticks = sorted(changes)
    beats = np.array(ticks, np.float64) / ticks_a_beat
    seconds_a_beat = np.array([changes[tick] for tick in ticks], np.float64) / 1e6
    seconds = np.concatenate([[0.0], np.cumsum(np.diff(beats) * seconds_a_beat[:-1])])
    return beats, seconds, seconds_a_beat
