"""One take and one beat the user named: what is known of each, and how they go together best."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.types import Fingerprint, Match, Report, Selection, TakeFeatures

NO_ID = 0


@dataclass(frozen=True, slots=True)
class PairSpec:
    """TAKE and BEAT as a person names them: `beat` is a path, or an id in `library`.

    `bpm` and `first_beat_s` are the singer's, where they are known.
    """

    take: Path
    beat: str
    library: Path
    bpm: float | None = None
    first_beat_s: float | None = None
    selection: Selection | None = None
    in_key: bool = False
    max_shift: int = 6


@dataclass(frozen=True, slots=True, eq=False)
class KnownBeat:
    """A beat and what was heard in it; `id` is `NO_ID` for one outside the library."""

    id: int
    title: str
    path: Path
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A take, a beat, and how they go together."""

    take: TakeFeatures
    beat: KnownBeat
    match: Match


def run(spec: PairSpec, report: Report) -> Pair:
    """Finds the best way to lay the beat under the take.

    Raises:
        NotFound: no such take or beat. UnreadableAudio: either is no sound. NoSinging: the take holds no voice.
        LibraryError: the library is damaged, or an id was named and there is none.
    """
    from vocmatch_desktop.analysis.take import analyse_take
    from vocmatch_desktop.matching.align import TakeView
    from vocmatch_desktop.matching.rank import MatchOptions, match_one

    report(0.0, "Finding the beat")
    beat = known_beat(spec.beat, spec.library)
    report(0.4, "Listening to the take")
    take = analyse_take(spec.take, selection=spec.selection, bpm=spec.bpm, first_beat_s=spec.first_beat_s)
    report(0.8, "Laying the beat under the take")
    options = MatchOptions(in_key=spec.in_key, max_shift=spec.max_shift)
    return Pair(take, beat, match_one(TakeView.of(take), beat.id, beat.fingerprint, options.shift))


def known_beat(beat: str, library: Path) -> KnownBeat:
    """The beat a person means; a file that is not in the library is listened to now. Raises as `run` does."""
    path = Path(beat).expanduser().absolute()
    if library.is_file():
        found = _in_library(beat, library)
        if found is not None:
            return found
    if path.is_file():
        from vocmatch_desktop.analysis.beat import analyse_beat

        return KnownBeat(NO_ID, path.stem, path, analyse_beat(path).fingerprint)
    raise NotFound(f"“{beat}” is no sound file and no beat of the library.", "`vocmatch library list` shows them.")


def _in_library(beat: str, library: Path) -> KnownBeat | None:
    from vocmatch_desktop.library.catalogue import Catalogue

    with Catalogue(library, read_only=True) as catalogue:
        try:
            row = catalogue.find(beat)
        except NotFound:
            return None
        return KnownBeat(row.id, row.title, row.path, catalogue.fingerprint(row.id))
