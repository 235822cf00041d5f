"""Who sits in a band: what a seat plays in which sections, on which kinds of instrument, with which hands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from vocmatch_desktop.synth.players import bass, guitar, keys, leads, pads
from vocmatch_desktop.synth.players.feel import Feel
from vocmatch_desktop.synth.players.sheet import Bar, Sheet, Stroke

Player = Callable[[Sheet, Sequence[Bar], np.random.Generator], tuple[Stroke, ...]]
Plays = tuple[tuple[str, Player], ...]

LETTERS: Mapping[str, str] = {
    "intro": "I", "verse": "V", "chorus": "C", "bridge": "B", "interlude": "L", "outro": "O",
}  # fmt: skip
"""Letters of sections, as seats name where they play."""

EVERYWHERE = "IVCBLO"
HAND = Feel()


@dataclass(frozen=True, slots=True)
class Seat:
    """One player of a style.

    `roles`: kinds of instrument (`instruments.ROLES`), of which a song takes one. `plays`: (letters of sections, what
    is played there); the first that names the section holds. `group`: of the seats of one group a song has one.
    `chance`: how often the seat is taken at all. `takes`: 2 for a part doubled by a second performance. `line`: one
    note at a time. `options` is added to the sound's name. `written` plays the composition's own piano or lead.
    """

    name: str
    stem: str
    roles: tuple[str, ...]
    plays: Plays
    lowest: int
    highest: int
    feel: Feel = HAND
    group: str = ""
    chance: float = 1.0
    takes: int = 1
    line: bool = False
    options: str = ""
    written: Literal["", "piano", "lead"] = ""


@dataclass(frozen=True, slots=True)
class DrumSeat:
    """The drummer of a style: grooves of the `styles` (words of the Groove dataset), machine patterns, or both.

    `programs`: authored patterns, GM number → pattern. `performed`: how often a person plays rather than a machine,
    where a performance is to be had. `patterns`: words of transcribed machine patterns that fit.
    """

    roles: tuple[str, ...]
    styles: tuple[str, ...]
    programs: tuple[Mapping[int, str], ...]
    patterns: tuple[str, ...] = ()
    performed: float = 0.0
    feel: Feel = HAND
    sections: str = "VCBLO"
    chance: float = 0.95


@dataclass(frozen=True, slots=True)
class Style:
    """A way a band plays: `bpm` is the range of its tempi, `beats_per_bar` 4, 3, or 6 for 6/8 counted in eighths."""

    name: str
    bpm: tuple[float, float]
    drums: DrumSeat
    seats: tuple[Seat, ...]
    beats_per_bar: int = 4


def everywhere(player: Player) -> Plays:
    """Plays the same in all sections."""
    return ((EVERYWHERE, player),)


def bassist(
    *roles: str,
    verse: str,
    chorus: str = "",
    feel: Feel = HAND,
    short: float = 1.0,
    centre: float = bass.CENTRE,
    sections: str = "VCBLO",
    options: str = "",
) -> Seat:
    """A bass that plays one pattern in verses and another where the song is full."""
    quiet = partial(bass.patterned, pattern=verse, short=short, centre=centre)
    full = partial(bass.patterned, pattern=chorus or verse, short=short, centre=centre)
    plays = (("CBL", full), ("".join(s for s in sections if s not in "CBL"), quiet))
    lowest = 24 if centre < 35 else bass.LOWEST
    return Seat(
        "bass", "bass", roles, plays, lowest, bass.HIGHEST, feel, line=True, options=options
    )  # fmt: skip


def walker(*roles: str, feel: Feel = HAND) -> Seat:
    """A bass that walks."""
    return Seat("bass", "bass", roles, everywhere(bass.walking), bass.LOWEST, bass.HIGHEST, feel, line=True)


def guitarist(
    name: str,
    *roles: str,
    plays: Plays,
    feel: Feel = HAND,
    group: str = "guitar",
    chance: float = 1.0,
    takes: int = 1,
    options: str = "",
) -> Seat:
    """A guitar."""
    return Seat(
        name, "guitar", roles, plays, guitar.LOWEST, guitar.HIGHEST, feel, group, chance, takes, options=options
    )


def strumming(verse: str, chorus: str = "", position: int = 0, top: int = 6) -> Plays:
    """Strums: one pattern in verses, another in choruses."""
    full = partial(guitar.strummed, pattern=chorus or verse, position=position, top=top)
    return (("CL", full), (EVERYWHERE, partial(guitar.strummed, pattern=verse, position=position, top=top)))


def picking(pattern: str, position: int = 0) -> Plays:
    """Fingerpicking throughout."""
    return everywhere(partial(guitar.picked, pattern=pattern, position=position))


def pianist(name: str, *roles: str, plays: Plays, feel: Feel = HAND, group: str = "keys", chance: float = 1.0) -> Seat:
    """An acoustic or electric piano."""
    return Seat(
        name, "piano", roles, plays, keys.LOWEST, keys.HIGHEST, feel, group, chance
    )  # fmt: skip


def comping(right: str, left: str = "", chorus: str = "", centre: float = 63.0) -> Plays:
    """Chords in a rhythm; `chorus` is the right hand's where the song is full."""
    full = partial(keys.comped, right=chorus or right, left=left, centre=centre)
    return (("CL", full), (EVERYWHERE, partial(keys.comped, right=right, left=left, centre=centre)))


