"""The part of a long take that is compared with beats.

A whole lead vocal of five minutes says no more of where it belongs than its fullest minute and a half, a verse and a
chorus, and would cost several times as much against every beat.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from vocmatch_desktop.types import PitchTrack, TakeFeatures, TempoHypothesis

LONGEST_S = 90.0

_WHOLE_BARS = 12
"""Beats that are whole bars in three and in four."""


def most_sung(take: TakeFeatures) -> tuple[TakeFeatures, float]:
    """The `LONGEST_S` seconds in which most is sung, and where in the take they begin; shorter takes stay whole.

    Times of the excerpt count from its own start, which is a whole second; key, tuning and loudness stay the take's.
    """
    if take.duration_s <= LONGEST_S:
        return take, 0.0
    starts = np.arange(math.floor(take.duration_s - LONGEST_S) + 1)
    voiced = take.pitch.times_s[take.pitch.voiced]
    sung = np.searchsorted(voiced, starts + LONGEST_S) - np.searchsorted(voiced, starts)
    begins = int(np.argmax(sung))
    return _from(take, begins), float(begins)


def _from(take: TakeFeatures, begins: int) -> TakeFeatures:
    first, last = (round((begins + after) / take.onset_hop_s) for after in (0.0, LONGEST_S))
    pitch = _pitch(take.pitch, begins)
    return replace(
        take,
        duration_s=LONGEST_S,
        voiced_s=float(np.count_nonzero(pitch.voiced)) * pitch.hop_s,
        pitch=pitch,
        onsets=take.onsets[first:last],
        bands=take.bands[begins : begins + math.ceil(LONGEST_S)],
        tempo=tuple(_tempo(hypothesis, begins) for hypothesis in take.tempo),
    )


def _pitch(pitch: PitchTrack, begins: int) -> PitchTrack:
    first, last = np.searchsorted(pitch.times_s, [begins, begins + LONGEST_S])
    part = slice(int(first), int(last))
    return PitchTrack(
        pitch.f0_hz[part],
        pitch.confidence[part],
        pitch.voiced[part],
        pitch.hop_s,
        float(pitch.start_s + first * pitch.hop_s - begins),
    )


def _tempo(hypothesis: TempoHypothesis, begins: int) -> TempoHypothesis:
    """The same beat, or bar line, at its first return within the excerpt."""
    if hypothesis.first_beat_s is None:
        return hypothesis
    period_s = _WHOLE_BARS * 60 / hypothesis.bpm
    return replace(hypothesis, first_beat_s=(hypothesis.first_beat_s - begins) % period_s)
