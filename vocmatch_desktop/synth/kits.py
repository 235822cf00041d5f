"""Drum kits of recorded hits: General MIDI's percussion numbers, velocity as level and brightness, round-robin, chokes.

A repeated hit goes through the piece's recordings in turn, each retuned by some cents and a little brighter or darker
every time round, so that two strikes in a row are never the same sound. A closed hi-hat stops an open one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from vocmatch_desktop.synth.sampler import Recordings, Zone, softened
from vocmatch_desktop.types import Float32, Note

PIECES: Mapping[str, tuple[int, ...]] = {
    "kick": (36, 35),
    "rim": (37,),
    "snare": (38, 40),
    "clap": (39,),
    "hat": (42, 44),
    "open_hat": (46,),
    "tom_low": (41, 43, 45),
    "tom_mid": (47, 48),
    "tom_high": (50,),
    "crash": (49, 57),
    "ride": (51, 53, 59),
    "splash": (55, 52),
    "tambourine": (54,),
    "cowbell": (56,),
    "shaker": (70, 69, 82),
    "conga_high": (62, 63, 60),
    "conga_low": (64, 61),
    "clave": (75, 76, 77),
    "triangle": (81, 80),
}
"""The pieces of a kit and the percussion numbers they answer to."""

SUBSTITUTES: Mapping[str, tuple[str, ...]] = {
    "rim": ("clave", "snare"),
    "clap": ("snare",),
    "open_hat": ("ride", "crash", "hat"),
    "hat": ("shaker", "open_hat"),
    "tom_low": ("tom_mid", "tom_high", "conga_low", "kick"),
    "tom_mid": ("tom_low", "tom_high", "conga_high", "snare"),
    "tom_high": ("tom_mid", "tom_low", "conga_high", "snare"),
    "crash": ("splash", "ride", "open_hat"),
    "splash": ("crash", "open_hat"),
    "ride": ("hat", "crash"),
    "tambourine": ("shaker", "hat"),
    "cowbell": ("clave", "rim"),
    "shaker": ("hat",),
    "conga_high": ("tom_high", "tom_mid"),
    "conga_low": ("tom_low", "tom_mid"),
    "clave": ("rim", "cowbell"),
    "triangle": ("ride", "hat"),
}
"""What is struck instead where a kit lacks a piece; a piece without any is left out."""

PAN: Mapping[str, float] = {
    "hat": 0.25,
    "open_hat": 0.25,
    "ride": -0.35,
    "crash": -0.3,
    "splash": 0.35,
    "tom_high": 0.3,
    "tom_low": -0.3,
    "shaker": 0.4,
    "tambourine": -0.4,
    "cowbell": 0.2,
    "conga_high": 0.3,
    "conga_low": 0.2,
}
"""−1 left … 1 right; what is not named stands in the middle."""

LEVEL: Mapping[str, float] = {
    "kick": 1.0,
    "snare": 0.9,
    "clap": 0.7,
    "rim": 0.6,
    "hat": 0.35,
    "open_hat": 0.4,
    "ride": 0.4,
    "crash": 0.6,
    "splash": 0.45,
    "shaker": 0.3,
    "tambourine": 0.35,
    "triangle": 0.25,
    "clave": 0.45,
    "cowbell": 0.45,
}
"""How loud a piece is beside the others when all are struck as hard; 0.7 where not named."""

_RETUNED_CENTS = (0, -9, 7, 3, -4)
_DARKER = (0, 5, 2, 7, 3, 6, 1)
"""Steps of velocity by which the filter, not the level, differs from strike to strike."""

_CHOKED_BY = {46: (42, 44)}
_CHOKE_S = 0.03
_PIECE_OF = {number: piece for piece, numbers in PIECES.items() for number in numbers}


@dataclass(frozen=True, slots=True)
class DrumKit:
    """`hits`: the recordings of every piece of `PIECES` the kit has; several of one velocity take turns."""

    hits: Mapping[str, tuple[Zone, ...]]
    recordings: Recordings = field(default_factory=Recordings, compare=False)

    def render(self, notes: Sequence[Note], frames: int, rate: int) -> Float32:
        """Plays `notes` by their `number`; float32 [frames, 2], not clipped. Lengths of notes do not matter."""
        sound = np.zeros((2, frames), np.float32)
        struck: dict[str, int] = {}
        ordered = sorted(notes, key=lambda note: (note.onset_s, note.number))
        for note, choke_s in zip(ordered, _chokes(ordered), strict=True):
            found = self.piece(note.number)
            start = round(note.onset_s * rate)
            if found is None or not 0 <= start < frames:
                continue
            count = struck.get(found, 0)
            struck[found] = count + 1
            hit = self._hit(found, note.velocity, count, rate)[: frames - start]
            hit = _stopped(hit, round((choke_s - note.onset_s) * rate) if choke_s else len(hit), rate)
            asked = _PIECE_OF[note.number]
            left, right = _sides(PAN.get(asked, 0.0), LEVEL.get(asked, 0.7))
            sound[0, start : start + len(hit)] += left * hit
            sound[1, start : start + len(hit)] += right * hit
        return np.ascontiguousarray(sound.T)

    def piece(self, number: int) -> str | None:
        """The piece that sounds for a percussion number, its own or a substitute; None where there is none."""
        own = _PIECE_OF.get(number)
        if own is None:
            return None
        return next((piece for piece in (own, *SUBSTITUTES.get(own, ())) if piece in self.hits), None)

    def _hit(self, piece: str, velocity: int, count: int, rate: int) -> Float32:
        hits = self.hits[piece]
        layer = min((zone.velocity for zone in hits if zone.velocity >= velocity), default=hits[-1].velocity)
        alike = [zone for zone in hits if zone.velocity == layer] or list(hits)
        zone = alike[count % len(alike)]
        cents = _RETUNED_CENTS[count // len(alike) % len(_RETUNED_CENTS)]
        darker = _DARKER[count % len(_DARKER)]
        return softened(self.recordings.shifted(zone, cents, rate, tuned=False), velocity, layer + darker, rate)


def _chokes(ordered: Sequence[Note]) -> list[float]:
    """For every note when something stops it, 0 where nothing does."""
    stops = [0.0] * len(ordered)
    next_strike: dict[int, float] = {}
    for index in range(len(ordered) - 1, -1, -1):
        note = ordered[index]
        later = [next_strike[number] for number in _CHOKED_BY.get(note.number, ()) if number in next_strike]
        stops[index] = min(later, default=0.0)
        next_strike[note.number] = note.onset_s
    return stops


def _stopped(hit: Float32, at: int, rate: int) -> Float32:
    fade = round(_CHOKE_S * rate)
    if at + fade >= len(hit) or at < 0:
        return hit
    kept = hit[: at + fade].copy()
    kept[at:] *= np.linspace(1, 0, fade, dtype=np.float32)
    return kept


def _sides(pan: float, level: float) -> tuple[np.float32, np.float32]:
    angle = (pan + 1) * np.pi / 4
    return np.float32(level * np.sqrt(2) * np.cos(angle)), np.float32(level * np.sqrt(2) * np.sin(angle))
