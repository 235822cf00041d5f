"""What happens to a whole mix on its way to a listener: codecs and lost bandwidth. Stems are never damaged alone.

Example:
    damaged = damage(mix, "mp3:64")        # as SongRecord.mix_damage says it
"""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import soundfile
from scipy import fft, signal

from vocmatch_desktop.audio.resample import resample
from vocmatch_desktop.training.songs.effects import RATE
from vocmatch_desktop.types import Audio, Float32

_CODECS = {"mp3": ("MP3", "MPEG_LAYER_III", 44_100, (32, 320)), "opus": ("OGG", "OPUS", 48_000, (6, 256))}
"""Name → libsndfile's container and subtype, the rate it takes, lowest and highest kbit/s of its quality scale."""

_WRITE_FRAMES = 65_536
_ALIGN_S = 0.1


def draw_damage(rng: np.random.Generator) -> str:
    """One of the usual damages: most often a codec, now and then a band or a rate."""
    kind = rng.choice(["mp3", "opus", "lowpass", "rate"], p=[0.4, 0.3, 0.2, 0.1])
    if kind in _CODECS:
        return f"{kind}:{rng.choice([48, 64, 96, 128, 192])}"
    return f"lowpass:{round(float(rng.uniform(7000, 16000)), -2):.0f}" if kind == "lowpass" else "rate:16000"


def damage(mix: Float32, what: str) -> Float32:
    """A mix [frames, 2] at `RATE` after `what`, of the same length and in time with it.

    `what`: "mp3:KBPS", "opus:KBPS" (both about that rate), "lowpass:HZ" or "rate:HZ" (resampled to it and back).

    Raises:
        ValueError: `what` is none of these.
    """
    kind, _, number = what.partition(":")
    if kind in _CODECS:
        return _coded(mix, kind, int(number))
    if kind == "lowpass":
        sections = signal.butter(8, int(number), output="sos", fs=RATE)
        return np.ascontiguousarray(signal.sosfiltfilt(sections, mix, axis=0), np.float32)
    if kind == "rate":
        return _through(mix, int(number))
    raise ValueError(f"not a damage: {what!r}")


def _through(mix: Float32, rate: int) -> Float32:
    back = resample(resample(Audio(mix, RATE), rate), RATE).samples
    return _fitted(back, len(mix))


def _coded(mix: Float32, kind: str, kbps: int) -> Float32:
    container, subtype, rate, (lowest, highest) = _CODECS[kind]
    sound = resample(Audio(mix, RATE), rate).samples
    level = 1 - np.clip((kbps - lowest) / (highest - lowest), 0, 1)  # libsndfile counts from best (0) to smallest (1)
    buffer = io.BytesIO()
    opened = partial(soundfile.SoundFile, buffer, "w", rate, 2, subtype, format=container)
    with opened(compression_level=float(level)) as file:
        for start in range(0, len(sound), _WRITE_FRAMES):
            file.write(sound[start : start + _WRITE_FRAMES])
    buffer.seek(0)
    decoded = soundfile.read(buffer, dtype="float32", always_2d=True)[0]
    return _aligned(resample(Audio(np.ascontiguousarray(decoded), rate), RATE).samples, mix)


def _aligned(late: Float32, mix: Float32) -> Float32:
    """A codec may delay: moved back to where it is most alike the mix."""
    size = fft.next_fast_len(len(late) + len(mix), real=True)
    likeness = fft.irfft(fft.rfft(late[:, 0], size) * np.conj(fft.rfft(mix[:, 0], size)), size)
    reach = round(_ALIGN_S * RATE)
    around = np.concatenate([likeness[-reach:], likeness[: reach + 1]])
    shift = int(np.argmax(around)) - reach
    return _fitted(late[shift:] if shift > 0 else np.pad(late, ((-shift, 0), (0, 0))), len(mix))


def _fitted(sound: Float32, frames: int) -> Float32:
    return np.ascontiguousarray(np.pad(sound[:frames], ((0, max(0, frames - len(sound))), (0, 0))))
