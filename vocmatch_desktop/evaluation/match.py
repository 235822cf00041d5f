"""Scores the ranking on takes whose beats are known, beside the methods it has to beat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.evaluation import methods, ranking
from vocmatch_desktop.evaluation.dataset import Heard, Pairs, listen, read_pairs
from vocmatch_desktop.evaluation.ranking import Figures
from vocmatch_desktop.evaluation.workbook import check_installed, write_workbook
from vocmatch_desktop.matching.rank import MatchOptions, rank
from vocmatch_desktop.matching.source import MemorySource
from vocmatch_desktop.services.reports import Unread
from vocmatch_desktop.types import Fingerprint, Match, Report, TakeFeatures

OURS = "vocmatch"


@dataclass(frozen=True, slots=True)
class EvaluateMatchSpec:
    """`table`: the list of pairs. `distractors`: folders of more beats. `workbook`: where the .xlsx goes, if wanted."""

    table: Path
    distractors: tuple[Path, ...] = ()
    baselines: bool = False
    workbook: Path | None = None


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One method against the pool with, and without, the distractors (None where there are none)."""

    name: str
    figures: Figures
    without_distractors: Figures | None


@dataclass(frozen=True, slots=True, eq=False)
class MatchEvaluation:
    """`rows`: the program first. `rankings`: its matches for every take, best first (None: no voice heard)."""

    pairs: Pairs
    rows: tuple[MethodRow, ...]
    rankings: tuple[tuple[Match, ...] | None, ...]
    workbook: Path | None = None


def run(spec: EvaluateMatchSpec, report: Report) -> MatchEvaluation:
    """Evaluates; writes the workbook where one is wanted.

    Raises:
        NotFound, BadDataset: as `dataset.read_pairs`. UnreadableAudio: a file of the set is no sound.
        NoSpreadsheets, DiskError: the workbook cannot be written.
    """
    if spec.workbook is not None:
        check_installed()
    heard = listen(read_pairs(spec.table, spec.distractors), report)
    rankings = _rank_all(heard, report)
    scores = {OURS: [_by_place(matches, len(heard.beats)) for matches in rankings]}
    if spec.baselines:
        probes = {"leak_probe": methods.leak_probe, "notes_at_zero": methods.notes_at_zero}
        for name, method in {**methods.BASELINES, **methods.PARTS, **probes}.items():
            scores[name] = [_scores(method, take, heard.beats) for take in heard.takes]
    else:
        scores["leak_probe"] = [_scores(methods.leak_probe, take, heard.beats) for take in heard.takes]
    rows = [_row(name, table, heard.pairs) for name, table in scores.items()]
    rows.append(_chance(heard.pairs))
    evaluation = MatchEvaluation(heard.pairs, tuple(rows), tuple(rankings), spec.workbook)
    if spec.workbook is not None:
        write_workbook(spec.workbook, evaluation)
    return evaluation


def _rank_all(heard: Heard, report: Report) -> list[tuple[Match, ...] | None]:
    """The program's ranking of every take, whole pool, ids being places in the pool."""
    source = MemorySource(dict(enumerate(heard.beats)))
    rankings: list[tuple[Match, ...] | None] = []
    for take in heard.takes:
        report(len(rankings) / len(heard.takes), "Ranking")
        rankings.append(None if take is None else rank(take, source, MatchOptions(), Unread()))
    return rankings


def _by_place(matches: Sequence[Match] | None, places: int) -> NDArray[np.float64]:
    scores = np.zeros(places)
    for match in matches or ():
        scores[match.beat_id] = match.score
    return scores


def _scores(method: methods.Method, take: TakeFeatures | None, beats: Sequence[Fingerprint]) -> NDArray[np.float64]:
    return np.zeros(len(beats)) if take is None else method(take, beats)


def _row(name: str, scores: Sequence[NDArray[np.float64]], pairs: Pairs) -> MethodRow:
    everyone = np.ones(len(pairs.pool), dtype=bool)
    in_set = np.array([candidate.group is not None for candidate in pairs.pool])
    alone = None if in_set.all() else _figures(scores, pairs, in_set)
    return MethodRow(name, _figures(scores, pairs, everyone), alone)


def _figures(scores: Sequence[NDArray[np.float64]], pairs: Pairs, pool: NDArray[np.bool_]) -> Figures:
    ranks = [ranking.own_rank(row[pool], own[pool]) for row, own in zip(scores, _own(pairs), strict=True)]
    places = int(pool.sum()) - min(int((own & pool).sum()) for own in _own(pairs)) + 1
    return ranking.figures(ranks, [query.group for query in pairs.queries], places, int(pool.sum()))


def _own(pairs: Pairs) -> list[NDArray[np.bool_]]:
    """For every take, which beats of the pool are right."""
    groups = [candidate.group for candidate in pairs.pool]
    return [np.array([group == query.group for group in groups]) for query in pairs.queries]


def _chance(pairs: Pairs) -> MethodRow:
    groups = [query.group for query in pairs.queries]
    in_set = sum(candidate.group is not None for candidate in pairs.pool)

    def by_lot(pool: int) -> Figures:
        each = [ranking.expected_metrics(int(own.sum()), pool - int(own.sum())) for own in _own(pairs)]
        return ranking.summed(np.array(each), groups, pool)

    return MethodRow("chance", by_lot(len(pairs.pool)), by_lot(in_set) if in_set < len(pairs.pool) else None)


def as_json(evaluation: MatchEvaluation) -> dict[str, object]:
    """The result as the shell prints it: the program's metrics on top, one row a method below."""
    rows = [_row_json(row) for row in evaluation.rows]
    probe = next(row for row in rows if row["method"] == "leak_probe")
    workbook = None if evaluation.workbook is None else str(evaluation.workbook.absolute())
    return {**rows[0], "leak_probe": probe, "methods": rows, "report": workbook}


def _row_json(row: MethodRow) -> dict[str, object]:
    alone = None if row.without_distractors is None else _figures_json(row.without_distractors)
    return {"method": row.name, **_figures_json(row.figures), "without_distractors": alone}


def _figures_json(figures: Figures) -> Mapping[str, object]:
    return {
        **figures.values,
        "intervals": {name: list(interval) for name, interval in figures.intervals.items()},
        "pool": figures.pool,
        "queries": figures.queries,
    }
