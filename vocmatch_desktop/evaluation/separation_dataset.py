"""Reads songs whose stems are known: a folder a song, or pairs of files.

    Lithium/mixture.wav  Lithium/vocals.wav  Lithium/drums.wav  …     any audio format
    Ani_1.vocals.opus  Ani_1.backing.opus                             any number of pairs in one folder

Without a mixture (or `mix`) the sum of the other files is it. Names out of `types.STEMS` are stems; `backing`,
`accompaniment` and `instrumental` mean the mix less the vocals; whatever else a folder holds (keys, horns) belongs to
`other`, if the files are all there is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import NotFound, UserError
from vocmatch_desktop.evaluation.dataset import BadDataset
from vocmatch_desktop.types import STEMS, AudioFile, Float32

MIXTURE = ("mixture", "mix")
VOCALS, REST, INSTRUMENTAL = "vocals", "other", "instrumental"
BACKINGS = ("backing", "accompaniment", INSTRUMENTAL)
TARGETS = (*STEMS, INSTRUMENTAL)
STRETCH_S = 10
"""Length of the stretches a song is read in; whole seconds, as `Scoring` wants them."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A part of a song, float32 [n, channels]: its mix, and those of its targets that it has."""

    mix: Float32
    targets: Mapping[str, Float32]


@dataclass(frozen=True, slots=True)
class Song:
    """A song in pieces, all of one rate, length and number of channels.

    `sources`: the files that sum to the mix, by name. `mixture`: the mix, None where nobody saved it.
    """

    name: str
    sources: Mapping[str, AudioFile]
    mixture: AudioFile | None

    @property
    def about(self) -> AudioFile:
        """Rate, channels and frames of everything."""
        return self.mixture or next(iter(self.sources.values()))

    @property
    def stems(self) -> tuple[str, ...]:
        """The stems that it has, in `STEMS`' order."""
        more = set(self.sources) - set(STEMS) - set(BACKINGS)
        rest = REST if more and self.mixture is None else ""
        return tuple(stem for stem in STEMS if stem in self.sources or stem == rest)

    @property
    def targets(self) -> tuple[str, ...]:
        """The stems, and the instrumental of a song that is sung."""
        return (*self.stems, INSTRUMENTAL) if VOCALS in self.sources else self.stems

    def stretches(self) -> Iterator[Stretch]:
        """The song from its beginning, in bounded memory; raises `UnreadableAudio` where a file is damaged."""
        names = list(self.sources)
        streams = [in_stretches(self.sources[name]) for name in names]
        mixes = [in_stretches(self.mixture)] if self.mixture else []
        for parts in zip(*streams, *mixes, strict=True):
            sources = dict(zip(names, parts[: len(names)], strict=True))
            yield self._stretch(sources, parts[-1] if mixes else _sum(sources.values()))

    def _stretch(self, sources: Mapping[str, Float32], mix: Float32) -> Stretch:
        targets = {stem: sources[stem] for stem in self.stems if stem != REST}
        if REST in self.stems:
            targets[REST] = _sum(sound for name, sound in sources.items() if name not in targets)
        if VOCALS in targets:
            targets[INSTRUMENTAL] = mix - targets[VOCALS]
        return Stretch(mix, targets)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A song that cannot be used, and the sentence that says why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Songs:
    """What a folder holds."""

    songs: tuple[Song, ...]
    skipped: tuple[Skipped, ...]


def read_songs(folder: Path) -> Songs:
    """All songs in and below `folder`, by name; files of other kinds are left alone.

    Raises:
        NotFound: There is no such folder. BadDataset: It holds no song, or none that can be used.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.")
    songs: list[Song] = []
    skipped: list[Skipped] = []
    for name, pieces in _found(folder):
        try:
            songs.append(_song(name, pieces))
        except UserError as error:
            skipped.append(Skipped(name, str(error)))
    if not songs:
        if skipped:
            raise BadDataset(f"{folder} holds no song that can be used. {skipped[0].name}: {skipped[0].reason}")
        raise BadDataset(
            f"{folder} holds no song in stems.",
            "It needs a folder a song (mixture.wav, vocals.wav, drums.wav …), or pairs a.vocals.wav, a.backing.wav.",
        )
    return Songs(tuple(songs), tuple(skipped))


def in_stretches(file: AudioFile) -> Iterator[Float32]:
    """A file in stretches of `STRETCH_S`, the last one shorter; raises `UnreadableAudio` where it is damaged.

    It has just as many frames as it announced, which for AAC and MP3 is an estimate.
    """
    size, left = STRETCH_S * file.rate, file.frames
    waiting = np.zeros((0, file.channels), np.float32)
    for block in files.blocks(file.path, block_s=STRETCH_S):
        waiting = np.concatenate([waiting, block.samples])
        while len(waiting) >= size and left >= size:
            yield waiting[:size]
            waiting, left = waiting[size:], left - size
    waiting = np.pad(waiting, ((0, max(0, left - len(waiting))), (0, 0)))
    yield from (waiting[at : min(at + size, left)] for at in range(0, left, size))


def _found(folder: Path) -> Iterator[tuple[str, dict[str, Path]]]:
    """Names of songs and, by what they are, their files."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        sounds = [Path(place, name) for name in sorted(names) if Path(name).suffix.lower() in files.AUDIO_SUFFIXES]
        here = Path(place).relative_to(folder)
        loose = {sound.stem.casefold(): sound for sound in sounds if "." not in sound.stem}
        if set(loose) & {*STEMS, *BACKINGS}:
            yield Path(place).name if here == Path() else here.as_posix(), loose
        yield from _pairs(here, sounds)


def _pairs(here: Path, sounds: Sequence[Path]) -> Iterator[tuple[str, dict[str, Path]]]:
    songs: dict[str, dict[str, Path]] = {}
    for sound in sounds:
        name, _, what = sound.stem.rpartition(".")
        if name and what.casefold() in (*MIXTURE, *TARGETS, *BACKINGS):
            songs.setdefault(name, {})[what.casefold()] = sound
    for name, pieces in songs.items():
        yield (here / name).as_posix(), pieces


def _song(name: str, pieces: Mapping[str, Path]) -> Song:
    about = {what: files.probe(path) for what, path in pieces.items()}
    if len({(file.rate, file.channels, file.frames) for file in about.values()}) > 1:
        raise BadDataset("Its files differ in rate, channels or length.", "Export all of them from one project.")
    mixture = next((about.pop(what) for what in MIXTURE if what in about), None)
    if set(about) - set(BACKINGS) - {VOCALS}:  # a song in stems needs no second copy of several of them
        about = {what: file for what, file in about.items() if what not in BACKINGS}
    backings = [what for what in BACKINGS if what in about]
    about = {what: file for what, file in about.items() if what not in backings[1:]}
    if mixture is None and len(about) < 2:
        raise BadDataset("It has one stem and no mixture.", "Add mixture.wav, or the rest of the song.")
    return Song(name, about, mixture)


def _sum(sounds: Iterable[Float32]) -> Float32:
    return np.asarray(sum(sounds, np.float32(0)), np.float32)
