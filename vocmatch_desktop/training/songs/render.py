"""One song out of a number: written, arranged, played, sung, mixed, and its truth told.

`render_song(index, seed, options, studio)` depends on the seed, the split and the index alone: the same numbers give
the same samples, whatever was rendered before. `studio.open_studio` gives the real studio.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

import numpy as np

from vocmatch_desktop.training.songs.composition import Composition
from vocmatch_desktop.training.songs.damage import damage, draw_damage
from vocmatch_desktop.training.songs.desk import Track, mix_down
from vocmatch_desktop.training.songs.effects import RATE
from vocmatch_desktop.training.songs.record import (
    F0_HOP_S,
    Credit,
    SectionSpan,
    SongRecord,
    Split,
    SungTruth,
    Tempo,
    VocalEngine,
)
from vocmatch_desktop.types import STEMS, Chord, Float32, Note, Part

TAIL_S = 2.0
"""Sound after the last bar: what still rings; it fades."""

LEAD_IN_S = (0.1, 1.2)
KICKS = (35, 36)
INSTRUMENTAL, A_CAPPELLA, ABSENT, RESTING = 0.08, 0.05, 0.1, 0.2
"""How often a song has no voice, nothing but a voice; how often a stem is left out, and a part rests for a while."""

TEMPO_STEP = 0.01
"""A bar that is faster or slower than the one before by more than this share begins a new tempo."""


@dataclass(frozen=True, slots=True)
class Options:
    """What songs are wanted.

    `seconds`: about how long. `styles`: names, none for all. `damaged`: share of mixes whose sound suffers as a whole.
    `dropping`: whether stems are left out at random.
    """

    seconds: float = 40.0
    styles: tuple[str, ...] = ()
    damaged: float = 0.0
    dropping: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Vocals:
    """What was sung: dry tracks of the stem `vocals` and the truth of the lead."""

    tracks: tuple[Track, ...]
    truth: SungTruth
    engine: VocalEngine
    credits: tuple[Credit, ...]


class Singer(Protocol):
    """Who sings a song."""

    def sing(self, composition: Composition, frames: int, rng: np.random.Generator) -> Vocals:
        """The composition's melody, sung."""


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """A song to play: `parts` by the band, from 0 s on, and who sings. `skipped`: compositions found damaged."""

    composition: Composition
    style: str
    parts: tuple[Part, ...]
    singer: Singer
    skipped: tuple[str, ...] = ()


class Studio(Protocol):
    """Composers, players, instruments and singers of one split."""

    @property
    def split(self) -> Split:
        """Where everything in it belongs."""

    def write(self, options: Options, rng: np.random.Generator) -> Written:
        """A composition in some style, arranged, in a key that suits who sings it."""

    def play(self, part: Part, frames: int) -> Float32:
        """A part's dry sound, float32 [frames, 2] at `effects.RATE`."""

    def credits(self, parts: Sequence[Part]) -> tuple[Credit, ...]:
        """Whose recordings and performances sound in the parts."""


@dataclass(frozen=True, slots=True, eq=False)
class RenderedSong:
    """A song in memory: stems [frames, 2] on the grid of 24 bits, the mix, and the record, still without paths."""

    stems: Mapping[str, Float32]
    mix: Float32
    record: SongRecord
    skipped: tuple[str, ...]


def song_name(index: int, seed: int, split: Split) -> str:
    """The song's name: its folder, and what its random numbers come from."""
    return f"{split}-{seed}-{index:05d}"


def random_for(name: str, what: str) -> np.random.Generator:
    """Random numbers for one purpose of one song, independent of all others."""
    digest = hashlib.blake2b(f"{name}/{what}".encode(), digest_size=16).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def render_song(index: int, seed: int, options: Options, studio: Studio) -> RenderedSong:
    """Renders song number `index` of a seed; all six stems are trusted, the silent ones too."""
    name = song_name(index, seed, studio.split)
    cast = random_for(name, "cast")
    lead_in = float(cast.uniform(*LEAD_IN_S))
    written = studio.write(options, random_for(name, "write"))
    song = _later(written.composition, lead_in)
    frames = round((song.chords[-1].end_s + TAIL_S) * RATE)
    sounding = _cast(cast) if options.dropping else frozenset(STEMS)
    parts = [_part_later(part, lead_in) for part in written.parts if part.stem in sounding]
    parts = _resting(parts, song, cast) if options.dropping else parts
    parts = [part for part in parts if part.notes]
    sings = "vocals" in sounding and song.melody
    vocals = written.singer.sing(song, frames, random_for(name, "sing")) if sings else None
    tracks = [Track(part.name, part.stem, _faded(studio.play(part, frames))) for part in parts]
    if vocals is not None:
        tracks += [replace(track, samples=_faded(track.samples)) for track in vocals.tracks]
    if not tracks:
        tracks = [Track("nothing", "other", np.zeros((frames, 2), np.float32))]
    mixed = mix_down(tracks, written.style, song.bpm, _kicks(parts), random_for(name, "desk"))
    harm = random_for(name, "damage")
    what = draw_damage(harm) if harm.random() < options.damaged else ""
    record = _record(name, seed, studio.split, song, written.style, vocals, frames)
    owed = dict.fromkeys((song.credit, *studio.credits(parts), *(vocals.credits if vocals else ())))
    record = replace(record, mix_damage=what, credits=tuple(owed))
    return RenderedSong(mixed.stems, damage(mixed.mix, what) if what else mixed.mix, record, written.skipped)


