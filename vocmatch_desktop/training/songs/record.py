"""What is true of one song, rendered or real: the record every reader gives and every training reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from vocmatch_desktop.types import Bool, Chord, Float32, Key, Note

Split = Literal["train", "valid", "test"]

VocalEngine = Literal["", "raw", "stretch", "world"]
"""Untouched recordings are "" (a song) and "raw" (strings of syllables); "world" is vocoded."""

F0_HOP_S = 0.01
"""Time between two values of a sung f0 curve."""


@dataclass(frozen=True, slots=True)
class Syllable:
    """A sung syllable: `consonant_s` is where it begins, `vowel_s` where its vowel (the note's onset) does."""

    consonant_s: float
    vowel_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class SungTruth:
    """What a voice sings, exactly.

    `notes`: onset is the vowel's. `f0_hz`: float32 [frames], one value every `F0_HOP_S` from 0, 0 where unvoiced.
    `syllables`: in order; a note may have none of its own (a second note on one vowel).
    """

    notes: tuple[Note, ...]
    f0_hz: Float32
    syllables: tuple[Syllable, ...] = ()

    @property
    def voiced(self) -> Bool:
        """Where the voice has a pitch, bool [frames]."""
        return np.asarray(self.f0_hz > 0)


@dataclass(frozen=True, slots=True)
class SectionSpan:
    """A part of the form, such as "verse" or "chorus"."""

    start_s: float
    end_s: float
    name: str


@dataclass(frozen=True, slots=True)
class Tempo:
    """From `start_s` on, beats follow each other at `bpm`."""

    start_s: float
    bpm: float


@dataclass(frozen=True, slots=True)
class Credit:
    """Whose work sounds in a song and under which licence; ends up in the card of every model trained on it."""

    what: str
    who: str
    licence: str


@dataclass(frozen=True, slots=True, eq=False)
class SongRecord:
    """One song and its truth.

    `stems`: name of `types.STEMS` → the files that sum to it (one each in rendered songs), all of the same rate and
    frames; a silent stem has no entry. They sum to `mix` unless `mix_damage` says what was done to the whole mix (a
    codec, a bandwidth). `trusted_targets`: the stems that are truly separate, silent ones included; a loss is masked
    on all others. `bandwidth_hz`: where the recordings end, None for all of it. `vocal_engine`: how the singing came
    about, "" for a recording as it was sung. `seed`: of the rendering, None for a real recording. What is not known of
    a real song is None or empty.
    """

    name: str
    split: Split
    rate: int
    frames: int
    mix: Path | None
    stems: Mapping[str, tuple[Path, ...]]
    trusted_targets: frozenset[str]
    credits: tuple[Credit, ...]
    mix_damage: str = ""
    bandwidth_hz: float | None = None
    vocal: SungTruth | None = None
    vocal_engine: VocalEngine = ""
    beats_s: tuple[float, ...] = ()
    downbeats_s: tuple[float, ...] = ()
    tempi: tuple[Tempo, ...] = ()
    beats_per_bar: int | None = None
    key: Key | None = None
    chords: tuple[Chord, ...] = ()
    sections: tuple[SectionSpan, ...] = ()
    style: str = ""
    seed: int | None = None

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.rate
