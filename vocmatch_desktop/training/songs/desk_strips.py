"""How the desk's channels are set: a strip for every track, drawn from how such tracks are usually treated.

Levels are LUFS against the band's own reference, from the released multitracks at hand and common practice: drums and
bass lead the band, guitars, keys and pads lie 2…9 LU under the drums.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from vocmatch_desktop.training.songs.effects import Band, Compressor


@dataclass(frozen=True, slots=True)
class Strip:
    """A channel's settings. `room`, `echo`: gains into the spaces, linear. `place`: −1 left … 1 right.

    `deess_db`, `drive_db`, `chorus`: 0 leaves the sound alone. `level`: LUFS against the band's reference.
    """

    bands: tuple[Band, ...]
    compressors: tuple[Compressor, ...] = ()
    deess_db: float = 0.0
    drive_db: float = 0.0
    warmth: float = 0.0
    chorus: float = 0.0
    width: float = 1.0
    place: float = 0.0
    level: float = 0.0
    room: float = 0.0
    echo: float = 0.0
    ducked: bool = False


@dataclass(frozen=True, slots=True)
class Manner:
    """What a family of styles asks of a desk: how often it pumps, how wet and how driven it is."""

    pumps: float = 0.15
    wet_db: float = 0.0
    drive_db: float = 0.0
    levels: Mapping[str, float] | None = None


MANNERS: Mapping[str, Manner] = {
    "acoustic": Manner(pumps=0.0, wet_db=1.0, drive_db=-3.0, levels={"drums": -4.0, "guitar": 3.0, "piano": 3.0}),
    "ballad": Manner(pumps=0.0, wet_db=4.0, drive_db=-3.0, levels={"drums": -3.0, "piano": 3.0, "other": 1.0}),
    "electronic": Manner(pumps=0.75, levels={"drums": 1.0, "other": 2.0}),
    "lofi": Manner(pumps=0.5, wet_db=1.0, drive_db=3.0, levels={"piano": 2.0}),
    "rock": Manner(drive_db=3.0, levels={"guitar": 3.5, "drums": 1.0}),
    "urban": Manner(pumps=0.4, wet_db=-2.0, drive_db=2.0, levels={"drums": 1.5, "bass": 2.0}),
}
"""By a word of the style's name or family; `manner` finds it."""

_FAMILIES = {
    "house": "electronic", "dance": "electronic", "edm": "electronic", "techno": "electronic", "synth": "electronic",
    "disco": "electronic", "trap": "urban", "hip": "urban", "rnb": "urban", "drill": "urban", "punk": "rock",
    "metal": "rock", "folk": "acoustic", "country": "acoustic", "bossa": "acoustic", "jazz": "acoustic",
    "waltz": "ballad", "lo-fi": "lofi",
}  # fmt: skip

_LEVELS = {"drums": 0.0, "bass": -1.0, "guitar": -5.0, "piano": -5.0, "other": -6.0, "vocals": 0.0}


def manner(style: str) -> Manner:
    """The manner of a style by a word in its name; a plain one where none is known."""
    plain = style.lower()
    for word, family in (*_FAMILIES.items(), *((name, name) for name in MANNERS)):
        if word in plain:
            return MANNERS[family]
    return Manner()


def strip(name: str, stem: str, how: Manner, rng: np.random.Generator) -> Strip:
    """Draws the settings of a track; `name` tells voices apart ("lead", "double", "harmony")."""
    settings = _CHANNELS[stem](rng, name) if stem in _CHANNELS else _keys(rng, name)
    level = settings.level + _LEVELS[stem] + (how.levels or {}).get(stem, 0.0) + float(rng.normal(0, 2.0))
    wet = 10 ** (how.wet_db / 20)
    drive = max(0.0, settings.drive_db + how.drive_db) if settings.drive_db else 0.0
    return Strip(
        bands=settings.bands,
        compressors=settings.compressors,
        deess_db=settings.deess_db,
        drive_db=drive,
        warmth=settings.warmth,
        chorus=settings.chorus,
        width=settings.width,
        place=settings.place,
        level=level,
        room=settings.room * wet,
        echo=settings.echo * wet,
        ducked=settings.ducked,
    )


