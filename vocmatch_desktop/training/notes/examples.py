"""Examples to train on: a voice sings a melody, it is recorded somewhere, and heard as the program hears."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from vocmatch_desktop.audio.files import read
from vocmatch_desktop.audio.resample import resample
from vocmatch_desktop.melody.boundary import features
from vocmatch_desktop.melody.contour import listen
from vocmatch_desktop.training.notes import melodies
from vocmatch_desktop.training.songs import compositions
from vocmatch_desktop.training.songs.composition import Composition
from vocmatch_desktop.training.songs.damage import damage
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.midi import CorruptScore
from vocmatch_desktop.training.songs.record import Credit, Split, SungTruth
from vocmatch_desktop.training.songs.render import random_for
from vocmatch_desktop.training.songs.singer import PLACES, Voice, draw_for_notes, recorded, sing, voices
from vocmatch_desktop.training.songs.stream_sources import raw_beats
from vocmatch_desktop.types import Audio, Float32, Note
from vocmatch_desktop.whole import whole_file

RATE = 44_100
SECONDS = 12.0

MANY_UNITS, POOR_SHARE = 200, 0.1
"""A voice of few units (bare vowels) sings more rarely; one of none a tenth as often as one of many."""

EXERCISES = 0.45
VOCODED = 0.15
BLED, BLEED_DB = 0.3, (-34.0, -12.0)
CODED, CODECS = 0.5, ("opus:24", "opus:32", "opus:48", "mp3:48", "mp3:64", "mp3:128", "rate:16000")
PLACE_SHARES = (0.25, 0.3, 0.45)


@dataclass(frozen=True, slots=True, eq=False)
class Performance:
    """A recorded performance: `sound` mono at 44.1 kHz, what is sung in it, and how it came about in words."""

    sound: Audio
    truth: SungTruth
    what: str


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """What the network is given, float32 [n, FEATURES], and the notes that are sung."""

    features: Float32
    spans_s: Float32


class Stage:
    """All that can perform in a split: its voices, its compositions, its beats for what leaks into a microphone."""

    def __init__(self, material: Material, split: Split, cache: Path | None = None) -> None:
        self.split = split
        self.voices: tuple[Voice, ...] = voices(material, split, cache=cache)
        rich = np.array([min(1.0, len(voice.units) / MANY_UNITS) + POOR_SHARE for voice in self.voices])
        self._shares = rich / rich.sum()
        self._material = material
        self._names = compositions.names(material, split)
        self._beats = tuple(
            path for source in raw_beats(material, split) for paths in source.files.values() for path in paths
        )
        self._song = lru_cache(maxsize=256)(self._read)

    @property
    def credits(self) -> tuple[Credit, ...]:
        """Of everyone whose work may sound or be sung."""
        return tuple(dict.fromkeys(credit for voice in self.voices for credit in voice.credits))

    def perform(self, name: str, *, bleed_db: float | None = None, dry: bool = False) -> Performance:
        """The performance called `name`: the same name, the same sound.

        Args:
            name: Decides everything.
            bleed_db: A backing at this level below the voice; None leaves that to chance.
            dry: Neither place, codec, noise nor backing.
        """
        rng = random_for(f"{self.split}/{name}", "notes")
        voice = self.voices[int(rng.choice(len(self.voices), p=self._shares))]
        how = draw_for_notes(rng)
        how = replace(how, engine="world" if rng.random() < VOCODED else "stretch")
        melody = melodies.drawn(self._drawn_song, SECONDS, EXERCISES, rng)
        sung = sing(melody, voice, how, round(SECONDS * RATE), rng)
        place = PLACES[int(rng.choice(len(PLACES), p=PLACE_SHARES))]
        sound = sung.samples if dry else recorded(sung.samples, place, rng)
        if not dry or bleed_db is not None:
            sound = self._with_backing(sound, bleed_db, rng)
        if not dry and rng.random() < CODED:
            sound = damage(np.repeat(sound[:, None], 2, axis=1), str(rng.choice(CODECS)))[:, 0]
        level = np.float32(10 ** (rng.uniform(-24, 0) / 20))
        return Performance(Audio(sound[:, None] * level, RATE), sung.truth, f"{voice.name}, {how.engine}, {place}")

    def _drawn_song(self, rng: np.random.Generator) -> Composition:
        while True:
            try:
                return self._song(self._names[int(rng.integers(len(self._names)))])
            except CorruptScore:
                continue

    def _read(self, name: str) -> Composition:
        return compositions.load(self._material, name)

    def _with_backing(self, voice: Float32, bleed_db: float | None, rng: np.random.Generator) -> Float32:
        if not self._beats or (bleed_db is None and rng.random() > BLED):
            return voice
        level_db = float(rng.uniform(*BLEED_DB)) if bleed_db is None else bleed_db
        path = self._beats[int(rng.integers(len(self._beats)))]
        start_s = float(rng.uniform(0, 20))
        beat = resample(read(path, start_s=start_s, duration_s=SECONDS + 1, mono=True), RATE).samples[: len(voice), 0]
        beat = np.pad(beat, (0, len(voice) - len(beat)))
        gain = _level(voice) / max(_level(beat), 1e-9) * 10 ** (level_db / 20)
        return np.asarray(voice + np.float32(gain) * beat, np.float32)


def _level(sound: Float32) -> float:
    """RMS of what is louder than a tenth of the loudest: of the singing, not of the rests."""
    loud = sound[np.abs(sound) > 0.1 * np.abs(sound).max(initial=0.0)]
    return float(np.sqrt(np.mean(np.square(loud)))) if len(loud) else 0.0


def heard(performance: Performance) -> Example:
    """The performance as the program hears it."""
    sound = listen(performance.sound)
    return Example(features(sound.mel, sound.pitch, sound.confidence), _spans(performance.truth.notes))


def _spans(notes: tuple[Note, ...]) -> Float32:
    return np.array([(note.onset_s, note.offset_s) for note in notes], np.float32).reshape(-1, 2)


def kept(stage: Stage, index: int, seed: int, folder: Path) -> Example:
    """Example `index` of a seed, performed and heard if `folder` does not hold it yet; kept in half precision."""
    path = folder / f"{stage.split}-{seed}-{index:05d}.npz"
    if not path.is_file():
        example = heard(stage.perform(f"{seed}/{index}"))
        with whole_file(path) as partial, partial.open("wb") as file:
            np.savez(file, features=example.features.astype(np.float16), spans_s=example.spans_s)
    with np.load(path) as found:
        return Example(found["features"].astype(np.float32), found["spans_s"])
