"""Compositions and drumming as arrays: a million notes in some megabytes, read in a blink, no MIDI reader needed.

Times are whole numbers of `TICK_S` from the note before, a composition's first from 0; they are rounded one by one, so
that errors do not add up. Strings stand once, in a list, and are numbered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.synth.players.drums import Groove, Hit
from vocmatch_desktop.training.songs.composition import Composition
from vocmatch_desktop.training.songs.record import Credit, SectionSpan, Split
from vocmatch_desktop.training.songs.split import SPLITS
from vocmatch_desktop.types import Chord, Key, Note
from vocmatch_desktop.whole import whole_file

TICK_S = 0.004
GROOVE_TICK = 1 / 96
"""Beats."""

LINES = ("melody", "lead", "piano")
Arrays = dict[str, NDArray[np.generic]]


def write_notes(path: Path, compositions: Sequence[Composition], grooves: Sequence[tuple[Split, Groove]]) -> None:
    """Writes an .npz of everything; raises `DiskError`."""
    words = _Words()
    arrays = {**_compositions(compositions, words), **_grooves(grooves, words)}
    with whole_file(path) as partial, partial.open("wb") as file:
        np.savez_compressed(file, **arrays, words=np.array(words.all))  # type: ignore[arg-type] # numpy's own stub


class _Words:
    """Strings by number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, word: str) -> int:
        return self._numbers.setdefault(word, len(self._numbers))

    @property
    def all(self) -> list[str]:
        return list(self._numbers)


def _compositions(compositions: Sequence[Composition], words: _Words) -> Arrays:
    arrays: Arrays = {
        "about": np.array(
            [
                (
                    *(words.number(word) for word in (c.name, c.credit.what, c.credit.who, c.credit.licence)),
                    SPLITS.index(c.split),
                    c.beats_per_bar,
                    c.key.index,
                )
                for c in compositions
            ],
            np.uint16,
        ).reshape(-1, 7),
        "bpm": np.array([c.bpm for c in compositions], np.float32),
    }
    for name, times in (("beats", [c.beats_s for c in compositions]), ("bars", [c.downbeats_s for c in compositions])):
        arrays |= _counted(name, times, {f"{name}_at": [_steps(one) for one in times]})
    for name in ("chords", "sections"):
        spans = [getattr(c, name) for c in compositions]
        label = "label" if name == "chords" else "name"
        arrays |= _counted(
            name,
            spans,
            {
                f"{name}_at": [_steps([span.start_s for span in one]) for one in spans],
                f"{name}_for": [_ticks((span.start_s, span.end_s) for span in one) for one in spans],
                f"{name}_word": [[words.number(getattr(span, label)) for span in one] for one in spans],
            },
        )
    for name in LINES:
        lines = [sorted(getattr(c, name), key=lambda note: (note.onset_s, note.number)) for c in compositions]
        arrays |= _counted(
            name,
            lines,
            {
                f"{name}_at": [_steps([note.onset_s for note in one]) for one in lines],
                f"{name}_for": [_ticks((note.onset_s, note.offset_s) for note in one) for one in lines],
            },
        )
        arrays[f"{name}_number"] = np.array([note.number for one in lines for note in one], np.uint8)
        arrays[f"{name}_velocity"] = np.array([note.velocity for one in lines for note in one], np.uint8)
    return arrays


def _grooves(grooves: Sequence[tuple[Split, Groove]], words: _Words) -> Arrays:
    about = [
        (words.number(g.name), words.number(g.style), SPLITS.index(split), g.beats_per_bar, g.bars, g.fill)
        for split, g in grooves
    ]
    hits = [sorted(groove.hits, key=lambda hit: (hit.beat, hit.number)) for _, groove in grooves]
    arrays = _counted("hits", hits, {"hits_at": [_steps([hit.beat for hit in one], GROOVE_TICK) for one in hits]})
    return arrays | {
        "groove": np.array(about, np.uint16).reshape(-1, 6),
        "groove_bpm": np.array([groove.bpm for _, groove in grooves], np.float32),
        "hits_number": np.array([hit.number for one in hits for hit in one], np.uint8),
        "hits_velocity": np.array([hit.velocity for one in hits for hit in one], np.uint8),
    }


def _counted(name: str, lists: Sequence[Sequence[object]], columns: Mapping[str, Sequence[Sequence[int]]]) -> Arrays:
    """Columns of all lists one after another, and how long each list is."""
    flat = {key: np.array([value for one in lists_ for value in one], np.uint16) for key, lists_ in columns.items()}
    return {f"{name}_count": np.array([len(one) for one in lists], np.uint32), **flat}


