"""What there is to sing: every composition of the material, by name, and how one is retold.

`names` is cheap and decides nothing by content; `load` reads one song; `compositions` reads a whole split. A retold
song (`transposed`, `at_tempo`, `doubled`, `excerpt`) keeps its name and split.
"""

from __future__ import annotations

import zipfile
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.synth import theory
from vocmatch_desktop.training.songs import openewld, pop909
from vocmatch_desktop.training.songs.composition import Composition
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.midi import CorruptScore
from vocmatch_desktop.training.songs.record import SectionSpan, Split
from vocmatch_desktop.training.songs.split import composition_split
from vocmatch_desktop.types import Chord, Note

_EDGE_S = 1e-6


@dataclass(frozen=True, slots=True)
class Reading:
    """The compositions of a split; `skipped` are (name, why) of those that could not be read."""

    compositions: tuple[Composition, ...]
    skipped: tuple[tuple[str, str], ...]


def names(material: Material, split: Split) -> tuple[str, ...]:
    """Names of all compositions of `split`, sorted; reads only the archives' lists.

    Raises:
        NotFound: An archive is missing; the sentence names it.
    """
    with _open(material, pop909.ARCHIVE) as archive:
        found = list(pop909.names(archive))
    with _open(material, openewld.ARCHIVE) as archive:
        found += openewld.names(archive)
    return tuple(sorted(name for name in found if split_of(name) == split))


def split_of(name: str) -> Split:
    """The split of a composition; editions of one title ("…~2") go together."""
    return composition_split(name.partition("~")[0])


def load(material: Material, name: str) -> Composition:
    """Reads the composition `name` ("pop909/123", "openewld/after-the-ball").

    Raises:
        CorruptScore: It is damaged or holds nothing to sing.
        NotFound: There is none of that name, or its archive is missing.
    """
    if name.startswith("pop909/"):
        with _open(material, pop909.ARCHIVE) as archive, _open(material, pop909.PHRASES) as phrases:
            if name not in pop909.names(archive):
                raise NotFound(f"There is no composition {name}.")
            return pop909.read(archive, phrases, name)
    with _open(material, openewld.ARCHIVE) as archive:
        path = openewld.names(archive).get(name)
        if path is None:
            raise NotFound(f"There is no composition {name}.")
        return openewld.read(archive, name, path)


def compositions(material: Material, split: Split) -> Reading:
    """Reads all compositions of `split`; damaged ones are skipped and told."""
    read, skipped = [], []
    with (
        _open(material, pop909.ARCHIVE) as pop,
        _open(material, pop909.PHRASES) as phrases,
        _open(material, openewld.ARCHIVE) as sheets,
    ):
        paths = openewld.names(sheets)
        for name in names(material, split):
            try:
                if name in paths:
                    read.append(openewld.read(sheets, name, paths[name]))
                else:
                    read.append(pop909.read(pop, phrases, name))
            except CorruptScore as error:
                skipped.append((name, str(error)))
    return Reading(tuple(read), tuple(skipped))


def _open(material: Material, path: str) -> zipfile.ZipFile:
    file = material.file(path)
    try:
        return zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        raise NotFound(f"{file} is damaged.", "Get it anew; it should be a zip archive.") from error


def end_s(composition: Composition) -> float:
    """Where the composition ends: with its last bar."""
    return composition.chords[-1].end_s


def transposed(composition: Composition, semitones: int) -> Composition:
    """The composition `semitones` higher; a note that would leave MIDI's range is folded back by octaves."""
    return replace(
        composition,
        key=composition.key.transposed(semitones),
        chords=tuple(replace(c, label=theory.transposed(c.label, semitones)) for c in composition.chords),
        melody=_shifted(composition.melody, semitones),
        lead=_shifted(composition.lead, semitones),
        piano=_shifted(composition.piano, semitones),
    )


def _shifted(notes: Sequence[Note], semitones: int) -> tuple[Note, ...]:
    moved = []
    for note in notes:
        number = note.number + semitones
        while not 0 <= number <= 127:
            number += 12 if number < 0 else -12
        moved.append(replace(note, number=number, pitch=note.pitch + number - note.number))
    return tuple(moved)


