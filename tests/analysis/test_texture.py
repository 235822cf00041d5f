"""How busy a lead is."""

from __future__ import annotations

import numpy as np

from vocmatch_desktop.analysis.beat import analyse_beat
from vocmatch_desktop.types import SILENCE_DB

CHORDS = ((45, 57, 60, 64), (38, 57, 62, 65), (40, 56, 59, 64), (45, 57, 60, 64))
MELODY = [(76, 0.25), (74, 0.25), (72, 0.5), (76, 0.25), (77, 0.25), (79, 0.5)] * 8


def test_a_melody_over_chords_is_busier_than_the_chords_and_only_where_it_plays(chords, sung, wav) -> None:
    harmony = chords(CHORDS, 2.0, 4)
    lead = sung(MELODY)
    with_lead = harmony.copy()
    with_lead[: len(lead)] += lead[: len(harmony)]
    plain = analyse_beat(wav(harmony, name="plain.wav")).fingerprint
    mixed = analyse_beat(wav(with_lead, name="mixed.wav")).fingerprint
    playing = mixed.grid.beats_s[1:] < len(lead) / 22_050
    assert mixed.lead[playing].mean() > 3 * mixed.lead[~playing].mean()
    assert mixed.lead[playing].mean() > plain.lead.mean() + 0.2


def test_levels_are_those_of_the_octave_a_tone_lies_in(wav) -> None:
    time = np.arange(22_050 * 6) / 22_050
    fingerprint = analyse_beat(wav((0.5 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32))).fingerprint
    middle = fingerprint.bands[len(fingerprint.bands) // 2]
    assert int(np.argmax(middle)) == 4  # 63, 125, 250, 500, 1000 Hz
    assert abs(middle[4] - 10 * np.log10(0.5**2 / 2)) < 1
    assert middle.min() >= SILENCE_DB
    assert np.delete(middle, 4).max() < middle[4] - 25