def tone(rng: np.random.Generator) -> tuple[Band, ...]:
    """The whole mix's colour: a gentle tilt and a bell, the same on every channel."""
    return (
        Band("low_shelf", float(rng.uniform(80, 200)), float(rng.normal(0, 1.5))),
        Band("bell", float(np.exp(rng.uniform(np.log(300), np.log(4000)))), float(rng.normal(0, 1.0)), 0.7),
        Band("high_shelf", float(rng.uniform(4000, 9000)), float(rng.normal(0, 2.0))),
    )


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def _chance(rng: np.random.Generator, odds: float) -> bool:
    return bool(rng.random() < odds)


def _bells(rng: np.random.Generator, count: int, spread_db: float = 2.5) -> tuple[Band, ...]:
    """Bells anywhere from 150 Hz to 8 kHz: no two channels sound through the same desk."""
    places = np.exp(rng.uniform(np.log(150), np.log(8000), count))
    return tuple(Band("bell", float(hz), float(rng.normal(0, spread_db)), _between(rng, 0.5, 1.8)) for hz in places)


def _voice(rng: np.random.Generator, name: str) -> Strip:
    """A voice: cleaned, evened out twice, bright and in a plate; one in four is left nearly as it was sung."""
    raw = _chance(rng, 0.25)
    bands = (
        Band("highpass", _between(rng, 60, 130)),
        Band("bell", _between(rng, 200, 450), -_between(rng, 0, 4), 1.0),
        Band("bell", _between(rng, 2000, 5000), _between(rng, -1, 4), 0.8),
        Band("high_shelf", _between(rng, 7000, 12000), _between(rng, -2, 5)),
        *_bells(rng, 1, 1.5),
    )
    if _chance(rng, 0.03):
        bands = (Band("highpass", _between(rng, 300, 500)), Band("lowpass", _between(rng, 2800, 4000)))
    fast = Compressor(_between(rng, 3, 9), 4.0, 0.003, 0.08, 0.5)
    slow = Compressor(_between(rng, 3, 8), _between(rng, 2, 3), 0.02, 0.3, 0.1)
    lead = name == "lead"
    side = 0.0 if lead else _between(rng, 0.25, 0.9) * (1 if _chance(rng, 0.5) else -1)
    return Strip(
        bands=bands[:1] + bands[-1:] if raw else bands,
        compressors=(slow,) if raw else (fast, slow),
        deess_db=0.0 if raw else _between(rng, 2, 7),
        drive_db=_between(rng, 3, 14) if _chance(rng, 0.4) else 0.0,
        warmth=_between(rng, 0, 0.3),
        chorus=_between(rng, 0.1, 0.5) if _chance(rng, 0.5) and not raw else 0.0,
        place=side,
        level=0.0 if lead else -_between(rng, 5, 13),
        room=10 ** (_between(rng, -24, -9) / 20) * (1.0 if lead else 1.3),
        echo=10 ** (_between(rng, -26, -14) / 20) if lead and _chance(rng, 0.45) else 0.0,
    )


def _drums(rng: np.random.Generator, name: str) -> Strip:
    squeezed = Compressor(
        _between(rng, 2, 9), _between(rng, 2, 5), _between(rng, 0.005, 0.03), _between(rng, 0.06, 0.2)
    )
    return Strip(
        bands=(
            Band("low_shelf", _between(rng, 60, 110), _between(rng, -1, 6)),
            Band("bell", _between(rng, 250, 500), -_between(rng, 0, 5), 0.9),
            Band("high_shelf", _between(rng, 5000, 9000), _between(rng, -3, 5)),
            *_bells(rng, 1),
        ),
        compressors=(squeezed,) if _chance(rng, 0.8) else (),
        drive_db=_between(rng, 4, 14) if _chance(rng, 0.6) else 0.0,
        warmth=_between(rng, 0, 0.4),
        width=_between(rng, 0.3, 1.2),
        room=10 ** (_between(rng, -30, -12) / 20),
    )


