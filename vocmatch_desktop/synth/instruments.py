"""Pitched instruments, one function a sound: `(Tone) -> float32 [frames]` or `[2, frames]`, RMS near 0.1–0.2.

Each takes its time to die away: the result may be longer than the note was held.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import signal

from vocmatch_desktop.synth.tones import (
    RATE,
    TOP_HZ,
    adsr,
    clock,
    count,
    decay,
    ensemble,
    hertz,
    highpass,
    lowpass,
    noise,
    oscillate,
    sine,
    sweep,
)
from vocmatch_desktop.types import Float32


@dataclass(frozen=True, slots=True)
class Tone:
    """One note to sound: MIDI `pitch`, `seconds` held, `velocity` 0…1, and the pitch it glides in from, if any."""

    pitch: float
    seconds: float
    velocity: float = 0.8
    glide_from: float | None = None


Instrument = Callable[[Tone], Float32]

_DAMPING = 0.22
"""Share of the later sample in a string's two-point average: how fast its top dies (½ is Karplus and Strong's own)."""


def _glide(tone: Tone, frames: int, seconds: float) -> Float32 | float:
    if tone.glide_from is None:
        return hertz(tone.pitch)
    start = tone.glide_from - tone.pitch
    return np.asarray(hertz(tone.pitch) * 2 ** (start / 12 * np.exp(-clock(frames) / seconds)), np.float32)


def sub_bass(tone: Tone) -> Float32:
    """A sine with a little of its octave: sits under everything."""
    frames = count(tone.seconds + 0.06)
    hz = _glide(tone, frames, 0.03)
    body = sine(hz, frames) + 0.18 * sine(np.multiply(hz, 2), frames)
    return np.asarray(0.34 * tone.velocity * np.tanh(1.4 * body) * adsr(frames, 0.006, 2.0, 0.75, 0.06), np.float32)


def bass_808(tone: Tone) -> Float32:
    """A long decaying drum-machine bass, driven until small speakers hear it; glides."""
    frames = count(tone.seconds + 0.08)
    hz = np.multiply(_glide(tone, frames, 0.045), 1 + 0.9 * np.exp(-clock(frames) / 0.012))
    body = np.tanh(2.6 * sine(hz.astype(np.float32), frames) * decay(frames, 3.2))
    return np.asarray(0.4 * tone.velocity * lowpass(body, 2600, 1) * adsr(frames, 0.003, 9.0, 0.8, 0.08), np.float32)


def finger_bass(tone: Tone) -> Float32:
    """An electric bass played with the fingers: pulse through a closing filter."""
    frames = count(tone.seconds + 0.07)
    hz = hertz(tone.pitch)
    raw = 0.7 * oscillate("saw", hz, frames) + 0.6 * oscillate("triangle", hz, frames)
    cutoff = 260 + (700 + 1500 * tone.velocity) * np.exp(-clock(frames) / 0.16)
    return 0.34 * tone.velocity * sweep(raw, cutoff, 0.9) * adsr(frames, 0.005, 1.2, 0.5, 0.07)


def slap_bass(tone: Tone) -> Float32:
    """A plucked string with a bright thumb."""
    string = _string(tone.pitch, tone.seconds + 0.05, 0.55, 1.6, 11)
    thump = sine(hertz(tone.pitch), len(string)) * decay(len(string), 0.5)
    return np.asarray(tone.velocity * (0.3 * string + 0.3 * thump) * adsr(len(string), 0.002, 2, 0.8, 0.05), np.float32)


def saw_bass(tone: Tone) -> Float32:
    """Two detuned saws and a sub through a plucky filter: synthwave, house."""
    frames = count(tone.seconds + 0.05)
    hz = hertz(tone.pitch)
    raw = oscillate("saw", hz * 1.003, frames) + oscillate("saw", hz * 0.997, frames, 0.37)
    cutoff = 180 + (500 + 2200 * tone.velocity) * np.exp(-clock(frames) / 0.11)
    body = sweep(raw, cutoff, 1.5) + 0.8 * sine(hz, frames)
    return np.asarray(0.21 * tone.velocity * body * adsr(frames, 0.004, 0.8, 0.7, 0.05), np.float32)


def reese_bass(tone: Tone) -> Float32:
    """Beating saws through a slowly moving filter, with a clean sub: drum and bass."""
    frames = count(tone.seconds + 0.08)
    hz = hertz(tone.pitch)
    raw = sum(oscillate("saw", hz * 2 ** (cents / 1200), frames, cents * 0.013) for cents in (-17, 0, 14))
    cutoff = 420 + 260 * np.sin(2 * np.pi * 0.9 * clock(frames) + tone.pitch)
    moving = highpass(sweep(np.asarray(raw, np.float32), cutoff, 1.1), 90)
    return np.asarray(
        tone.velocity * (0.14 * moving + 0.3 * sine(hz, frames)) * adsr(frames, 0.01, 3, 0.85, 0.08), np.float32
    )


def electric_piano(tone: Tone) -> Float32:
    """Frequency modulation: a mellow bar (1:1) and a short tine (14:1) that velocity brings out."""
    frames = count(tone.seconds + 0.35)
    hz = hertz(tone.pitch)
    ring = decay(frames, 5.5 - 0.03 * tone.pitch)
    index = (0.7 + 1.8 * tone.velocity**2) * np.exp(-clock(frames) / 0.5)
    bar = np.sin(2 * np.pi * hz * clock(frames).astype(np.float64) + index * sine(hz, frames))
    tine_hz = hz * 14 if hz * 14 < 12_000 else hz * 7
    tine = sine(tine_hz, frames) * decay(frames, 0.28) * 0.1 * tone.velocity
    return np.asarray(0.26 * tone.velocity * (bar * ring + tine) * adsr(frames, 0.004, 4, 0.9, 0.35), np.float32)


def piano(tone: Tone) -> Float32:
    """Struck strings: stretched partials, hammer at an eighth of the string, high ones die first."""
    frames = count(min(tone.seconds + 0.5, 6.0))
    hz = hertz(tone.pitch)
    stiffness = 1.5e-4 * 2 ** ((tone.pitch - 49) / 18)
    sound = np.zeros(frames, np.float32)
    for number in range(1, 25):
        partial = hz * number * np.sqrt(1 + stiffness * number**2)
        if partial > 11_000:
            break
        seconds = 9.0 * 2 ** (-(tone.pitch - 40) / 17) / (0.55 + 0.45 * number)
        length = min(frames, count(seconds))
        level = abs(np.sin(np.pi * number / 8.3)) / number ** (2.0 - 0.9 * tone.velocity)
        shimmer = 1 + 0.25 * np.sin(2 * np.pi * 0.45 * number**0.5 * clock(length) + number)
        sound[:length] += level * sine(partial, length, number * 0.21) * decay(length, seconds) * shimmer
    hammer = lowpass(noise(frames, 5) * decay(frames, 0.03), 1800, 1)
    return np.asarray(0.3 * tone.velocity * (sound + 0.05 * hammer) * adsr(frames, 0.002, 9, 0.9, 0.3), np.float32)


def _string(pitch: float, seconds: float, brightness: float, ring_s: float, seed: int) -> Float32:
    """Karplus and Strong's plucked string, peak 1; tuned with a cubic Lagrange delay (Välimäki and Laakso)."""
    frames = count(seconds)
    period = RATE / hertz(pitch) - _DAMPING
    delay = int(period) - 1
    loss = 10 ** (-3 * period / RATE / ring_s)
    taps = np.convolve(_lagrange(period - delay), (1 - _DAMPING, _DAMPING)) * loss
    burst = np.zeros(frames, np.float32)
    pick = lowpass(noise(delay, seed), 1200 + 9000 * brightness, 1)
    burst[:delay] = (pick - pick.mean())[:frames]
    comb = max(1, int(delay * 0.18))
    burst[comb:] -= 0.7 * burst[:-comb].copy()
    loop = np.zeros(delay + len(taps), np.float32)
    loop[0], loop[delay:] = 1.0, -taps
    string: Float32 = signal.lfilter(np.ones(1, np.float32), loop, burst)
    string /= np.abs(string).max() + 1e-9
    return string


