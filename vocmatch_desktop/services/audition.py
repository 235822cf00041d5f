"""How a take and a beat sound together, as matched: in time, in key, equally loud."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vocmatch_desktop.audio import files
from vocmatch_desktop.audio.loudness import Loudness, gain_to
from vocmatch_desktop.audio.resample import Resampler
from vocmatch_desktop.errors import DiskError
from vocmatch_desktop.services.identity import mark
from vocmatch_desktop.services.laying import Loop, fitted, loop_for
from vocmatch_desktop.services.scratch import Scratch
from vocmatch_desktop.services.streams import louder, told
from vocmatch_desktop.types import Audio, AudioFile, BeatGrid, Float32, Report, Transform

TARGET_LUFS = -17.0
"""Each of the two; together they come near −14 LUFS."""

CEILING = 10 ** (-1 / 20)
"""True peak of a rendered mix, linear: −1 dBTP."""

MONO_LU = 10 * math.log10(2)
"""What BS.1770 adds when one channel is played on two speakers."""

LOWEST_RATE = 44_100
SEGMENTS_KEPT = 60


@dataclass(frozen=True, slots=True, eq=False)
class AuditionSpec:
    """Render `take` (or the part of it from `from_s` to `to_s`) over `beat` to the WAV `out`.

    `transform` counts from the part's first sample; `grid` is the beat's. `balance`: 0 only the take … ½ both equally
    loud … 1 only the beat.
    """

    take: Path
    beat: Path
    grid: BeatGrid
    transform: Transform
    out: Path
    balance: float = 0.5
    from_s: float = 0.0
    to_s: float | None = None


@dataclass(frozen=True, slots=True)
class Audition:
    """A rendered mix, exactly as long as the take."""

    path: Path
    transpose: int
    tempo_ratio: float
    start_s: float
    duration_s: float


@dataclass(frozen=True, slots=True, eq=False)
class SegmentSpec:
    """Bend only what lies under a take of `duration_s`, for playing beside it; files are kept in `folder` for a while.

    `rate`: the player's. `take_lufs`: the take's loudness on both speakers; a mono file's own is `MONO_LU` lower.
    """

    beat: Path
    grid: BeatGrid
    transform: Transform
    duration_s: float
    rate: int
    take_lufs: float
    folder: Path


@dataclass(frozen=True, slots=True)
class Segment:
    """A finished segment, float WAV, its first frame under the take's first.

    With `take_gain` and `beat_gain` (linear) both are equally loud.
    """

    path: Path
    frames: int
    rate: int
    take_gain: float
    beat_gain: float


def run(spec: AuditionSpec, report: Report) -> Audition:
    """Renders the mix: stereo, 24 bits, true peak at most −1 dBTP, at the take's rate (at least 44.1 kHz).

    Raises:
        NotFound, UnreadableAudio: the take or the beat. DiskError: `out`. Cancelled: nothing is left behind.
    """
    take, beat = files.probe(spec.take), files.probe(spec.beat)
    if any(spec.out.exists() and spec.out.samefile(source) for source in (spec.take, spec.beat)):
        raise DiskError("The mix would replace the take or the beat it is made of.", "Choose another file.")
    rate = take.rate if take.rate >= LOWEST_RATE else max(LOWEST_RATE, beat.rate)
    folder = spec.out.parent
    with ExitStack() as stack:
        voice = stack.enter_context(Scratch(folder, _part_of_take(spec, rate)))
        bent = fitted(beat, spec.transform, spec.transform.start_s, voice.frames, rate, _loop(spec, beat, voice))
        band = stack.enter_context(Scratch(folder, told(_stereo(bent), voice.frames, report, "Fitting the beat", 0.8)))
        voice_gain, band_gain = gains(_lufs(voice.blocks()), _lufs(band.blocks()), spec.balance)
        report(0.85, "Mixing")
        mix = stack.enter_context(Scratch(folder, _mixed(voice, voice_gain, band, band_gain)))
        safe = min(1.0, CEILING / max(true_peak(mix.blocks()), CEILING))
        report(0.95, "Mixing")
        made = files.write(spec.out, louder(mix.blocks(), safe), subtype="PCM_24")
    transform = spec.transform
    return Audition(spec.out, transform.transpose, transform.tempo_ratio, transform.start_s, made.duration_s)


def run_segment(spec: SegmentSpec, report: Report) -> Segment:
    """Bends the part of the beat under the take, or finds it where it was bent before.

    Raises:
        NotFound, UnreadableAudio: the beat. DiskError: the folder.
    """
    path = spec.folder / f"{_mark(spec)}.wav"
    frames = round(spec.duration_s * spec.rate)
    if path.exists():
        path.touch()
    else:
        beat = files.probe(spec.beat)
        loop = loop_for(spec.grid, beat.duration_s, _beat_end(spec.transform, spec.duration_s))
        bent = fitted(beat, spec.transform, spec.transform.start_s, frames, spec.rate, loop)
        files.write(path, told(_stereo(bent), frames, report, "Fitting the beat"))
        _forget_oldest(spec.folder)
    take_gain, beat_gain = gains(spec.take_lufs, _lufs(files.blocks(path)), 0.5)
    return Segment(path, frames, spec.rate, take_gain, beat_gain)


def gains(take_lufs: float, beat_lufs: float, balance: float) -> tuple[float, float]:
    """Linear gains of take and beat: both to `TARGET_LUFS`, then the one the balance (0…1) leans away from down."""
    lean = min(1.0, 2 * (1 - balance)), min(1.0, 2 * balance)
    return lean[0] * gain_to(take_lufs, TARGET_LUFS), lean[1] * gain_to(beat_lufs, TARGET_LUFS)


def true_peak(sound: Iterable[Audio]) -> float:
    """Largest absolute value of a stream between its samples too: four times oversampled, as BS.1770 annex 2 asks."""
    peak, resampler = 0.0, None
    for block in sound:
        resampler = resampler or Resampler(block.rate, 4 * block.rate, block.channels)
        peak = max(peak, _largest(block.samples), _largest(resampler.feed(block.samples)))
    return max(peak, _largest(resampler.finish())) if resampler else peak


def _part_of_take(spec: AuditionSpec, rate: int) -> Iterator[Audio]:
    duration_s = None if spec.to_s is None else spec.to_s - spec.from_s
    return _stereo(files.blocks(spec.take, start_s=spec.from_s, duration_s=duration_s, rate=rate))


def _loop(spec: AuditionSpec, beat: AudioFile, voice: Scratch) -> Loop | None:
    return loop_for(spec.grid, beat.duration_s, _beat_end(spec.transform, voice.frames / voice.rate))


def _beat_end(transform: Transform, duration_s: float) -> float:
    return transform.start_s + duration_s * transform.tempo_ratio


def _mixed(voice: Scratch, voice_gain: float, band: Scratch, band_gain: float) -> Iterator[Audio]:
    for take, beat in zip(voice.blocks(), band.blocks(), strict=True):
        yield Audio(take.samples * np.float32(voice_gain) + beat.samples * np.float32(band_gain), take.rate)


def _stereo(sound: Iterable[Audio]) -> Iterator[Audio]:
    """Two channels, as they are heard and measured: one sounds on both sides, more than two are mixed."""
    for block in sound:
        middle = block.samples.mean(axis=1, keepdims=True, dtype=np.float32)
        yield block if block.channels == 2 else Audio(np.repeat(middle, 2, axis=1), block.rate)


def _lufs(sound: Iterable[Audio]) -> float:
    meter = None
    for block in sound:
        meter = meter or Loudness(block.rate, block.channels)
        meter.feed(block.samples)
    if meter is None:
        raise ValueError("there is no sound to measure")
    return meter.lufs()


def _largest(samples: Float32) -> float:
    return float(np.abs(samples).max()) if samples.size else 0.0


def _mark(spec: SegmentSpec) -> str:
    transform = spec.transform
    lies = (transform.transpose, f"{transform.tempo_ratio:.7f}", f"{transform.start_s:.4f}")
    return mark(spec.beat, *lies, f"{spec.duration_s:.4f}", spec.rate, digits=24)


def _forget_oldest(folder: Path) -> None:
    """Keeps the segments that were used last: they are quick to make again, and no DAW refers to them."""
    kept = sorted(folder.glob("*.wav"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[SEGMENTS_KEPT:]:
        path.unlink(missing_ok=True)
