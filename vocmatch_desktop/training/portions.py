"""What a network is trained on: portions of examples, drawn from kinds of sound, and the batches made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.readers import material_songs
from vocmatch_desktop.training.songs.record import SongRecord
from vocmatch_desktop.training.songs.stream import Example, SongStream, StreamOptions
from vocmatch_desktop.training.songs.stream_drawing import Mixing
from vocmatch_desktop.training.songs.stream_sources import Source, raw_beats, raw_voices, songs

Kind = Literal["raw", "beats", "rendered", "real"]
"""Strings of sung syllables, finished instrumentals, songs we rendered, and produced songs' stems."""


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of a recipe's examples: `share` (in proportion to the others') drawn from `kinds` by `mixing`.

    A kind that is named several times is drawn that many times as often. The rest are `StreamOptions`'.
    """

    share: float
    kinds: tuple[Kind, ...]
    mixing: Mixing = field(default_factory=Mixing)
    gain_db: tuple[float, float] = (-8.0, 4.0)
    room: float = 0.7
    tone: float = 0.0
    narrow: float = 0.0
    mono: float = 0.0
    wide: float = 0.0
    speed: float = 0.3
    speed_semitones: float = 1.5


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a network, or an arm of the probe, is trained on."""

    name: str
    portions: tuple[Portion, ...]

    @property
    def kinds(self) -> frozenset[Kind]:
        """Everything it is trained on."""
        return frozenset(kind for portion in self.portions for kind in portion.kinds)


def toned(portion: Portion) -> Portion:
    """The same, with tones and bandwidths drawn as recordings have them."""
    return replace(portion, tone=0.6, narrow=0.3)


def bent(portion: Portion) -> Portion:
    """The same, with most crops played up to a third faster or slower: few singers become many."""
    return replace(portion, speed=0.7, speed_semitones=4.0)


def real_songs(material: Material, given: Sequence[SongRecord]) -> tuple[SongRecord, ...]:
    """The material's songs and those of the given ones that were not rendered."""
    return (*material_songs(material), *(record for record in given if record.seed is None))


def rendered_songs(given: Sequence[SongRecord]) -> tuple[SongRecord, ...]:
    """Those of the given songs that we rendered."""
    return tuple(record for record in given if record.seed is not None)


def sources(kind: Kind, material: Material, given: Sequence[SongRecord]) -> tuple[Source, ...]:
    """Everything of one kind that belongs to training, in the material and among the `given` songs.

    Raises:
        UserError: There is none; the sentence says what to do.
    """
    if kind == "raw":
        found = raw_voices(material, "train")
    elif kind == "beats":
        found = raw_beats(material, "train")
    else:
        records = rendered_songs(given) if kind == "rendered" else real_songs(material, given)
        found = songs(record for record in records if record.split == "train")
    if not found:
        raise UserError(f"There is nothing {kind!r} to train on.", "Rendered songs: `songs --split train --out DIR`.")
    return found


@dataclass(frozen=True, slots=True)
class Crops:
    """How many examples make a batch, and what they are like: seconds, Hz."""

    batch: int
    seconds: float
    rate: int


class Examples:
    """Draws the examples of `recipe` from `sources` (what there is of each kind), decoded into `cache`."""

    def __init__(
        self, recipe: Recipe, sources: Mapping[Kind, Sequence[Source]], crops: Crops, cache: Path, seed: int
    ) -> None:
        self._seed, self._batch = seed, crops.batch
        shares = np.array([portion.share for portion in recipe.portions])
        self._shares = shares / shares.sum()
        self._streams = [_stream(portion, sources, crops, cache, seed) for portion in recipe.portions]

    def batch(self, step: int) -> tuple[Example, ...]:
        """Those of training step `step`, a function of its number."""
        return tuple(self._example(step * self._batch + place) for place in range(self._batch))

    def _example(self, index: int) -> Example:
        rng = np.random.default_rng([self._seed, index, 1])
        return self._streams[int(rng.choice(len(self._shares), p=self._shares))].example(index)


def _stream(
    portion: Portion, sources: Mapping[Kind, Sequence[Source]], crops: Crops, cache: Path, seed: int
) -> SongStream:
    options = StreamOptions(
        crops.seconds,
        crops.rate,
        portion.mixing,
        portion.gain_db,
        portion.speed,
        portion.speed_semitones,
        room=portion.room,
        tone=portion.tone,
        narrow=portion.narrow,
        mono=portion.mono,
        wide=portion.wide,
    )
    weighed = [
        replace(source, weight=portion.kinds.count(kind))
        for kind in dict.fromkeys(portion.kinds)
        for source in sources[kind]
    ]
    return SongStream(weighed, options, cache, seed)
