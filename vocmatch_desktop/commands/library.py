"""`vocmatch index` and `vocmatch library`: the user's beats, from a shell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vocmatch_desktop.commands.options import JsonFlag, LibraryFile, library_file
from vocmatch_desktop.commands.output import emit, one_line, progress
from vocmatch_desktop.commands.tables import drawn, shown

if TYPE_CHECKING:
    from vocmatch_desktop.library.catalogue import Catalogue
    from vocmatch_desktop.library.records import Change, TrackRow
    from vocmatch_desktop.services.indexing import IndexSpec, IndexSummary
    from vocmatch_desktop.settings import Settings

Beat = Annotated[str, typer.Argument(metavar="ID", help="The beat's id, or the path of its file.")]

PATIENCE_S = 30.0
"""How long the shell waits for another program's write: nobody watches a script."""


def register(app: typer.Typer) -> None:
    """Adds `index` and the group `library`."""
    app.command("index")(index)
    group = typer.Typer(help="The catalogue of your beats. Nothing here ever deletes a sound file.")
    for command in (list_, search, tag, rate, lock, remove, restore, relocate, split, set_aside):
        group.command(command.__name__.strip("_").replace("_", "-"))(command)
    app.add_typer(group, name="library")


def index(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER…", help="Folders of beats, or single files.")],
    library: LibraryFile = None,
    jobs: Annotated[int | None, typer.Option(min=1, max=64, help="Processes that listen.")] = None,
    exclude: Annotated[list[Path] | None, typer.Option(help="Leave this folder out.")] = None,
    include: Annotated[list[Path] | None, typer.Option(help="Take this folder whatever it is called.")] = None,
    json_: JsonFlag = False,
) -> None:
    """Analyses every sound file under the folders; resumes; leaves alone what has not changed.

    Beats you removed stay removed, unless you name their file itself.
    """
    from vocmatch_desktop.services.indexing import IndexSpec

    database = library_file(library)
    chosen = _settings()
    spec = IndexSpec(
        roots=tuple(map(_existing, folders)),
        library=database,
        jobs=jobs,
        excluded=(*map(Path, chosen.excluded_folders), *(path.expanduser().absolute() for path in exclude or ())),
        included=(*map(Path, chosen.included_folders), *(path.expanduser().absolute() for path in include or ())),
    )
    summary = _index(spec)
    emit(summary, as_json=json_, text=_index_text(summary))


def list_(library: LibraryFile = None, json_: JsonFlag = False) -> None:
    """Lists every beat."""
    with _opened(library, reading=True) as catalogue:
        rows = catalogue.rows()
    _show(rows, json_)


def search(
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="Words of title, tags, path, artist or key.")],
    library: LibraryFile = None,
    json_: JsonFlag = False,
) -> None:
    """Finds beats that have all the words, the best first."""
    with _opened(library, reading=True) as catalogue:
        rows = catalogue.rows(map(int, catalogue.search(" ".join(text))))
    _show(rows, json_)


def tag(
    beat: Beat,
    tags: Annotated[list[str] | None, typer.Argument(metavar="TAG…", help="None takes all tags away.")] = None,
    library: LibraryFile = None,
    json_: JsonFlag = False,
) -> None:
    """Gives a beat these tags in place of its own."""
    _edit(library, beat, lambda catalogue, track: catalogue.set_tags([track], tags or ()), json_)


def rate(
    beat: Beat,
    stars: Annotated[int, typer.Argument(metavar="0–5", min=0, max=5)],
    library: LibraryFile = None,
    json_: JsonFlag = False,
) -> None:
    """Rates a beat; 0 takes its rating away."""
    _edit(library, beat, lambda catalogue, track: catalogue.rate([track], stars), json_)


def lock(
    beat: Beat,
    tempo: Annotated[float, typer.Option(help="2 where the beat is twice as fast as it says, 0.5 half.")] = 1.0,
    key: Annotated[str | None, typer.Option(help="The beat's key, as in Am, F#m, Eb.")] = None,
    library: LibraryFile = None,
    json_: JsonFlag = False,
) -> None:
    """Corrects a beat's tempo octave and key; without options takes the corrections away."""
    from vocmatch_desktop.library.edits import TEMPO_FACTORS
    from vocmatch_desktop.types import Key, Locks

    if tempo not in TEMPO_FACTORS:
        raise typer.BadParameter("--tempo is 0.5, 1 or 2.")
    try:
        locks = Locks(tempo, None if key is None else Key.parse(key))
    except ValueError as error:
        raise typer.BadParameter(f"“{key}” is not a key. Write Am, F#m, Eb.") from error
    _edit(library, beat, lambda catalogue, track: catalogue.lock([track], locks), json_)


def remove(beat: Beat, library: LibraryFile = None, json_: JsonFlag = False) -> None:
    """Takes a beat out of the library; its files stay, and indexing does not bring it back."""
    with _opened(library) as catalogue:
        row = catalogue.find(beat)
        catalogue.remove([row.id])
    emit(_as_json([row]), as_json=json_, text=f"Removed “{row.title}”; its files stay. (library restore {row.id})")


def restore(
    track: Annotated[int, typer.Argument(metavar="ID", help="The id of a beat that was removed.")],
    library: LibraryFile = None,
    json_: JsonFlag = False,
) -> None:
    """Puts a removed beat back, with its tags, rating and locks."""
    with _opened(library) as catalogue:
        catalogue.bring_back([track])
        rows = catalogue.rows([track])
    _show(rows, json_)


