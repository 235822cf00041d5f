"""Draws plans: a band's arrangement of a composition with a singer, or a piece of a real song, of one split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vocmatch_desktop.synth.players.drums import Groove
from vocmatch_desktop.synth.sounds import SoundName
from vocmatch_desktop.training.songs import band
from vocmatch_desktop.training.songs.assemble_plan import EVENT, Events, Placer, Plan, cropped, without
from vocmatch_desktop.training.songs.grooves import Drummers, Performance
from vocmatch_desktop.training.songs.instruments import catalogue
from vocmatch_desktop.training.songs.pack_format import SoundSet
from vocmatch_desktop.training.songs.pack_notes import PackedNotes
from vocmatch_desktop.training.songs.record import Split
from vocmatch_desktop.training.songs.stream_changes import RAW_LEVEL
from vocmatch_desktop.training.songs.stream_strips import LEVEL_HOP_S, Strip
from vocmatch_desktop.training.songs.unpack import PackedSong, Parts
from vocmatch_desktop.types import STEMS, Note, Part

CROPS = 4
"""Examples cut from one arrangement or one real song: arranging costs more than cutting."""

REAL = 0.35
"""How often a song is a real one, where there are any."""

OTHER_SINGER = 0.3
"""How often a real song is sung by another song's singer."""

DROP = 0.1
DRIVES: Mapping[str, float] = {"clean": 1.5, "crunch": 5.0, "high": 16.0}
EVERYTHING = frozenset(STEMS)


@dataclass(frozen=True, slots=True)
class PackedDrummers(Drummers):
    """Drummers whose performances lie in a pack rather than in an archive."""

    notes: PackedNotes
    numbers: Mapping[str, int]

    def read(self, performance: Performance) -> Groove:
        """The performance; nothing is decoded."""
        return self.notes.groove(self.numbers[performance.path])


