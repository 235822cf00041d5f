"""What the arms of the probe are trained on; nothing else differs between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.readers import material_songs
from vocmatch_desktop.training.songs.record import SongRecord
from vocmatch_desktop.training.songs.stream_drawing import Mixing
from vocmatch_desktop.training.songs.stream_sources import Source, raw_beats, raw_voices, songs

Kind = Literal["raw", "beats", "rendered", "real"]
"""Strings of sung syllables, finished instrumentals, songs we rendered, and produced songs' stems."""

OVER_BEATS = Mixing(coherent=0.0, scattered=0.0, beat=1.0)


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of an arm's examples: `share` (in proportion to the others') drawn from `kinds` by `mixing`.

    A kind that is named several times is drawn that many times as often. The rest are `StreamOptions`'.
    """

    share: float
    kinds: tuple[Kind, ...]
    mixing: Mixing = field(default_factory=Mixing)
    gain_db: tuple[float, float] = (-8.0, 4.0)
    room: float = 0.7
    tone: float = 0.0
    narrow: float = 0.0
    speed: float = 0.3
    speed_semitones: float = 1.5


@dataclass(frozen=True, slots=True)
class Recipe:
    """An arm of the probe."""

    name: str
    portions: tuple[Portion, ...]

    @property
    def kinds(self) -> frozenset[Kind]:
        """Everything it is trained on."""
        return frozenset(kind for portion in self.portions for kind in portion.kinds)


RAW = Portion(1.0, ("raw", "beats"), OVER_BEATS)
RENDERED = Portion(1.0, ("rendered",))
REAL = Portion(1.0, ("real",))
BOTH = Portion(1.0, ("rendered", "real"))
MORE_REAL = Portion(1.0, ("rendered", *("real",) * 6))
"""There are few real songs: among all others they would hardly be heard."""

EVERYTHING = Portion(1.0, ("rendered", "real", "raw", "beats"))
MORE_REAL_AND_RAW = Portion(1.0, (*MORE_REAL.kinds, "raw", "beats"))


def toned(portion: Portion) -> Portion:
    """The same, with tones and bandwidths drawn as recordings have them."""
    return replace(portion, tone=0.6, narrow=0.3)


def bent(portion: Portion) -> Portion:
    """The same, with most crops played up to a third faster or slower: few singers become many."""
    return replace(portion, speed=0.7, speed_semitones=4.0)


RECIPES = (
    Recipe("raw", (RAW,)),
    Recipe("rendered", (RENDERED,)),
    Recipe("rendered+real", (BOTH,)),
    Recipe("real", (REAL,)),
    Recipe("rendered+real+raw", (EVERYTHING,)),
    Recipe("toned raw", (toned(RAW),)),
    Recipe("toned rendered+real", (toned(BOTH),)),
    Recipe("toned rendered+real+raw", (toned(EVERYTHING),)),
    Recipe("toned rendered+6 real", (toned(MORE_REAL),)),
    Recipe("toned rendered+6 real+raw", (toned(MORE_REAL_AND_RAW),)),
    Recipe("bent toned rendered+6 real+raw", (bent(toned(MORE_REAL_AND_RAW)),)),
)
"""The issue's three arms, (i) to (iii), first; then what helps to see what each ingredient is worth."""


def recipe(name: str) -> Recipe:
    """The recipe of this name; raises `UserError` that lists them."""
    for one in RECIPES:
        if one.name == name:
            return one
    raise UserError(f"There is no recipe {name!r}.", f"Choose from {', '.join(each.name for each in RECIPES)} or all.")


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
