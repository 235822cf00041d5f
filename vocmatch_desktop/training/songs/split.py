"""Which names belong to training, to validation and to the test, decided before anything is rendered.

A song is made only of things of its own split, so `train`, `valid` and `test` never share a melody, a voice, a kit or
an instrument set. The rule, in this order:

* What we know is placed by the tables below, by name: a bank belongs where its singer does, wherever it was recorded.
* Soundfont presets go by soundfont and program: everything of `HELD_OUT_SOUNDFONT` is `test`; of any other soundfont
  the programs of `VALID_PROGRAMS` and the kits of `VALID_KITS` are `valid`, the rest is `train`.
* Anything else (compositions, a user's own voices, kits and songs) goes by a hash of its name: 80 % `train`,
  10 % `valid`, 10 % `test`. The hash does not change between runs, machines or versions of Python.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import PurePath
from typing import get_args

from vocmatch_desktop.training.songs.record import Split

SPLITS: tuple[Split, ...] = get_args(Split)

VOICES: Mapping[str, Split] = {
    "scottpoid": "train",
    "scottpoid_sharp": "train",
    "kawaiineko": "train",
    "dorodoro": "train",
    "olpc": "train",
    "sms_tools": "train",
    "erithacus": "valid",
    "yuki": "test",
}
"""Banks of `voices/`; the two of one singer stand together."""

SETS: Mapping[str, Split] = {
    "bass/yr": "train",
    "bass/double": "test",
    "epiano/sullivan": "train",
    "guitar_acoustic/steel": "train",
    "guitar_electric/strat": "train",
    "piano/splendid": "train",
    "piano/salamander": "test",
}
"""Instrument sets of `instruments/`. The only guitars and the only electric piano are for training: what is held out
plays soundfont presets instead."""

KITS: Mapping[str, Split] = {
    "uzu": "train",
    "vintage": "train",
    "machines/Casio-RZ1": "train",
    "machines/LM-2": "train",
    "machines/MFB-512": "valid",
    "machines/Roland-CR-8000": "train",
    "machines/Sequential-Circuits-Drumtraks": "test",
    "machines/Yamaha-MR10": "train",
    "pearl": "test",
    "sonic-pi": "train",
}
"""Drum kits, by folder, and by machine within the folder of machines."""

SONGS: Mapping[str, Split] = {
    "Lithium": "test",
    "Caesium": "valid",
    "Hydrogen": "train",
    "Potassium": "train",
    "Sodium": "train",
    "MDN-multitrack": "train",
}
"""Real multitracks; Hydrogen ends at 11 kHz and would measure the codec, so it is never held out."""

DRUMMERS: Mapping[str, Split] = {"drummer3": "test", "drummer5": "valid"}
"""Drummers of `midi/groove.zip` who are held out with everything they played; all others are `train`."""

HELD_OUT_SOUNDFONT = "TimGM6mb"
DEFAULT_SOUNDFONT = "FluidR3_GM"
VALID_PROGRAMS = frozenset((1, 5, 11, 17, 26, 29, 35, 38, 42, 50, 54, 57, 66, 75, 81, 90, 98, 108))
"""General MIDI programs, 0…127: at least one of every family a band plays, and enough of each role to play a song."""

VALID_KITS = frozenset((16,))


def hashed(name: str) -> Split:
    """80 % of all names are `train`, 10 % `valid`, 10 % `test`."""
    place = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") % 10
    return "train" if place < 8 else "valid" if place == 8 else "test"


def composition_split(name: str) -> Split:
    """Where a composition such as "pop909/123" belongs; all its transpositions and excerpts go with it."""
    return hashed(f"composition/{name}")


def voice_split(bank: str) -> Split:
    """Where a voice bank (the folder's name; "bank/colour" counts as its bank) belongs."""
    singer = bank.split("/")[0]
    return VOICES.get(singer) or hashed(f"voice/{singer}")


def song_split(name: str) -> Split:
    """Where a real multitrack (its folder's name) belongs."""
    return SONGS.get(name) or hashed(f"song/{name}")


def groove_split(session: str) -> Split:
    """Where a drum performance belongs, by its drummer ("drummer1/session1/5" and "drummer1" alike)."""
    return DRUMMERS.get(session.split("/")[0], "train")


def sound_split(sound: str) -> Split:
    """Where a `Part.sound` such as "sampled:bass/yr", "gm:33@FluidR3_GM" or "kit:pearl" belongs, options or not.

    Raises:
        ValueError: It has no "kind:name".
    """
    kind, colon, name = sound.partition("+")[0].partition(":")  # options such as "+amp:crunch" decide nothing
    if not colon or not name:
        raise ValueError(f"not a sound: {sound!r}")
    if kind in ("gm", "gmkit"):
        return _preset_split(kind, name)
    known = KITS if kind == "kit" else SETS
    return _longest(known, name) or hashed(f"{kind}/{name}")


def _preset_split(kind: str, name: str) -> Split:
    program, _, soundfont = name.partition("@")
    if PurePath(soundfont or DEFAULT_SOUNDFONT).stem == HELD_OUT_SOUNDFONT:
        return "test"
    held_out = VALID_KITS if kind == "gmkit" else VALID_PROGRAMS
    return "valid" if int(program) in held_out else "train"


def _longest(known: Mapping[str, Split], name: str) -> Split | None:
    """The table's entry for `name` or for the set it is a part of ("piano/splendid/soft" is "piano/splendid")."""
    parts = name.split("/")
    for length in range(len(parts), 0, -1):
        if (split := known.get("/".join(parts[:length]))) is not None:
            return split
    return None
