"""Stems as files of the format that is asked for, beside each other, each beginning with the song's first sample.

    made = write_stems(stems, folder, "Song", "flac", report)    # "Song - vocals.flac", …

WAV and FLAC hold what they are given. MP3 and Opus files tell decoders what the encoder put before the first sample and
behind the last one; libsndfile, FFmpeg and the DAWs drop it, and the stems stay aligned to the sample. A player that
does not read LAME's tag plays an MP3 1105 samples late, as it does with every MP3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import UnfitFormat
from vocmatch_desktop.export.names import safe_name
from vocmatch_desktop.services.reports import Stage
from vocmatch_desktop.types import Audio, AudioFile, Report
from vocmatch_desktop.whole import all_or_none

StemFormat = Literal["wav", "wav24", "flac", "mp3", "opus"]

BLOCK_S = 5.0
MANY = 1024


@dataclass(frozen=True, slots=True)
class Encoding:
    """What files of a format are like; `rates`: those that they can have, Hz, none for (nearly) all.

    `lossless`: stems that are written so add up to the song, but for 24 bits and full scale (`depth`).
    """

    name: str
    suffix: str
    depth: Literal["FLOAT", "PCM_24"] = "FLOAT"
    lossless: bool = True
    channels: int = MANY
    rates: tuple[int, ...] = ()


FORMATS: Mapping[StemFormat, Encoding] = {
    "wav": Encoding("WAV", ".wav"),
    "wav24": Encoding("24-bit WAV", ".wav", "PCM_24"),
    "flac": Encoding("FLAC", ".flac", "PCM_24", channels=8),
    "mp3": Encoding(
        "MP3",
        ".mp3",
        lossless=False,
        channels=2,
        rates=(8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000),
    ),
    "opus": Encoding("Opus", ".opus", lossless=False, channels=2, rates=(48_000,)),
}


def write_stems(
    stems: Mapping[str, AudioFile], folder: Path, title: str, form: StemFormat, report: Report
) -> Mapping[str, AudioFile]:
    """Writes "TITLE - STEM" into `folder`, all of the stems or none; existing files are never written over.

    Rates that MP3 and Opus do not have become the next one that they have. No level is ever changed; 24 bits clip what
    is beyond full scale.

    Raises:
        UnfitFormat: the format cannot have so many channels, or FLAC not this rate. NotFound, UnreadableAudio: a stem.
        DiskError: no space, no permission. Cancelled: by `report`; nothing is left behind.
    """
    for stem in stems.values():
        check_fits(form, stem)
    paths = free_paths(folder, title, stems, form)
    part = 1 / max(1, len(stems))
    with all_or_none(paths.values()):
        return {
            name: _written(stem, paths[name], form, Stage(report, place * part, (place + 1) * part))
            for place, (name, stem) in enumerate(stems.items())
        }


def check_fits(form: StemFormat, sound: AudioFile) -> None:
    """Raises `UnfitFormat` where files of a format cannot have the channels or the rate of `sound`."""
    encoding = FORMATS[form]
    if sound.channels > encoding.channels:
        raise UnfitFormat(
            f"{encoding.name} holds {encoding.channels} channels at most, and the song has {sound.channels}.",
            "Choose WAV.",
        )
    if form == "flac" and not _flac_has(sound.rate):
        raise UnfitFormat(f"FLAC cannot have a sample rate of {sound.rate} Hz.", "Choose WAV.")


def free_paths(folder: Path, title: str, stems: Iterable[str], form: StemFormat) -> dict[str, Path]:
    """A file for each stem, "Song - vocals.wav"; where one of them exists, all get the same number."""
    names = tuple(stems)
    number = 1
    while True:
        own = title if number == 1 else f"{title} {number}"
        paths = {name: folder / safe_name(own, f" - {safe_name(name)}{FORMATS[form].suffix}") for name in names}
        if not any(path.exists() for path in paths.values()):
            return paths
        number += 1


def _written(stem: AudioFile, path: Path, form: StemFormat, report: Report) -> AudioFile:
    rate = _rate(form, stem.rate)
    frames = round(stem.frames * rate / stem.rate)
    return files.write(path, _told(stem, path, rate, report), subtype=FORMATS[form].depth, frames=frames)


def _told(stem: AudioFile, path: Path, rate: int, report: Report) -> Iterator[Audio]:
    """The stem in blocks; each is reported as it is handed on."""
    done_s = 0.0
    for block in files.blocks(stem.path, rate=rate, block_s=BLOCK_S):
        report(min(1.0, done_s / stem.duration_s), f"Writing {path.name}")
        yield block
        done_s += block.duration_s
    report(1.0, f"Writing {path.name}")


def _rate(form: StemFormat, rate: int) -> int:
    """`rate`, or the next higher one of a format that does not have it, or its highest."""
    rates = FORMATS[form].rates
    return next((each for each in rates if each >= rate), rates[-1]) if rates else rate


def _flac_has(rate: int) -> bool:
    """What libFLAC takes: whole hertz up to 65 535, above that tens of them up to 655 350."""
    return rate <= 65_535 or (rate <= 655_350 and rate % 10 == 0)