def _lagrange(delay: float) -> Float32:
    """Four taps that delay by `delay` (1…2) samples."""
    return np.array([np.prod([(delay - k) / (n - k) for k in range(4) if k != n]) for n in range(4)], np.float32)


def pluck(tone: Tone) -> Float32:
    """A clean nylon-like string."""
    string = _string(tone.pitch, tone.seconds + 0.5, 0.25 + 0.5 * tone.velocity, 2.2, 3)
    return 0.3 * tone.velocity * string * adsr(len(string), 0.002, 9, 0.9, 0.3)


def muted_guitar(tone: Tone) -> Float32:
    """A palm-muted electric guitar: short and dark."""
    string = _string(tone.pitch, min(tone.seconds, 0.22) + 0.06, 0.4 * tone.velocity + 0.1, 0.32, 7)
    return 0.36 * tone.velocity * lowpass(string, 3200, 1) * adsr(len(string), 0.002, 9, 0.9, 0.06)


def electric_guitar(tone: Tone) -> Float32:
    """A steel string with a bright pick; the layer's drive makes it an amplifier."""
    string = _string(tone.pitch, tone.seconds + 0.12, 0.8, 3.5, 13)
    return 0.3 * tone.velocity * string * adsr(len(string), 0.002, 9, 0.95, 0.1)


