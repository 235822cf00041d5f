"""Drumming to choose from: the Groove MIDI Dataset's performances and transcribed drum machine patterns.

Gillick et al., "Learning to Groove with Inverse Sequence Transformations", ICML 2019 (CC BY 4.0): people on an
electronic kit, with a metronome. The archives' lists are read at once, a performance when it is asked for.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vocmatch_desktop.synth.players.drums import Groove, Hit
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.midi import CorruptScore, read_midi
from vocmatch_desktop.training.songs.record import Credit, Split
from vocmatch_desktop.training.songs.split import groove_split, hashed

ARCHIVE = "midi/groove.zip"
PATTERNS = "midi/drum_machine_patterns.zip"
CREDIT = Credit("Groove MIDI Dataset", "Jon Gillick et al., Google", "CC-BY-4.0")
PATTERN_CREDIT = Credit("Drum machine patterns", "transcribed by Aarón Montoya-Moraga", "MIT")

_GENERAL_MIDI = {22: 42, 26: 46, 40: 38, 52: 49, 55: 49, 57: 49, 58: 43, 45: 47, 48: 50, 59: 51}
"""Roland TD-11's rims and edges, and toms, as the drums of General MIDI that every kit here has."""

_MACHINE_DRUMS = {
    "BD": 36, "SD": 38, "LT": 43, "MT": 47, "HT": 50, "CH": 42, "OH": 46, "CY": 49, "RS": 37, "CP": 39, "CB": 56,
}  # fmt: skip
_STRETCH = 1.35
"""How much faster or slower than it was played a groove may be laid."""

KICKS = (35, 36)
_NEAR = 0.15
_BARS = 4
"""Bars a performance needs to be more than a fill."""

_TRIES = 4
_MARKED = 0.5
"""Part of the bar lines that a groove should mark with a kick."""


@dataclass(frozen=True, slots=True)
class Performance:
    """A file of the Groove dataset that has not been read; `styles` are its words ("funk", "groove5")."""

    path: str
    drummer: str
    styles: tuple[str, ...]
    bpm: float
    beats_per_bar: int
    seconds: float
    fill: bool


@dataclass(frozen=True, slots=True)
class Drummers:
    """What may be played in one split: performances to be read from `archive`, and machine patterns."""

    archive: Path
    performances: tuple[Performance, ...]
    patterns: tuple[Groove, ...]

    def choose(self, styles: Sequence[str], bpm: float, beats_per_bar: int, rng: np.random.Generator) -> Groove | None:
        """A performance of one of the `styles` near `bpm`, else of any style; None where nobody plays the metre.

        Of a few drawn, the first with a kick on most bar lines is taken: solos and latin studies have none, and a song
        whose downbeats nobody plays teaches nothing about them.
        """
        fitting = [
            p
            for p in self.performances
            if not p.fill and p.seconds * p.bpm / 60 >= _BARS * beats_per_bar and _playable(p, bpm, beats_per_bar)
        ]
        wanted = [p for p in fitting if set(styles) & set(p.styles)] or fitting
        best: Groove | None = None
        for index in rng.permutation(len(wanted))[:_TRIES]:
            groove = self._readable(wanted[int(index)])
            if groove is not None and _kicks(groove) >= _MARKED:
                return groove
            best = best or groove
        return best

    def fills(self, groove: Groove, bpm: float, rng: np.random.Generator, count: int = 3) -> tuple[Groove, ...]:
        """Some fills, by the drummer who plays `groove` and in its style if there are any."""
        drummer = groove.name.split("/")[0]
        fitting = [p for p in self.performances if p.fill and _playable(p, bpm, groove.beats_per_bar)]
        own = [p for p in fitting if p.drummer == drummer] or fitting
        wanted = [p for p in own if groove.style in p.styles] or own
        drawn = [wanted[int(index)] for index in rng.permutation(len(wanted))[:count]]
        return tuple(fill for p in drawn if (fill := self._readable(p)) is not None)

    def _readable(self, performance: Performance) -> Groove | None:
        """The performance; None where it is damaged or too short, of which some are."""
        try:
            return self.read(performance)
        except CorruptScore:
            return None

    def read(self, performance: Performance) -> Groove:
        """Reads a performance.

        Raises:
            CorruptScore: Its file is damaged.
        """
        with zipfile.ZipFile(self.archive) as archive:
            return read_performance(archive.read(performance.path), performance)


def _playable(performance: Performance, bpm: float, beats_per_bar: int) -> bool:
    return performance.beats_per_bar == beats_per_bar and 1 / _STRETCH < bpm / performance.bpm < _STRETCH


