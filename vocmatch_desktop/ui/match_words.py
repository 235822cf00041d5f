"""How the match pane words a match: where it enters, why each part scored as it did, what else could be done."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from vocmatch_desktop.matching import words
from vocmatch_desktop.types import Match, Reason, Transform
from vocmatch_desktop.ui.library_words import AUDIBLE_RATIO, percent, signed
from vocmatch_desktop.ui.link_label import Phrase
from vocmatch_desktop.ui.score_bars import PartScore

ENTERS = "enters"
_LAID = frozenset({ENTERS, "transpose", "tempo"})
"""Kinds that the line under the waveform says already."""
LEAD_IN_S = 1.0
"""A clash is heard from a little before it."""
EASY_SPACE = 60.0
"""From here on silence about the space means that there is some."""


def tr(text: str) -> str:
    """Translates in the match pane's context."""
    return QCoreApplication.translate("MatchPane", text)


def parts(match: Match) -> tuple[PartScore, ...]:
    """The parts that exist, each with its first reason in words."""
    scores = (
        ("notes", tr("Notes"), match.parts.notes),
        ("groove", tr("Groove"), match.parts.groove),
        ("space", tr("Space"), match.parts.space),
    )
    return tuple(PartScore(name, score, _why(match, part)) for part, name, score in scores if score is not None)


def _why(match: Match, part: str) -> str:
    about = [reason for reason in match.reasons if words.part(reason.kind) == part and reason.kind not in _LAID]
    if about:
        return words.sentence(about[0])
    return tr("room for a voice") if part == "space" and (match.parts.space or 0) >= EASY_SPACE else ""


def laying(match: Match) -> str:
    """How the beat is laid: "enters at bar 9 · +2 semitones · +1.4 % tempo"."""
    enters = [words.sentence(reason) for reason in match.reasons if reason.kind == ENTERS]
    return " · ".join([*enters[:1], transform(match.transform)])


def other_reasons(match: Match) -> tuple[Phrase, ...]:
    """The reasons that are not said beside a bar already, most telling first; only the closest beats have any.

    A reason that happens at one moment leads there: the target is a second of the original beat.
    """
    if not match.reasons:
        return (Phrase(tr("too far down the list to be looked at closely")),)
    told = {part.why for part in parts(match)}
    left = (reason for reason in match.reasons if reason.kind not in _LAID)
    return tuple(_phrase(reason) for reason in left if words.sentence(reason) not in told)


def _phrase(reason: Reason) -> Phrase:
    beat_s = dict(reason.values).get("beat_s")
    sentence = words.sentence(reason)
    return Phrase(sentence) if beat_s is None else Phrase(f"{sentence} ▸", max(float(beat_s) - LEAD_IN_S, 0.0))


def alternatives(match: Match) -> tuple[Phrase, ...]:
    """The other ways to lay the beat; the target is the transform."""
    return tuple(Phrase(alternative(score, found, match.transform), found) for score, found in match.alternatives)


def transform(found: Transform) -> str:
    """What is done to the beat: "+2 semitones · +1.4 % · at ½ tempo"; says so where nothing is."""
    said = []
    if found.octave != 1:
        said.append(tr("at ½ tempo") if found.octave < 1 else tr("at double tempo"))
    if found.transpose:
        said.append(semitones(found.transpose))
    if abs(found.tempo_ratio - 1) >= AUDIBLE_RATIO:
        said.append(tr("{} tempo").format(percent(found.tempo_ratio)))
    return " · ".join(said) or tr("as it is")


def semitones(transpose: int) -> str:
    """A transposition in words: "+2 semitones", "−1 semitone"."""
    return (tr("{} semitone") if abs(transpose) == 1 else tr("{} semitones")).format(signed(transpose))


def alternative(score: float, found: Transform, chosen: Transform) -> str:
    """Another way to lay the beat, named by what is different: "at +3 semitones: 81"."""
    said = []
    if found.octave != chosen.octave:
        said.append({0.5: tr("at ½ tempo"), 1.0: tr("at its own tempo"), 2.0: tr("at double tempo")}[found.octave])
    if found.transpose != chosen.transpose:
        said.append(tr("at {}").format(semitones(found.transpose)) if found.transpose else tr("in its own key"))
    if not said and found.start_s != chosen.start_s:
        minutes, seconds = divmod(round(max(found.start_s, 0)), 60)
        said.append(tr("from {}").format(f"{minutes}:{seconds:02}"))
    if not said:
        said.append(transform(found))
    return f"{', '.join(said)}: {score:.0f}"


def standing(rank: int | None, ranked: int) -> str:
    """What the score is and is not: the place in the list, and that it is no probability."""
    if rank is None:
        return tr("The score is an order, not a probability: not calibrated yet.")
    return tr("{} of {} · an order, not calibrated yet").format(_ordinal(rank), ranked)


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