def _harmonics(tilt: float, number: int = 60) -> Float32:
    return (np.arange(1, number + 1, dtype=np.float32)) ** -tilt


def warm_pad(tone: Tone) -> Float32:
    """A soft, wide ensemble with a slow attack."""
    frames = count(tone.seconds + 0.9)
    sound = ensemble(hertz(tone.pitch), frames, _harmonics(1.55, 30), 22, int(tone.pitch))
    return 0.085 * tone.velocity * sound * adsr(frames, 0.35, 4, 0.9, 0.85)


def glass_pad(tone: Tone) -> Float32:
    """Odd and very high harmonics: ambient, lo-fi."""
    levels = _harmonics(1.6, 12) * np.array([1, 0.1, 0.6, 0.05, 0.3, 0.02, 0.2, 0, 0.12, 0, 0, 0.1], np.float32)
    frames = count(tone.seconds + 1.4)
    sound = ensemble(hertz(tone.pitch), frames, levels, 14, int(tone.pitch) + 200)
    return 0.07 * tone.velocity * sound * adsr(frames, 0.6, 5, 0.9, 1.3)


def strings(tone: Tone) -> Float32:
    """A bowed section."""
    frames = count(tone.seconds + 0.4)
    sound = ensemble(hertz(tone.pitch), frames, _harmonics(1.15, 40), 18, int(tone.pitch) + 400)
    return 0.07 * tone.velocity * lowpass(sound, 5200, 1) * adsr(frames, 0.16, 4, 0.9, 0.38)


def super_saw(tone: Tone) -> Float32:
    """Many saws: house stabs, synthwave chords."""
    frames = count(tone.seconds + 0.2)
    sound = ensemble(hertz(tone.pitch), frames, _harmonics(1.0, 80), 13, int(tone.pitch) + 600)
    return 0.075 * tone.velocity * lowpass(sound, 7500, 1) * adsr(frames, 0.012, 1.5, 0.75, 0.18)


def brass(tone: Tone) -> Float32:
    """Saws whose filter opens with the attack: stabs."""
    frames = count(tone.seconds + 0.1)
    hz = hertz(tone.pitch)
    raw = oscillate("saw", hz * 1.004, frames) + oscillate("saw", hz * 0.996, frames, 0.3)
    opening = 1 - np.exp(-clock(frames) / 0.035)
    cutoff = 300 + (900 + 3400 * tone.velocity) * opening * np.exp(-clock(frames) / 0.6)
    return 0.1 * tone.velocity * sweep(raw, cutoff, 0.8) * adsr(frames, 0.02, 2, 0.8, 0.1)


