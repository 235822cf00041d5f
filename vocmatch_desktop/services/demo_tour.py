"""The demo run without a window: makes its library, then every capability on every take, and says what came of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from vocmatch_desktop.services import demo
from vocmatch_desktop.services.demo import DemoPlaces, DemoSpec, LibraryMade
from vocmatch_desktop.services.demo_stems import SongApart, take_apart
from vocmatch_desktop.services.reports import Stage
from vocmatch_desktop.settings import Places
from vocmatch_desktop.types import Match, Note, Report

if TYPE_CHECKING:
    from vocmatch_desktop.library.catalogue import Catalogue
    from vocmatch_desktop.synth.takes import DemoTake

SHOWN = 5
"""Results a take that are told."""


@dataclass(frozen=True, slots=True)
class TourSpec:
    """Make the demo in `folder`, or find it there, and run everything on it; `home` knows the models."""

    folder: Path
    home: Places = field(default_factory=Places.from_environment)


@dataclass(frozen=True, slots=True)
class TakeSung:
    """A demo take and the beat it was made for; `bpm` is None for the one that was sung freely."""

    path: Path
    title: str
    beat: str
    bpm: float | None
    transpose: int
    tempo_ratio: float
    start_s: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """One row of a ranking, as CONTRACT.md names it."""

    rank: int
    id: int
    title: str
    path: Path
    score: float
    transpose: int
    tempo_ratio: float
    start_s: float


@dataclass(frozen=True, slots=True)
class TakeMatch:
    """Where the right beat came (`rank`, None where it was not ranked), and the first results.

    `transpose_right`: the right beat was moved to the key it was sung in.
    """

    take: Path
    title: str
    beat: str
    rank: int | None
    transpose_right: bool
    results: tuple[Ranked, ...]
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class MatchTour:
    """All takes; `right_first` of them have their own beat at rank 1."""

    right_first: int
    takes: tuple[TakeMatch, ...]


@dataclass(frozen=True, slots=True)
class AuditionMade:
    """A take over the beat that came first."""

    path: Path
    duration_s: float


@dataclass(frozen=True, slots=True)
class ExportMade:
    """Files for a DAW, all from the same bar line on."""

    folder: Path
    files: tuple[Path, ...]
    bpm: float
    key: str


@dataclass(frozen=True, slots=True)
class MelodyMade:
    """The first take as notes and as a piano of its own length.

    `right`: how many of its `sung` notes begin within 50 ms of one of ours, half a semitone off at most.
    """

    midi: Path
    audio: Path
    notes: tuple[Note, ...]
    key: str
    tempo_bpm: float
    duration_s: float
    sung: int
    right: int


@dataclass(frozen=True, slots=True)
class Tour:
    """What `vocmatch demo --json` prints; capabilities that do not exist yet are None."""

    library: LibraryMade
    take: TakeSung
    takes: tuple[TakeSung, ...]
    match: MatchTour
    auditions: tuple[AuditionMade, ...]
    export: ExportMade
    separate: SongApart | None
    melody: MelodyMade
    accompany: None
    elapsed_s: float


def run(spec: TourSpec, report: Report) -> Tour:
    """Makes the demo and runs match, audition, export, separate and melody on it.

    Raises:
        DiskError: the folder cannot be written. LibraryError: its database is damaged. ModelError: a model is.
    """
    from vocmatch_desktop.library.catalogue import Catalogue
    from vocmatch_desktop.synth.takes import TAKES

    started = time.monotonic()
    places = DemoPlaces(spec.folder)
    library = demo.build(DemoSpec(spec.folder), Stage(report, 0.0, 0.8))
    with Catalogue(places.library, read_only=True) as catalogue:
        found = [_match(take, places, catalogue, report) for take in TAKES]
    auditions = [_audition(take, match, places, report) for take, match in zip(TAKES, found, strict=True)]
    takes = tuple(_sung(take, places) for take in TAKES)
    return Tour(
        library=library,
        take=takes[0],
        takes=takes,
        match=MatchTour(sum(match.rank == 1 for match in found), tuple(found)),
        auditions=tuple(auditions),
        export=_export(TAKES[0], found[0], places, Stage(report, 0.95, 0.97)),
        separate=take_apart(auditions[0].path, places.stems, spec.home, Stage(report, 0.97, 0.99)),
        melody=_melody(TAKES[0], places, Stage(report, 0.99, 1.0)),
        accompany=None,
        elapsed_s=time.monotonic() - started,
    )


def _sung(take: DemoTake, places: DemoPlaces) -> TakeSung:
    lies = take.transform
    return TakeSung(
        path=places.take(take.title) / "take.wav",
        title=take.title,
        beat=take.beat,
        bpm=None if take.free else take.bpm,
        transpose=lies.transpose,
        tempo_ratio=lies.tempo_ratio,
        start_s=lies.start_s,
    )


def _match(take: DemoTake, places: DemoPlaces, catalogue: Catalogue, report: Report) -> TakeMatch:
    """Ranks the library for a take; the free one's tempo is told to nobody."""
    from vocmatch_desktop.services import matching

    report(0.8, f"Matching “{take.title}”")
    spec = matching.MatchSpec(
        take=places.take(take.title) / "take.wav",
        library=places.library,
        bpm=None if take.free else take.bpm,
        first_beat_s=None if take.free else take.first_beat_s,
    )
    result = matching.run(spec, report)
    titles = {row.id: (row.title, row.path) for row in catalogue.rows()}
    ranked = [_ranked(rank, match, *titles[match.beat_id]) for rank, match in enumerate(result.matches, start=1)]
    right = next((row for row in ranked if row.title == take.beat), None)
    return TakeMatch(
        take=spec.take,
        title=take.title,
        beat=take.beat,
        rank=right.rank if right else None,
        transpose_right=right is not None and right.transpose == take.transpose,
        results=tuple(ranked[:SHOWN]),
        elapsed_s=result.elapsed_s,
    )


