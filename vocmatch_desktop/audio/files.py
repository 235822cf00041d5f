"""Reading and writing sound files: any common format, any rate, any number of channels.

    about = probe(path)                                     # AudioFile(path, rate, channels, frames)
    audio = read(path, start_s=30, duration_s=10)           # Audio: float32 [frames, channels]
    voice = read(path, rate=16_000, mono=True)              # resampled, phase-safe mono, still [frames, 1]
    for block in blocks(path, rate=22_050, mono=True):      # streaming, bounded memory
        feed(block.samples)
    write(path, audio, subtype="PCM_24")                    # atomic: NAME.partial, then renamed
    write(path, fitted_blocks())                            # an iterator of Audio streams to disk
    decoded_hash(path)                                      # of the sound, not of the file: tags do not matter

Files are recognised by content. What cannot be read raises `UnreadableAudio` with a sentence for people; what does not
exist raises `NotFound`; what cannot be written raises `DiskError`.

Samples that are no numbers (NaN, infinite, or beyond ±120 dBFS, as broken float exports hold) become silence; a file
in which they are the majority is refused as a whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile

from vocmatch_desktop.audio.decoders import CutOff, Decoder, not_understood, open_decoder
from vocmatch_desktop.audio.growing import disk_errors
from vocmatch_desktop.audio.mono import MonoMix
from vocmatch_desktop.audio.opus import write_opus
from vocmatch_desktop.audio.resample import Resampler
from vocmatch_desktop.errors import NotFound, UnreadableAudio
from vocmatch_desktop.types import Audio, AudioFile, Float32
from vocmatch_desktop.whole import shown_name, whole_file

# fmt: off
AUDIO_SUFFIXES = frozenset((
    ".wav", ".wave", ".bwf", ".w64", ".rf64", ".aif", ".aiff", ".aifc", ".caf", ".au", ".flac", ".ogg", ".oga", ".opus",
    ".mp3", ".m4a", ".m4b", ".aac", ".alac", ".wma",
))
# fmt: on
"""Suffixes (lower case) of files worth looking into when a folder is scanned."""

Subtype = Literal["FLOAT", "PCM_24", "PCM_16"]

LOUDEST = 1e6
RATES = range(1_000, 1_000_001)
_DECODE_FRAMES = 65_536
_WRITE_FORMATS = {
    **{".wav": "WAV", ".wave": "WAV", ".flac": "FLAC", ".aif": "AIFF", ".aiff": "AIFF", ".w64": "W64"},
    **{".mp3": "MP3", ".opus": "OPUS"},
}
_MP3_LEVEL = 0.0
"""libsndfile's compression level: as good as a variable rate gets, about 260 kbit/s stereo."""
_WAV_HOLDS = 2**31
"""Bytes; what is larger is written as RF64."""


def probe(path: Path) -> AudioFile:
    """Opens `path` and tells rate, channels and length without decoding it.

    The length is exact for libsndfile's formats; for AAC, ALAC and WMA it is what the file announces.

    Raises:
        NotFound: there is no such file. UnreadableAudio: it is no sound, is damaged, cut off, or zero seconds long.
    """
    with _opened(path) as decoder:
        return AudioFile(path, decoder.rate, decoder.channels, decoder.frames)


def read(
    path: Path,
    *,
    start_s: float = 0.0,
    duration_s: float | None = None,
    rate: int | None = None,
    mono: bool = False,
) -> Audio:
    """Decodes `path` (or `duration_s` of it from `start_s` on), resampled to `rate` and mixed to one channel if asked.

    A part that reaches beyond the end is shorter; one that lies behind it has 0 frames. Raises as `probe` does.
    """
    parts = list(blocks(path, start_s=start_s, duration_s=duration_s, rate=rate, mono=mono))
    return Audio(np.concatenate([part.samples for part in parts]), parts[0].rate)


def blocks(
    path: Path,
    *,
    start_s: float = 0.0,
    duration_s: float | None = None,
    rate: int | None = None,
    mono: bool = False,
    block_s: float = 10.0,
) -> Iterator[Audio]:
    """Decodes `path` block by block, at least one; every block but the last is about `block_s` long.

    Memory is bounded by a few blocks. Raises as `probe` does, possibly half-way: damage shows where it is.
    """
    if start_s < 0 or block_s <= 0:
        raise ValueError("start_s must not be negative, block_s must be positive")
    with _opened(path) as decoder:
        decoded = _part(decoder, start_s, duration_s, max(1, round(block_s * decoder.rate)))
        decoded = _numbers_only(path, decoded)
        channels = 1 if mono else decoder.channels
        if mono:
            decoded = map(_column, map(MonoMix().feed, decoded))
        if rate is not None and rate != decoder.rate:
            decoded = _resampled(decoded, Resampler(decoder.rate, rate, channels))
        nothing = np.zeros((0, channels), np.float32)
        yield Audio(next(decoded, nothing), rate or decoder.rate)
        yield from (Audio(block, rate or decoder.rate) for block in decoded if len(block))