def _bass(rng: np.random.Generator, name: str) -> Strip:
    return Strip(
        bands=(
            Band("highpass", _between(rng, 16, 32)),
            Band("low_shelf", _between(rng, 70, 130), _between(rng, 0, 6)),
            Band("bell", _between(rng, 180, 400), -_between(rng, 0, 4), 0.9),
            Band("bell", _between(rng, 700, 2000), _between(rng, -3, 4), 0.8),
            *((Band("lowpass", _between(rng, 1500, 6000)),) if _chance(rng, 0.5) else ()),
        ),
        compressors=(Compressor(_between(rng, 4, 10), 4.0, 0.015, 0.15),),
        drive_db=_between(rng, 4, 16) if _chance(rng, 0.6) else 0.0,
        warmth=_between(rng, 0, 0.5),
        width=0.0 if _chance(rng, 0.8) else 0.4,
        room=10 ** (_between(rng, -34, -20) / 20) if _chance(rng, 0.25) else 0.0,
        ducked=True,
    )


def _guitar(rng: np.random.Generator, name: str) -> Strip:
    return Strip(
        bands=(
            Band("highpass", _between(rng, 70, 180)),
            Band("bell", _between(rng, 200, 500), -_between(rng, 0, 4), 0.8),
            Band("bell", _between(rng, 1500, 4500), _between(rng, -2, 4), 0.8),
            Band("high_shelf", _between(rng, 6000, 10000), _between(rng, -3, 3)),
            *_bells(rng, 1),
        ),
        compressors=(Compressor(_between(rng, 2, 6), 3.0, 0.015, 0.15),) if _chance(rng, 0.6) else (),
        drive_db=_between(rng, 2, 8) if _chance(rng, 0.2) else 0.0,
        chorus=_between(rng, 0.2, 0.6) if _chance(rng, 0.2) else 0.0,
        width=_between(rng, 0.7, 1.3),
        place=_place(rng, name),
        room=10 ** (_between(rng, -28, -12) / 20),
        ducked=_chance(rng, 0.3),
    )


def _place(rng: np.random.Generator, name: str) -> float:
    """Two takes of one guitar ("… left", "… right") go to their sides, anything else somewhere about the middle."""
    side = -1 if name.endswith(" left") else 1 if name.endswith(" right") else 0
    return side * _between(rng, 0.6, 1.0) if side else float(np.clip(rng.normal(0, 0.35), -0.9, 0.9))


def _keys(rng: np.random.Generator, name: str) -> Strip:
    """Pianos, organs, pads and leads; those called bright enough to lead get an echo now and then."""
    echoed = "lead" in name or "pluck" in name
    return Strip(
        bands=(
            Band("highpass", _between(rng, 40, 200)),
            Band("bell", _between(rng, 250, 600), -_between(rng, 0, 4), 0.8),
            Band("high_shelf", _between(rng, 5000, 10000), _between(rng, -4, 4)),
            *_bells(rng, 1),
        ),
        compressors=(Compressor(_between(rng, 2, 6), 2.5, 0.02, 0.2),) if _chance(rng, 0.5) else (),
        drive_db=_between(rng, 2, 8) if _chance(rng, 0.15) else 0.0,
        chorus=_between(rng, 0.2, 0.6) if _chance(rng, 0.2) else 0.0,
        width=_between(rng, 0.5, 1.4),
        place=float(np.clip(rng.normal(0, 0.3), -0.9, 0.9)),
        room=10 ** (_between(rng, -26, -9) / 20),
        echo=10 ** (_between(rng, -26, -14) / 20) if echoed and _chance(rng, 0.5) else 0.0,
        ducked=True,
    )


_CHANNELS: Mapping[str, Callable[[np.random.Generator, str], Strip]] = {
    "vocals": _voice,
    "drums": _drums,
    "bass": _bass,
    "guitar": _guitar,
}