def _kicks(groove: Groove) -> float:
    """Part of the bar lines on which a kick falls."""
    lines = [index * groove.beats_per_bar for index in range(groove.bars)]
    kicks = np.array([hit.beat for hit in groove.hits if hit.number in KICKS] or [-1.0])
    return float(np.mean([np.abs(kicks - line).min() < _NEAR for line in lines]))


def drummers(material: Material, split: Split) -> Drummers:
    """Performances of the drummers, and machine patterns, that belong to `split`.

    Raises:
        NotFound: An archive is missing; the sentence names it.
    """
    file = material.file(ARCHIVE)
    with zipfile.ZipFile(file) as archive:
        text = archive.read("groove/info.csv").decode("utf-8")
        held = set(archive.namelist())
    rows = csv.DictReader(io.StringIO(text))
    listed = tuple(p for p in map(_performance, rows) if p.path in held and groove_split(p.drummer) == split)
    with zipfile.ZipFile(material.file(PATTERNS)) as archive:
        patterns = read_patterns(archive.read("drum_machine_patterns/README.md").decode("utf-8"))
    return Drummers(file, listed, tuple(p for p in patterns if hashed(f"pattern/{p.name}") == split))


def _performance(row: dict[str, str]) -> Performance:
    return Performance(
        path=f"groove/{row['midi_filename']}",
        drummer=row["drummer"],
        styles=tuple(row["style"].replace("-", "/").split("/")),
        bpm=float(row["bpm"]),
        beats_per_bar=int(row["time_signature"].split("-")[0]),
        seconds=float(row["duration"]),
        fill=row["beat_type"] == "fill",
    )


def read_performance(data: bytes, performance: Performance) -> Groove:
    """The strokes of a MIDI file, in beats of its metronome, so that early and late stay what they are.

    Raises:
        CorruptScore: It is damaged or shorter than a bar.
    """
    midi = read_midi(data)
    scale = 2.0 if performance.beats_per_bar == 6 else 1.0  # beats of 6/8 are eighths
    struck = sorted((note for track in midi.tracks.values() for note in track), key=lambda n: (n.beat, n.number))
    hits = tuple(Hit(n.beat * scale, _GENERAL_MIDI.get(n.number, n.number), n.velocity) for n in struck)
    beats = hits[-1].beat + 0.2
    bars = int(beats // performance.beats_per_bar) or (1 if performance.fill else 0)
    if bars == 0:
        raise CorruptScore(f"{performance.path} is shorter than a bar")
    name = performance.path.removeprefix("groove/").removesuffix(".mid")
    return Groove(name, performance.styles[0], performance.bpm, performance.beats_per_bar, bars, hits, performance.fill)


def read_patterns(text: str) -> tuple[Groove, ...]:
    """Patterns of four beats in sixteenths, from the tables of a Markdown page; measures A and B follow each other.

    A title's "Break" is a fill. Patterns in another metre or in triplets are left out.
    """
    grooves = []
    for block in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        title, _, rest = block.partition("\n")
        tempo = re.search(r"quarter note (\d+)(?:-(\d+))?", rest)
        measures = re.split(r"^#### ", rest, flags=re.MULTILINE)[1:]
        bars = [(m.partition("\n")[0].strip(), _pattern_bar(m)) for m in measures]
        bpm = np.mean([float(number) for number in tempo.groups() if number]) if tempo else 110.0
        style = re.sub(r"[^a-z]", "", title.lower())
        for fill in (False, True):
            chosen = [bar for name, bar in bars if bar and name.lower().startswith("break") == fill]
            hits = tuple(Hit(hit.beat + 4 * i, hit.number, hit.velocity) for i, bar in enumerate(chosen) for hit in bar)
            if hits:
                name = f"machine/{title.strip()}"
                grooves.append(Groove(name, style, float(bpm), 4, len(chosen), hits, fill))
    return tuple(grooves)


def _pattern_bar(table: str) -> tuple[Hit, ...]:
    rows = [line.strip().strip("|").split("|") for line in table.splitlines() if line.startswith("|")]
    lines = {row[0].strip(): [bool(cell.strip()) for cell in row[1:]] for row in rows[2:]}
    if any(len(cells) != 16 for cells in lines.values()):
        return ()
    accents = lines.get("AC", [False] * 16)
    hits = [
        Hit(step / 4, _MACHINE_DRUMS[drum], 118 if accents[step] else 88 if step % 4 == 0 else 78)
        for drum, cells in lines.items()
        if drum in _MACHINE_DRUMS
        for step, struck in enumerate(cells)
        if struck
    ]
    return tuple(sorted(hits, key=lambda hit: (hit.beat, hit.number)))
