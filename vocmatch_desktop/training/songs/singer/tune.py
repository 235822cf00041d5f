"""The pitch that is sung, every 5 ms: steps that glide, scoops, vibrato that comes late, drift."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.signal import lfilter

from vocmatch_desktop.training.songs.singer.hearing import HOP_S, Floats
from vocmatch_desktop.training.songs.singer.lyrics import Segment
from vocmatch_desktop.training.songs.singer.manner import Singing
from vocmatch_desktop.training.songs.singer.score import Planned
from vocmatch_desktop.training.songs.singer.voice import Voice

_DRIFT_S = 0.6
_MOST_JITTER = 0.8
"""Semitones of a recording's own movement that are let through at most (it dips in voiced consonants)."""

_VIBRATO_NEEDS_S = 0.45


def pitch_curve(notes: Sequence[Planned], how: Singing, frames: int, rng: np.random.Generator) -> Floats:
    """MIDI pitch of every frame, unbroken: between phrases it waits at the next one's first note."""
    times = np.arange(frames) * HOP_S
    curve = np.full(frames, float(notes[0].number))
    curve += _steps(notes, how, times, rng)
    curve += _scoops(notes, how, times, rng)
    curve += _vibrato(notes, how, times, rng)
    return curve + _drift(notes, how, times, rng)


def _steps(notes: Sequence[Planned], how: Singing, times: Floats, rng: np.random.Generator) -> Floats:
    """Half-cosine glides; a syllable's lies mostly in its consonant, a tied note's around its onset."""
    curve = np.zeros(len(times))
    for before, note in pairwise(notes):
        leap = note.number - before.number
        if not leap:
            continue
        length = float(np.clip(how.portamento_s * np.exp(rng.normal(0, 0.35)), 0.02, 0.6 * _sung_s(note)))
        ahead = 0.5 if note.start == "tied" else rng.uniform(0.6, 0.9)
        if note.phrase != before.phrase:
            length, ahead = 0.03, 3.0
        place = np.clip((times - note.onset_s) / length + ahead, 0, 1)
        curve += leap * (0.5 - 0.5 * np.cos(np.pi * place))
        since = times - (note.onset_s + (1 - ahead) * length)
        if note.phrase == before.phrase and how.overshoot:
            swing = np.exp(-np.maximum(since, 0) / 0.06) * np.sin(2 * np.pi * np.maximum(since, 0) / 0.2)
            curve += float(np.clip(leap, -5, 5)) * how.overshoot * rng.uniform(0, 2) * np.where(since > 0, swing, 0)
    return curve


def _sung_s(note: Planned) -> float:
    return note.offset_s - note.onset_s


def _scoops(notes: Sequence[Planned], how: Singing, times: Floats, rng: np.random.Generator) -> Floats:
    """From below into the note; and falling off at the end of some phrases."""
    curve = np.zeros(len(times))
    for index, note in enumerate(notes):
        reached = rng.random() < how.scoop * (1.6 if _first_of_phrase(notes, index) else 0.8)
        depth = min(how.scoop_semitones * np.exp(rng.normal(0, 0.3)), 2.5)
        decay = min(0.04 * np.exp(rng.normal(0, 0.3)), 0.15 * _sung_s(note))
        falls = rng.random() < 0.6 * how.scoop
        if reached and note.start != "tied":
            since = times - note.onset_s
            lead = np.clip(since / 0.06 + 1, 0, 1)
            curve -= depth * lead * np.exp(-np.maximum(since, 0) / decay) * (since < _sung_s(note))
        if falls and _last_of_phrase(notes, index) and _sung_s(note) > 0.3:
            curve -= depth * np.clip((times - note.offset_s + 0.12) / 0.2, 0, 1) ** 2 * (times < note.offset_s + 0.15)
    return curve


def _first_of_phrase(notes: Sequence[Planned], index: int) -> bool:
    return index == 0 or notes[index - 1].phrase != notes[index].phrase


def _last_of_phrase(notes: Sequence[Planned], index: int) -> bool:
    return index + 1 == len(notes) or notes[index + 1].phrase != notes[index].phrase


def _vibrato(notes: Sequence[Planned], how: Singing, times: Floats, rng: np.random.Generator) -> Floats:
    curve = np.zeros(len(times))
    for note in notes:
        chance, spread, phase = rng.random(), np.exp(rng.normal(0, 0.25)), rng.random()
        hz = how.vibrato_hz * np.exp(rng.normal(0, 0.05))
        if chance >= how.vibrato_share or _sung_s(note) < _VIBRATO_NEEDS_S:
            continue
        since = times - note.onset_s - min(how.vibrato_after_s * spread, 0.5 * _sung_s(note))
        swell = np.clip(since / 0.3, 0, 1) * np.clip((note.offset_s + 0.05 - times) / 0.08, 0, 1)
        curve += how.vibrato_cents / 100 * spread * swell * np.sin(2 * np.pi * (hz * since + phase))
    return curve


def _drift(notes: Sequence[Planned], how: Singing, times: Floats, rng: np.random.Generator) -> Floats:
    """An error of each phrase and note, which holds until the next, and one that wanders, all smoothed."""
    own = np.zeros(len(times))
    offset, phrase = 0.0, -1
    for index, note in enumerate(notes):
        if note.phrase != phrase:
            offset, phrase = rng.normal(0, how.phrase_cents), note.phrase
        error = offset + rng.normal(0, how.tuning_cents)
        begins = 0 if index == 0 else np.searchsorted(times, note.onset_s - 0.04)
        own[begins:] = np.clip(error, -70, 70)
    kernel = np.hanning(15)
    own = np.convolve(np.pad(own, 7, mode="edge"), kernel / kernel.sum(), "valid")
    keep = np.exp(-HOP_S / _DRIFT_S)
    noise = lfilter([1 - keep], [1, -keep], rng.normal(size=len(times) + 400))
    noise = lfilter([0.1], [1, -0.9], noise)[400:]
    wander = noise / max(float(noise.std()), 1e-6) * how.drift_cents if len(times) > 50 else 0 * noise
    return np.asarray((own + np.clip(wander, -60, 60)) / 100)


def own_movement(found: Sequence[Segment], voice: Voice, frames: int) -> Floats:
    """How the recordings' own pitch moves around each unit's middle, semitones, where they are voiced."""
    moving, weights = np.zeros(frames), np.full(frames, 1e-9)
    for segment in found:
        places = np.clip(np.rint(segment.source_s / HOP_S).astype(int), 0, len(voice.f0_hz) - 1)
        if not segment.voiced.any():
            continue
        midi = 69 + 12 * np.log2(np.maximum(voice.f0_hz[places], 1.0) / 440)
        deviation = np.clip(midi - np.median(midi[segment.voiced]), -_MOST_JITTER, _MOST_JITTER)
        part = slice(segment.first, segment.first + len(places))
        moving[part] += segment.weight * deviation * segment.voiced
        weights[part] += segment.weight * segment.voiced
    return np.asarray(np.where(weights > 0.01, moving / weights, 0.0))
