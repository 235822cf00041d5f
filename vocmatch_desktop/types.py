"""The frozen dataclasses that travel between rooms and processes.

This module imports nothing of ours; anyone may import it. Times are seconds, levels are dB relative to full scale,
pitches are MIDI numbers (69 = A4 = 440 Hz, fractions are cents / 100) unless a name says otherwise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Bool = NDArray[np.bool_]

STEPS_PER_BEAT = 4
"""Resolution of every beat-synchronous array: four steps to a beat (sixteenths in 4/4)."""

SILENCE_DB = -200.0
"""The floor of every level that is reported: all numbers stay finite."""

_NAMES_MAJOR = ("C", "D♭", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
_NAMES_MINOR = ("Cm", "C♯m", "Dm", "E♭m", "Em", "Fm", "F♯m", "Gm", "G♯m", "Am", "B♭m", "Bm")


class Report(Protocol):
    """What a job is handed to say how far it is; raises `errors.Cancelled` when the work is no longer wanted."""

    def __call__(self, fraction: float, what: str) -> None:
        """Says that `fraction` (0…1) is done and `what` is being done now."""

    def partial(self, event: Any) -> None:
        """Sends a part of the result early; `event` is a frozen, picklable dataclass."""


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """Sound in memory, for at most five minutes; longer material travels as `AudioFile`.

    `samples`: float32 [frames, channels], nominal range −1…1. `rate`: Hz.
    """

    samples: Float32
    rate: int

    def __post_init__(self) -> None:
        if self.samples.ndim != 2 or self.samples.dtype != np.float32:
            raise ValueError("samples must be float32 [frames, channels]")
        if self.rate <= 0:
            raise ValueError("rate must be positive")

    @property
    def frames(self) -> int:
        """Number of samples a channel."""
        return int(self.samples.shape[0])

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.samples.shape[1])

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.rate


@dataclass(frozen=True, slots=True)
class AudioFile:
    """A sound file that was opened and found readable; `frames` counts samples a channel at `rate`."""

    path: Path
    rate: int
    channels: int
    frames: int

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.rate


STEMS = ("vocals", "drums", "bass", "guitar", "piano", "other")
"""The stems a song comes apart into, in the order of every array and network; `other` is all the rest."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note, sung or played.

    `pitch`: MIDI number as it sounds, fractions are cents / 100. `number`: the whole MIDI number it is written
    as, 0…127. `velocity`: 1…127. A sung note's onset is where its vowel begins.
    """

    onset_s: float
    offset_s: float
    pitch: float
    number: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord in time; `label` is a symbol such as "Am7" or "C/E" (`synth.theory` reads it), "N" for none."""

    start_s: float
    end_s: float
    label: str


@dataclass(frozen=True, slots=True)
class Part:
    """What one player plays.

    `stem`: the one of `STEMS` it belongs to. `sound`: which instrument, such as "sampled:bass/yr" or "gm:33"
    (`synth.sounds` finds it); drums are notes of General MIDI's percussion map.
    """

    name: str
    stem: str
    sound: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """A major or minor key; `tonic` is a pitch class, 0 = C … 11 = B."""

    tonic: int
    minor: bool

    @property
    def index(self) -> int:
        """Place in a 24-key posterior: C…B major, then C…B minor."""
        return self.tonic + 12 * self.minor

    @classmethod
    def from_index(cls, index: int) -> Key:
        """The key at `index` (0…23) of a 24-key posterior."""
        return cls(index % 12, index >= 12)

    @classmethod
    def parse(cls, text: str) -> Key:
        """Reads names such as "Am", "F#", "Bb minor", "E♭m"; raises ValueError on anything else."""
        plain = text.strip()
        letter, rest = plain[:1].upper(), plain[1:].replace("♯", "#").replace("♭", "b")
        if letter not in "CDEFGAB" or not letter:
            raise ValueError(f"not a key: {text!r}")
        tonic = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[letter]
        if rest[:1] in ("#", "b"):
            tonic += 1 if rest[0] == "#" else -1
            rest = rest[1:]
        mode = rest.strip().lower()
        if mode not in ("", "m", "min", "minor", "maj", "major"):
            raise ValueError(f"not a key: {text!r}")
        return cls(tonic % 12, mode in ("m", "min", "minor"))

    @property
    def name(self) -> str:
        """As producers write it: "Am", "F♯m", "E♭"."""
        return (_NAMES_MINOR if self.minor else _NAMES_MAJOR)[self.tonic]

    @property
    def camelot(self) -> str:
        """Place on the Camelot wheel: "8A" for A minor, "8B" for C major."""
        relative_major = (self.tonic + 3) % 12 if self.minor else self.tonic
        return f"{(relative_major * 7 + 7) % 12 + 1}{'A' if self.minor else 'B'}"

    def transposed(self, semitones: int) -> Key:
        """The key `semitones` higher."""
        return Key((self.tonic + semitones) % 12, self.minor)


