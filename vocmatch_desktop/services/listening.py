"""Listening to one file of the library: what a pool's process does, over and over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vocmatch_desktop.errors import NotFound, UserError
from vocmatch_desktop.library.records import AnalysedFile, Coarse, FoundFile, NoBeat, NotTaken, RetaggedFile, Survey

if TYPE_CHECKING:
    from vocmatch_desktop.analysis.beat import BeatAnalysis

SHORTEST_S = 4.0
"""Shorter files are one-shots and effects, not beats."""

QUIETEST_LUFS = -70.0
"""Below its absolute gate BS.1770 hears nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What a file turned out to be, as an event for the catalogue; `audio_s` seconds of sound were listened to."""

    event: AnalysedFile | RetaggedFile | NoBeat | NotTaken | Survey
    audio_s: float = 0.0


def listen(found: FoundFile) -> Heard:
    """Opens a file and finds out what it is; whatever is wrong with it is an answer too."""
    from vocmatch_desktop.analysis.beat import analyse_beat

    return listen_with(analyse_beat, found)


def listen_with(analyse: Callable[[Path], BeatAnalysis], found: FoundFile) -> Heard:
    """`listen`, with the analysis handed in."""
    from vocmatch_desktop.audio.files import decoded_hash, probe

    try:
        duration_s = probe(found.path).duration_s
        if reason := _too_short(found, duration_s):
            return Heard(_no_beat(found, reason))
        title, words = names_of(found.path)
        # Decoding is a tenth of the work: a file that was only saved with other tags need not be analysed again.
        if found.known_hash is not None and decoded_hash(found.path) == found.known_hash:
            retagged = RetaggedFile(found.path, found.size, found.mtime_ns, found.known_hash, title, words)
            return Heard(retagged, duration_s)
        beat = analyse(found.path)
        # A damaged file may hold less than its header promises.
        if reason := _too_short(found, beat.fingerprint.duration_s) or _silent(beat):
            return Heard(_no_beat(found, reason), duration_s)
        return Heard(_as_row(found, beat, title, words), duration_s)
    except NotFound:
        return Heard(Survey(missing=(found.path,)))
    except UserError as error:
        return Heard(NotTaken(found.path, str(error)))


def _too_short(found: FoundFile, duration_s: float) -> str:
    if found.any_length or duration_s >= SHORTEST_S:
        return ""
    return f"it is {duration_s:.1f} s long, shorter than {SHORTEST_S:.0f} s"


def _silent(beat: BeatAnalysis) -> str:
    return "it is silent" if beat.fingerprint.loudness_lufs <= QUIETEST_LUFS else ""


def _no_beat(found: FoundFile, reason: str) -> NoBeat:
    return NoBeat(found.path, found.size, found.mtime_ns, reason)


def _as_row(found: FoundFile, beat: BeatAnalysis, title: str, words: str) -> AnalysedFile:
    from vocmatch_desktop.analysis.blob import to_blob
    from vocmatch_desktop.matching.source import COARSE_VERSION, coarse

    fingerprint = beat.fingerprint
    first_look = coarse(fingerprint)
    return AnalysedFile(
        path=found.path,
        size=found.size,
        mtime_ns=found.mtime_ns,
        audio_hash=beat.audio_hash,
        version=fingerprint.version,
        duration_s=fingerprint.duration_s,
        bpm=fingerprint.grid.bpm,
        key=fingerprint.best_key,
        fingerprint=to_blob(fingerprint),
        peaks=beat.peaks,
        title=title,
        words=words,
        coarse=Coarse(first_look.frames, first_look.summary, COARSE_VERSION),
    )


def names_of(path: Path) -> tuple[str, str]:
    """A beat's title (its tag, else the file's name) and the words it may be looked for by: artist, album, genre."""
    from tinytag import TinyTag, TinyTagException

    try:
        tags = TinyTag.get(path, duration=False)
    except (TinyTagException, OSError, ValueError, LookupError, ArithmeticError):
        # Tags are a courtesy: many sound files have none, or damaged ones, and are beats all the same.
        return _one_line(path.stem), ""
    words = " ".join(filter(None, (tags.artist, tags.album, tags.genre)))
    return _one_line(tags.title or "") or _one_line(path.stem), _one_line(words)


def _one_line(text: str) -> str:
    """Names may hold line breaks; a row has one line."""
    return " ".join(text.replace("\0", " ").split())