def at_tempo(composition: Composition, bpm: float) -> Composition:
    """The composition played at `bpm` (its median beat); raises ValueError unless `bpm` is positive."""
    if bpm <= 0:
        raise ValueError("a tempo is positive")
    factor = composition.bpm / bpm
    return replace(_retimed(composition, lambda time_s: time_s * factor), bpm=bpm)


def doubled(composition: Composition) -> Composition:
    """The same song counted twice as fast: two beats for every beat, two bars for every bar.

    The singing stays as fast as it was, so a slow ballad can be sung over a fast beat.
    """
    edges = (*composition.beats_s, end_s(composition))
    middles = [(start + end) / 2 for start, end in pairwise(edges)]
    beats = tuple(sorted((*composition.beats_s, *middles)))
    lines = [bisect_left(beats, line - _EDGE_S) for line in (*composition.downbeats_s, end_s(composition))]
    halves = [beats[(start + end) // 2] for start, end in pairwise(lines)]
    return replace(
        composition,
        bpm=composition.bpm * 2,
        beats_s=beats,
        downbeats_s=tuple(sorted((*composition.downbeats_s, *halves))),
    )


def excerpt(composition: Composition, from_bar: int, bars: int) -> Composition:
    """`bars` bars from bar `from_bar` (0 is the first), counted from 0 s; notes that sound on are cut at the end.

    Raises:
        ValueError: The song has no such bars.
    """
    lines = (*composition.downbeats_s, end_s(composition))
    if from_bar < 0 or bars < 1 or from_bar + bars >= len(lines):
        raise ValueError(f"{composition.name} has {len(lines) - 1} bars, not {from_bar} … {from_bar + bars}")
    start, end = lines[from_bar], lines[from_bar + bars]
    cut = replace(
        composition,
        beats_s=_inside(composition.beats_s, start, end),
        downbeats_s=_inside(composition.downbeats_s, start, end),
        chords=tuple(
            Chord(max(c.start_s, start), min(c.end_s, end), c.label)
            for c in composition.chords
            if c.end_s > start + _EDGE_S and c.start_s < end - _EDGE_S
        ),
        melody=_cut(composition.melody, start, end),
        lead=_cut(composition.lead, start, end),
        piano=_cut(composition.piano, start, end),
        sections=tuple(
            SectionSpan(max(s.start_s, start), min(s.end_s, end), s.name)
            for s in composition.sections
            if s.end_s > start + _EDGE_S and s.start_s < end - _EDGE_S
        ),
    )
    return _retimed(cut, lambda time_s: time_s - start)


def _inside(times: Sequence[float], start: float, end: float) -> tuple[float, ...]:
    return tuple(time for time in times if start - _EDGE_S <= time < end - _EDGE_S)


def _cut(notes: Sequence[Note], start: float, end: float) -> tuple[Note, ...]:
    return tuple(
        replace(note, offset_s=min(note.offset_s, end))
        for note in notes
        if start - _EDGE_S <= note.onset_s < end - _EDGE_S
    )


def _retimed(composition: Composition, clock: Callable[[float], float]) -> Composition:
    """The composition with every time put through the increasing `clock`."""

    def moved(notes: Sequence[Note]) -> tuple[Note, ...]:
        return tuple(replace(n, onset_s=max(0.0, clock(n.onset_s)), offset_s=clock(n.offset_s)) for n in notes)

    return replace(
        composition,
        beats_s=tuple(map(clock, composition.beats_s)),
        downbeats_s=tuple(map(clock, composition.downbeats_s)),
        chords=tuple(Chord(clock(c.start_s), clock(c.end_s), c.label) for c in composition.chords),
        melody=moved(composition.melody),
        lead=moved(composition.lead),
        piano=moved(composition.piano),
        sections=tuple(SectionSpan(clock(s.start_s), clock(s.end_s), s.name) for s in composition.sections),
    )