class Planner:
    """Plans for examples of `seconds`, of one split of the parts; `starts` is where the bank's rows begin."""

    def __init__(self, parts: Parts, starts: Mapping[str, int], seconds: float, split: Split) -> None:
        self._parts = parts
        self._seconds = seconds
        self._frames = round(seconds * parts.rate)
        self._placer = Placer(starts, parts.rate)
        self._compositions = parts.notes.compositions(split)
        self._sets = {one.name: one for one in parts.sets if one.split == split and any(one.groups.values())}
        self._voices = [one for one in self._sets.values() if one.role == "voice"]
        self._songs = [song for song in parts.songs if song.split == split]
        self._sung = [song for song in self._songs if "vocals" in song.stems and "vocals" in song.trusted]
        self._strings = sorted({one.groups[""][0].row for one in self._voices})
        self._orchestra = band.Orchestra(_sounds(split, self._sets), _drummers(parts.notes, split))

    def batch(self, seed: int, number: int, size: int) -> list[Plan]:
        """Batch `number` of the plans of `seed`."""
        plans: list[Plan] = []
        while len(plans) < size:
            plans += self.song(np.random.default_rng([seed, number, len(plans)]))
        return plans[:size]

    def song(self, rng: np.random.Generator) -> list[Plan]:
        """`CROPS` examples of one song; of three successive voices at least one is an untouched recording."""
        if self._songs and (not self._compositions or rng.random() < REAL):
            song = self._songs[int(rng.integers(len(self._songs)))]
            return [self._of_a_song(song, rng) for _ in range(CROPS)]
        return self._of_an_arrangement(rng)

    def _of_an_arrangement(self, rng: np.random.Generator) -> list[Plan]:
        composition = self._parts.notes.composition(self._compositions[int(rng.integers(len(self._compositions)))])
        styles = band.styles_for(composition)
        style = styles[int(rng.integers(len(styles)))]
        song = band.adapted(composition, style, CROPS * self._seconds, rng)
        played, drive = self._played(band.arrange(song, style, rng, self._orchestra))
        sung = self._placed(song.melody, rng)
        plans = []
        for crop in range(CROPS):
            start = crop * self._frames
            own = _events(self._untouched(rng)) if crop % 3 == 0 else cropped(sung, start, self._frames)
            events = np.concatenate([cropped(played, start, self._frames), own])
            gone = frozenset(stem for stem in STEMS if rng.random() < DROP)
            plans.append(without(Plan(events, EVERYTHING, drive, EVERYTHING), gone))
        return plans

    def _played(self, parts: Sequence[Part]) -> tuple[Events, dict[str, float]]:
        """The band's events, and the stems that go through an amplifier; parts without a packed sound are left out."""
        rows: list[tuple[object, ...]] = []
        drive: dict[str, float] = {}
        for part in parts:
            sound = SoundName.parse(part.sound)
            found = self._sets.get(f"{sound.kind}:{sound.name}")
            if found is not None:
                rows += self._placer.played(part, found)
                if sound.amp:
                    drive[part.stem] = DRIVES[sound.amp]
        return _events(rows), drive

    def _placed(self, melody: Sequence[Note], rng: np.random.Generator) -> Events:
        if not self._voices or not melody:
            return _events(())
        voice = self._voices[int(rng.integers(len(self._voices)))]
        return _events(self._placer.sung(melody, voice, rng))

    def _untouched(self, rng: np.random.Generator) -> list[tuple[object, ...]]:
        """A singer as recorded: a produced take, or a string of syllables."""
        if self._sung and (not self._strings or rng.random() < 0.5):
            song = self._sung[int(rng.integers(len(self._sung)))]
            return self._rows_of(song, "vocals", self._place(self._strip(song, "vocals"), rng))
        if not self._strings:
            return []
        row = self._strings[int(rng.integers(len(self._strings)))]
        strip = self._parts.rows[row]
        heard = strip.levels[strip.sounding()]
        gain = RAW_LEVEL / max(1e-4, float(np.sqrt(np.mean(heard**2)))) if len(heard) else 1.0
        return self._piece("vocals", row, self._place(strip, rng), gain)

    def _of_a_song(self, song: PackedSong, rng: np.random.Generator) -> Plan:
        lead = "vocals" if "vocals" in song.stems and rng.random() < 0.8 else next(iter(song.stems))
        start = self._place(self._strip(song, lead), rng)
        rows: list[tuple[object, ...]] = []
        kept = {stem for stem in song.stems if rng.random() >= DROP}
        if kept & {"vocals"} and "vocals" in song.trusted and rng.random() < OTHER_SINGER:
            kept -= {"vocals"}
            rows += self._untouched(rng)
        for stem in sorted(kept):
            rows += self._rows_of(song, stem, start)
        trusted = song.trusted if kept - song.trusted else EVERYTHING
        return Plan(_events(rows), frozenset(), {}, trusted, song.bandwidth_hz)

    def _rows_of(self, song: PackedSong, stem: str, start_s: float) -> list[tuple[object, ...]]:
        return [event for row in song.stems[stem] for event in self._piece(stem, row, start_s, 1.0)]

    def _piece(self, stem: str, row: str, start_s: float, gain: float) -> list[tuple[object, ...]]:
        strip = self._parts.rows[row]
        seconds = min(self._seconds, strip.frames / strip.rate - start_s)
        return [self._placer.untouched(stem, row, start_s, seconds, gain)] if seconds > 0.05 else []

    def _strip(self, song: PackedSong, stem: str) -> Strip:
        return self._parts.rows[song.stems[stem][0]]

    def _place(self, strip: Strip, rng: np.random.Generator) -> float:
        """Seconds at which something sounds, or will soon."""
        longest = max(0.0, strip.frames / strip.rate - self._seconds)
        hops = strip.sounding()
        if not len(hops):
            return float(rng.uniform(0, longest))
        at = float(hops[int(rng.integers(len(hops)))]) * LEVEL_HOP_S - rng.uniform(0, 0.8) * self._seconds
        return min(max(0.0, at), longest)


def _events(rows: Iterable[tuple[object, ...]]) -> Events:
    return np.array(list(rows), EVENT)


def _sounds(split: Split, sets: Mapping[str, SoundSet]) -> dict[str, tuple[str, ...]]:
    """Every role's sounds that are packed; a role without any takes its family's, else keeps what cannot be played."""
    roles = catalogue(split)
    packed = {role: tuple(name for name in names if name.split("+")[0] in sets) for role, names in roles.items()}
    families: dict[str, tuple[str, ...]] = {}
    for role, names in packed.items():
        family = role.split(".")[0]
        families[family] = (*families.get(family, ()), *names)
    return {role: names or families[role.split(".")[0]] or roles[role] for role, names in packed.items()}


def _drummers(notes: PackedNotes, split: Split) -> PackedDrummers:
    by_number = {number: notes.groove(number) for number in notes.grooves(split)}
    grooves = {groove.name: groove for groove in by_number.values()}
    numbers = {groove.name: number for number, groove in by_number.items()}
    patterns = tuple(groove for name, groove in grooves.items() if name.startswith("machine/"))
    performances = tuple(
        Performance(
            path=name,
            drummer=name.split("/")[0],
            styles=(groove.style,),
            bpm=groove.bpm,
            beats_per_bar=groove.beats_per_bar,
            seconds=groove.bars * groove.beats_per_bar * 60 / groove.bpm,
            fill=groove.fill,
        )
        for name, groove in grooves.items()
        if not name.startswith("machine/")
    )
    return PackedDrummers(Path(), performances, patterns, notes, numbers)