@dataclass(frozen=True, slots=True, eq=False)
class PitchTrack:
    """Fundamental frequency over time; frame i is centred on `start_s + i · hop_s`.

    `f0_hz`: float32 [n], 0 where unvoiced. `confidence`: float32 [n], 0…1. `voiced`: bool [n].
    """

    f0_hz: Float32
    confidence: Float32
    voiced: Bool
    hop_s: float
    start_s: float = 0.0

    @property
    def times_s(self) -> NDArray[np.float64]:
        """Centre of every frame, float64 [n]."""
        return self.start_s + self.hop_s * np.arange(len(self.f0_hz), dtype=np.float64)

    @property
    def midi(self) -> Float32:
        """MIDI pitch a frame, float32 [n]; NaN where unvoiced."""
        with np.errstate(divide="ignore", invalid="ignore"):
            pitch = 69 + 12 * np.log2(self.f0_hz / 440.0)
        return np.where(self.voiced, pitch, np.nan).astype(np.float32)


@dataclass(frozen=True, slots=True)
class TempoHypothesis:
    """A tempo the singer may have had in mind.

    `first_beat_s` is the time of a beat in the take, possibly negative, None where the phase is unknown;
    `first_beat_is_bar` says that this beat is a bar line (take sung to a click or over a beat).
    """

    bpm: float
    probability: float
    first_beat_s: float | None = None
    first_beat_is_bar: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class BeatGrid:
    """Where the beats of an instrumental fall.

    `beats_s`: float64 [n + 1], increasing beat times that cover the file; beat k spans `beats_s[k]`…`beats_s[k + 1]`
    (the first may be ≤ 0, the last ≥ the duration). `downbeat`: index (0…beats_per_bar − 1) of the first bar line.
    `octave`: P(true tempo is ½, 1, 2 × this grid's), sums to 1. `confidence`: 0…1, how periodic the onsets are.
    """

    beats_s: NDArray[np.float64]
    downbeat: int = 0
    beats_per_bar: int = 4
    octave: tuple[float, float, float] = (0.0, 1.0, 0.0)
    confidence: float = 1.0

    @property
    def bpm(self) -> float:
        """Tempo: 60 / the mean beat length."""
        return 60.0 * (len(self.beats_s) - 1) / float(self.beats_s[-1] - self.beats_s[0])

    @property
    def beats(self) -> int:
        """Number of beats."""
        return len(self.beats_s) - 1

    @property
    def steps_s(self) -> NDArray[np.float64]:
        """Start of every step and the end of the last, float64 [beats · STEPS_PER_BEAT + 1]."""
        position = np.arange(self.beats * STEPS_PER_BEAT + 1) / STEPS_PER_BEAT
        return np.interp(position, np.arange(len(self.beats_s)), self.beats_s).astype(np.float64)

    def position(self, time_s: float) -> float:
        """Beats since the first bar line at `time_s` (extrapolated outside the grid with the mean tempo)."""
        index = np.arange(len(self.beats_s))
        mean = (self.beats_s[-1] - self.beats_s[0]) / self.beats
        if time_s < self.beats_s[0]:
            beat = (time_s - self.beats_s[0]) / mean
        elif time_s > self.beats_s[-1]:
            beat = self.beats + (time_s - self.beats_s[-1]) / mean
        else:
            beat = float(np.interp(time_s, self.beats_s, index))
        return float(beat) - self.downbeat

    def time(self, position: float) -> float:
        """Inverse of `position`: seconds at `position` beats after the first bar line."""
        beat = position + self.downbeat
        mean = (self.beats_s[-1] - self.beats_s[0]) / self.beats
        if beat < 0:
            return float(self.beats_s[0] + beat * mean)
        if beat > self.beats:
            return float(self.beats_s[-1] + (beat - self.beats) * mean)
        return float(np.interp(beat, np.arange(len(self.beats_s)), self.beats_s))

    def whole_bars(self, duration_s: float) -> tuple[float, float]:
        """First and last bar line in a file of `duration_s`, seconds: what it repeats under a longer take.

        A bar line up to a thousandth of a bar outside counts; the whole file where no whole bar lies in it.
        """
        first = math.ceil(self.position(0.0) / self.beats_per_bar - 1e-3)
        last = math.floor(self.position(duration_s) / self.beats_per_bar + 1e-3)
        if last <= first:
            return 0.0, duration_s
        from_s, to_s = (self.time(bar * self.beats_per_bar) for bar in (first, last))
        return max(0.0, from_s), min(duration_s, to_s)


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """Everything matching needs of a beat, and nothing else.

    With S = grid.beats · STEPS_PER_BEAT steps and B = grid.beats:

    `key`: float32 [24], posterior over C…B major, C…B minor. `tuning`: semitones, −0.5…0.5, of A4 against 440 Hz.
    `chroma`: float32 [S, 12], energy-like, 0…1, tuned, 180–2500 Hz. `bass`: float32 [S, 12], the same below 250 Hz.
    `onsets`: float32 [S, 4], mean spectral flux 0…1 a step in < 150, 150–800, 800–4000, > 4000 Hz.
    `bands`: float32 [B, 8], dB a beat in the octave bands centred 63 … 8000 Hz.
    `lead`: float32 [B], 0…1, how busy a lead in the singer's range is. `embeddings`: named float32 vectors.
    """

    version: int
    duration_s: float
    loudness_lufs: float
    tuning: float
    key: Float32
    grid: BeatGrid
    chroma: Float32
    bass: Float32
    onsets: Float32
    bands: Float32
    lead: Float32
    embeddings: tuple[tuple[str, Float32], ...] = ()

    @property
    def best_key(self) -> Key:
        """The most probable key."""
        return Key.from_index(int(np.argmax(self.key)))


