"""General MIDI through FluidSynth: notes and a soundfont's preset become sound, dry and the same in every run.

FluidSynth acts on events at every 64th frame; onsets are rounded to the nearest, so none is off by more than 0.75 ms at
44.1 kHz. Its reverb and chorus stay off: rooms belong to the mix.

Example:
    sound = render(part.notes, Preset(33), find_soundfont("FluidR3_GM"), frames=44_100 * 20, rate=44_100)
"""

from __future__ import annotations

import ctypes
import importlib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from vocmatch_desktop.audio.quiet import quietly
from vocmatch_desktop.audio.resample import resample
from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.types import Audio, Float32, Note

FOLDERS = (
    Path("/usr/share/sounds/sf2"),
    Path("/usr/share/soundfonts"),
    Path("/usr/local/share/soundfonts"),
    Path("/opt/homebrew/share/soundfonts"),
    Path("C:/soundfonts"),
)
"""Where systems keep soundfonts."""

BLOCK = 64
"""FluidSynth's own block, frames."""

BEND_RANGE = 24
"""Semitones a full pitch bend reaches, up or down."""

SLIDE_S = 0.07
"""How long a slide from one note into the next takes."""

_GAIN = 0.6
_RATES = (8000, 96_000)
_INSIDE = 48_000
_FILTER_CUTOFF = 8
"""Number of the soundfont standard's generator `initialFilterFc`, in cents."""

_SHADES = 8
"""Steps of brightness between the softest and the hardest note."""

_HATS = (42, 44, 46)
_DRUM_BANK = 128
_LEGATO_CHANNELS = 4
_CHANNELS = 256


@dataclass(frozen=True, slots=True)
class Preset:
    """A soundfont's instrument: General MIDI `program` 0…127, or the drum kit of that number."""

    program: int
    kit: bool = False


@dataclass(frozen=True, slots=True)
class Bend:
    """From `time_s` on the whole part sounds `semitones` higher."""

    time_s: float
    semitones: float


def available() -> bool:
    """Whether the FluidSynth library can be used here."""
    try:
        _library()
    except NotFound:
        return False
    return True


def installed(name: str, folders: Sequence[Path] = FOLDERS) -> Path | None:
    """The soundfont `name` ("FluidR3_GM", without suffix) in one of `folders`, None where there is none."""
    places = (folder / f"{name}{suffix}" for folder in folders for suffix in (".sf2", ".sf3"))
    return next((path for path in places if path.is_file()), None)


def find_soundfont(name: str, folders: Sequence[Path] = FOLDERS) -> Path:
    """As `installed`, but raises `NotFound` where none of the folders has it."""
    if (path := installed(name, folders)) is not None:
        return path
    package = _PACKAGES.get(name, "fluid-soundfont-gm")
    where = f" or put {name}.sf2 into {folders[0]}" if folders else ""
    raise NotFound(f"The soundfont {name} was not found.", f"Install it (Debian: {package}){where}.")


_PACKAGES = {
    "FluidR3_GM": "fluid-soundfont-gm",
    "FluidR3Mono_GM": "fluidr3mono-gm-soundfont",
    "TimGM6mb": "timgm6mb-soundfont",
}


