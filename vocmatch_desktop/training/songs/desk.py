"""The desk: every track through its strip, into rooms and echoes, onto its stem; then all stems under one master.

Everything the master does (bus compression, loudness, limiter, clipper) is one gain for every sample, computed from
the sum and applied to every stem alike, so the stems after effects still sum to the mix. Both lie on the grid of
24-bit integers: the sum is exact, in memory and on disk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.audio.loudness import ABSOLUTE_GATE
from vocmatch_desktop.training.songs import effects
from vocmatch_desktop.training.songs.desk_loudness import loudness
from vocmatch_desktop.training.songs.desk_master import Master, draw_master, master_gain, total
from vocmatch_desktop.training.songs.desk_strips import Manner, Strip, manner, strip, tone
from vocmatch_desktop.training.songs.effects import Convolver, Room
from vocmatch_desktop.types import STEMS, Float32

FULL_SCALE = 2**23
"""Steps of a 24-bit integer below and above zero."""

BAND_LUFS = -23.0
"""The reference tracks are set against; the master's gain comes later."""

VOCAL_OVER_BAND = (-2.5, 3.5, -11.0, 6.0)
"""LU between the vocal stem and the rest: mean, deviation, least, most. The released songs at hand lie at −12…+6 in
windows of 20 s, their medians at −8…−1; amateur karaoke lies higher."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """What comes into a channel: dry sound, float32 [frames] or [frames, 2].

    `name`: what it is within its stem: "lead", "double", "harmony" for voices, the part's name otherwise.
    """

    name: str
    stem: str
    samples: Float32


@dataclass(frozen=True, slots=True, eq=False)
class Mixed:
    """The stems after effects, float32 [frames, 2], multiples of 1 / `FULL_SCALE`, and exactly their sum."""

    stems: Mapping[str, Float32]
    mix: Float32


@dataclass(frozen=True, slots=True)
class _Spaces:
    """Where sends go: a room for the rhythm, a wide one for the rest, one of its own for the voice; and the echo."""

    near: Convolver
    far: Convolver
    vocal: Convolver
    echo_s: float
    echo_hz: float
    feedback: float

    def of(self, stem: str) -> Convolver:
        return self.vocal if stem == "vocals" else self.near if stem in ("drums", "bass") else self.far


def mix_down(
    tracks: Sequence[Track], style: str, bpm: float, kicks_s: Sequence[float], rng: np.random.Generator
) -> Mixed:
    """Mixes tracks of equal length into stems and their sum.

    `kicks_s`: when the kick sounds, for the side-chain. All settings come from `rng` and the style's manner.

    Raises:
        ValueError: There is no track, or their lengths differ.
    """
    lengths = {len(track.samples) for track in tracks}
    if len(lengths) != 1:
        raise ValueError("a mix needs tracks of one length")
    frames, how = lengths.pop(), manner(style)
    spaces, colour, chosen = _spaces(bpm, rng), tone(rng), draw_master(rng)
    pump = _pump(frames, kicks_s, bpm, how, rng)
    stems: dict[str, Float32] = {}
    for stem in STEMS:
        if inside := [track for track in tracks if track.stem == stem]:
            stems[stem] = _stem(inside, how, colour, spaces, pump, rng)
    _balance(stems, rng)
    return finished(stems, chosen)


def finished(stems: Mapping[str, Float32], chosen: Master) -> Mixed:
    """Stems [2, frames] under the master's gain, on the grid of 24 bits, with their exact sum."""
    gain = master_gain(stems, chosen)
    mastered = {name: sound * gain[name] for name, sound in stems.items()}
    top = max((float(np.abs(sound).max(initial=0)) for sound in mastered.values()), default=0.0)
    scale = FULL_SCALE * min(1.0, 0.999 / top if top else 1.0)
    steps = {name: np.rint(sound.T * np.float32(scale)).astype(np.int32) for name, sound in mastered.items()}
    mix = total(list(steps.values()))
    return Mixed({name: _floats(each) for name, each in steps.items()}, _floats(mix))


def _floats(steps: NDArray[np.int32]) -> Float32:
    return np.ascontiguousarray(steps, np.float32) / np.float32(FULL_SCALE)