@dataclass(frozen=True, slots=True, eq=False)
class TakeFeatures:
    """Everything matching needs of a take; times count from the take's (or selection's) first sample.

    `onsets`: float32 [m], vocal onset strength (0…1) every `onset_hop_s`. `bands`: float32 [k, 8], dB every second in
    the octave bands centred 63 … 8000 Hz. `key`: float32 [24]. `tempo`: hypotheses, most probable first; exactly one
    when the tempo is known.
    """

    duration_s: float
    voiced_s: float
    loudness_lufs: float
    tuning: float
    pitch: PitchTrack
    onsets: Float32
    onset_hop_s: float
    bands: Float32
    key: Float32
    tempo: tuple[TempoHypothesis, ...] = ()
    tempo_known: bool = False

    @property
    def best_key(self) -> Key:
        """The most probable key."""
        return Key.from_index(int(np.argmax(self.key)))


@dataclass(frozen=True, slots=True)
class Locks:
    """What the user corrected by hand: `tempo_factor` ½, 1 or 2 on the analysed tempo; `key` in place of ours."""

    tempo_factor: float = 1.0
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class Transform:
    """How a beat is laid under a take.

    `transpose`: semitones applied to the beat. `tempo_ratio`: fitted BPM / beat BPM (> 1 plays faster). `start_s`: time
    in the original beat under the take's first sample, negative for a pick-up. So take time t lies over beat time
    `start_s + t · tempo_ratio`. `octave`: take beats per beat-grid beat was read as ½, 1 or 2.
    """

    transpose: int = 0
    tempo_ratio: float = 1.0
    start_s: float = 0.0
    octave: float = 1.0


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a score, each 0–100; None until the part exists."""

    notes: float | None = None
    groove: float | None = None
    space: float | None = None
    learned: float | None = None
    taste: float | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason as (kind, values); `cli` and `ui` word it. `values` holds numbers and strings only."""

    kind: str
    values: tuple[tuple[str, float | int | str], ...] = ()

    def __getitem__(self, name: str) -> float | int | str:
        return dict(self.values)[name]


@dataclass(frozen=True, slots=True)
class Match:
    """How one beat goes with a take: `score` 0–100 (not calibrated: an order, not a probability)."""

    beat_id: int
    score: float
    parts: Parts
    transform: Transform
    reasons: tuple[Reason, ...] = ()
    alternatives: tuple[tuple[float, Transform], ...] = ()
    """Other good ways to lay the same beat, best first: (score, transform)."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A part of a take, seconds."""

    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Take:
    """One recorded or imported vocal: the folder `Takes/<name>/` with `take.wav` and `take.json`.

    `bpm`, `first_beat_s` are set when the take was sung to a click or over a beat (`over_beat`: its track id), or typed
    by hand; `overflows` counts dropped input buffers; `created` is ISO 8601 with time zone. `audio_name` is the file
    that is the take now: a trimmed take is a new file beside `take.wav`, because a DAW may refer to the old one.
    """

    folder: Path
    name: str
    created: str
    duration_s: float
    rate: int
    bpm: float | None = None
    first_beat_s: float | None = None
    over_beat: int | None = None
    device: str | None = None
    overflows: int = 0
    peak_dbfs: float = SILENCE_DB
    starred: bool = False
    selection: Selection | None = None
    pinned_beat: int | None = None
    extra: tuple[tuple[str, Any], ...] = field(default=())
    audio_name: str = "take.wav"

    @property
    def audio_path(self) -> Path:
        """The take's sound."""
        return self.folder / self.audio_name
