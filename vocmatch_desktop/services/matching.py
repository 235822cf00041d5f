"""A take ranks the library: listen to the take, read the beats, rank them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vocmatch_desktop.types import Match, Report, Selection, TakeFeatures

LISTENING = 0.4
"""Share of the work that is listening to the take."""


@dataclass(frozen=True, slots=True)
class MatchSpec:
    """Rank `library` (its database) for the sound file `take`, or for the selected part of it.

    `bpm` and `first_beat_s` (a bar line, counted from the take's first sample) are the singer's, where they are known.
    `top`: results wanted, None for all. `in_key`: never transpose. `max_shift`: semitones allowed, 0…6.
    """

    take: Path
    library: Path
    top: int | None = None
    in_key: bool = False
    max_shift: int = 6
    selection: Selection | None = None
    bpm: float | None = None
    first_beat_s: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TakeHeard:
    """Sent early: what was heard in the take."""

    take: TakeFeatures


@dataclass(frozen=True, slots=True, eq=False)
class MatchResult:
    """The ranking, best first; empty where the library is."""

    take: TakeFeatures
    matches: tuple[Match, ...]
    library_size: int
    elapsed_s: float


def run(spec: MatchSpec, report: Report) -> MatchResult:
    """Matches.

    Raises:
        NotFound, UnreadableAudio: the take is no sound. NoSinging: no voice is in it. LibraryError: the library is
        damaged. DiskError: what is derived from the library cannot be written.
    """
    import time

    from vocmatch_desktop.analysis.take import analyse_take

    began = time.perf_counter()
    report(0.0, "Listening to the take")
    take = analyse_take(spec.take, selection=spec.selection, bpm=spec.bpm, first_beat_s=spec.first_beat_s)
    report.partial(TakeHeard(take))
    report(LISTENING, "Opening the library")
    matches, size = _rank(spec, take, report)
    return MatchResult(take, matches, size, time.perf_counter() - began)


def _rank(spec: MatchSpec, take: TakeFeatures, report: Report) -> tuple[tuple[Match, ...], int]:
    from vocmatch_desktop.library.vectors import Vectors
    from vocmatch_desktop.matching.rank import MatchOptions, rank
    from vocmatch_desktop.matching.source import COARSE_VERSION, coarse
    from vocmatch_desktop.services.reports import Stage

    if not spec.library.is_file():
        return (), 0
    options = MatchOptions(top=spec.top, in_key=spec.in_key, max_shift=spec.max_shift)
    with Vectors(spec.library, coarse, COARSE_VERSION) as beats:
        return rank(take, beats, options, Stage(report, LISTENING, 1.0)), len(beats.ids)
