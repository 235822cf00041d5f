"""`vocmatch match`: which of the library's beats go with a take, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vocmatch_desktop.commands.given import given_take
from vocmatch_desktop.commands.options import Bpm, FirstBeat, InKey, JsonFlag, LibraryFile, TakeFile, library_file
from vocmatch_desktop.commands.output import emit, progress
from vocmatch_desktop.commands.tables import drawn, shown

if TYPE_CHECKING:
    from vocmatch_desktop.library.records import TrackRow
    from vocmatch_desktop.services.matching import MatchResult, MatchSpec
    from vocmatch_desktop.types import Match, Transform

Top = Annotated[int | None, typer.Option(min=1, help="Show only the best (default: all in JSON, 20 in the table).")]
MaxShift = Annotated[int, typer.Option(min=0, max=6, help="Semitones a beat may be transposed.")]
TABLE_ROWS = 20
WHY = ("key", "transpose", "tempo", "tempo_far", "enters", "clash", "lead_busy")
"""Reasons that fit in a table, most telling first."""


def register(app: typer.Typer) -> None:
    """Adds `match`."""
    app.command()(match)


def match(
    take: TakeFile,
    top: Top = None,
    in_key: InKey = False,
    max_shift: MaxShift = 6,
    bpm: Bpm = None,
    first_beat: FirstBeat = None,
    library: LibraryFile = None,
    json_: JsonFlag = False,
) -> None:
    """Ranks the library for the take: which of your beats go with it, and why."""
    from vocmatch_desktop.errors import NotFound
    from vocmatch_desktop.services import matching as service

    given = given_take(take, bpm, first_beat)
    database = library_file(library)
    if not database.is_file():
        raise NotFound(f"There is no library at {database}.", "`vocmatch index FOLDER` makes one.")
    wanted = top if json_ or top else TABLE_ROWS
    spec = service.MatchSpec(
        take=given.audio,
        library=database,
        top=wanted,
        in_key=in_key,
        max_shift=max_shift,
        selection=given.selection,
        bpm=given.bpm,
        first_beat_s=given.first_beat_s,
    )
    with progress() as report:
        result = service.run(spec, report)
    rows = _rows(database, result.matches)
    emit(_as_json(spec, result, rows), as_json=json_, text="" if json_ else _text(result, rows))


def _rows(database: Path, matches: Sequence[Match]) -> dict[int, TrackRow]:
    from vocmatch_desktop.library.catalogue import Catalogue

    with Catalogue(database, read_only=True) as catalogue:
        return {row.id: row for row in catalogue.rows([match.beat_id for match in matches])}


def _as_json(spec: MatchSpec, result: MatchResult, rows: Mapping[int, TrackRow]) -> dict[str, Any]:
    take = result.take
    return {
        "take": {
            "path": spec.take,
            "duration_s": take.duration_s,
            "voiced_s": take.voiced_s,
            "key": take.best_key.name,
            "tempo_bpm": take.tempo[0].bpm if take.tempo else None,
            "tempo_known": take.tempo_known,
            "tempo_candidates": [{"bpm": guess.bpm, "probability": guess.probability} for guess in take.tempo],
        },
        "results": [
            {"rank": rank, **_result(match, rows[match.beat_id])}
            for rank, match in enumerate(result.matches, 1)
            if match.beat_id in rows
        ],
        "calibrated": False,
        "library_size": result.library_size,
        "elapsed_s": result.elapsed_s,
    }


def _result(match: Match, row: TrackRow) -> dict[str, Any]:
    from vocmatch_desktop.matching.words import alternative, sentence

    return {
        "id": row.id,
        "path": row.path,
        "title": row.title,
        "score": match.score,
        "parts": match.parts,
        **_laid(match.transform),
        "key": row.key.name,
        "tempo_bpm": row.bpm,
        "reasons": [
            {"kind": reason.kind, "values": dict(reason.values), "text": sentence(reason)} for reason in match.reasons
        ],
        "alternatives": [
            {"score": score, **_laid(transform), "text": alternative(score, transform)}
            for score, transform in match.alternatives
        ],
    }


def _laid(transform: Transform) -> dict[str, Any]:
    return {
        "transpose": transform.transpose,
        "tempo_ratio": transform.tempo_ratio,
        "start_s": transform.start_s,
        "octave": transform.octave,
    }


def _text(result: MatchResult, rows: Mapping[int, TrackRow]) -> str:
    if not result.library_size:
        return "The library is empty. Index a folder of beats: vocmatch index FOLDER"
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name, right in (("", True), ("score", True), ("id", True), ("title", False), ("bpm", True), ("key", False)):
        table.add_column(name, justify="right" if right else "left", no_wrap=name != "title", overflow="fold")
    table.add_column("why", overflow="fold")
    for rank, found in enumerate(result.matches, 1):
        row = rows.get(found.beat_id)
        if row is not None:
            cells = (f"{found.score:.0f}", str(row.id), Text(shown(row.title)), f"{row.bpm:.1f}", row.key.name)
            table.add_row(str(rank), *cells, Text(_why(found)))
    return f"{drawn(table)}\n\n{_about(result)}"


def _why(match: Match) -> str:
    from vocmatch_desktop.matching.words import sentence

    reasons = {reason.kind: reason for reason in match.reasons}
    return " · ".join(sentence(reasons[kind]) for kind in WHY if kind in reasons)


def _about(result: MatchResult) -> str:
    take = result.take
    tempo = f"{take.tempo[0].bpm:.0f} BPM{'' if take.tempo_known else '?'}" if take.tempo else "tempo unknown"
    heard = f"{take.voiced_s:.0f} s sung, {take.best_key.name}, {tempo}"
    size = f"{result.library_size} beats in {result.elapsed_s:.1f} s"
    return f"Heard: {heard}. Ranked {size}. Scores order the beats; they are not calibrated yet."
