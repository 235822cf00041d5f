"""What the probe is measured on, none of which it has heard: real songs, and rendered ones of another split."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vocmatch_desktop.audio.files import read
from vocmatch_desktop.audio.stft import istft, stft
from vocmatch_desktop.evaluation.separation_metrics import usdr
from vocmatch_desktop.training.portions import real_songs, rendered_songs
from vocmatch_desktop.training.probe.network import HOP, RATE, WINDOW
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.record import SongRecord, Split
from vocmatch_desktop.types import Float32

PIECE_S = 30.0
"""Long songs are scored in pieces, so that there is something to draw a bootstrap from."""

FRAME_S = 0.1
SUNG_DB = -40.0
"""A frame in which the voice is at most this far below its loudest frame is sung …"""

SUNG_SHARE = 1 / 3
"""… and a piece in which this much is sung counts."""


@dataclass(frozen=True, slots=True, eq=False)
class Song:
    """A mixture and the voice in it: float32 [frames] at the probe's rate."""

    name: str
    mix: Float32
    voice: Float32


@dataclass(frozen=True, slots=True, eq=False)
class Thermometer:
    """Songs, or pieces of one, that are scored together."""

    name: str
    songs: tuple[Song, ...]

    def scores(self, separate: Callable[[Song], Float32]) -> dict[str, float]:
        """Song → uSDR of the voice that `separate` finds, dB."""
        return {song.name: usdr(song.voice, separate(song)) for song in self.songs}


def thermometers(material: Material, given: Sequence[SongRecord]) -> tuple[Thermometer, ...]:
    """All that there is: amateurs over karaoke, the held-out real songs, rendered songs of another split.

    The amateurs and the test song are what the probe is for. Recipes are chosen by the others.
    """
    found = [karaoke(material.folder.parent / "eval" / "mir1k")]
    for split in ("test", "valid"):
        for song in _sung(real_songs(material, given), split):
            found += [Thermometer(song.name, pieces(song)), Thermometer(f"{song.name}, whole", (song,))]
    found.append(Thermometer("rendered", tuple(_sung(rendered_songs(given), "valid"))))
    return tuple(one for one in found if one.songs)


def karaoke(folder: Path) -> Thermometer:
    """Pairs `NAME.vocals.*` and `NAME.backing.*`, summed; empty where there is no such folder."""
    pairs = [(path, next(folder.glob(f"{path.name.split('.')[0]}.backing.*"))) for path in folder.glob("*.vocals.*")]
    return Thermometer("mir1k", tuple(_pair(*pair) for pair in sorted(pairs)))


def pieces(song: Song) -> tuple[Song, ...]:
    """The song in pieces of `PIECE_S`, without those in which hardly anybody sings."""
    frames = round(PIECE_S * RATE)
    loudest = float(_levels(song.voice).max(initial=0.0))
    cut = (
        Song(f"{song.name} {at // RATE} s", song.mix[at : at + frames], song.voice[at : at + frames])
        for at in range(0, len(song.mix) - frames // 2, frames)
    )
    threshold = loudest * 10 ** (SUNG_DB / 20)
    return tuple(piece for piece in cut if np.mean(_levels(piece.voice) > threshold) >= SUNG_SHARE)


def ideal_ratio_mask(song: Song) -> Float32:
    """The best estimate a mask of this resolution gives: |voice| / (|voice| + |rest|) on the mixture."""
    voice, rest, mix = (stft(part, WINDOW, HOP) for part in (song.voice, song.mix - song.voice, song.mix))
    mask = np.abs(voice) / (np.abs(voice) + np.abs(rest) + 1e-9)
    return istft(np.asarray(mix * mask, np.complex64), HOP, frames=len(song.mix))


def _levels(voice: Float32) -> Float32:
    """RMS of every `FRAME_S`."""
    hop = round(FRAME_S * RATE)
    whole = voice[: len(voice) // hop * hop].reshape(-1, hop)
    return np.asarray(np.sqrt(np.mean(whole**2, axis=1)), np.float32)


def _pair(vocals: Path, backing: Path) -> Song:
    voice, rest = _summed([vocals]), _summed([backing])
    frames = min(len(voice), len(rest))
    return Song(vocals.name.split(".")[0], voice[:frames] + rest[:frames], voice[:frames])


def _sung(records: Sequence[SongRecord], split: Split) -> Iterator[Song]:
    for record in records:
        if record.split == split and "vocals" in record.stems:
            yield _of_record(record)


def _of_record(record: SongRecord) -> Song:
    voice = _summed(record.stems["vocals"])
    rest = _summed([path for stem, paths in record.stems.items() if stem != "vocals" for path in paths])
    frames = min(len(voice), len(rest)) if len(rest) else len(voice)
    return Song(record.name, voice[:frames] + rest[:frames], voice[:frames])


def _summed(paths: Sequence[Path]) -> Float32:
    """The sum of sound files as the plain average of their channels: linear, so that stems still sum to the mix."""
    parts = [np.asarray(read(path, rate=RATE).samples.mean(axis=1), np.float32) for path in paths]
    total = np.zeros(max((len(part) for part in parts), default=0), np.float32)
    for part in parts:
        total[: len(part)] += part
    return total
