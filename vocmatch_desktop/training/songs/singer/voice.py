"""The voices there are, each a bank of heard recordings and the units cut from them.

Hearing a voice takes some seconds a minute of it and is done once: samples, pitch, marks and units are kept in the
cache folder under a name made of the files' own bytes and `VERSION`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.audio.files import read
from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.settings import Places
from vocmatch_desktop.training.songs.material import ManifestRow, Material
from vocmatch_desktop.training.songs.record import Credit, Split
from vocmatch_desktop.training.songs.singer.hearing import HOP_S, RATE, Floats, hear
from vocmatch_desktop.training.songs.singer.keeping import kept
from vocmatch_desktop.training.songs.singer.labels import Label, is_breath, read_labels
from vocmatch_desktop.training.songs.singer.units import Unit, cut
from vocmatch_desktop.training.songs.split import voice_split
from vocmatch_desktop.types import Float32

VERSION = 4
"""Of the analysis: raising it makes every cached one anew."""

_FULL_SCALE = 32767.0
_GAP_S = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """One recording of a voice. `start` is its first sample among all of the voice's."""

    path: Path
    start: int
    frames: int
    breath: bool


@dataclass(frozen=True, eq=False)
class Voice:
    """A voice that can sing.

    `samples`: int16, all recordings one after another at 44.1 kHz, mapped from disk. `f0_hz`: float32, one a 5 ms of
    that, 0 where unvoiced. `marks`: float64, pitch marks in samples, ascending. `folder`: where more about it is kept.
    """

    name: str
    split: Split
    credits: tuple[Credit, ...]
    recordings: tuple[Recording, ...]
    units: tuple[Unit, ...]
    samples: NDArray[np.int16]
    f0_hz: Float32
    marks: Floats
    folder: Path

    def sound(self, start: int, stop: int) -> Float32:
        """Samples start…stop of all recordings, −1…1; silence beyond them."""
        first, last = max(0, start), min(len(self.samples), stop)
        part = self.samples[first : max(first, last)].astype(np.float32) / np.float32(_FULL_SCALE)
        return np.pad(part, (first - start, stop - start - len(part) - (first - start)))

    @cached_property
    def pitches(self) -> Floats:
        """MIDI pitch of every unit."""
        return np.array([unit.pitch for unit in self.units])

    @cached_property
    def centre(self) -> float:
        """MIDI pitch in the middle of what was recorded."""
        return float(np.median(self.pitches))

    @cached_property
    def breaths(self) -> tuple[Recording, ...]:
        """Recorded breaths, if any."""
        return tuple(recording for recording in self.recordings if recording.breath)


def voices(material: Material, split: Split | None = None, *, cache: Path | None = None) -> tuple[Voice, ...]:
    """The voices of `split` (None for all), by name; those not heard before are heard now.

    Raises:
        NotFound: The material has no labelled voices; the sentence names what is missing.
    """
    folder = (cache or Places.from_environment().cache) / "voices"
    labels = read_labels(material.file("voices/LABELS.csv"))
    banks = _banks(material, labels)
    chosen = {name: rows for name, rows in banks.items() if split in (None, voice_split(name))}
    if not banks:
        raise NotFound(f"There are no voices in {material.folder / 'voices'}.", "Put the voice banks there.")
    return tuple(_voice(material, name, rows, labels, folder) for name, rows in sorted(chosen.items()))


def _banks(material: Material, labels: Mapping[str, tuple[Label, ...]]) -> dict[str, list[ManifestRow]]:
    """Recordings by singer: a labelled bank is its folder; sung vowels without labels go by man and woman."""
    banks: dict[str, list[ManifestRow]] = {}
    for row in material.under("voices/"):
        file = row.path.removeprefix("voices/")
        name = _singer(file) if row.kind == "voice-notes" else file.split("/")[0]
        if name and (row.kind == "voice-notes" or file in labels or is_breath(file)):
            banks.setdefault(name, []).append(row)
    return banks