def written_piano(chance: float = 1.0) -> Seat:
    """The composition's own piano part, where it has one."""
    return Seat(
        "piano", "piano", ("piano.grand", "piano.grand", "piano.electric"), (), 21, 108, HAND, "keys", chance,
        written="piano",
    )  # fmt: skip


def written_lead(*roles: str, chance: float = 0.5) -> Seat:
    """The composition's own second line, where it has one."""
    return Seat("lead", "other", roles, (), leads.LOWEST, leads.HIGHEST, HAND, "lead", chance, written="lead")


def padding(
    *roles: str, sections: str = EVERYWHERE, chance: float = 0.6, low: bool = False, centre: float = 62.0
) -> Seat:
    """Held chords."""
    plays = ((sections, partial(pads.held, low=low, centre=centre)),)
    return Seat("pad", "other", roles, plays, pads.LOWEST, pads.HIGHEST, Feel(loose_s=0.015), "pad", chance)


def stabs(*roles: str, pattern: str, sections: str = "CBL", chance: float = 0.5, centre: float = 65.0) -> Seat:
    """Short chords."""
    plays = ((sections, partial(pads.stabbed, pattern=pattern, centre=centre)),)
    return Seat("stabs", "other", roles, plays, pads.LOWEST, pads.HIGHEST, HAND, "", chance)


def answers(*roles: str, sections: str = EVERYWHERE, chance: float = 0.5, centre: float = 74.0) -> Seat:
    """A line that answers the singer."""
    plays = ((sections, partial(leads.answering, centre=centre)),)
    return Seat("answers", "other", roles, plays, leads.LOWEST, leads.HIGHEST, HAND, "lead", chance, line=True)


def riffs(
    *roles: str, pattern: str, sections: str = "ICLO", chance: float = 0.5, centre: float = 69.0, stem: str = "other"
) -> Seat:
    """A short figure that comes back."""
    plays = ((sections, partial(leads.riff, pattern=pattern, centre=centre)),)
    return Seat("riff", stem, roles, plays, leads.LOWEST, leads.HIGHEST, HAND, "riff", chance, line=True)


def arpeggios(*roles: str, steps: int = 4, sections: str = "IVCBL", chance: float = 0.5, low: float = 62.0) -> Seat:
    """An arpeggiator."""
    plays = ((sections, partial(leads.arpeggio, steps_per_beat=steps, low=low)),)
    machine = Feel(loose_s=0.001, uneven=0.02, together_s=0.0)
    return Seat("arp", "other", roles, plays, leads.LOWEST, leads.HIGHEST, machine, "arp", chance)


def doubles(*roles: str, octaves: int = 0, sections: str = "C", chance: float = 0.15) -> Seat:
    """An instrument along with the singer, which is what separation finds hardest."""
    plays = ((sections, partial(leads.doubling, octaves=octaves)),)
    return Seat("double", "other", roles, plays, 48, leads.HIGHEST, HAND, "", chance, line=True)
