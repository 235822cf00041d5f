"""The demo's takes: melodies sung over known bars of known beats."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace

import numpy as np

from vocmatch_desktop.synth.songs import find
from vocmatch_desktop.synth.voice import Singer, Sung, sing
from vocmatch_desktop.types import Audio, Key, Transform

TAIL_S = 0.6


@dataclass(frozen=True, slots=True)
class DemoTake:
    """A sung idea and the beat it was made for.

    `melody`: notes as "A4:1.5" (note, beats), "r:1" a rest, in the beat's own key. It begins `from_beat` beats after
    the beat's first bar line. It is sung `transpose` semitones from there at `tempo_ratio` times the beat's tempo;
    `free` takes know of no click: their tempo wanders and is told to nobody.
    """

    title: str
    beat: str
    from_beat: float
    melody: str
    syllables: str
    singer: Singer
    transpose: int = 0
    tempo_ratio: float = 1.0
    free: bool = False

    @property
    def bpm(self) -> float:
        """The tempo it is sung in (a free take's average)."""
        return find(self.beat).bpm * self.tempo_ratio

    @property
    def transform(self) -> Transform:
        """How its beat lies under it in truth."""
        return Transform(self.transpose, self.tempo_ratio, find(self.beat).time_s(self.from_beat))

    @property
    def first_beat_s(self) -> float:
        """Where the first bar line falls in the take, negative before its start; takes begin on a beat."""
        return -self.from_beat % find(self.beat).arrangement.beats_per_bar * 60.0 / self.bpm

    @property
    def key(self) -> Key:
        """The key it is sung in."""
        return find(self.beat).key.transposed(self.transpose)


TAKES: tuple[DemoTake, ...] = (
    DemoTake(
        "Last stop, hook",
        "Night Bus",
        39.0,
        "r:.5 E4:.5 | A4:.5 A4:.5 C5:1 A4:.5 G4:.5 F4:.5 r:.5 | G4:.5 G4:.5 B4:1 A4:.5 G4:1 r:.5 |"
        "C5:1 B4:.5 A4:1.5 r:1 | E4:.5 G4:.5 A4:1 G4:.5 E4:.5 G4:.5 r:.5 |"
        "C5:1.5 A4:.5 C5:1 A4:.5 r:.5 | D5:1 B4:.5 G4:1 A4:.5 B4:.5 r:.5 | C5:.5 B4:.5 A4:2.5 r:.5",
        "o na na la da ne na ma la do o na la na hey o da la na wa na na do la na o ma na le na do la",
        Singer(size=1.1),
    ),
    DemoTake(
        "Moon over the sink",
        "Paper Moon",
        8.0,
        "r:1 G3:.5 Bb3:.5 D4:1 C4:.5 Bb3:.5 | C4:1.5 Bb3:.5 G3:1 r:1 | r:.5 Ab3:.5 C4:.5 Eb4:1 D4:.5 C4:1 |"
        "D4:1 C4:.5 Bb3:1.5 r:1 | r:.5 G3:.5 Bb3:.5 D4:1.5 Eb4:.5 D4:.5 | Eb4:1 D4:.5 C4:.5 G3:1.5 r:.5",
        "du na wa o na la du ma na o le na da la so na di o na la wa do ma e na la o du",
        Singer(size=0.94, vibrato_cents=22, breath=0.03),
        transpose=-1,
        tempo_ratio=0.97,
    ),
    DemoTake(
        "Hum in the rain",
        "Rain Check",
        40.0,
        "D5:1 C5:.5 A4:.5 F4:1.5 r:.5 | C5:1 B4:.5 A4:.5 E4:1.5 r:.5 | Bb4:1 A4:.5 G4:.5 D4:1 F4:1 |"
        "E4:1 G4:.5 Bb4:.5 A4:1.5 r:.5 | D5:.5 F5:1 D5:.5 C5:1 A4:1 | C5:.5 E5:1 C5:.5 A4:1.5 r:.5",
        "ha la na o wa ma na o la na da le o ma na la du na ha la o na le ma na o la",
        Singer(size=1.17, breath=0.035, vibrato_cents=32, vibrato_hz=5.8),
        tempo_ratio=1.01,
        free=True,
    ),
)
"""One exactly in key and time, one lower and slower, one free."""


def notes(take: DemoTake) -> tuple[Sung, ...]:
    """What is sung, in seconds from the take's first sample; a singer is early or late by some 12 ms."""
    rng = np.random.default_rng(zlib.crc32(take.title.encode()))
    syllables = take.syllables.split()
    sung: list[Sung] = []
    beat = 0.0
    for name, beats in re.findall(r"([A-Gr][b#]?\d?):([\d.]+)", take.melody):
        length = float(beats)
        if name != "r":
            onset = _at(take, beat) + rng.normal(0, 0.012)
            syllable = syllables[len(sung) % len(syllables)]
            offset = _at(take, beat + length) - 0.05
            sung.append(Sung(max(0.0, float(onset)), offset, _midi(name) + take.transpose, syllable))
        beat += length
    return tuple(_apart(sung))


def _at(take: DemoTake, beat: float) -> float:
    """Seconds at a beat; a free singer's tempo breathes by some per cent over two bars."""
    wander = 0.12 * np.sin(2 * np.pi * beat / 9.0) if take.free else 0.0
    return float((beat + wander) * 60.0 / take.bpm)


def _midi(name: str) -> int:
    return 12 * (int(name[-1]) + 1) + Key.parse(name[:-1]).tonic


def _apart(sung: list[Sung]) -> list[Sung]:
    """Ends every note before the next begins."""
    following = [note.onset_s for note in sung[1:]] + [float("inf")]
    return [replace(note, offset_s=min(note.offset_s, nxt - 0.01)) for note, nxt in zip(sung, following, strict=True)]


def duration_s(take: DemoTake) -> float:
    """Length of the take's sound."""
    return notes(take)[-1].offset_s + TAIL_S


def perform(take: DemoTake) -> Audio:
    """The take's sound: dry, mono, 44.1 kHz."""
    return sing(notes(take), duration_s(take), take.singer, zlib.crc32(take.title.encode()) % 2**31)


def take_truth(take: DemoTake) -> dict[str, object]:
    """What is true of a take, as plain numbers and strings."""
    transform = take.transform
    return {
        "title": take.title,
        "beat": take.beat,
        "key": take.key.name,
        "bpm": None if take.free else take.bpm,
        "first_beat_s": None if take.free else take.first_beat_s,
        "transpose": transform.transpose,
        "tempo_ratio": transform.tempo_ratio,
        "start_s": transform.start_s,
        "notes": [[round(n.onset_s, 4), round(n.offset_s, 4), n.pitch, n.syllable] for n in notes(take)],
    }
