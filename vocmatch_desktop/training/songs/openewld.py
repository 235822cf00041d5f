"""OpenEWLD: lead sheets in the public domain, melody and chords, many of them in 3/4 and some in 6/8.

Simonetta et al., "Symbolic Music Similarity through a Graph-based Representation", 2018. Everything here is the
first edition of a standard; beats are quarter notes, in 6/8 eighths.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby, pairwise
from pathlib import PurePosixPath
from zipfile import ZipFile

import numpy as np

from vocmatch_desktop.training.songs.composition import Composition, joined, one_voice
from vocmatch_desktop.training.songs.midi import CorruptScore
from vocmatch_desktop.training.songs.musicxml import LeadSheet, Measure, guessed_key, read_mxl
from vocmatch_desktop.training.songs.record import Credit, SectionSpan
from vocmatch_desktop.training.songs.split import composition_split
from vocmatch_desktop.types import Note

ARCHIVE = "midi/openewld.zip"

_METRES = {(4, 4): (4, 1.0), (2, 2): (4, 1.0), (2, 4): (4, 1.0), (3, 4): (3, 1.0), (6, 8): (6, 0.5)}
"""(beats, beat type) → beats a bar as we count them and quarter notes a beat; two bars of 2/4 make one of four."""

_BPM = {4: 120.0, 3: 132.0, 6: 160.0}
"""Lead sheets do not say how fast; these are what `Composition.bpm` says until `at_tempo`."""

_SECTION_BARS = 8
_VELOCITY = 80


def names(archive: ZipFile) -> dict[str, str]:
    """Path in the archive by name, "openewld/<title>". Songs of one title are told apart by a number."""
    found: dict[str, str] = {}
    for path in sorted(name for name in archive.namelist() if name.endswith(".mxl")):
        base = f"openewld/{normalised(PurePosixPath(path).stem)}"
        name, number = base, 2
        while name in found:
            name, number = f"{base}~{number}", number + 1
        found[name] = path
    return dict(sorted(found.items()))


def normalised(title: str) -> str:
    """A title as a name: plain small letters and digits, joined by "-"; so editions of one song fall together."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower().replace("'", "")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "untitled"


def read(archive: ZipFile, name: str, path: str) -> Composition:
    """The song `name`, which lies at `path` in the archive; a pick-up stands at the end of a whole first bar.

    Raises:
        CorruptScore: It cannot be read, changes metre, has one we do not play, or has no melody or no chords.
    """
    sheet = read_mxl(archive.read(path))
    metre = {measure.time for measure in sheet.measures}
    if len(metre) != 1 or (time := next(iter(metre))) not in _METRES:
        raise CorruptScore(f"{name} has a metre that is not played here: {sorted(metre)}")
    beats_per_bar, quarters = _METRES[time]
    starts = _starts(sheet.measures, beats_per_bar * quarters)
    bars = int(np.ceil(starts[-1] / (beats_per_bar * quarters) - 1e-6))
    beat_s = 60 / _BPM[beats_per_bar]
    scale = beat_s / quarters
    melody = one_voice(_melody(sheet.measures, starts, scale))
    labels = _labels(sheet.measures, starts, quarters, bars * beats_per_bar)
    if len(melody) < 8 or bars < 4 or set(labels) == {"N"} or sheet.fifths is None:
        raise CorruptScore(f"{name} has no melody, no chords or no key signature")
    edges = np.arange(bars * beats_per_bar + 1) * beat_s
    chords = joined(edges.tolist(), labels)
    return Composition(
        name=name,
        split=composition_split(name.partition("~")[0]),
        bpm=_BPM[beats_per_bar],
        beats_per_bar=beats_per_bar,
        beats_s=tuple(edges[:-1].tolist()),
        downbeats_s=tuple(edges[:-1:beats_per_bar].tolist()),
        key=guessed_key(sheet.fifths, [chord.label for chord in chords]),
        chords=chords,
        melody=melody,
        lead=(),
        piano=(),
        sections=_sections(edges[::beats_per_bar].tolist()),
        credit=_credit(sheet, path),
    )


def _starts(measures: Sequence[Measure], bar: float) -> list[float]:
    """Where every measure begins, and the last ends, in quarter notes; a short first one ends with the first bar."""
    lengths = [measure.length for measure in measures]
    pick_up = len(lengths) > 1 and lengths[0] < measures[0].whole - 1e-6
    at = bar - lengths[0] if pick_up else 0.0
    starts = [at]
    for index, (measure, length) in enumerate(zip(measures, lengths, strict=True)):
        full = length if pick_up and index == 0 else measure.whole
        starts.append(starts[-1] + full)
    return starts


def _melody(measures: Sequence[Measure], starts: Sequence[float], scale: float) -> list[Note]:
    notes: list[Note] = []
    for measure, start in zip(measures, starts, strict=False):
        for written in measure.notes:
            onset, end = (start + written.start) * scale, (start + written.start + written.length) * scale
            if written.tied and notes and notes[-1].number == written.number and abs(notes[-1].offset_s - onset) < 1e-3:
                notes[-1] = Note(notes[-1].onset_s, end, notes[-1].pitch, written.number, _VELOCITY)
            else:
                notes.append(Note(onset, end, float(written.number), written.number, _VELOCITY))
    return notes


def _labels(measures: Sequence[Measure], starts: Sequence[float], quarters: float, beats: int) -> list[str]:
    """The chord of every beat: the last that was written at or just after it began."""
    written = [
        (start + place, label)
        for measure, start in zip(measures, starts, strict=False)
        for place, label in measure.chords
    ]
    written.sort(key=lambda chord: chord[0])
    labels, current, index = [], "N", 0
    for beat in range(beats):
        while index < len(written) and written[index][0] < (beat + 0.5) * quarters:
            current = written[index][1]
            index += 1
        labels.append(current)
    return labels


def _sections(lines: Sequence[float]) -> tuple[SectionSpan, ...]:
    """Phrases of eight bars, verse and chorus in turn: lead sheets name no sections, but a band builds."""
    edges = [*lines[:-1:_SECTION_BARS], lines[-1]]
    names = ("verse", "verse", "chorus", "chorus")
    spans = [SectionSpan(start, end, names[index % 4]) for index, (start, end) in enumerate(pairwise(edges))]
    return tuple(_united(spans))


def _united(spans: Sequence[SectionSpan]) -> list[SectionSpan]:
    grouped = (list(group) for _, group in groupby(spans, key=lambda span: span.name))
    return [SectionSpan(group[0].start_s, group[-1].end_s, group[0].name) for group in grouped]


def _credit(sheet: LeadSheet, path: str) -> Credit:
    title = sheet.title or PurePosixPath(path).stem.replace("_", " ")
    return Credit(f"{title} (OpenEWLD)", sheet.authors or "public domain", "public domain; data set MIT")