def relocate(
    beat: Beat,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Where the file is now.")],
    library: LibraryFile = None,
    json_: JsonFlag = False,
) -> None:
    """Says where a missing file is now."""
    from vocmatch_desktop.audio.files import probe
    from vocmatch_desktop.services.indexing import IndexSpec

    place = _existing(path)
    probe(place)
    with _opened(library) as catalogue:
        track = catalogue.find(beat).id
        catalogue.relocate(track, place)
    _index(IndexSpec(roots=(place,), library=library_file(library), jobs=1))
    with _opened(library, reading=True) as catalogue:
        rows = catalogue.rows([track])
    _show(rows, json_)


def split(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file that is a beat of its own.")],
    library: LibraryFile = None,
    json_: JsonFlag = False,
) -> None:
    """Makes one version of a beat a beat of its own."""
    from vocmatch_desktop.library.scan import plain_path

    with _opened(library) as catalogue:
        row = catalogue.find(str(path))
        wanted = plain_path(path.expanduser())
        (file,) = (file.id for file in catalogue.files(row.id) if file.path == wanted)
        change = catalogue.split(file)
        rows = catalogue.rows([row.id, change.values["track"]])
    _show(rows, json_)


def set_aside(library: LibraryFile = None, json_: JsonFlag = False) -> None:
    """Renames a damaged library, so that indexing can make a new one; deletes nothing."""
    from vocmatch_desktop.library.schema import set_aside as rename

    path = rename(_existing(library_file(library)))
    emit({"path": path}, as_json=json_, text=f"The library is now {path}. Index your folders to make a new one.")


def _opened(library: Path | None, reading: bool = False) -> Catalogue:
    from vocmatch_desktop.library.catalogue import Catalogue

    database = library_file(library)
    if reading or not database.exists():  # an edit of a library that is not there must not make one
        return Catalogue(database, read_only=True)
    return Catalogue(database, busy_timeout_s=PATIENCE_S)


def _edit(library: Path | None, beat: str, change: Callable[[Catalogue, int], Change], json_: bool) -> None:
    with _opened(library) as catalogue:
        track = catalogue.find(beat).id
        change(catalogue, track)
        rows = catalogue.rows([track])
    _show(rows, json_)


def _index(spec: IndexSpec) -> IndexSummary:
    from vocmatch_desktop.library.catalogue import Catalogue
    from vocmatch_desktop.services.indexing import index as run_index

    with Catalogue(spec.library, busy_timeout_s=PATIENCE_S) as catalogue, progress() as report:
        return run_index(catalogue, spec, report)


def _settings() -> Settings:
    from vocmatch_desktop.settings import Places, load

    return load(Places.from_environment().settings_file)


def _existing(path: Path) -> Path:
    from vocmatch_desktop.errors import NotFound
    from vocmatch_desktop.library.scan import plain_path

    there = plain_path(path.expanduser())
    if not there.exists():
        raise NotFound(f"There is no {one_line(str(there))}.", "Check the spelling, or plug in the drive.")
    return there


def _show(rows: Sequence[TrackRow], json_: bool) -> None:
    emit(_as_json(rows), as_json=json_, text="" if json_ else _table(rows))


def _as_json(rows: Sequence[TrackRow]) -> dict[str, Any]:
    return {"tracks": [_track(row) for row in rows]}


def _track(row: TrackRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "path": row.path,
        "duration_s": row.duration_s,
        "tempo_bpm": row.bpm,
        "key": row.key.name,
        "camelot": row.key.camelot,
        "rating": row.rating,
        "tags": row.tags,
        "missing": row.missing,
        "versions": row.versions,
        "locks": {"tempo_factor": row.locks.tempo_factor, "key": row.locks.key and row.locks.key.name},
        "added": row.added,
    }


def _table(rows: Sequence[TrackRow]) -> str:
    """A table for a person; names on one line, whatever they hold."""
    if not rows:
        return "No beats. Index a folder: vocmatch index FOLDER"
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name, right in (("id", True), ("title", False), ("bpm", True), ("key", False), ("length", True), ("", False)):
        table.add_column(name, justify="right" if right else "left", no_wrap=name != "title", overflow="fold")
    for row in rows:
        length = f"{int(row.duration_s) // 60}:{int(row.duration_s) % 60:02d}"
        key = f"{row.key.name} {row.key.camelot}"
        table.add_row(str(row.id), Text(shown(row.title)), f"{row.bpm:.1f}", key, length, Text(_notes(row)))
    return drawn(table)


def _notes(row: TrackRow) -> str:
    notes = ["★" * row.rating, " ".join(f"#{shown(tag)}" for tag in row.tags)]
    notes.append(f"{row.versions} files" if row.versions > 1 else "")
    notes.append("missing" if row.missing else "")
    return " ".join(filter(None, notes))


def _index_text(summary: IndexSummary) -> str:
    counts = (
        f"{summary.added} added, {summary.updated} updated, {summary.unchanged} unchanged, {summary.missing} missing"
    )
    speed = summary.audio_s / max(summary.elapsed_s, 1e-3)
    lines = [
        f"{summary.tracks} beats in the library: {counts}.",
        f"{len(summary.skipped)} skipped, {len(summary.failed)} failed; "
        f"{summary.elapsed_s:.1f} s ({speed:.0f} × real time).",
    ]
    lines += [f"failed: {shown(str(item.path))}: {one_line(item.reason)}" for item in summary.failed]
    reasons = Counter(item.reason for item in summary.skipped)
    lines += [f"skipped {count}: {one_line(reason)}" for reason, count in sorted(reasons.items())]
    return "\n".join(lines)
