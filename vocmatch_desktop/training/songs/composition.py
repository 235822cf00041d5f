"""A song on paper, as compositions are read: what is sung, which chords hold, where the beat falls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from vocmatch_desktop.training.songs.record import Credit, SectionSpan, Split
from vocmatch_desktop.types import Chord, Key, Note


@dataclass(frozen=True, slots=True)
class Composition:
    """One song's notes. Times are seconds at the composition's own tempo; `at_tempo` and `transposed` change both.

    `name`: unique and stable ("pop909/123"); `split` follows from it. `melody`: the sung line, one voice. `lead` and
    `piano`: the written accompaniment, empty where there is none. `beats_s`: every beat from the first bar line on;
    `downbeats_s`: the bar lines among them. `chords` cover the song without gaps or overlaps ("N" where none holds).
    """

    name: str
    split: Split
    bpm: float
    beats_per_bar: int
    beats_s: tuple[float, ...]
    downbeats_s: tuple[float, ...]
    key: Key
    chords: tuple[Chord, ...]
    melody: tuple[Note, ...]
    lead: tuple[Note, ...]
    piano: tuple[Note, ...]
    sections: tuple[SectionSpan, ...]
    credit: Credit


def one_voice(notes: Sequence[Note]) -> tuple[Note, ...]:
    """A line that can be sung: of notes that begin together the highest, and each ends where the next begins."""
    highest: dict[float, Note] = {}
    for note in notes:
        if note.onset_s not in highest or note.number > highest[note.onset_s].number:
            highest[note.onset_s] = note
    line = [highest[onset] for onset in sorted(highest)]
    ends = [min(note.offset_s, after.onset_s) for note, after in pairwise(line)] + [n.offset_s for n in line[-1:]]
    return tuple(
        Note(n.onset_s, end, n.pitch, n.number, n.velocity)
        for n, end in zip(line, ends, strict=True)
        if end > n.onset_s
    )


def joined(edges: Sequence[float], labels: Sequence[str]) -> tuple[Chord, ...]:
    """One chord a stretch of equal `labels`; label i holds from `edges[i]` to `edges[i + 1]`."""
    chords: list[Chord] = []
    for label, (start, end) in zip(labels, pairwise(edges), strict=True):
        if chords and chords[-1].label == label:
            chords[-1] = Chord(chords[-1].start_s, end, label)
        else:
            chords.append(Chord(start, end, label))
    return tuple(chords)
