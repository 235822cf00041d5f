"""From paper to sound: every layer's notes on its own bus, rooms and echoes, then the master."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vocmatch_desktop.synth import effects
from vocmatch_desktop.synth.drums import DRUMS
from vocmatch_desktop.synth.instruments import INSTRUMENTS, Tone
from vocmatch_desktop.synth.master import master
from vocmatch_desktop.synth.score import Event, Layer, events, fill, humanised, swung
from vocmatch_desktop.synth.songs import Song, find
from vocmatch_desktop.synth.tones import RATE
from vocmatch_desktop.types import Audio, Float32

TAIL_S = 2.5
"""Sound after the last bar: what still rings."""

_BALANCE_DB = {"drum": -1.5, "bass": -2.5, "chords": 3.0, "arp": 3.5, "lead": 3.0}
"""Level of each role over all styles, set against the long-term spectra of finished instrumentals."""

_TIMING_S = 0.005
"""Standard deviation of a player's timing."""


def render(title: str) -> Audio:
    """The finished stereo mix of a demo song, 44.1 kHz, about −14 LUFS, peaks under −1 dBFS; raises KeyError."""
    return mix(find(title))


def mix(song: Song) -> Audio:
    """Renders every layer, adds room and echo, and masters."""
    style = song.arrangement
    frames = round((song.time_s(song.beats) + TAIL_S) * RATE)
    desk = _Desk.silent(frames)
    kicks: list[float] = []
    for number, layer in enumerate(_layers(song)):
        played = _performance(song, layer, number)
        if layer.sound.startswith("kick"):
            kicks += [note.at_s for note in played]
        if not played:
            continue
        bus = _bus(layer, played, frames)
        if layer.ducked:
            bus *= effects.duck(frames, kicks, layer.ducked, min(0.3, 30.0 / song.bpm))
        desk.add(bus, layer)
    wet = effects.echo(desk.echo, style.echo_beats * 60 / song.bpm)
    desk.dry += wet
    desk.dry += effects.reverb(desk.room + 0.3 * wet.mean(axis=0), style.room_s, seed=song.seed % 5)
    finished = effects.tape(desk.dry, song.seed % 1000) if style.tape else desk.dry
    return master(_faded(finished), RATE, style.glue)


@dataclass(slots=True)
class _Desk:
    """The buses of a mix: stereo `dry` [2, frames], mono sends `room` and `echo` [frames]."""

    dry: Float32
    room: Float32
    echo: Float32

    @classmethod
    def silent(cls, frames: int) -> _Desk:
        return cls(np.zeros((2, frames), np.float32), np.zeros(frames, np.float32), np.zeros(frames, np.float32))

    def add(self, bus: Float32, layer: Layer) -> None:
        """Pans a mono bus with constant power, balances a stereo one, and feeds the sends."""
        angle = (layer.pan + 1) * np.pi / 4
        for side, weight in enumerate((np.cos(angle), np.sin(angle))):
            weight = weight if len(bus) == 1 else min(1.0, np.sqrt(2) * weight)
            self.dry[side] += np.float32(weight) * bus[side % len(bus)]
        send = bus[0] if len(bus) == 1 else bus.mean(axis=0)
        if layer.room:
            self.room += np.float32(layer.room) * send
        if layer.echo:
            self.echo += np.float32(layer.echo) * send


@dataclass(frozen=True, slots=True)
class _Played:
    """An event in seconds."""

    at_s: float
    seconds: float
    event: Event


def _layers(song: Song) -> list[Layer]:
    """The style's layers in the song's variant, plus a crash on every new hook."""
    chosen = []
    for layer in song.arrangement.layers:
        variants = layer.pattern.split("/")
        pattern = variants[song.variant % len(variants)].strip()
        chosen.append(replace(layer, pattern=pattern))
    if song.arrangement.fills:
        crash = "X" + "." * 1023
        chosen.append(Layer("crash", "drum", crash, -17.0, "H", pan=-0.25, room=0.2))
    return chosen


def _performance(song: Song, layer: Layer, number: int) -> list[_Played]:
    """What a player makes of the written part: swing, loose timing, living dynamics."""
    style = song.arrangement
    seed = song.seed + 101 * number
    written = events(layer, song.sections, style.steps_per_beat, song.scale, seed)
    if style.fills and layer.sound.startswith("snare"):
        for section in song.sections[:-1]:
            if section.letter == "V":
                written = fill(section, layer, written)
    rng = np.random.default_rng(seed)
    played = []
    for event in written:
        at = song.time_s(swung(event.beat, style.swing, style.swing_unit))
        slip = 0.0 if layer.sound.startswith("kick") else float(rng.normal(0, _TIMING_S * layer.loose))
        seconds = max(0.03, event.beats * 60 / song.bpm - 0.01)
        played.append(_Played(max(0.0, at + slip), seconds, humanised(event, rng, layer.loose)))
    return played


def _bus(layer: Layer, played: Sequence[_Played], frames: int) -> Float32:
    """A layer's notes at their places, driven and levelled; [1, frames] or [2, frames]; equal notes are made once."""
    made: dict[tuple[object, ...], Float32] = {}
    bus = np.zeros((len(_sound(layer, played[0], 0, made)), frames), np.float32)
    for turn, note in enumerate(played):
        sound = _sound(layer, note, turn, made)
        start = round(note.at_s * RATE)
        part = bus[:, start : start + sound.shape[1]]
        part += sound[:, : part.shape[1]]
    if layer.driven:
        bus = effects.drive(bus, layer.driven)
    bus *= np.float32(10 ** ((layer.gain_db + _BALANCE_DB[layer.role]) / 20))
    return bus


def _sound(layer: Layer, note: _Played, turn: int, made: dict[tuple[object, ...], Float32]) -> Float32:
    """One note; rounded to 1/8 in velocity and 20 ms in length so that equal ones are found again."""
    event = note.event
    if layer.role == "drum":
        key: tuple[object, ...] = (turn % 3,)
        if key not in made:
            made[key] = DRUMS[layer.sound](turn % 3)[None]
        return made[key] * np.float32(event.velocity)
    velocity = max(1, round(event.velocity * 8)) / 8
    seconds = round(note.seconds * 50) / 50
    key = (event.pitch, seconds, velocity, event.glide_from)
    if key not in made:
        sound = INSTRUMENTS[layer.sound](Tone(event.pitch, seconds, velocity, event.glide_from))
        made[key] = np.atleast_2d(sound)
    return made[key]


def _faded(sound: Float32) -> Float32:
    """The last ringing fades to nothing."""
    length = round(TAIL_S * 0.6 * RATE)
    sound[:, -length:] *= np.linspace(1, 0, length, dtype=np.float32) ** 2
    return sound
