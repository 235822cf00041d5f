"""Finds a part's sound by its name and plays it.

Names are "kind:name" with options after "+":

* `sampled:<set>`            recorded notes ("sampled:bass/yr/finger")
* `gm:<program>[@soundfont]` General MIDI through FluidSynth ("gm:33@FluidR3_GM")
* `kit:<kit>`                recorded drums ("kit:machines/LM-2")
* `gmkit:<number>[@soundfont]` a soundfont's drum kit
* `synth:<instrument>`       our own synthesis ("synth:bass_808"), see `synth.instruments`

Options: `+amp:clean`, `+amp:crunch`, `+amp:high` a guitar amplifier; `+palm` palm-muted; `+double` two performances,
hard left and right; `+slide` overlapping notes slide into each other (soundfonts).

Example:
    sound = render_part(Part("bass", "bass", "gm:33", notes), frames, 44_100, Sounds())
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.synth import soundfont
from vocmatch_desktop.synth.amp import VOICINGS, amplify
from vocmatch_desktop.synth.kits import DrumKit
from vocmatch_desktop.synth.sampler import SampledInstrument
from vocmatch_desktop.types import Float32, Note, Part

DEFAULT_SOUNDFONT = "FluidR3_GM"

GM_MUTED_GUITAR = 28

T = TypeVar("T")

_OPTIONS = ("palm", "double", "slide")
_TAKE_JITTER_S = 0.006
_TAKE_CENTS = 3.0
_PALM_S = 0.32
_PALM_NOTE_S = 0.14
_CEILING = 0.98
_BRIGHTNESS_OCTAVES = 1.5
_KIT_BRIGHTNESS_OCTAVES = 3.0


@dataclass(frozen=True, slots=True)
class Sounds:
    """What sounds can be made of: recorded instruments and kits by name, and the folders soundfonts lie in."""

    sampled: Mapping[str, SampledInstrument] = field(default_factory=dict)
    kits: Mapping[str, DrumKit] = field(default_factory=dict)
    soundfont_folders: tuple[Path, ...] = soundfont.FOLDERS


@dataclass(frozen=True, slots=True)
class SoundName:
    """A parsed `Part.sound`."""

    kind: str
    name: str
    amp: str = ""
    palm: bool = False
    double: bool = False
    slide: bool = False

    @classmethod
    def parse(cls, text: str) -> SoundName:
        """Reads a name; raises ValueError on an unknown kind or option."""
        base, *options = text.split("+")
        kind, colon, name = base.partition(":")
        if kind not in ("sampled", "gm", "kit", "gmkit", "synth") or not colon or not name:
            raise ValueError(f"not a sound: {text!r}")
        amps = [option.removeprefix("amp:") for option in options if option.startswith("amp:")]
        unknown = [
            option for option in options if option not in _OPTIONS and option.removeprefix("amp:") not in VOICINGS
        ]
        if unknown or len(amps) > 1:
            raise ValueError(f"not the options of a sound: {text!r}")
        return cls(kind, name, "".join(amps), "palm" in options, "double" in options, "slide" in options)


def render_part(part: Part, frames: int, rate: int, sounds: Sounds) -> Float32:
    """Plays a part; float32 [frames, 2], never above full scale, silence where it has no notes.

    Raises:
        NotFound: Its instrument, kit or soundfont is not at hand.
        ValueError: Its name is not a sound's.
    """
    sound = SoundName.parse(part.sound)
    if not part.notes or frames == 0:
        return np.zeros((frames, 2), np.float32)
    if sound.double:
        takes = [_voiced(sound, _second_take(part, number), frames, rate, sounds, number) for number in (0, 1)]
        stereo = np.stack([take.mean(axis=1) for take in takes], axis=1)
    else:
        stereo = _voiced(sound, part.notes, frames, rate, sounds, 0)
    peak = float(np.abs(stereo).max(initial=0.0))
    if peak > _CEILING:
        stereo *= np.float32(_CEILING / peak)
    return np.ascontiguousarray(stereo, np.float32)


def _voiced(sound: SoundName, notes: Sequence[Note], frames: int, rate: int, sounds: Sounds, take: int) -> Float32:
    dry = _dry(sound, notes, frames, rate, sounds, take)
    if not sound.amp:
        return dry
    mono = amplify(np.ascontiguousarray(dry.mean(axis=1)), rate, VOICINGS[sound.amp])
    return np.stack([mono, mono], axis=1)


def _dry(sound: SoundName, notes: Sequence[Note], frames: int, rate: int, sounds: Sounds, take: int) -> Float32:
    if sound.kind == "sampled":
        instrument = _known(sounds.sampled, sound.name, "instrument")
        if sound.palm:
            instrument = replace(instrument, touch=replace(instrument.touch, mute_s=_PALM_S))
        return instrument.render(notes, frames, rate, take=take)
    if sound.kind == "kit":
        return _known(sounds.kits, sound.name, "drum kit").render(notes, frames, rate)
    if sound.kind == "synth":
        from vocmatch_desktop.synth import tone_player

        return tone_player.render(sound.name, notes, frames, rate)
    return _general_midi(sound, notes, frames, rate, sounds)


def _general_midi(sound: SoundName, notes: Sequence[Note], frames: int, rate: int, sounds: Sounds) -> Float32:
    number, _, name = sound.name.partition("@")
    program = GM_MUTED_GUITAR if sound.palm else int(number)
    if sound.palm:
        notes = [replace(note, offset_s=min(note.offset_s, note.onset_s + _PALM_NOTE_S)) for note in notes]
    path = soundfont.find_soundfont(name or DEFAULT_SOUNDFONT, sounds.soundfont_folders)
    preset = soundfont.Preset(program, kit=sound.kind == "gmkit")
    octaves = _KIT_BRIGHTNESS_OCTAVES if preset.kit else _BRIGHTNESS_OCTAVES
    return soundfont.render(notes, preset, path, frames, rate, slide=sound.slide, brightness_octaves=octaves)


def _known(table: Mapping[str, T], name: str, kind: str) -> T:
    if name not in table:
        raise NotFound(
            f"There is no {kind} {name}.", "Set VOCMATCH_MATERIAL to the folder that holds data/instruments."
        )
    return table[name]


def _second_take(part: Part, number: int) -> tuple[Note, ...]:
    """The notes of performance `number`: nobody plays the same thing twice to the millisecond, cent and touch."""
    digest = hashlib.blake2b(f"{part.name}/{part.sound}/{number}".encode(), digest_size=8).digest()
    rng = np.random.default_rng(int.from_bytes(digest, "big"))
    late, hard = rng.standard_normal((2, len(part.notes)))
    return tuple(
        replace(
            note,
            onset_s=max(0.0, note.onset_s + _TAKE_JITTER_S * float(np.clip(late[i], -2, 2))),
            pitch=note.pitch + _TAKE_CENTS / 100 * number,  # one guitar's tuning: all its notes alike
            velocity=int(np.clip(round(note.velocity + 5 * hard[i]), 1, 127)),
        )
        for i, note in enumerate(part.notes)
    )