def _steps(times: Sequence[float], tick: float = TICK_S) -> list[int]:
    """Ascending times → ticks from one to the next. What lies before 0 (an early first stroke) is at 0."""
    ticks = [0, *(max(0, round(time / tick)) for time in times)]
    return [min(65_535, max(0, after - before)) for before, after in pairwise(ticks)]


def _ticks(spans: Iterable[tuple[float, float]]) -> list[int]:
    """Lengths between rounded ends, so that what follows without a gap still does."""
    return [min(65_535, max(1, round(end / TICK_S) - round(start / TICK_S))) for start, end in spans]


@dataclass(frozen=True, slots=True, eq=False)
class PackedNotes:
    """The arrays of a pack, mapped back one by one: `composition(i)` and `groove(i)` cost a slice each."""

    arrays: Mapping[str, NDArray[np.generic]]
    ends: Mapping[str, NDArray[np.int64]]
    words: tuple[str, ...]

    @classmethod
    def load(cls, path: Path) -> PackedNotes:
        """Reads what `write_notes` wrote."""
        with np.load(path) as stored:
            arrays = {name: stored[name] for name in stored.files}
        ends = {
            name.removesuffix("_count"): np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
            for name, counts in arrays.items()
            if name.endswith("_count")
        }
        return cls(arrays, ends, tuple(map(str, arrays.pop("words"))))

    def compositions(self, split: Split) -> tuple[int, ...]:
        """The numbers of a split's compositions."""
        return tuple(map(int, np.flatnonzero(self.arrays["about"][:, 4] == SPLITS.index(split))))

    def grooves(self, split: Split) -> tuple[int, ...]:
        """The numbers of a split's grooves."""
        return tuple(map(int, np.flatnonzero(self.arrays["groove"][:, 2] == SPLITS.index(split))))

    def composition(self, number: int) -> Composition:
        """A composition as it was, to half a tick."""
        name, what, who, licence, split, beats, key = map(int, self.arrays["about"][number])
        chords = self._spans("chords", number)
        return Composition(
            name=self.words[name],
            split=SPLITS[split],
            bpm=float(self.arrays["bpm"][number]),
            beats_per_bar=beats,
            beats_s=tuple(self._times("beats", number)),
            downbeats_s=tuple(self._times("bars", number)),
            key=Key.from_index(key),
            chords=tuple(Chord(*span) for span in chords),
            melody=self._line("melody", number),
            lead=self._line("lead", number),
            piano=self._line("piano", number),
            sections=tuple(SectionSpan(*span) for span in self._spans("sections", number)),
            credit=Credit(self.words[what], self.words[who], self.words[licence]),
        )

    def groove(self, number: int) -> Groove:
        """A groove as it was played, to half a tick."""
        name, style, _, beats, bars, fill = map(int, self.arrays["groove"][number])
        at = self._times("hits", number, GROOVE_TICK)
        struck = zip(at, self._part("hits", "number", number), self._part("hits", "velocity", number), strict=True)
        hits = tuple(Hit(beat, int(drum), int(velocity)) for beat, drum, velocity in struck)
        bpm = float(self.arrays["groove_bpm"][number])
        return Groove(self.words[name], self.words[style], bpm, beats, bars, hits, bool(fill))

    def _part(self, name: str, column: str, number: int) -> NDArray[np.int64]:
        first, last = self.ends[name][number : number + 2]
        return np.asarray(self.arrays[f"{name}_{column}"][first:last], np.int64)

    def _times(self, name: str, number: int, tick: float = TICK_S) -> list[float]:
        return list(map(float, np.cumsum(self._part(name, "at", number)) * tick))

    def _spans(self, name: str, number: int) -> list[tuple[float, float, str]]:
        starts = self._times(name, number)
        lengths = self._part(name, "for", number) * TICK_S
        words = self._part(name, "word", number)
        return [
            (at, at + float(length), self.words[word]) for at, length, word in zip(starts, lengths, words, strict=True)
        ]

    def _line(self, name: str, number: int) -> tuple[Note, ...]:
        columns = (
            self._part(name, "for", number) * TICK_S,
            *(self._part(name, c, number) for c in ("number", "velocity")),
        )
        return tuple(
            Note(at, at + float(length), float(pitch), int(pitch), int(velocity))
            for at, length, pitch, velocity in zip(self._times(name, number), *columns, strict=True)
        )