def _record(
    name: str, seed: int, split: Split, song: Composition, style: str, vocals: Vocals | None, frames: int
) -> SongRecord:
    silence = SungTruth((), np.zeros(int(np.ceil(frames / RATE / F0_HOP_S)), np.float32))
    return SongRecord(
        name=name,
        split=split,
        rate=RATE,
        frames=frames,
        mix=None,
        stems={},
        trusted_targets=frozenset(STEMS),
        credits=(),
        vocal=vocals.truth if vocals else silence,
        vocal_engine=vocals.engine if vocals else "",
        beats_s=song.beats_s,
        downbeats_s=song.downbeats_s,
        tempi=tempi(song),
        beats_per_bar=song.beats_per_bar,
        key=song.key,
        chords=song.chords,
        sections=song.sections,
        style=style,
        seed=seed,
    )


def tempi(song: Composition) -> tuple[Tempo, ...]:
    """The tempo map: one entry where the song begins and wherever a bar's beats change their length."""
    lines = (*song.downbeats_s, song.chords[-1].end_s)
    found: list[Tempo] = []
    for start, end in pairwise(lines):
        beats = sum(start - 1e-6 <= beat < end - 1e-6 for beat in song.beats_s)
        bpm = 60 * beats / (end - start)
        if beats and (not found or abs(bpm / found[-1].bpm - 1) > TEMPO_STEP):
            found.append(Tempo(start, bpm))
    return tuple(found)


def _cast(rng: np.random.Generator) -> frozenset[str]:
    """Which stems sound at all: mostly all, so that what is there and what is not are both learnt."""
    kind, present = float(rng.random()), rng.random(len(STEMS))
    if kind < A_CAPPELLA:
        return frozenset(("vocals",))
    voiced = kind >= A_CAPPELLA + INSTRUMENTAL
    return frozenset(
        stem for stem, drawn in zip(STEMS, present, strict=True) if (voiced if stem == "vocals" else drawn >= ABSENT)
    )


def _resting(parts: Sequence[Part], song: Composition, rng: np.random.Generator) -> list[Part]:
    """Some parts rest for some bars, or come in late, or leave early."""
    lines = (*song.downbeats_s, song.chords[-1].end_s)
    rested = []
    for part in parts:
        odds, first, last = float(rng.random()), *sorted(rng.integers(0, len(lines), 2).tolist())
        if odds < RESTING and last - first < 0.7 * len(lines):
            part = replace(part, notes=_outside(part.notes, lines[first], lines[last]))
        rested.append(part)
    return rested


def _outside(notes: Sequence[Note], start_s: float, end_s: float) -> tuple[Note, ...]:
    """Notes without those that begin between two times; what sounds into the rest is let go."""
    return tuple(
        replace(note, offset_s=min(note.offset_s, start_s)) if note.onset_s < start_s - 0.05 else note
        for note in notes
        if not start_s - 0.05 <= note.onset_s < end_s - 0.05
    )


def _kicks(parts: Sequence[Part]) -> tuple[float, ...]:
    """When the kick sounds."""
    hits = {note.onset_s for part in parts if part.stem == "drums" for note in part.notes if note.number in KICKS}
    return tuple(sorted(hits))


def _faded(sound: Float32) -> Float32:
    """The tail fades to nothing."""
    frames = min(len(sound), round(TAIL_S * 0.7 * RATE))
    ramp = np.linspace(1, 0, frames, dtype=np.float32) ** 2
    sound[len(sound) - frames :] *= ramp if sound.ndim == 1 else ramp[:, None]
    return sound


def _later(song: Composition, seconds: float) -> Composition:
    return replace(
        song,
        beats_s=tuple(beat + seconds for beat in song.beats_s),
        downbeats_s=tuple(line + seconds for line in song.downbeats_s),
        chords=tuple(Chord(c.start_s + seconds, c.end_s + seconds, c.label) for c in song.chords),
        melody=_notes_later(song.melody, seconds),
        lead=_notes_later(song.lead, seconds),
        piano=_notes_later(song.piano, seconds),
        sections=tuple(SectionSpan(s.start_s + seconds, s.end_s + seconds, s.name) for s in song.sections),
    )


def _part_later(part: Part, seconds: float) -> Part:
    return replace(part, notes=_notes_later(part.notes, seconds))


def _notes_later(notes: Sequence[Note], seconds: float) -> tuple[Note, ...]:
    return tuple(replace(note, onset_s=note.onset_s + seconds, offset_s=note.offset_s + seconds) for note in notes)
