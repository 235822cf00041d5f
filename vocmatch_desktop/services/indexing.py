"""Indexing: folders are looked through, new and changed files are listened to, and the catalogue learns of it.

Two halves, because one process writes. `run` looks and listens: it sends `IndexEvent`s through `report.partial` as they
come, and writes nothing. `Indexer` stores them, in the window or in the shell. Every event is stored as it comes, so
indexing that was stopped, however rudely, goes on where it was.
"""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.library.records import (
    Coarse,
    Condensed,
    FoundFile,
    IndexEvent,
    KnownFile,
    NoBeat,
    NotTaken,
    Stored,
    Survey,
)
from vocmatch_desktop.library.scan import Plan, Rules, scan
from vocmatch_desktop.services.listening import Heard, listen
from vocmatch_desktop.services.pool import Outcome, work_through
from vocmatch_desktop.types import Report

_log = logging.getLogger(__name__)

PROCESS_MEMORY_MB = 190
"""What one listening process needs at most."""

MEMORY_MB = 600
"""What all of them together may need, unless the user asks for more of them."""


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """What to index.

    `roots`: folders, or single files, which are then taken whatever their length and folder. `library`: the database to
    compare with; it is only read. `jobs`: processes, None for as many as the machine and `MEMORY_MB` allow. `excluded`,
    `included`: folders to leave out, and to take whatever they are called. `only`: limits the look to these paths under
    `roots`, as `library.watch` names them. `listen`: hears one file, in another process.
    """

    roots: tuple[Path, ...]
    library: Path
    jobs: int | None = None
    excluded: tuple[Path, ...] = ()
    included: tuple[Path, ...] = ()
    only: tuple[Path, ...] = ()
    listen: Callable[[FoundFile], Heard] = listen


@dataclass(frozen=True, slots=True)
class IndexResult:
    """How it went; `missing` are files that are gone since the last time. `audio_s`: seconds of sound listened to."""

    unchanged: int
    missing: tuple[Path, ...]
    skipped: tuple[NotTaken, ...]
    failed: tuple[NotTaken, ...]
    elapsed_s: float
    audio_s: float


@dataclass(frozen=True, slots=True)
class IndexSummary:
    """What indexing did to the catalogue, as CONTRACT.md names it.

    `added`: files of new beats and new versions of known ones (`versions` of them). `updated`: changed, re-tagged or
    `moved` files. `tracks`: beats in the library now.
    """

    added: int
    updated: int
    unchanged: int
    missing: int
    skipped: tuple[NotTaken, ...]
    failed: tuple[NotTaken, ...]
    elapsed_s: float
    audio_s: float
    versions: int
    moved: int
    tracks: int


def run(spec: IndexSpec, report: Report) -> IndexResult:
    """Looks and listens, sending events through `report.partial`; the first is a `Survey` that says how much there is.

    Raises:
        LibraryError: the database cannot be read. Whatever `report` raises to stop.
    """
    started = time.monotonic()
    plan, to_condense = _plan(spec, report)
    report.partial(plan.survey)
    heard = _Tally(len(plan.listen))
    report(heard.fraction, heard.words)
    outcomes = work_through(
        plan.listen, spec.listen, processes=jobs(spec.jobs), check=lambda: report(heard.fraction, heard.words)
    )
    with closing(outcomes):
        for outcome in outcomes:
            event = heard.take(outcome)
            report.partial(event)
            report(heard.fraction, heard.words)
    _condense(spec, to_condense, report)
    return IndexResult(
        unchanged=plan.unchanged,
        missing=(*plan.survey.missing, *heard.missing),
        skipped=(*plan.skipped, *heard.skipped),
        failed=tuple(heard.failed),
        elapsed_s=time.monotonic() - started,
        audio_s=heard.audio_s,
    )


