"""Reasons in a producer's words; the shell and the window both use these."""

from __future__ import annotations

from collections.abc import Callable

from vocmatch_desktop.types import Key, Reason, Transform

_Values = dict[str, float | int | str]

_PARTS = {
    "key": "notes", "transpose": "notes", "chords": "notes", "clash": "notes",
    "tempo": "groove", "tempo_far": "groove", "pulse": "groove", "enters": "groove", "loops": "groove",
    "lead_busy": "space", "masked": "space",
}  # fmt: skip

_RELATIONS = {
    "same": "same key",
    "relative": "relative",
    "parallel": "same root, other mode",
    "neighbour": "neighbouring key",
    "two_apart": "two fifths apart",
    "distant": "distant key",
}


def part(kind: str) -> str:
    """Which part of the score a reason explains: notes, groove, space, or "" for none."""
    return _PARTS.get(kind, "")


def sentence(reason: Reason) -> str:
    """A reason as one short phrase."""
    values = dict(reason.values)
    return _WORDS[reason.kind](values)


def alternative(score: float, transform: Transform) -> str:
    """Another way to lay the same beat: "at +3 semitones: 81"."""
    how = f"at {_signed(transform.transpose)} semitones" if transform.transpose else "in its own key"
    if abs(transform.tempo_ratio - 1) >= 0.0005:
        how += f", {_per_cent(100 * (transform.tempo_ratio - 1))} tempo"
    return f"{how}: {score:.0f}"


def _key(values: _Values) -> str:
    take, beat, relation = str(values["take"]), str(values["beat"]), str(values["relation"])
    if relation == "same":
        return f"both in {_full(take)}"
    return f"{_full(take)} over {_full(beat)}, {_RELATIONS[relation]}"


def _full(key: str) -> str:
    parsed = Key.parse(key)
    return f"{Key(parsed.tonic, False).name} {'minor' if parsed.minor else 'major'}"


def _transpose(values: _Values) -> str:
    shift = int(values["semitones"])
    return f"beat {_signed(shift)} semitone{'s' if abs(shift) != 1 else ''}"


def _tempo(values: _Values) -> str:
    per_cent, octave = float(values["per_cent"]), float(values["octave"])
    feel = {0.5: ", sung at half time", 2.0: ", sung at double time"}.get(octave, "")
    return (f"{_per_cent(per_cent)} tempo" if abs(per_cent) >= 0.05 else "tempo as it is") + feel


def _pulse(values: _Values) -> str:
    strength = float(values["z"])
    if strength >= 1.5:
        return "your rhythm locks to its pulse"
    return "your rhythm goes with its pulse" if strength >= 0.5 else "your rhythm moves in another pulse"


def _enters(values: _Values) -> str:
    bar = int(values["bar"])
    return f"enters at bar {bar}" if bar > 0 else "enters before the first bar"


def _bars(values: _Values) -> str:
    first, last = int(values["from_bar"]), int(values["to_bar"])
    return f"bars {first}–{last}" if last > first else f"bar {first}"


def _signed(number: int) -> str:
    return f"+{number}" if number > 0 else f"−{-number}"


def _per_cent(number: float) -> str:
    return f"{'+' if number > 0 else '−'}{abs(number):.1f} %".replace(".0 %", " %")


_WORDS: dict[str, Callable[[_Values], str]] = {
    "key": _key,
    "transpose": _transpose,
    "tempo": _tempo,
    "tempo_far": lambda v: f"tempo too far: {float(v['take_bpm']):.0f} against {float(v['beat_bpm']):.0f} BPM",
    "enters": _enters,
    "chords": lambda v: f"{100 * float(v['share']):.0f} % of what you sing is in the chords",
    "clash": lambda v: f"clash: {v['note']} over {v['chord']}, bar {v['bar']}",
    "pulse": _pulse,
    "lead_busy": lambda v: f"lead is busy, {_bars(v)}",
    "masked": lambda v: f"crowded around {v['band']}",
    "loops": lambda _: "shorter than the take: loops",
}