def _spaces(bpm: float, rng: np.random.Generator) -> _Spaces:
    near = Room(float(rng.uniform(0.25, 0.9)), 0.004, float(rng.uniform(4000, 9000)), early=24)
    far = Room(float(rng.uniform(0.8, 2.6)), float(rng.uniform(0.005, 0.04)), float(rng.uniform(3000, 9000)))
    plate = Room(float(rng.uniform(0.7, 2.4)), float(rng.uniform(0, 0.06)), float(rng.uniform(4000, 11000)), 250.0, 6)
    rooms = [Convolver(effects.response(room, rng)) for room in (near, far, plate)]
    slap = float(rng.uniform(0.07, 0.14))
    beats = float(rng.choice([0.5, 0.75, 1.0]))
    echo_s = slap if rng.random() < 0.3 else beats * 60 / bpm
    return _Spaces(
        near=rooms[0],
        far=rooms[1],
        vocal=rooms[2],
        echo_s=echo_s,
        echo_hz=float(rng.uniform(2500, 6000)),
        feedback=float(rng.uniform(0.3, 0.55)),
    )


def _pump(frames: int, kicks_s: Sequence[float], bpm: float, how: Manner, rng: np.random.Generator) -> Float32 | None:
    """The side-chain's gain, or None where this mix has none."""
    depth, recovery, odds = float(rng.uniform(2, 12)), float(rng.uniform(0.5, 0.95)), float(rng.random())
    if odds > how.pumps or not kicks_s:
        return None
    return effects.curve(effects.duck_db(frames, kicks_s, depth, recovery * 60 / bpm), frames)


def _stem(
    tracks: Sequence[Track],
    how: Manner,
    colour: Sequence[effects.Band],
    spaces: _Spaces,
    pump: Float32 | None,
    rng: np.random.Generator,
) -> Float32:
    """One stem after effects, [2, frames]: its tracks, its space, its echo."""
    frames = len(tracks[0].samples)
    dry, room, echo = (np.zeros(shape, np.float32) for shape in ((2, frames), frames, frames))
    crowd = -10 * np.log10(sum(track.stem != "vocals" for track in tracks) or 1)
    for track in tracks:
        settings = strip(track.name, track.stem, how, rng)
        sound = channel(track.samples, replace(settings, bands=(*settings.bands, *colour)), rng)
        level = loudness(sound)
        if level <= ABSOLUTE_GATE:
            continue
        sound *= np.float32(10 ** ((BAND_LUFS + settings.level + crowd - level) / 20))
        if pump is not None and settings.ducked:
            sound *= pump
        dry += sound
        if settings.room or settings.echo:
            send = sound.mean(axis=0)
            room += np.float32(settings.room) * send
            echo += np.float32(settings.echo) * send
    if echo.any():
        repeats = effects.echo(echo, spaces.echo_s, spaces.feedback, 4, spaces.echo_hz)
        dry += repeats
        room += 0.4 * repeats.mean(axis=0)
    if room.any():
        dry += spaces.of(tracks[0].stem)(room)
    return dry


def channel(samples: Float32, settings: Strip, rng: np.random.Generator) -> Float32:
    """A track [frames] or [frames, 2] through its strip: [2, frames], placed, not yet levelled."""
    sound = np.ascontiguousarray(samples.T if samples.ndim == 2 else samples[None], np.float32)
    for compressor in settings.compressors:
        sound = effects.compress(sound, compressor)
    bands = settings.bands
    if settings.drive_db:
        sound = effects.saturate(sound, settings.drive_db, settings.warmth)
        bands = (effects.Band("highpass", 15.0), *bands)
    sound = effects.equalise(sound, bands)
    if settings.deess_db:
        sound = effects.deess(sound, settings.deess_db)
    doubled = None
    if settings.chorus:
        wander = (float(rng.uniform(1, 4)), float(rng.uniform(0.1, 0.8)), float(rng.uniform(0, 6)))
        doubled = np.float32(settings.chorus) * effects.chorus(sound.mean(axis=0), *wander)
    if len(sound) == 2 and settings.width != 1:
        sound = effects.widen(sound, settings.width)
    placed = effects.pan(sound, settings.place)
    return placed if doubled is None else placed + doubled


def _balance(stems: dict[str, Float32], rng: np.random.Generator) -> None:
    """Sets the voice against the rest, in place."""
    mean, deviation, least, most = VOCAL_OVER_BAND
    wanted = float(np.clip(rng.normal(mean, deviation), least, most))
    others = [sound for name, sound in stems.items() if name != "vocals"]
    if "vocals" not in stems or not others:
        return
    voice, band = loudness(stems["vocals"]), loudness(total(others))
    if min(voice, band) > ABSOLUTE_GATE:
        stems["vocals"] *= np.float32(10 ** ((band + wanted - voice) / 20))
