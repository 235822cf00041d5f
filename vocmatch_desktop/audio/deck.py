"""Several files of one song played in step, while they are still being written.

Example:
    deck = Deck({"vocals": path, "other": path}, rate=player.rate, of=song, known=0)
    deck.grow(176_400)                              # so many frames of every file are final now, at the song's rate
    player.play(deck.tracks({"vocals": 1.0, "other": 0.0}), known=deck.ready)       # waits where nothing is known yet
    deck.close()

A file is read as PATH or, while there is none, as PATH.partial, in parts of one second. A part is there for all files
or for none, so they cannot drift apart. Every part is resampled by itself, with what surrounds it: it comes out the
same in whatever order parts are asked for. Files are open only while a part is read, so they can be renamed.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
import soxr

from vocmatch_desktop.audio.mixing import Track
from vocmatch_desktop.audio.sources import part_of, stereo
from vocmatch_desktop.errors import NotFound, UserError
from vocmatch_desktop.types import AudioFile, Float32
from vocmatch_desktop.whole import partial_of, shown_name

AHEAD = 6
"""Parts (seconds) decoded ahead of what is played."""

REMEMBERED = 24
"""Parts kept in memory: of seven stems at 48 kHz some 65 MB."""

AROUND_S = 0.1
"""What a resampler is given on either side of a part, at least; its filter reaches some milliseconds."""

Part = Mapping[str, Float32]
"""One second of every file, float32 [frames, 2]."""


class Deck:
    """The files of one song; `of` tells their rate and length. `rate`: the player's. `known`: frames that are final."""

    def __init__(self, files: Mapping[str, Path], rate: int, of: AudioFile, known: int) -> None:
        self.frames = round(of.frames * rate / of.rate)
        self.problem: UserError | None = None
        self._files = dict(files)
        self._rate = rate
        self._of = of
        self._known = min(known, of.frames)
        self._parts: dict[int, Part] = {}
        self._wanted = self._turned = 0
        self._around = 0 if rate == of.rate else _around(of.rate, rate)
        self._closing = False
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._work, name="decode stems", daemon=True)
        self._thread.start()

    def grow(self, known: int) -> None:
        """Says that `known` frames of every file are final, at the song's own rate."""
        self._known = max(self._known, min(known, self._of.frames))
        self._wake.set()

    def tracks(self, gains: Mapping[str, float]) -> tuple[Track, ...]:
        """A track for each file, in their order."""
        return tuple(Track(name, _Lane(self, name), gain=gains[name]) for name in self._files)

    def ready(self, start: int, frames: int) -> int:
        """How many of `frames` frames from `start` on can be played now, at the player's rate; asks for the rest.

        What lies outside the song is there: it is silence.
        """
        if self.problem is not None:
            return frames
        at = max(0, start)
        end = min(start + frames, self.frames)
        self._want(at // self._rate)
        while at < end:
            if at // self._rate not in self._parts:
                return at - start
            at = (at // self._rate + 1) * self._rate
        return frames

    def read(self, name: str, start: int, frames: int) -> Float32:
        """A part of one file, float32 [frames, 2]; silence outside and where nothing is known yet."""
        sound = np.zeros((frames, 2), np.float32)
        first, last = max(0, start), min(self.frames, start + frames)
        for index in range(first // self._rate, (last - 1) // self._rate + 1) if first < last else ():
            part = self._parts.get(index)
            if part is not None:
                sound += part_of(part[name], index * self._rate, start, frames)
        return sound

    def close(self) -> None:
        """Ends the decoding thread without waiting for it."""
        self._closing = True
        self._wake.set()

    def _want(self, index: int) -> None:
        if index != self._wanted:
            if index < self._wanted:
                self._turned = index  # a loop will come here again
            self._wanted = index
            self._wake.set()

    def _work(self) -> None:
        try:
            while (index := self._next_missing()) is not None:
                self._parts[index] = {name: self._decoded(path, index) for name, path in self._files.items()}
                if len(self._parts) > REMEMBERED:
                    others = (there for there in self._parts if there not in (self._turned, self._turned + 1))
                    del self._parts[max(others, key=lambda there: abs(there - self._wanted))]
        except UserError as error:
            self.problem = error

    def _next_missing(self) -> int | None:
        """The first part that will be needed, is known and not there; waits while there is none; None when closing."""
        while True:
            self._wake.clear()  # before anything is looked at: what comes meanwhile must not be forgotten
            if self._closing:
                return None
            end = min(self._wanted + AHEAD, self._parts_known())
            missing = (index for index in range(self._wanted, end) if index not in self._parts)
            if (index := next(missing, None)) is not None:
                return index
            self._wake.wait()

    def _parts_known(self) -> int:
        """How many parts can be decoded: all of the last one, and enough after it, must be final."""
        if self._known >= self._of.frames:
            return math.ceil(self.frames / self._rate)
        return max(0, (self._known - self._around) // self._of.rate)

    def _decoded(self, path: Path, index: int) -> Float32:
        """Part `index` of a file: stereo, at the player's rate, `_rate` frames unless the song ends in it."""
        source, around = self._of.rate, self._around
        before = min(around, index * source)
        with _opened(path) as file:
            file.seek(min(index * source - before, file.frames))
            samples = stereo(file.read(before + source + around, "float32", always_2d=True))
        frames = min(self._rate, self.frames - index * self._rate)
        if self._rate != source:
            samples = _resampled(samples, source, self._rate)[before * self._rate // source :]
        return part_of(samples, 0, 0, frames)


class _Lane:
    """One file of a deck, as the player's source."""

    def __init__(self, deck: Deck, name: str) -> None:
        self._deck, self._name = deck, name

    @property
    def frames(self) -> int:
        """Length in frames at the player's rate."""
        return self._deck.frames

    def read(self, start: int, frames: int) -> Float32:
        """A part; silence outside and where nothing is known yet."""
        return self._deck.read(self._name, start, frames)

    def prepare(self, start: int) -> bool:
        """Whether frame `start` can be played; asks for it if not."""
        return self._deck.ready(start, 1) == 1

    def close(self) -> None:
        """The deck is closed as a whole."""


@contextmanager
def _opened(path: Path) -> Iterator[soundfile.SoundFile]:
    """A file under the name it has now: it may be renamed between two looks.

    Raises:
        NotFound: it has neither name. What libsndfile says of a damaged file passes as the same: it was ours.
    """
    for candidate in (path, partial_of(path), path):
        if not candidate.is_file():
            continue
        try:
            file = soundfile.SoundFile(candidate)
        except soundfile.LibsndfileError:
            continue
        with file:
            try:
                yield file
            except soundfile.LibsndfileError as error:
                raise _unreadable(path) from error
        return
    raise _unreadable(path)


def _unreadable(path: Path) -> NotFound:
    return NotFound(f"The stem {shown_name(path)} cannot be read any more.", "Take the song apart again.")


def _around(source_rate: int, rate: int) -> int:
    """`AROUND_S` or a little more: as many frames as are a whole number at the other rate too."""
    unit = math.gcd(source_rate, rate)
    return math.ceil(AROUND_S * unit) * source_rate // unit


def _resampled(samples: Float32, source_rate: int, rate: int) -> Float32:
    return np.asarray(soxr.resample(samples, source_rate, rate, quality="HQ"), np.float32)
