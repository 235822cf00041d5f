"""A song on paper, as compositions are read: what is sung, which chords hold, where the beat falls."""

from __future__ import annotations

from dataclasses import dataclass

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
