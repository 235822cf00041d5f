"""What the recordings of a pack are: the notes of instruments, the pieces of drum kits, the syllables of voices.

Everything that would have to be listened to over there (roots, attacks, levels, vowel onsets) is listened to here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from vocmatch_desktop.audio.files import read
from vocmatch_desktop.synth.sampler import LOUDEST, Zone, levelled, measured_pitch, trimmed
from vocmatch_desktop.training.songs.instruments import sounds
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.pack_baked import Baked
from vocmatch_desktop.training.songs.pack_format import RATE, Snippet, SoundSet
from vocmatch_desktop.training.songs.pack_rows import Item, Laid
from vocmatch_desktop.training.songs.singer.units import Unit
from vocmatch_desktop.training.songs.singer.voice import Voice, voices
from vocmatch_desktop.training.songs.split import sound_split
from vocmatch_desktop.types import Float32

_BAKED_RELEASE_S = 0.15


class _Places:
    """Where the files of the material lie in rows."""

    def __init__(self, material: Material, rows: Sequence[Laid]) -> None:
        self._folder = material.folder
        self._places: Mapping[str, tuple[str, Item]] = {
            item.path: (one.row.name, item) for one in rows for item in one.items
        }

    def of(self, zone: Zone, tuned: bool) -> Snippet | None:
        """A note's or hit's place, from its attack on; None for a file that is in no row."""
        place = self._places.get(zone.path.relative_to(self._folder).as_posix())
        if place is None:
            return None
        row, item = place
        whole = read(zone.path, rate=RATE, mono=True).samples[:, 0]
        samples = trimmed(whole, RATE)[: round(zone.seconds * RATE)]
        skipped = len(whole) - len(trimmed(whole, RATE))
        pitch = measured_pitch(samples, RATE, zone.pitch) if tuned else zone.pitch
        return Snippet(row, item.start + skipped, len(samples), 0, pitch, _gain(samples), zone.velocity)

    def syllable(self, voice: Voice, unit: Unit) -> Snippet | None:
        """A sung syllable's place, its vowel being the onset."""
        path = voice.recordings[unit.recording].path
        place = self._places.get(path.relative_to(self._folder).as_posix())
        if place is None:
            return None
        row, item = place
        first, vowel, last = (round(at * RATE) for at in (unit.consonant_s, unit.vowel_s, unit.end_s))
        gain = LOUDEST / 10 ** (unit.level_db / 20)
        return Snippet(row, item.start + first, last - first, vowel - first, unit.pitch, gain, 127)


def baked_sets(baked: Iterable[Baked], rows: Sequence[Laid]) -> Iterator[SoundSet]:
    """The sounds that were played note by note for the pack."""
    laid = {one.row.name: one.items[0] for one in rows}
    for one in baked:
        whole = read(Path(one.row.files[0]), rate=RATE, mono=True).samples[:, 0]
        every = round(one.every_s * RATE)
        notes = []
        for index, number in enumerate(one.numbers):
            samples = trimmed(whole[index * every : (index + 1) * every], RATE)
            start = laid[one.row.name].start + (index + 1) * every - len(samples)
            notes.append(Snippet(one.row.name, start, len(samples), 0, float(number), _gain(samples), 127))
        yield SoundSet(one.sound, one.split, "notes", _BAKED_RELEASE_S, {"": tuple(notes)})


def sound_sets(material: Material, rows: Sequence[Laid]) -> Iterator[SoundSet]:
    """Every instrument, kit and voice of the material whose recordings lie in `rows`."""
    places = _Places(material, rows)
    made = sounds(material)
    for name, instrument in made.sampled.items():
        notes = _found(places.of(zone, instrument.touch.tuned) for zone in instrument.zones)
        split = sound_split(f"sampled:{name}")
        yield SoundSet(f"sampled:{name}", split, "notes", instrument.touch.release_s, {"": notes})
    for name, kit in made.kits.items():
        pieces = {piece: _found(places.of(zone, False) for zone in zones) for piece, zones in kit.hits.items()}
        yield SoundSet(f"kit:{name}", sound_split(f"kit:{name}"), "kit", 0.0, pieces)
    for voice in voices(material):
        syllables = _found(places.syllable(voice, unit) for unit in voice.units)
        yield SoundSet(f"voice:{voice.name}", voice.split, "voice", 0.05, {"": syllables})


def _found(snippets: Iterator[Snippet | None]) -> tuple[Snippet, ...]:
    return tuple(snippet for snippet in snippets if snippet is not None)


def _gain(samples: Float32) -> float:
    """What `sampler.levelled` would scale this by."""
    peak = float(np.abs(samples).max(initial=0.0))
    return float(np.abs(levelled(samples, RATE)).max(initial=0.0)) / peak if peak > 0 else 1.0