def render(
    notes: Sequence[Note],
    preset: Preset,
    soundfont: Path,
    frames: int,
    rate: int,
    *,
    bends: Sequence[Bend] = (),
    pedal: Sequence[tuple[float, float]] = (),
    slide: bool = False,
    brightness_octaves: float = 0.0,
) -> Float32:
    """Plays `notes`; float32 [frames, 2], dry, not normalised, not clipped.

    Args:
        notes: Fractions of `Note.pitch` sound as cents; of a kit `number` alone counts.
        preset: The instrument or kit.
        soundfont: An .sf2 or .sf3 file.
        frames: Exact length of the result; what still rings then is cut.
        rate: Hz.
        bends: Pitch bends of the whole part, by time.
        pedal: When the sustain pedal is down, (from, to) in seconds.
        slide: A note that begins before the one before it ended slides in from its pitch.
        brightness_octaves: How much lower the preset's low-pass stands at velocity 1 than at 127; most soundfonts
            know velocity as level only.

    Raises:
        NotFound: FluidSynth is not installed, or the soundfont or its preset is missing.
    """
    if not _RATES[0] <= rate <= _RATES[1]:
        inside = -(-frames * _INSIDE // rate)
        sound = render(
            notes,
            preset,
            soundfont,
            inside,
            _INSIDE,
            bends=bends,
            pedal=pedal,
            slide=slide,
            brightness_octaves=brightness_octaves,
        )
        moved = resample(Audio(sound, _INSIDE), rate).samples[:frames]
        return np.pad(moved, ((0, frames - len(moved)), (0, 0)))
    events = _Events(rate, brightness_octaves)
    for start_s, end_s in pedal:
        events.pedal(start_s, end_s)
    for bend in bends:
        events.bend(bend)
    events.play(notes, preset.kit, slide)
    with _opened(soundfont, preset, rate, events.channels) as synth:
        return _sounded(synth, events, frames)


@dataclass(frozen=True, slots=True, order=True)
class _Event:
    """At `frame`; `order` puts what ends before what bends before what begins."""

    frame: int
    order: int
    channel: int
    call: str
    first: int
    second: int = 0


@dataclass(frozen=True, slots=True)
class _Voice:
    """What notes of one channel share: their `cents` beside the key, their `shade` of brightness, and a `turn`."""

    cents: int = 0
    shade: int = _SHADES
    turn: int = 0


class _Events:
    """What happens when and on which channel: one for each tuning and shade, several in turn for slides."""

    def __init__(self, rate: int, brightness_octaves: float) -> None:
        self._rate = rate
        self._octaves = brightness_octaves
        self._list: list[_Event] = []
        self._everywhere: list[tuple[int, int, str, int, int]] = []
        self._bent: list[Bend] = []
        self._voices: dict[_Voice, int] = {}

    @property
    def channels(self) -> tuple[int, ...]:
        """Those that play."""
        return tuple(self._voices.values())

    def pedal(self, start_s: float, end_s: float) -> None:
        """Down at `start_s`, up at `end_s`."""
        self._everywhere += [(self._at(start_s), 1, "cc", 64, 127), (self._at(end_s), 0, "cc", 64, 0)]

    def bend(self, bend: Bend) -> None:
        """Bends every channel."""
        self._bent.append(bend)

    def play(self, notes: Sequence[Note], kit: bool, slide: bool) -> None:
        """Adds notes; one that is struck again while it sounds ends first."""
        ordered = sorted(notes, key=lambda note: (note.onset_s, note.number))
        ending: dict[tuple[int, int], int] = {}
        for index in reversed(range(len(ordered))):
            note = ordered[index]
            key = note.number if kit else min(max(round(note.pitch), 0), 127)
            channel = self._channel(note, key, kit, 1 + index % _LEGATO_CHANNELS if slide else 0)
            start = self._at(note.onset_s)
            end = max(self._at(note.offset_s), start + BLOCK)
            end = min(end, ending.get((channel, key), end))
            ending[channel, key] = start
            if end > start:
                self._list.append(_Event(start, 2, channel, "noteon", key, min(max(note.velocity, 1), 127)))
                self._list.append(_Event(end, 0, channel, "noteoff", key))
            if slide and index:
                self._slide(ordered[index - 1], note, channel)

    def sorted(self) -> list[_Event]:
        """All events in order of time."""
        shared = [
            _Event(frame, order, channel, call, first, second)
            for frame, order, call, first, second in self._everywhere
            for channel in self.channels
        ]
        return sorted(self._list + shared + list(self._set()))

    def _set(self) -> Iterator[_Event]:
        """How the channels are tuned and shaded."""
        for voice, channel in self._voices.items():
            yield _Event(0, 1, channel, "pitch_bend", _wheel(voice.cents / 100))
            if self._octaves:
                yield _Event(0, 1, channel, "shade", self._darker(voice.shade))
            for bend in self._bent:
                yield _Event(
                    self._at(bend.time_s), 1, channel, "pitch_bend", _wheel(voice.cents / 100 + bend.semitones)
                )

    def _channel(self, note: Note, key: int, kit: bool, turn: int) -> int:
        cents = 0 if kit else round(100 * (note.pitch - key))
        shade = round(_SHADES * min(max(note.velocity, 0), 127) / 127) if self._octaves and not turn else _SHADES
        if kit and key in _HATS:  # a closed hat stops an open one on its own channel only
            channel = self._channel_of(_Voice(turn=-1))
            if self._octaves:
                self._list.append(_Event(self._at(note.onset_s), 1, channel, "shade", self._darker(shade)))
            return channel
        return self._channel_of(_Voice(cents, shade, turn))

    def _channel_of(self, voice: _Voice) -> int:
        if voice not in self._voices and len(self._voices) == _CHANNELS:
            voice = min(
                self._voices, key=lambda known: (abs(known.cents - voice.cents), abs(known.shade - voice.shade))
            )
        return self._voices.setdefault(voice, len(self._voices))

    def _darker(self, shade: int) -> int:
        """Cents the filter's cutoff is moved by."""
        return -round(1200 * self._octaves * (1 - shade / _SHADES))

    def _slide(self, before: Note, note: Note, channel: int) -> None:
        if not before.onset_s < note.onset_s < before.offset_s:
            return
        start, own = self._at(note.onset_s), note.pitch - round(note.pitch)
        away = min(max(before.pitch - note.pitch, -12), 12)
        steps = max(1, round(SLIDE_S * self._rate / BLOCK))
        for step in range(steps + 1):
            left = 0.5 + 0.5 * np.cos(np.pi * step / steps)
            self._list.append(_Event(start + step * BLOCK, 1, channel, "pitch_bend", _wheel(own + away * left)))

    def _at(self, time_s: float) -> int:
        return max(0, round(time_s * self._rate / BLOCK)) * BLOCK


def _wheel(semitones: float) -> int:
    return int(np.clip(round(8192 * semitones / BEND_RANGE), -8192, 8191))


def _sounded(synth: Any, events: _Events, frames: int) -> Float32:
    sound = np.zeros((2, frames), np.float32)
    at = 0
    for event in events.sorted():
        if event.frame >= frames:
            break
        _write(synth, sound, at, event.frame)
        at = event.frame
        _sent(synth, event)
    _write(synth, sound, at, frames)
    return np.ascontiguousarray(sound.T)


def _sent(synth: Any, event: _Event) -> None:
    match event.call:
        case "noteon":
            synth.noteon(event.channel, event.first, event.second)
        case "noteoff":
            synth.noteoff(event.channel, event.first)
        case "cc":
            synth.cc(event.channel, event.first, event.second)
        case "pitch_bend":
            synth.pitch_bend(event.channel, event.first)
        case "shade":
            _generator_setter()(synth.synth, event.channel, _FILTER_CUTOFF, float(event.first))


def _write(synth: Any, sound: Float32, start: int, end: int) -> None:
    """Renders `start`…`end`; stops asking once every voice has died away."""
    write = _float_writer()
    while start < end and synth.get_active_voice_count():
        count = min(end - start, 64 * BLOCK)
        left, right = (channel.ctypes.data for channel in sound)
        write(synth.synth, count, left, start, 1, right, start, 1)
        start += count


@contextmanager
def _opened(soundfont: Path, preset: Preset, rate: int, channels: Sequence[int]) -> Iterator[Any]:
    settings = {
        "synth.reverb.active": 0,
        "synth.chorus.active": 0,
        "synth.dynamic-sample-loading": 1,  # only the preset's own samples: 40 ms instead of a second
        "synth.lock-memory": 0,
        "synth.cpu-cores": 1,
        "synth.polyphony": 512,
    }
    synth = _library().Synth(_GAIN, float(rate), _CHANNELS, **settings)
    try:
        with quietly():  # its readers of other formats complain to stderr where a file is damaged
            number = synth.sfload(str(soundfont))
        if number < 0:
            raise NotFound(f"The soundfont {soundfont} cannot be read.", "Install it again.")
        for channel in channels:
            _select(synth, channel, number, preset, soundfont)
        yield synth
    finally:
        synth.delete()


def _select(synth: Any, channel: int, number: int, preset: Preset, soundfont: Path) -> None:
    bank = _DRUM_BANK if preset.kit else 0
    if synth.program_select(channel, number, bank, preset.program) != 0:
        kind = "drum kit" if preset.kit else "program"
        raise NotFound(f"The soundfont {soundfont} has no {kind} {preset.program}.", "Choose another sound.")
    for controller, value in ((101, 0), (100, 0), (6, BEND_RANGE), (38, 0)):  # registered parameter 0: bend range
        synth.cc(channel, controller, value)


@cache
def _library() -> ModuleType:
    """The binding, with FluidSynth's own messages off: what matters of them is raised here."""
    try:
        with redirect_stdout(io.StringIO()):  # it prints where it found the library wherever $CI is set
            library = importlib.import_module("fluidsynth")
    except (ImportError, OSError) as error:
        remedy = "Install it: apt install libfluidsynth3, brew install fluid-synth, or choco install fluidsynth."
        raise NotFound("The FluidSynth library was not found.", remedy) from error
    silence = _function(library, "fluid_set_log_function", None, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    for level in range(5):
        silence(level, None, None)
    return library


@cache
def _float_writer() -> Any:
    pointer, number = ctypes.c_void_p, ctypes.c_int
    side = (pointer, number, number)
    return _function(_library(), "fluid_synth_write_float", number, pointer, number, *side, *side)


@cache
def _generator_setter() -> Any:
    pointer, number = ctypes.c_void_p, ctypes.c_int
    return _function(_library(), "fluid_synth_set_gen", number, pointer, number, number, ctypes.c_float)


def _function(library: ModuleType, name: str, result: Any, *arguments: Any) -> Any:
    """A function of FluidSynth the binding has no name for."""
    return library.cfunc(name, result, *((f"argument_{i}", kind, 1) for i, kind in enumerate(arguments)))
