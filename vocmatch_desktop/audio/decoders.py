"""The two decoders behind `audio.files`: libsndfile first, FFmpeg (PyAV) for what it cannot read.

Both look at a file's content, never at its name, so a song with the wrong suffix still opens. They raise the
libraries' own errors; `audio.files` turns those into sentences.
"""

from __future__ import annotations

import itertools
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

import numpy as np
import soundfile

from vocmatch_desktop.audio.quiet import quietly
from vocmatch_desktop.types import Float32

STREAMED_WAV = (0, 0x7FFFFFFF, 0xFFFFFFFF)
"""Data sizes that programs write when they do not know it yet."""

SOUNDFILE_MAGIC = (b"RIFF", b"RIFX", b"RF64", b"riff", b"FORM", b"caff", b".snd", b"fLaC", b"OggS", b"ID3")
"""How files begin that libsndfile reads; MPEG audio also begins with eleven set bits."""


class CutOff(Exception):
    """The file ends before the sound it announces: `there_s` of `announced_s` seconds are left."""

    def __init__(self, there_s: float, announced_s: float) -> None:
        super().__init__(there_s, announced_s)
        self.there_s = there_s
        self.announced_s = announced_s


class NoSound(Exception):
    """A media file without a sound track."""


class Decoder(Protocol):
    """An open sound file. `frames` is exact for libsndfile's formats, as announced by the file for the others."""

    rate: int
    channels: int
    frames: int

    def chunks(self, start: int, frames: int) -> Iterator[Float32]:
        """Decodes from frame `start` to the end in blocks of about `frames`, float32 [n, channels]."""

    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None: ...


class SoundfileDecoder:
    """wav, w64, rf64, aiff, caf, au, flac, ogg, opus, mp3."""

    def __init__(self, path: Path) -> None:
        self._check_wav_is_whole(path)
        # bytes: names that are no valid UTF-8 open too; Windows has its own wide-character call
        with quietly():  # mpg123 tells stderr what it thinks of a damaged MP3
            self._file = soundfile.SoundFile(str(path) if sys.platform == "win32" else os.fsencode(path))
        self.rate: int = self._file.samplerate
        self.channels: int = self._file.channels
        self.frames: int = self._file.frames
        self._is_mp3 = self._file.format == "MP3"

    def chunks(self, start: int, frames: int) -> Iterator[Float32]:
        """Decodes from frame `start` on; raises `CutOff` where the file ends too early."""
        if start >= self.frames:
            return
        at = self._file.seek(start) if start else 0
        while len(block := self._read(frames)):
            at += len(block)
            yield block
        if not self._is_mp3 and at < self.frames:  # an MP3's length is an estimate
            raise CutOff(at / self.rate, self.frames / self.rate)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._file.close()

    def _read(self, frames: int) -> Float32:
        with quietly() if self._is_mp3 else nullcontext():
            return np.asarray(self._file.read(frames, dtype="float32", always_2d=True))

    @staticmethod
    def _check_wav_is_whole(path: Path) -> None:
        """Raises `CutOff` for a WAV that ends too early: libsndfile shortens it without a word."""
        with path.open("rb") as file:
            announced = _wav_data_size(file)
            if announced is None:
                return
            bytes_per_second, size = announced
            there = path.stat().st_size - file.tell()
        if size not in STREAMED_WAV and size - there > bytes_per_second // 10:
            raise CutOff(there / bytes_per_second, size / bytes_per_second)


class AvDecoder:
    """m4a (AAC, ALAC), aac, wma, and whatever else FFmpeg knows; also mp3 and ogg that libsndfile refuses."""

    def __init__(self, path: Path) -> None:
        import av

        self._container = av.open(os.fspath(path), metadata_errors="ignore")
        if not self._container.streams.audio:
            self._container.close()
            raise NoSound
        self._stream = self._container.streams.audio[0]
        self._decoded = self._container.decode(self._stream)
        self._first = next(self._decoded, None)
        if self._first is None:
            self._container.close()
            raise NoSound
        # The container may announce half of it (AAC with band replication): the first frame knows.
        self.rate: int = self._first.sample_rate
        self.channels: int = self._first.layout.nb_channels
        self.frames: int = self._announced_frames()

    def chunks(self, start: int, frames: int) -> Iterator[Float32]:
        """Decodes everything and drops what is before `start`: seeking is not exact to the sample here."""
        waiting: list[Float32] = []
        gathered, to_skip = 0, start
        for block in self._blocks():
            kept = block[to_skip:]
            to_skip = max(0, to_skip - len(block))
            if len(kept):
                waiting.append(kept)
                gathered += len(kept)
            if gathered >= frames:
                yield np.concatenate(waiting)
                waiting, gathered = [], 0
        if waiting:
            yield np.concatenate(waiting)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._container.close()

    def _announced_frames(self) -> int:
        import av

        if self._stream.duration is not None and self._stream.time_base is not None:
            return max(1, round(self._stream.duration * self._stream.time_base * self.rate))
        if self._container.duration is not None:
            return max(1, round(self._container.duration / av.time_base * self.rate))
        return max(1, self._first.samples if self._first is not None else 1)

    def _blocks(self) -> Iterator[Float32]:
        import av

        first, self._first = self._first, None
        if first is None:
            raise RuntimeError("a decoder is read once")
        # Interleaved: of eight channels in planes PyAV 18 reads a ninth, and crashes.
        as_floats = av.AudioResampler(format="flt", layout=first.layout, rate=first.sample_rate)
        for frame in itertools.chain([first], self._decoded, [None]):  # None flushes
            for part in as_floats.resample(frame):
                yield np.array(part.to_ndarray(), np.float32).reshape(-1, self.channels)


def open_decoder(path: Path) -> Decoder:
    """The decoder that understands `path`.

    Raises what both libraries raise on files they do not understand (see `not_understood`), or `CutOff`.
    """
    if not _looks_known(path):  # libsndfile would believe the suffix .mp3, search all of it and complain on stderr
        return AvDecoder(path)
    try:
        return SoundfileDecoder(path)
    except soundfile.LibsndfileError:
        return AvDecoder(path)


def _looks_known(path: Path) -> bool:
    """Whether the first bytes are those of a format libsndfile reads."""
    with path.open("rb") as file:
        head = file.read(4)
    return head.startswith(SOUNDFILE_MAGIC) or (len(head) == 4 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0)


def not_understood() -> tuple[type[Exception], ...]:
    """What the decoders raise on a damaged file or on one that is no sound."""
    import av

    return soundfile.LibsndfileError, av.FFmpegError, NoSound


def _wav_data_size(file: BinaryIO) -> tuple[int, int] | None:
    """(bytes a second, announced bytes) of a RIFF WAV, the file left at its data; None for anything else."""
    riff, _, wave = struct.unpack("<4sI4s", file.read(12).ljust(12, b"\0"))
    if (riff, wave) != (b"RIFF", b"WAVE"):
        return None
    bytes_per_second = 0
    while len(header := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", header)
        if name == b"data":
            return (bytes_per_second, size) if bytes_per_second else None
        body = file.read(size + size % 2) if size < 1 << 20 else b""
        if name == b"fmt " and len(body) >= 12:
            bytes_per_second = struct.unpack("<I", body[8:12])[0]
        elif not body:
            file.seek(size + size % 2, os.SEEK_CUR)
    return None