def organ(tone: Tone) -> Float32:
    """Drawbars 8', 4', 2⅔' and a percussion, with a slow rotor."""
    frames = count(tone.seconds + 0.08)
    hz = hertz(tone.pitch) * (1 + 0.0016 * np.sin(2 * np.pi * 5.6 * clock(frames)))
    bars = sum(level * sine(hz * k, frames) for k, level in ((1, 1.0), (2, 0.6), (3, 0.45), (4, 0.15)))
    bars = bars + 0.4 * sine(hz * 3, frames) * decay(frames, 0.25)
    return np.asarray(0.09 * tone.velocity * bars * adsr(frames, 0.006, 9, 1.0, 0.06), np.float32)


def bell(tone: Tone) -> Float32:
    """Frequency modulation at 1 : 3.5: glassy."""
    frames = count(tone.seconds + 1.0)
    hz = hertz(tone.pitch)
    index = 1.6 * tone.velocity * np.exp(-clock(frames) / 0.35)
    ring = np.sin(2 * np.pi * hz * clock(frames).astype(np.float64) + index * sine(hz * 3.5, frames))
    return np.asarray(0.2 * tone.velocity * ring * decay(frames, 2.2) * adsr(frames, 0.002, 9, 1, 0.4), np.float32)


def marimba(tone: Tone) -> Float32:
    """Wooden bars: fundamental and its fourth harmonic."""
    frames = count(0.7)
    hz = hertz(tone.pitch)
    bar = sine(hz, frames) * decay(frames, 0.65) + 0.3 * sine(hz * 3.93, frames) * decay(frames, 0.12)
    return np.asarray(0.28 * tone.velocity * bar * adsr(frames, 0.002, 9, 1, 0.1), np.float32)


def _vibrato(tone: Tone, frames: int, hz: float, cents: float) -> Float32:
    depth = cents / 1200 * np.clip((clock(frames) - 0.18) / 0.25, 0, 1)
    return np.asarray(_glide(tone, frames, 0.035) * 2 ** (depth * np.sin(2 * np.pi * hz * clock(frames))), np.float32)


def soft_lead(tone: Tone) -> Float32:
    """A triangle with vibrato, flute-like."""
    frames = count(tone.seconds + 0.12)
    hz = _vibrato(tone, frames, 5.2, 16)
    breath = lowpass(highpass(noise(frames, 9), 2500, 1), 7000, 1)
    body = oscillate("triangle", hz, frames) + 0.02 * breath
    return np.asarray(0.2 * tone.velocity * body * adsr(frames, 0.035, 3, 0.85, 0.12), np.float32)


def square_lead(tone: Tone) -> Float32:
    """A hollow mono synth."""
    frames = count(tone.seconds + 0.1)
    raw = oscillate("square", _vibrato(tone, frames, 5.6, 14), frames)
    return 0.13 * tone.velocity * lowpass(raw, 3800) * adsr(frames, 0.008, 1.2, 0.7, 0.1)


def saw_lead(tone: Tone) -> Float32:
    """Two saws with vibrato and a filter that closes: synthwave."""
    frames = count(tone.seconds + 0.14)
    hz = _vibrato(tone, frames, 5.4, 18)
    raw = oscillate("saw", hz * np.float32(1.004), frames) + oscillate("saw", hz * np.float32(0.996), frames, 0.4)
    cutoff = np.minimum(1400 + 4200 * np.exp(-clock(frames) / 0.4), TOP_HZ)
    return 0.1 * tone.velocity * sweep(raw, cutoff, 0.9) * adsr(frames, 0.01, 2, 0.8, 0.13)


INSTRUMENTS: dict[str, Instrument] = {
    function.__name__: function
    for function in (
        sub_bass, bass_808, finger_bass, slap_bass, saw_bass, reese_bass, electric_piano, piano, pluck, muted_guitar,
        electric_guitar, warm_pad, glass_pad, strings, super_saw, brass, organ, bell, marimba, soft_lead, square_lead,
        saw_lead,
    )
}  # fmt: skip
"""Every instrument by its name."""
