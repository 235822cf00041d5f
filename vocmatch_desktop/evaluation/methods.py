"""Ways to rank beats for a take: the program's own, its parts alone, and the simple ones it has to beat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.matching import align, fuse, groove, notes
from vocmatch_desktop.types import Fingerprint, Float32, Key, TakeFeatures

Method = Callable[[TakeFeatures, Sequence[Fingerprint]], NDArray[np.float64]]
"""Gives a score for every beat, higher is better."""

PLAIN_HOP_S = 0.1


def leak_probe(take: TakeFeatures, beats: Sequence[Fingerprint]) -> NDArray[np.float64]:
    """The program's evidence with the start offset fixed to 0.

    The takes were not sung there: what notes still find beyond key and tempo, which need no offset, leaked.
    """
    pulses = pulses_alone(take, beats)
    sung = notes.sung_frames(take).on_lattice(1.0, notes.HOP_S)
    found = []
    for beat in beats:
        surface, first = _surface(sung, beat, take.duration_s)
        found.append(float(surface[0, -first]))
    return np.array([fuse.evidence(value, float(pulse)) for value, pulse in zip(found, pulses, strict=True)])


def notes_at_zero(take: TakeFeatures, beats: Sequence[Fingerprint]) -> NDArray[np.float64]:
    """The notes alone with the start offset fixed to 0: beyond chance by key and leak only."""
    sung = notes.sung_frames(take).on_lattice(1.0, notes.HOP_S)
    surfaces = [_surface(sung, beat, take.duration_s) for beat in beats]
    return np.array([float(surface[0, -first]) for surface, first in surfaces])


def notes_alone(take: TakeFeatures, beats: Sequence[Fingerprint]) -> NDArray[np.float64]:
    """The program's notes, neither transposed nor stretched."""
    sung = notes.sung_frames(take).on_lattice(1.0, notes.HOP_S)
    return np.array([align.soft_maximum(_surface(sung, beat, take.duration_s)[0])[0] for beat in beats])


def pulses_alone(take: TakeFeatures, beats: Sequence[Fingerprint]) -> NDArray[np.float64]:
    """The agreement of pulses, not stretched."""
    spectra = np.stack([groove.beat_pulses(beat) for beat in beats])
    return groove.pulse_agreement(groove.slides(groove.take_pulses(take)), spectra)[:, groove.MARGIN].astype(np.float64)


def _surface(sung: Float32, beat: Fingerprint, take_s: float) -> tuple[Float32, int]:
    odds = align.looped(align.weighed_odds(beat), beat, take_s)
    return align.standard_surface(sung, odds, align.pickup_rows(beat.grid))


def bpm_and_camelot(take: TakeFeatures, beats: Sequence[Fingerprint]) -> NDArray[np.float64]:
    """What DJ software offers: beats of a compatible Camelot code first, then by tempo, octaves free."""
    bpm = take.tempo[0].bpm if take.tempo else 0.0
    scores = []
    for beat in beats:
        apart = abs((np.log2(beat.grid.bpm / bpm) + 0.5) % 1 - 0.5) if bpm else 0.5
        scores.append(float(camelot_compatible(take.best_key, beat.best_key)) - apart)
    return np.array(scores)


def camelot_compatible(one: Key, other: Key) -> bool:
    """Same code, one step around the wheel, or the relative key."""
    steps = (int(one.camelot[:-1]) - int(other.camelot[:-1])) % 12
    return steps == 0 or (steps in (1, 11) and one.minor == other.minor)


def pitch_class_profile(take: TakeFeatures, beats: Sequence[Fingerprint]) -> NDArray[np.float64]:
    """Cosine of what is sung in all and what sounds in all."""
    sung = notes.sung_frames(take).weights.sum(axis=0)
    return np.array([_cosine(sung, beat.chroma.mean(axis=0)) for beat in beats])


def plain_chroma(take: TakeFeatures, beats: Sequence[Fingerprint]) -> NDArray[np.float64]:
    """Mean cosine of aligned chroma, 10 frames a second, no transposition, the best start offset."""
    sung = notes.sung_frames(take).on_lattice(1.0, PLAIN_HOP_S)
    return np.array([_best_cosine(sung, _unit_chroma(beat)) for beat in beats])


def _unit_chroma(beat: Fingerprint) -> Float32:
    times = (np.arange(max(int(beat.duration_s / PLAIN_HOP_S), 1)) + 0.5) * PLAIN_HOP_S
    steps = np.clip(np.searchsorted(beat.grid.steps_s, times, side="right") - 1, 0, len(beat.chroma) - 1)
    chroma = beat.chroma[steps]
    return np.asarray(chroma / np.maximum(np.linalg.norm(chroma, axis=1, keepdims=True), 1e-6), dtype=np.float32)


def _best_cosine(sung: Float32, chroma: Float32) -> float:
    from scipy import fft

    length = int(fft.next_fast_len(len(chroma) + len(sung), real=True))
    surface = notes.correlate(sung, chroma, length)[0]
    return float(surface[: max(len(chroma) - len(sung) + 1, 1)].max())


def _cosine(one: Float32, other: Float32) -> float:
    return float(one @ other / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-9))


BASELINES: Mapping[str, Method] = {
    "bpm_and_camelot": bpm_and_camelot,
    "pitch_class_profile": pitch_class_profile,
    "plain_chroma": plain_chroma,
}
"""What the program has to beat."""

PARTS: Mapping[str, Method] = {"notes_alone": notes_alone, "pulses_alone": pulses_alone}
"""The program's own parts, to see what each brings."""