def _ranked(rank: int, match: Match, title: str, path: Path) -> Ranked:
    lies = match.transform
    return Ranked(
        rank=rank,
        id=match.beat_id,
        title=title,
        path=path,
        score=match.score,
        transpose=lies.transpose,
        tempo_ratio=lies.tempo_ratio,
        start_s=lies.start_s,
    )


def _audition(take: DemoTake, match: TakeMatch, places: DemoPlaces, report: Report) -> AuditionMade:
    """Renders the take over the beat that came first."""
    from vocmatch_desktop.export.names import safe_name
    from vocmatch_desktop.library.catalogue import Catalogue
    from vocmatch_desktop.services import audition
    from vocmatch_desktop.types import Transform

    report(0.9, f"Auditioning “{take.title}”")
    first = match.results[0]
    with Catalogue(places.library, read_only=True) as catalogue:
        grid = catalogue.fingerprint(first.id).grid
    name = safe_name(f"{take.title} + {first.title}", ".wav")
    spec = audition.AuditionSpec(
        take=match.take,
        beat=first.path,
        grid=grid,
        transform=Transform(first.transpose, first.tempo_ratio, first.start_s),
        out=places.auditions / name,
    )
    made = audition.run(spec, Stage(report, 0.9, 0.95))
    return AuditionMade(made.path, made.duration_s)


def _export(take: DemoTake, match: TakeMatch, places: DemoPlaces, report: Report) -> ExportMade:
    from vocmatch_desktop.services import exporting
    from vocmatch_desktop.services.pairing import PairSpec

    pair = PairSpec(
        take=match.take,
        beat=str(match.results[0].id),
        library=places.library,
        bpm=None if take.free else take.bpm,
        first_beat_s=None if take.free else take.first_beat_s,
    )
    made = exporting.run(exporting.ExportSpec(pair, take.title, places.sessions / take.title), report)
    return ExportMade(places.sessions / take.title, made.files, made.bpm, made.key.name)


def _melody(take: DemoTake, places: DemoPlaces, report: Report) -> MelodyMade:
    """What was sung against what was heard; the piano is made once and found again."""
    from vocmatch_desktop.services import melody
    from vocmatch_desktop.synth import takes

    audio = places.take(take.title) / "take.wav"
    heard = melody.run(melody.MelodySpec(audio, bpm=take.bpm), Stage(report, 0.0, 0.5))
    writing = melody.WriteMelodySpec(audio, take.title, heard.notes, places.melodies, take.bpm, key=heard.key)
    made = melody.run_write(writing, Stage(report, 0.5, 1.0))
    sung = takes.notes(take)
    right = sum(
        any(abs(ours.onset_s - note.onset_s) <= 0.05 and abs(ours.pitch - note.pitch) <= 0.5 for ours in heard.notes)
        for note in sung
    )
    return MelodyMade(
        midi=made.midi,
        audio=made.piano,
        notes=heard.notes,
        key=heard.key.name,
        tempo_bpm=take.bpm,
        duration_s=made.duration_s,
        sung=len(sung),
        right=right,
    )