def jobs(wanted: int | None) -> int:
    """How many processes listen: as many as were asked for, else one a core, within `MEMORY_MB`."""
    if wanted is not None:
        return max(1, wanted)
    return max(1, min(os.cpu_count() or 1, MEMORY_MB // PROCESS_MEMORY_MB))


def _plan(spec: IndexSpec, report: Report) -> tuple[Plan, tuple[str, ...]]:
    """What to listen to, and the sounds that were analysed for another version of matching."""
    from vocmatch_desktop.analysis.blob import ANALYSER_VERSION
    from vocmatch_desktop.matching.source import COARSE_VERSION

    known: tuple[KnownFile, ...] = ()
    to_condense: tuple[str, ...] = ()
    if spec.library.exists():
        with Catalogue(spec.library, read_only=True) as catalogue:
            known = catalogue.known_files()
            to_condense = () if spec.only else catalogue.not_condensed(COARSE_VERSION)
    plan = scan(
        spec.roots,
        known,
        rules=Rules(spec.excluded, spec.included),
        version=ANALYSER_VERSION,
        only=spec.only,
        check=lambda: report(0.0, "Looking through folders"),
    )
    survey = replace(plan.survey, to_hear=len(plan.listen) + len(to_condense))
    return replace(plan, survey=survey), to_condense


def _condense(spec: IndexSpec, audio_hashes: Sequence[str], report: Report) -> None:
    """Sends the rows matching wants now, so that the first match after an update need not make them all."""
    if not audio_hashes:
        return
    from vocmatch_desktop.matching.source import COARSE_VERSION, coarse

    with Catalogue(spec.library, read_only=True) as catalogue:
        for place, audio_hash in enumerate(audio_hashes):
            report(1.0, f"Preparing beats for matching: {place} of {len(audio_hashes)}")
            fingerprint = catalogue.sound(audio_hash)
            if fingerprint is not None:
                made = coarse(fingerprint)
                report.partial(Condensed(audio_hash, Coarse(made.frames, made.summary, COARSE_VERSION)))


@dataclass(slots=True)
class _Tally:
    """What was heard so far."""

    total: int
    done: int = 0
    audio_s: float = 0.0
    missing: list[Path] = field(default_factory=list)
    skipped: list[NotTaken] = field(default_factory=list)
    failed: list[NotTaken] = field(default_factory=list)

    @property
    def fraction(self) -> float:
        return self.done / max(1, self.total)

    @property
    def words(self) -> str:
        return f"Listening to beats: {self.done} of {self.total}"

    def take(self, outcome: Outcome[FoundFile]) -> IndexEvent:
        """Counts an outcome and gives its event."""
        self.done += 1
        heard: Heard = outcome.result or Heard(NotTaken(outcome.item.path, outcome.crash))
        if outcome.crash:
            _log.error("Listening to %r failed: %s", str(outcome.item.path), outcome.story or outcome.crash)
        self.audio_s += heard.audio_s
        match heard.event:
            case NotTaken() as failure:
                self.failed.append(failure)
            case NoBeat(path=path, reason=reason):
                self.skipped.append(NotTaken(path, reason))
            case Survey(missing=gone):
                self.missing += gone
        return heard.event


class Indexer:
    """The writing half: stores the events of one `run` and counts what came of them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._counts: Counter[str] = Counter()

    def store(self, event: IndexEvent) -> Stored:
        """Writes one event; committed when this returns."""
        stored = self._catalogue.store(event)
        self._counts[stored.outcome] += 1
        if isinstance(event, Survey):
            self._counts["moved"] += len(event.moved)
        return stored

    def summary(self, result: IndexResult) -> IndexSummary:
        """The whole story, once `run` has given its result."""
        counts = self._counts
        return IndexSummary(
            added=counts["added"] + counts["version"],
            updated=counts["updated"] + counts["moved"],
            unchanged=result.unchanged,
            missing=len(result.missing),
            skipped=result.skipped,
            failed=result.failed,
            elapsed_s=result.elapsed_s,
            audio_s=result.audio_s,
            versions=counts["version"],
            moved=counts["moved"],
            tracks=len(self._catalogue.search("")),
        )


class Storing:
    """A report that stores what is sent early, and passes progress on."""

    def __init__(self, indexer: Indexer, report: Report) -> None:
        self._indexer = indexer
        self._report = report

    def __call__(self, fraction: float, what: str) -> None:
        """Says how far it is."""
        self._report(fraction, what)

    def partial(self, event: Any) -> None:
        """Stores, then hands on."""
        self._indexer.store(event)
        self._report.partial(event)


def index(catalogue: Catalogue, spec: IndexSpec, report: Report) -> IndexSummary:
    """Looks, listens and stores in one go, for callers that may write: the shell and the demo."""
    indexer = Indexer(catalogue)
    result = run(spec, Storing(indexer, report))
    return indexer.summary(result)
