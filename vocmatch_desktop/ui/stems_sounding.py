"""What is known of a song's stems at one moment: finished, half-way, or nothing yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vocmatch_desktop.types import STEMS, AudioFile
from vocmatch_desktop.ui.melody_wave import Peaks

if TYPE_CHECKING:
    from vocmatch_desktop.services.heights import Heights
    from vocmatch_desktop.services.song_store import StoredSong
    from vocmatch_desktop.services.songs import StemsKnown

MIX = "mix"
"""What the song's own waveform is called among heights."""


@dataclass(frozen=True, slots=True)
class Sounding:
    """The stems of `song` up to `frames`; `paths` are theirs when whole, `peaks` what is measured of them so far."""

    song: StoredSong
    paths: Mapping[str, Path] = field(default_factory=dict)
    frames: int = 0
    peaks: Mapping[str, Peaks] = field(default_factory=dict)
    mix: Peaks | None = None

    @classmethod
    def of(cls, song: StoredSong) -> Sounding:
        """What is known of a song by itself: everything of a finished one."""
        whole = song.state == "ready"
        paths = {name: stem.path for name, stem in song.files.items()} if whole else {}
        return cls(song, _in_order(paths), song.frames if whole else 0)

    @property
    def about(self) -> AudioFile:
        """What all stems are like."""
        return AudioFile(self.song.source, self.song.rate, self.song.channels, self.song.frames)

    @property
    def is_whole(self) -> bool:
        """Whether the files are finished."""
        return self.song.state == "ready"

    def grown(self, news: StemsKnown) -> Sounding:
        """The same with what a separation just made known."""
        peaks = {name: _longer(self.peaks.get(name), peaks) for name, peaks in peaks_of(news.heights).items()}
        return replace(self, paths=_in_order(news.paths), frames=news.frames, peaks=peaks)

    def finished(self, song: StoredSong) -> Sounding:
        """The same when the files have got their names."""
        return replace(Sounding.of(song), peaks=self.peaks, mix=self.mix)

    def pictured(self, heights: Heights) -> Sounding:
        """The same with waveforms of whole files: the stems', or the song's own."""
        peaks = peaks_of(heights)
        mix = peaks.pop(MIX, self.mix)
        return replace(self, peaks={**self.peaks, **peaks}, mix=mix)


def peaks_of(heights: Heights) -> dict[str, Peaks]:
    """As they are drawn."""
    return {name: Peaks(each, heights.hop_s) for name, each in heights.by_name.items()}


def _longer(before: Peaks | None, more: Peaks) -> Peaks:
    return more if before is None else Peaks(np.concatenate([before.heights, more.heights]), more.hop_s)


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Voices first, as everywhere; what a model calls otherwise, and the instrumental, last."""
    return tuple(sorted(names, key=lambda name: STEMS.index(name) if name in STEMS else len(STEMS)))


def _in_order(paths: Mapping[str, Path]) -> dict[str, Path]:
    return dict(sorted(paths.items(), key=lambda item: STEMS.index(item[0]) if item[0] in STEMS else len(STEMS)))