def _singer(file: str) -> str | None:
    """The solo singer of a sung vowel; None for choirs, synthesisers and phrases."""
    for kind in ("femalevoice", "malevoice"):
        if f"__{kind}_" in file:
            return f"{file.split('/')[0]}/{kind.removesuffix('voice')}"
    return None


def _sung_vowel(file: str) -> Label:
    return Label(file, "o" if "_oo_" in file else "a", "", 0.0, None, None)


def _voice(
    material: Material,
    name: str,
    rows: list[ManifestRow],
    labels: Mapping[str, tuple[Label, ...]],
    folder: Path,
) -> Voice:
    paths = [material.file(row.path) for row in rows]
    own = {row.path.removeprefix("voices/"): labels.get(row.path.removeprefix("voices/"), ()) for row in rows}
    if rows[0].kind == "voice-notes":
        own = {file: (_sung_vowel(file),) for file in own}
    place = folder / f"{name.replace('/', '-')}-{_key(paths, own)}"
    if not place.with_suffix(".npz").is_file():
        _hear_all(paths, own, place)
    made = np.load(place.with_suffix(".npz"))
    recordings = tuple(
        Recording(path, int(start), int(count), is_breath(path.name))
        for path, start, count in zip(paths, made["start"], made["frames"], strict=True)
    )
    return Voice(
        name=name,
        split=voice_split(name),
        credits=tuple(dict.fromkeys(row.as_credit() for row in rows)),
        recordings=recordings,
        units=tuple(Unit(*line) for line in made["units"].tolist()),
        samples=np.load(place.with_suffix(".npy"), mmap_mode="r"),
        f0_hz=made["f0"],
        marks=made["marks"],
        folder=place,
    )


def _key(paths: list[Path], labels: Mapping[str, tuple[Label, ...]]) -> str:
    digest = hashlib.blake2b(f"{VERSION}/{RATE}".encode(), digest_size=8)
    for path in paths:
        digest.update(hashlib.blake2b(path.read_bytes()).digest())
    digest.update(repr(sorted(labels.items())).encode())
    return digest.hexdigest()


_UNIT_TYPES = ("i4", "U8", "U1", "f8", "f8", "f8", "f8", "f8", "f8", "f8", "?")


def _hear_all(paths: list[Path], labels: Mapping[str, tuple[Label, ...]], place: Path) -> None:
    """Hears every recording and writes what was found; the .npz comes last, so that it vouches for the .npy."""
    samples: list[NDArray[np.int16]] = []
    f0: list[Float32] = []
    marks: list[Floats] = []
    units: list[Unit] = []
    starts, frames, at = [], [], 0
    for index, (path, own) in enumerate(zip(paths, labels.values(), strict=True)):
        mono = read(path, rate=RATE, mono=True).samples[:, 0]
        heard = hear(mono)
        units += cut(index, heard, own)
        room = _room(len(mono))
        samples.append(np.pad(np.rint(np.clip(mono, -1, 1) * _FULL_SCALE).astype(np.int16), (0, room - len(mono))))
        f0.append(np.pad(heard.f0_hz, (0, round(room / RATE / HOP_S) - len(heard.f0_hz))))
        marks.append(heard.marks + at)
        starts.append(at)
        frames.append(len(mono))
        at += room
    with kept(place.with_suffix(".npy")) as partial, partial.open("wb") as file:
        np.save(file, np.concatenate(samples))
    kind = np.dtype([(field.name, kind) for field, kind in zip(fields(Unit), _UNIT_TYPES, strict=True)])
    with kept(place.with_suffix(".npz")) as partial, partial.open("wb") as file:
        np.savez(
            file,
            start=starts,
            frames=frames,
            f0=np.concatenate(f0),
            marks=np.concatenate(marks),
            units=np.array([astuple(unit) for unit in units], kind),
        )


def _room(frames: int) -> int:
    """Samples a recording takes up among the others: silence after it, and a whole number of 10 ms."""
    step = RATE // 100
    return (frames + round(_GAP_S * RATE)) // step * step + step
