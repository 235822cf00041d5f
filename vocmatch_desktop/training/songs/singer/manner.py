"""How something is sung: one flat record, presets of it, and the drawing of manners for a batch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import numpy as np

Engine = Literal["raw", "stretch", "world"]
Name = TypeVar("Name", bound=str)


@dataclass(frozen=True, slots=True)
class Singing:
    """How a melody is sung. Probabilities are 0…1; "spread" is a standard deviation.

    Attributes:
        engine: "stretch" moves recorded periods in time (keeps the grain), "world" is WORLD's vocoder, "raw" leaves
            the recordings untouched and only places them.
        timing_s: Spread of onsets around the beat; half of it wanders slowly, half is a note's own.
        late_s: How much later than the beat vowels come on average.
        legato: Probability that a note lasts until the next one where it was written to.
        melisma: Probability that a note tied to the one before it stays on its vowel.
        reattack: Probability that a repeated pitch is a new stroke of the same vowel rather than a new syllable.
        portamento_s: Length of the glide into a note, on average.
        scoop: Probability that a note is reached from below; `scoop_semitones` is how far, on average.
        overshoot: How far a leap passes its goal, a share of the leap.
        vibrato_cents: Half the swing; `vibrato_hz` its rate, `vibrato_after_s` when it begins in a note,
            `vibrato_share` the probability that a long enough note has one.
        drift_cents: Spread of the slow wandering of pitch; `tuning_cents` of each note's own error;
            `phrase_cents` of a whole phrase's.
        wrong: Probability of a wrong note (a semitone or two off; the truth says what is sung).
        jitter: Share of the recording's own pitch movement that is kept.
        breath: Probability of a breath where there is time for one.
        dynamics_db: Spread of a note's loudness; `arc_db` is how much a phrase swells.
        effort: −1 soft … 1 belted: tilts the spectrum and the loudness.
        formant_semitones: The vocal tract made smaller (above 0) or larger.
        hum: Sung with a closed mouth.
    """

    engine: Engine = "stretch"
    timing_s: float = 0.015
    late_s: float = 0.0
    legato: float = 0.85
    melisma: float = 0.15
    reattack: float = 0.1
    portamento_s: float = 0.07
    scoop: float = 0.12
    scoop_semitones: float = 1.2
    overshoot: float = 0.04
    vibrato_cents: float = 35.0
    vibrato_hz: float = 5.5
    vibrato_after_s: float = 0.3
    vibrato_share: float = 0.6
    drift_cents: float = 8.0
    tuning_cents: float = 7.0
    phrase_cents: float = 4.0
    wrong: float = 0.0
    jitter: float = 0.7
    breath: float = 0.6
    dynamics_db: float = 1.5
    arc_db: float = 3.0
    effort: float = 0.0
    formant_semitones: float = 0.0
    hum: bool = False


POP = Singing()
"""A practised singer in a studio."""

AMATEUR = Singing(
    timing_s=0.035,
    late_s=0.015,
    legato=0.7,
    melisma=0.12,
    portamento_s=0.11,
    scoop=0.35,
    scoop_semitones=1.6,
    overshoot=0.1,
    vibrato_cents=18.0,
    vibrato_share=0.15,
    drift_cents=22.0,
    tuning_cents=24.0,
    phrase_cents=18.0,
    wrong=0.015,
    jitter=1.0,
    breath=0.5,
    dynamics_db=2.5,
)
"""Karaoke and sight-singing: in time more or less, in tune less, feeling for the notes."""

HUM = Singing(
    timing_s=0.025,
    melisma=0.45,
    reattack=0.6,
    portamento_s=0.1,
    scoop=0.2,
    vibrato_share=0.25,
    drift_cents=14.0,
    tuning_cents=14.0,
    dynamics_db=2.0,
    hum=True,
)
"""With a closed mouth, notes tied or begun by a push of the same hum."""

SPOKEN = Singing(
    timing_s=0.03,
    legato=0.4,
    melisma=0.02,
    portamento_s=0.14,
    scoop=0.3,
    vibrato_share=0.0,
    drift_cents=30.0,
    tuning_cents=20.0,
    jitter=1.0,
    dynamics_db=3.0,
)
"""Almost spoken: short, detached, sliding."""

BELT = replace(POP, effort=0.9, vibrato_cents=55.0, vibrato_share=0.8, scoop=0.3, arc_db=4.0, formant_semitones=0.4)
"""With all one has."""

SOFT = replace(POP, effort=-0.8, legato=0.95, vibrato_cents=20.0, vibrato_share=0.4, breath=0.9, portamento_s=0.09)
"""Close to the microphone."""

PRESETS = {"pop": POP, "amateur": AMATEUR, "hum": HUM, "spoken": SPOKEN, "belt": BELT, "soft": SOFT}

SEPARATION_ENGINES: tuple[tuple[Engine, float], ...] = (("raw", 0.42), ("stretch", 0.40), ("world", 0.18))
"""Shares of the takes of a batch for separation: by minutes at least a third untouched, at most a third vocoded, with
room for untouched takes being shorter."""

NOTE_ENGINES: tuple[tuple[Engine, float], ...] = (("world", 0.6), ("stretch", 0.4))
"""Shares of the takes for notes: pitch exact above all."""

_STYLES = (("pop", 0.4), ("soft", 0.15), ("belt", 0.15), ("amateur", 0.18), ("spoken", 0.07), ("hum", 0.05))


def draw_for_separation(rng: np.random.Generator) -> Singing:
    """A manner for one song of a batch that separation is trained on; keeps the shares in expectation."""
    return replace(varied(_drawn_preset(rng), rng), engine=_weighted(SEPARATION_ENGINES, rng))


def draw_for_notes(rng: np.random.Generator) -> Singing:
    """A manner for training on notes and pitch: WORLD mostly, amateurs mostly."""
    shares = (("amateur", 0.5), ("pop", 0.2), ("hum", 0.12), ("soft", 0.08), ("belt", 0.05), ("spoken", 0.05))
    preset = PRESETS[_weighted(shares, rng)]
    return replace(varied(preset, rng), engine=_weighted(NOTE_ENGINES, rng))


def varied(manner: Singing, rng: np.random.Generator) -> Singing:
    """The same manner as another person would have it: every amount scaled at random, formants moved a little."""

    def about(amount: float, spread: float = 0.3) -> float:
        return float(amount * np.exp(rng.normal(0, spread)))

    return replace(
        manner,
        timing_s=about(manner.timing_s),
        late_s=manner.late_s + float(rng.normal(0, 0.008)),
        legato=min(1.0, about(manner.legato, 0.15)),
        melisma=min(0.8, about(manner.melisma, 0.6)),
        portamento_s=about(manner.portamento_s),
        scoop=min(0.8, about(manner.scoop, 0.5)),
        vibrato_cents=about(manner.vibrato_cents, 0.4),
        vibrato_hz=about(manner.vibrato_hz, 0.1),
        vibrato_after_s=about(manner.vibrato_after_s, 0.4),
        drift_cents=about(manner.drift_cents, 0.5),
        tuning_cents=about(manner.tuning_cents, 0.5),
        phrase_cents=about(manner.phrase_cents, 0.5),
        dynamics_db=about(manner.dynamics_db),
        effort=float(np.clip(manner.effort + rng.normal(0, 0.25), -1, 1)),
        formant_semitones=manner.formant_semitones + float(rng.normal(0, 0.7)),
    )


def _drawn_preset(rng: np.random.Generator) -> Singing:
    return PRESETS[_weighted(_STYLES, rng)]


def _weighted(shares: tuple[tuple[Name, float], ...], rng: np.random.Generator) -> Name:
    weights = [weight for _, weight in shares]
    return shares[int(np.searchsorted(np.cumsum(weights), rng.random() * sum(weights)))][0]
