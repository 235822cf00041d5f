"""Reads a matching dataset: which take was sung over which beat, and which beats stand in the way."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vocmatch_desktop.analysis.beat import analyse_beat
from vocmatch_desktop.analysis.take import analyse_take
from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import NoSinging, NotFound, UserError
from vocmatch_desktop.types import Fingerprint, Report, Selection, TakeFeatures

_COLUMNS = ("take", "beat", "group")


class BadDataset(UserError):
    """A list of pairs that cannot be used."""

    kind = "bad_dataset"


@dataclass(frozen=True, slots=True)
class Cut:
    """A sound file, or the part of it from `from_s` to `to_s`."""

    path: Path
    from_s: float | None = None
    to_s: float | None = None

    @property
    def name(self) -> str:
        """File name and, where it is cut, the seconds."""
        if self.from_s is None and self.to_s is None:
            return self.path.name
        return f"{self.path.name} {self.from_s or 0:g}–{'' if self.to_s is None else f'{self.to_s:g}'} s"


@dataclass(frozen=True, slots=True)
class Query:
    """A take, and the group whose beats are right for it."""

    take: Cut
    group: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A beat of the pool; distractors have no group."""

    beat: Cut
    group: str | None


@dataclass(frozen=True, slots=True)
class Pairs:
    """All takes, and the pool every one of them is ranked against: distinct beats first, then distractors."""

    queries: tuple[Query, ...]
    pool: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """The same, analysed. `takes`: None where no voice was heard."""

    pairs: Pairs
    takes: tuple[TakeFeatures | None, ...]
    beats: tuple[Fingerprint, ...]


def read_pairs(table: Path, distractors: Sequence[Path] = ()) -> Pairs:
    """Reads `take,beat,group[,take_from_s,take_to_s,beat_from_s,beat_to_s]`, paths relative to the table.

    Args:
        table: The CSV.
        distractors: Folders whose sound files join the pool.

    Raises:
        NotFound: the table, a folder, or a file that is named does not exist.
        BadDataset: no rows, a missing column, or seconds that are no number.
    """
    if not table.is_file():
        raise NotFound(f"There is no list of pairs at {table}.")
    with table.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    if not rows or any(not rows[0].get(column) for column in _COLUMNS):
        raise BadDataset(f"{table.name} is no list of pairs.", "It needs the columns take, beat and group.")
    queries = tuple(Query(_cut(table, row, "take"), row["group"]) for row in rows)
    beats: dict[Cut, str | None] = {_cut(table, row, "beat"): row["group"] for row in rows}
    for folder in distractors:
        beats |= {Cut(path): None for path in _sounds(folder) if Cut(path) not in beats}
    return Pairs(queries, tuple(Candidate(cut, group) for cut, group in beats.items()))


def _cut(table: Path, row: dict[str, str], what: str) -> Cut:
    path = (table.parent / row[what]).absolute()
    if not path.is_file():
        raise NotFound(f"{table.name} names {row[what]}, which is not there.")
    return Cut(path, _seconds(row, f"{what}_from_s"), _seconds(row, f"{what}_to_s"))


def _seconds(row: dict[str, str], column: str) -> float | None:
    text = (row.get(column) or "").strip()
    try:
        return float(text) if text else None
    except ValueError as error:
        raise BadDataset(f"“{text}” in column {column} is no number of seconds.") from error


def _sounds(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.")
    return sorted(path.absolute() for path in folder.rglob("*") if path.suffix.lower() in files.AUDIO_SUFFIXES)


def listen(pairs: Pairs, report: Report) -> Heard:
    """Analyses every take and every beat once; raises what the analysis raises."""
    total = len(pairs.queries) + len(pairs.pool)
    takes: list[TakeFeatures | None] = []
    beats: list[Fingerprint] = []
    for candidate in pairs.pool:
        report(len(beats) / total, f"Listening to {candidate.beat.name}")
        beats.append(_hear_beat(candidate.beat))
    for query in pairs.queries:
        report((len(beats) + len(takes)) / total, f"Listening to {query.take.name}")
        takes.append(_hear_take(query.take))
    return Heard(pairs, tuple(takes), tuple(beats))


def _hear_take(cut: Cut) -> TakeFeatures | None:
    try:
        return analyse_take(cut.path, selection=_part(cut))
    except NoSinging:
        return None


def _hear_beat(cut: Cut) -> Fingerprint:
    part = _part(cut)
    if part is None:
        return analyse_beat(cut.path).fingerprint
    audio = files.read(cut.path, start_s=part.from_s, duration_s=part.to_s - part.from_s)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cut.wav"
        files.write(path, audio)
        return analyse_beat(path).fingerprint


def _part(cut: Cut) -> Selection | None:
    if cut.from_s is None and cut.to_s is None:
        return None
    return Selection(cut.from_s or 0.0, files.probe(cut.path).duration_s if cut.to_s is None else cut.to_s)
