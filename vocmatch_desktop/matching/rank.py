"""Ranks a library for a take: a first look at every beat, the exact search for those that may be among the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vocmatch_desktop.matching import align, fuse, reasons, source, space
from vocmatch_desktop.matching.shortlist import FirstLook, first_look
from vocmatch_desktop.types import Fingerprint, Match, Report, TakeFeatures, Transform

_BATCH = 32
"""Beats between looks at whether more are worth it."""

_SMALL = 64
"""Libraries up to this size are searched whole."""

_SETTLED = 20
"""The search ends when this many exact results beat the first look at everything not yet searched…"""

_BUDGET = 192
"""…or when this many beats were searched."""

_ALTERNATIVES = 3


@dataclass(frozen=True, slots=True)
class MatchOptions:
    """`top`: results wanted (None: all). `in_key`: never transpose. `max_shift`: semitones allowed, 0…6."""

    top: int | None = None
    in_key: bool = False
    max_shift: int = 6

    @property
    def shift(self) -> int:
        """Semitones allowed, all things considered."""
        return 0 if self.in_key else max(0, min(self.max_shift, 6))


def rank(take: TakeFeatures, beats: source.BeatSource, options: MatchOptions, report: Report) -> tuple[Match, ...]:
    """Ranks every beat for a take, best first; equal scores stand in order of id.

    A beat's score depends on the take and the beat alone, except that beats far from the best are scored from their
    coarse harmony only (they carry no reasons).

    Raises:
        Cancelled: through `report`, when the result is no longer wanted.
    """
    if not len(beats.ids):
        return ()
    view = align.TakeView.of(take)
    report(0.0, "Looking at every beat")
    look = first_look(view, beats, options.shift)
    found = _exact(view, beats, look, options, report)
    rest = [_roughly(int(beats.ids[i]), look, i) for i in range(len(beats.ids)) if i not in found]
    matches = sorted([*found.values(), *rest], key=lambda match: (-match.score, match.beat_id))
    report(1.0, "Ranked")
    return tuple(matches[: options.top])


def _exact(
    view: align.TakeView, beats: source.BeatSource, look: FirstLook, options: MatchOptions, report: Report
) -> dict[int, Match]:
    """The exact matches of all beats that may be among the best, by place in the source."""
    order = np.lexsort((beats.ids, -look.evidence))
    found: dict[int, Match] = {}
    for start in range(0, min(len(order), _BUDGET), _BATCH):
        if len(order) > _SMALL and _settled(
            [match.score for match in found.values()], fuse.score(float(look.evidence[order[start]]))
        ):
            break
        for i in order[start : min(start + _BATCH, _BUDGET)]:
            report(len(found) / min(len(order), _BUDGET), "Comparing with the likeliest beats")
            found[int(i)] = match_one(view, int(beats.ids[i]), beats.fingerprint(int(beats.ids[i])), options.shift)
    return found


def _settled(scores: Sequence[float], best_unseen: float) -> bool:
    return len(scores) >= _SETTLED and sorted(scores, reverse=True)[_SETTLED - 1] >= best_unseen


def _roughly(beat_id: int, look: FirstLook, row: int) -> Match:
    parts = fuse.parts(float(look.notes[row]), float(look.pulse[row]), None)
    return Match(beat_id, fuse.score(float(look.evidence[row])), parts, look.transforms[row])


def match_one(view: align.TakeView, beat_id: int, beat: Fingerprint, max_shift: int) -> Match:
    """The exact match of one beat: its best lay, reasons, and other good lays."""
    lays = align.search(view, beat, max_shift)
    best = lays[0]
    transform = align.settle(view, beat, best)
    room = space.room(view.take, beat, transform)
    score = fuse.score(best.evidence + fuse.SPACE_WEIGHT * (room.room - 0.5))
    others = tuple(
        (other, view.of_whole(lay, beat.grid, beat.duration_s))
        for other, lay in _others(lays, fuse.SPACE_WEIGHT * (room.room - 0.5))
    )
    why = reasons.explain(view, beat, transform, best, room)
    whole = view.of_whole(transform, beat.grid, beat.duration_s)
    return Match(beat_id, score, fuse.parts(best.notes, best.pulse, room.room), whole, why, others)


def _others(lays: list[align.Lay], room: float) -> tuple[tuple[float, Transform], ...]:
    """The next best lays that differ by transposition, not merely by a shade of tempo."""
    seen = {lays[0].transform.transpose % 12}
    kept: list[tuple[float, Transform]] = []
    for lay in lays[1:]:
        if lay.transform.transpose % 12 not in seen and len(kept) < _ALTERNATIVES:
            seen.add(lay.transform.transpose % 12)
            kept.append((fuse.score(lay.evidence + room), lay.transform))
    return tuple(kept)
