"""Which stems of which songs sound together in an example: a plan, drawn before any sound is touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vocmatch_desktop.training.songs.stream_sources import Source
from vocmatch_desktop.training.songs.stream_strips import LEVEL_HOP_S, Strip
from vocmatch_desktop.types import STEMS

Singing = Literal["untouched", "shifted", "vocoded"]
ENGINES: Mapping[str, Singing] = {"": "untouched", "raw": "untouched", "stretch": "shifted", "world": "vocoded"}
TURNS: tuple[tuple[Singing, ...], ...] = (
    ("untouched", "shifted", "vocoded"),
    ("shifted", "untouched", "vocoded"),
    ("vocoded", "shifted", "untouched"),
)
"""Of three successive examples at least one is sung by an untouched recording and at most one is vocoded; the second
and third kind stand in where there is none of the first."""

SOUNDING = 0.9
"""How often a crop is placed where its stem sounds, rather than anywhere."""


@dataclass(frozen=True, slots=True)
class Mixing:
    """How often what is drawn.

    `coherent`: all stems from one place of one song; `scattered`: from one song, each from a place of its own; the rest
    of the examples take each stem from any song. Of these remixes `beat` sing over a whole instrumental instead of
    single stems, and `exact` take only stems that are truly separate, so that all six targets count. `present`: how
    often a stem is in a remix. `drop`: how often a stem is left out of a song, so that silence is learnt.
    """

    coherent: float = 0.4
    scattered: float = 0.1
    beat: float = 0.25
    exact: float = 0.6
    drop: float = 0.1
    present: tuple[tuple[str, float], ...] = (
        ("vocals", 0.9),
        ("drums", 0.85),
        ("bass", 0.85),
        ("guitar", 0.6),
        ("piano", 0.6),
        ("other", 0.6),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """A source with its decoded stems."""

    source: Source
    strips: Mapping[str, Strip]


@dataclass(frozen=True, slots=True, eq=False)
class Pick:
    """One stem of an example: `stem` of `shelf`, from `start_s` on; `strand` says which picks change together."""

    stem: str
    shelf: Shelf
    start_s: float
    strand: int

    @property
    def strip(self) -> Strip:
        """The sound."""
        return self.shelf.strips[self.stem]


class Drawing:
    """Draws plans from shelves; the same generator state gives the same plan."""

    def __init__(self, shelves: Sequence[Shelf], mixing: Mixing, seconds: float) -> None:
        self._mixing = mixing
        self._seconds = seconds
        shelves = [shelf for shelf in shelves for _ in range(shelf.source.weight)]
        self._songs = [shelf for shelf in shelves if shelf.source.is_song]
        self._beats = [shelf for shelf in shelves if shelf.strips.keys() == {"other"} and not _trusts(shelf, "other")]
        self._with = {
            stem: [shelf for shelf in shelves if stem in shelf.strips and shelf not in self._beats] for stem in STEMS
        }

    def draw(self, index: int, rng: np.random.Generator) -> tuple[Pick, ...]:
        """The stems of example `index`; none of them may be drawn, then it is silent."""
        turn = TURNS[index % len(TURNS)]
        way = rng.random()
        mixing = self._mixing
        if way < mixing.coherent + mixing.scattered:
            shelf = self._singer(turn, self._songs, rng) if rng.random() < 0.9 else _one(self._songs, rng)
            if shelf is not None:
                return self._song(shelf, way >= mixing.coherent, rng)
        return self._remix(turn, rng)

    def _song(self, shelf: Shelf, scattered: bool, rng: np.random.Generator) -> tuple[Pick, ...]:
        kept = [stem for stem in shelf.strips if rng.random() >= self._mixing.drop]
        lead = "vocals" if "vocals" in kept else kept[0] if kept else None
        place = 0.0 if lead is None else self._place(shelf.strips[lead], rng)
        if scattered:
            return tuple(Pick(stem, shelf, self._place(shelf.strips[stem], rng), n) for n, stem in enumerate(kept))
        return tuple(Pick(stem, shelf, place, 0) for stem in kept)

    def _remix(self, turn: Sequence[Singing], rng: np.random.Generator) -> tuple[Pick, ...]:
        over_beat = rng.random() < self._mixing.beat and bool(self._beats)
        exact = rng.random() < self._mixing.exact
        picks = []
        for strand, (stem, present) in enumerate(self._mixing.present):
            if rng.random() >= present:
                continue
            if stem == "vocals":
                shelf = self._singer(turn, self._with[stem], rng)
            else:
                among = [shelf for shelf in self._with[stem] if not exact or _trusts(shelf, stem)]
                shelf = None if over_beat else _one(among, rng)
            if shelf is not None:
                picks.append(Pick(stem, shelf, self._place(shelf.strips[stem], rng), strand))
        if over_beat:
            beat = self._beats[int(rng.integers(len(self._beats)))]
            picks.append(Pick("other", beat, self._place(beat.strips["other"], rng), len(STEMS)))
        return tuple(picks)

    def _singer(self, turn: Sequence[Singing], among: Sequence[Shelf], rng: np.random.Generator) -> Shelf | None:
        """Somebody who sings as it is the turn of; as the next kind where there is none."""
        for singing in turn:
            fitting = [one for one in among if "vocals" in one.strips and ENGINES[one.source.engine] == singing]
            if fitting:
                return _one(fitting, rng)
        return None

    def _place(self, strip: Strip, rng: np.random.Generator) -> float:
        """Seconds to start at: mostly such that something sounds within the crop."""
        longest = max(0.0, strip.frames / strip.rate - self._seconds)
        hops = strip.sounding()
        if len(hops) and rng.random() < SOUNDING:
            at = float(hops[int(rng.integers(len(hops)))]) * LEVEL_HOP_S - rng.uniform(0, 0.9) * self._seconds
            return min(max(0.0, at), longest)
        return float(rng.uniform(0, longest))


def trusted_stems(picks: Sequence[Pick]) -> frozenset[str]:
    """The stems whose target is exact: nothing in the mix that is not truly separate may belong to them."""
    doubtful: set[str] = set()
    for pick in picks:
        if not _trusts(pick.shelf, pick.stem):
            doubtful |= set(STEMS) - pick.shelf.source.trusted
    return frozenset(STEMS) - doubtful


def _trusts(shelf: Shelf, stem: str) -> bool:
    return stem in shelf.source.trusted


def _one(among: Sequence[Shelf], rng: np.random.Generator) -> Shelf | None:
    return among[int(rng.integers(len(among)))] if among else None
