"""Rendered songs on disk: one folder a song with its stems, its mix and its truth, whole or not at all.

    DIR/<name>/song.json     the record, paths relative to the folder
               f0.npz        the sung pitch
               mix.flac      24 bits; vocals.flac, drums.flac … sum to it to the bit (a silent stem has no file)

As Opus (48 kHz) the stems are lossy; then there is no mix file unless the mix was damaged: it is their sum.

Example:
    write_song(folder, stems, mix, record, "flac")
    for record in records(folder): ...
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import soundfile

from vocmatch_desktop.audio.resample import resample
from vocmatch_desktop.errors import DiskError, NotFound, UserError
from vocmatch_desktop.training.songs.record import Credit, SectionSpan, SongRecord, SungTruth, Syllable, Tempo
from vocmatch_desktop.types import Audio, Chord, Float32, Key, Note

Format = Literal["flac", "opus"]
FORMATS: tuple[Format, ...] = get_args(Format)

RECORD, PITCH = "song.json", "f0.npz"
OPUS_RATE = 48_000
# fmt: off
_PLAIN = (
    "name", "split", "rate", "frames", "mix_damage", "bandwidth_hz", "vocal_engine", "beats_s", "downbeats_s",
    "beats_per_bar", "style", "seed",
)
# fmt: on
_LISTS = {"credits": Credit, "tempi": Tempo, "chords": Chord, "sections": SectionSpan}
_WRITE_FRAMES = 65_536
_STEPS = 2**23
_TO_32_BITS = 256


def write_song(
    folder: Path, stems: Mapping[str, Float32], mix: Float32, record: SongRecord, kind: Format = "flac"
) -> SongRecord:
    """Writes `stems` and `mix` ([frames, 2], multiples of 2⁻²³) and what `record` says of them into a new `folder`.

    Gives the record as it can be read again: with paths, and for Opus with its rate and length.

    Raises:
        DiskError: No space, no permission; nothing is left behind.
    """
    with _whole_folder(folder) as partial:
        sounding = {name: sound for name, sound in stems.items() if sound.any()}
        if kind == "flac" or record.mix_damage:
            sounding["mix"] = mix
        for name, sound in sounding.items():
            _write_sound(partial / f"{name}.{kind}", sound, record.rate, kind)
        scale = OPUS_RATE / record.rate if kind == "opus" else 1
        written = replace(
            record,
            rate=OPUS_RATE if kind == "opus" else record.rate,
            frames=round(record.frames * scale),
            mix=folder / f"mix.{kind}" if "mix" in sounding else None,
            stems={name: (folder / f"{name}.{kind}",) for name in sounding if name != "mix"},
        )
        if written.vocal is not None:
            np.savez_compressed(partial / PITCH, f0_hz=written.vocal.f0_hz)
        (partial / RECORD).write_text(json.dumps(_to_plain(written), ensure_ascii=False), "utf-8")
    return written


def is_written(folder: Path) -> bool:
    """Whether a whole song lies in `folder`."""
    return (folder / RECORD).is_file()


def load_record(folder: Path) -> SongRecord:
    """The record of the song in `folder`.

    Raises:
        NotFound: There is none. UserError: It is damaged; the sentence names the file.
    """
    path = folder / RECORD
    if not path.is_file():
        raise NotFound(f"There is no {path}.", "Render songs with `python -m vocmatch_desktop.training songs`.")
    try:
        return _from_plain(json.loads(path.read_text("utf-8")), folder)
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise UserError(f"{path} is damaged.", "Delete its folder and render again.") from error


def records(folder: Path) -> tuple[SongRecord, ...]:
    """The records of all songs in the folders of `folder`, by name; raises as `load_record`, NotFound without any."""
    found = tuple(load_record(inner) for inner in sorted(folder.glob("*")) if is_written(inner))
    if not found:
        raise NotFound(f"{folder} holds no rendered songs.", "Render some with `songs --count N --out DIR`.")
    return found


@contextmanager
def _whole_folder(folder: Path) -> Iterator[Path]:
    partial = folder.with_name(folder.name + ".partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        yield partial
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    except (OSError, soundfile.LibsndfileError) as error:
        raise DiskError(f"{folder} cannot be written.", "Check free space and permissions.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write_sound(path: Path, sound: Float32, rate: int, kind: Format) -> None:
    """Integers go to FLAC as they are: libsndfile would scale floats by 2²³ − 1, and sums would be off by a step."""
    if kind == "opus":
        data: np.ndarray = resample(Audio(sound, rate), OPUS_RATE).samples
        rate, container, subtype = OPUS_RATE, "OGG", "OPUS"
    else:
        data, container, subtype = np.rint(sound * np.float32(_STEPS)).astype(np.int32) * _TO_32_BITS, "FLAC", "PCM_24"
    with soundfile.SoundFile(path, "w", rate, sound.shape[1], subtype, format=container) as file:
        for start in range(0, len(data), _WRITE_FRAMES):
            file.write(data[start : start + _WRITE_FRAMES])


def _to_plain(record: SongRecord) -> dict[str, Any]:
    plain: dict[str, Any] = {name: getattr(record, name) for name in _PLAIN}
    plain |= {name: [asdict(item) for item in getattr(record, name)] for name in _LISTS}
    plain["mix"] = record.mix.name if record.mix else None
    plain["stems"] = {name: [path.name for path in paths] for name, paths in record.stems.items()}
    plain["trusted_targets"] = sorted(record.trusted_targets)
    plain["key"] = asdict(record.key) if record.key else None
    if record.vocal is not None:
        plain["vocal"] = {
            "notes": [asdict(note) for note in record.vocal.notes],
            "syllables": [asdict(syllable) for syllable in record.vocal.syllables],
        }
    return plain


def _from_plain(plain: Mapping[str, Any], folder: Path) -> SongRecord:
    known = {field.name for field in fields(SongRecord)}
    values = {name: value for name, value in plain.items() if name in known}
    values |= {name: tuple(value) for name, value in values.items() if name in ("beats_s", "downbeats_s")}
    values |= {name: tuple(kind(**item) for item in plain[name]) for name, kind in _LISTS.items()}
    values["mix"] = folder / plain["mix"] if plain["mix"] else None
    values["stems"] = {name: tuple(folder / path for path in paths) for name, paths in plain["stems"].items()}
    values["trusted_targets"] = frozenset(plain["trusted_targets"])
    values["key"] = Key(**plain["key"]) if plain["key"] else None
    values["vocal"] = _vocal(plain["vocal"], folder) if "vocal" in plain else None
    return SongRecord(**values)


def _vocal(plain: Mapping[str, Any], folder: Path) -> SungTruth:
    with np.load(folder / PITCH) as stored:
        f0_hz = stored["f0_hz"].astype(np.float32)
    notes = tuple(Note(**note) for note in plain["notes"])
    return SungTruth(notes, f0_hz, tuple(Syllable(**syllable) for syllable in plain["syllables"]))