def write(
    path: Path,
    audio: Audio | Iterable[Audio],
    *,
    subtype: Subtype = "FLOAT",
    frames: int = 0,
    finish: Callable[[Path], object] | None = None,
) -> AudioFile:
    """Writes a sound file by its suffix, whole or not at all: .wav, .flac (24 bits at most), .aiff, .w64, .mp3, .opus.

    `audio` may be an iterator of blocks of one rate and channel count. An existing file is replaced: callers that must
    not do so choose a free name first. Integer formats clip at full scale. MP3 and Opus (at 48 kHz) carry the notes
    (LAME's tag, the pre-skip) by which decoders give back as many samples, none of them late. `frames`: how many will
    come, where it is known; a large .wav then becomes an RF64. `finish` is called with the partial file before it gets
    its name, to add to it what soundfile cannot.

    Raises:
        DiskError: no space, no permission. Whatever the iterator raises passes through; nothing is left behind.
    """
    parts = iter([audio] if isinstance(audio, Audio) else audio)
    first = next(parts)
    container = _WRITE_FORMATS[path.suffix.lower()]
    if container == "WAV" and 4 * frames * first.channels > _WAV_HOLDS:
        container = "RF64"
    sound = _Counted(chain([first], parts))
    with whole_file(path) as partial, disk_errors():
        if container == "OPUS":
            write_opus(partial, sound)
        else:
            with _opened_to_write(partial, first, container, subtype) as file:
                for part in sound:
                    for start in range(0, part.frames, _DECODE_FRAMES):  # one long Vorbis or FLAC write can crash
                        file.write(part.samples[start : start + _DECODE_FRAMES])
        if finish is not None:
            finish(partial)
    return AudioFile(path, first.rate, first.channels, sound.frames)


class _Counted:
    """Blocks that are handed on; `frames`: how many samples a channel they were."""

    def __init__(self, parts: Iterable[Audio]) -> None:
        self._parts = parts
        self.frames = 0

    def __iter__(self) -> Iterator[Audio]:
        for part in self._parts:
            self.frames += part.frames
            yield part


def _opened_to_write(path: Path, first: Audio, container: str, subtype: Subtype) -> soundfile.SoundFile:
    kind, level = str(subtype), None
    if container == "MP3":
        kind, level = "MPEG_LAYER_III", _MP3_LEVEL
    elif container == "FLAC" and subtype == "FLOAT":
        kind = "PCM_24"
    return soundfile.SoundFile(path, "w", first.rate, first.channels, kind, format=container, compression_level=level)


class SoundHash:
    """Hash of decoded sound, built block by block; block sizes do not matter."""

    def __init__(self, rate: int, channels: int) -> None:
        self._hash = hashlib.blake2b(f"{rate}/{channels}/".encode(), digest_size=16)

    def feed(self, samples: Float32) -> None:
        """Takes in the next block at the file's own rate and channels."""
        self._hash.update(np.ascontiguousarray(samples, "<f4").data)

    def hexdigest(self) -> str:
        """32 hexadecimal digits."""
        return self._hash.hexdigest()


def decoded_hash(path: Path) -> str:
    """Hash of the decoded samples, rate and channels; editing tags or renaming the file does not change it."""
    digest = None
    for block in blocks(path):
        digest = digest or SoundHash(block.rate, block.channels)
        digest.feed(block.samples)
    return digest.hexdigest() if digest else ""


@contextmanager
def _opened(path: Path) -> Iterator[Decoder]:
    """Opens a decoder, turns every way of failing into a sentence, closes it."""
    name = shown_name(path)
    if not path.is_file():
        raise NotFound(f"There is no file “{name}”.", "It may have been moved or renamed.", path=str(path))
    try:
        with open_decoder(path) as decoder:
            _check_promise(name, decoder)
            yield decoder
    except CutOff as error:
        raise UnreadableAudio(
            f"“{name}” is cut off: {error.there_s:.1f} of {error.announced_s:.1f} seconds are there.",
            "Copy or bounce it again.",
            path=str(path),
        ) from error
    except PermissionError as error:
        raise UnreadableAudio(f"“{name}” may not be opened.", "Check its permissions.", path=str(path)) from error
    except not_understood() as error:
        raise _refusal(path, name) from error
    except OSError as error:
        raise UnreadableAudio(f"“{name}” cannot be read from the disk.", "Check the drive.", path=str(path)) from error


def _refusal(path: Path, name: str) -> UnreadableAudio:
    if path.stat().st_size == 0:
        return UnreadableAudio(f"“{name}” is an empty file.", "Copy or bounce it again.", path=str(path))
    return UnreadableAudio(f"“{name}” is not a sound file, or it is damaged.", path=str(path))


def _check_promise(name: str, decoder: Decoder) -> None:
    if decoder.frames <= 0 or decoder.channels <= 0:
        raise UnreadableAudio(f"“{name}” holds no sound: it is zero seconds long.")
    if decoder.rate not in RATES:
        raise UnreadableAudio(f"“{name}” claims a sample rate of {decoder.rate} Hz.", "Bounce it at 44.1 or 48 kHz.")


def _part(decoder: Decoder, start_s: float, duration_s: float | None, block_frames: int) -> Iterator[Float32]:
    start = round(start_s * decoder.rate)
    left = None if duration_s is None else round(duration_s * decoder.rate)
    for block in decoder.chunks(start, block_frames if left is None else max(1, min(block_frames, left))):
        if left is None:
            yield block
            continue
        yield block[:left]
        left -= len(block)
        if left <= 0:
            return


def _numbers_only(path: Path, decoded: Iterator[Float32]) -> Iterator[Float32]:
    """Replaces what is no number by silence; refuses the file at its end if that was more than half of it."""
    bad = total = 0
    for block in decoded:
        sound = np.abs(block) <= LOUDEST  # False for NaN too
        if not sound.all():
            bad += int(sound.size - np.count_nonzero(sound))
            block = np.where(sound, block, np.float32(0))
        total += block.size
        yield block
    if 2 * bad > total:
        raise UnreadableAudio(
            f"“{shown_name(path)}” holds no usable sound: most of its samples are not numbers.", "Bounce it again."
        )


def _resampled(decoded: Iterator[Float32], resampler: Resampler) -> Iterator[Float32]:
    for block in decoded:
        yield resampler.feed(block)
    yield resampler.finish()


def _column(mono: Float32) -> Float32:
    return mono[:, None]
