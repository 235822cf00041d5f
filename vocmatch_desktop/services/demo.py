"""The demo library: thirty beats and three takes that the program writes, plays and sings itself.

`run` makes them and sends the events the catalogue is to store (see `services.indexing`), so that rows appear one by
one while the rest is still being made. What was made once is kept: a second run finds it. `services.demo_tour` then
runs every capability on it.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from vocmatch_desktop.errors import DiskError, UserError
from vocmatch_desktop.library.records import FoundFile, IndexEvent, Survey
from vocmatch_desktop.services.listening import Heard, listen
from vocmatch_desktop.services.pool import Outcome, work_through
from vocmatch_desktop.services.reports import Stage
from vocmatch_desktop.types import Report
from vocmatch_desktop.whole import write_text

DEMO_VERSION = 1
"""Raise it when a beat or a take sounds different: older demos are then made anew."""

PROCESSES = 2


@dataclass(frozen=True, slots=True)
class DemoSpec:
    """Make the demo in `folder`, or find it there; `beats`: titles, when not all of its beats are wanted."""

    folder: Path
    processes: int = PROCESSES
    beats: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class DemoPlaces:
    """What lies where in the demo's folder."""

    folder: Path

    @property
    def library(self) -> Path:
        """Its own catalogue; the demo never mixes with the user's beats."""
        return self.folder / "library.db"

    @property
    def beats(self) -> Path:
        """One FLAC a beat, and beside it what is true of it."""
        return self.folder / "Beats"

    @property
    def takes(self) -> Path:
        """One folder a take."""
        return self.folder / "Takes"

    @property
    def auditions(self) -> Path:
        """Takes over beats, rendered."""
        return self.folder / "Auditions"

    @property
    def melodies(self) -> Path:
        """Takes as MIDI and piano."""
        return self.folder / "Melodies"

    @property
    def stems(self) -> Path:
        """Some seconds of an audition, and what they are made of."""
        return self.folder / "Stems"

    @property
    def sessions(self) -> Path:
        """What is exported for a DAW."""
        return self.folder / "Sessions"

    @property
    def stamp(self) -> Path:
        """Says which version lies here."""
        return self.folder / "demo.json"

    def beat(self, title: str) -> Path:
        """A beat's sound."""
        return self.beats / f"{title}.flac"

    def take(self, title: str) -> Path:
        """A take's folder."""
        return self.takes / title


@dataclass(frozen=True, slots=True)
class DemoReady:
    """The demo is there. `made`: how many beats had to be made; `takes`: their folders."""

    library: Path
    beats: Path
    takes: tuple[Path, ...]
    made: int
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class LibraryMade:
    """The demo's library; `made` beats were made in this run, `failed` could not be indexed."""

    path: Path
    folder: Path
    tracks: int
    made: int
    failed: int
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class Order:
    """What a process is to make: a take, or a beat that it then listens to."""

    title: str
    places: DemoPlaces
    is_take: bool = False


def run(spec: DemoSpec, report: Report) -> DemoReady:
    """Makes what is missing; sends `IndexEvent`s through `report.partial` as beats become ready.

    Raises:
        DiskError: the folder cannot be written. Whatever `report` raises to stop; what was made by then is kept.
    """
    from vocmatch_desktop.synth.takes import TAKES

    started = time.monotonic()
    places = DemoPlaces(spec.folder)
    _prepare(places)
    orders = [order for order in _orders(places) if _wanted(order, spec)]
    beats = sum(not order.is_take for order in orders)
    report.partial(Survey(to_hear=beats))
    made = 0

    def tell() -> None:
        report(made / max(1, len(orders)), f"Making the demo: {made} of {len(orders)}")

    tell()
    outcomes = work_through(orders, make, processes=min(spec.processes, os.cpu_count() or 1), check=tell)
    with closing(outcomes):
        for outcome in outcomes:
            made += 1
            for event in _events(outcome):
                report.partial(event)
            tell()
    takes = tuple(places.take(take.title) for take in TAKES)
    return DemoReady(places.library, places.beats, takes, beats, time.monotonic() - started)


def build(spec: DemoSpec, report: Report) -> LibraryMade:
    """Makes and stores, for callers that may write: the shell and the benchmark.

    The beats are then indexed as any folder is, which completes a run that was interrupted between the two.

    Raises:
        DiskError: the folder cannot be written. LibraryError: its database is damaged.
    """
    from vocmatch_desktop.library.catalogue import Catalogue
    from vocmatch_desktop.services.indexing import Indexer, IndexSpec, Storing, index

    started = time.monotonic()
    places = DemoPlaces(spec.folder)
    with Catalogue(places.library) as catalogue:
        ready = run(spec, Storing(Indexer(catalogue), Stage(report, 0.0, 0.95)))
        summary = index(catalogue, IndexSpec((places.beats,), places.library), Stage(report, 0.95, 1.0))
    return LibraryMade(
        path=places.library,
        folder=places.beats,
        tracks=summary.tracks,
        made=ready.made,
        failed=len(summary.failed),
        elapsed_s=time.monotonic() - started,
    )


def _prepare(places: DemoPlaces) -> None:
    """Creates the folders, and clears away what another version made."""
    from vocmatch_desktop.synth.songs import SONGS
    from vocmatch_desktop.synth.takes import TAKES

    try:
        for folder in (places.beats, places.takes):
            folder.mkdir(parents=True, exist_ok=True)
        if _version(places.stamp) == DEMO_VERSION:
            return
        for song in SONGS:
            places.beat(song.title).unlink(missing_ok=True)
        for take in TAKES:
            shutil.rmtree(places.take(take.title), ignore_errors=True)
        _write_json(places.stamp, {"version": DEMO_VERSION})
    except OSError as error:
        raise _refused(places.folder, error) from error


def _version(stamp: Path) -> int:
    try:
        return int(json.loads(stamp.read_text("utf-8"))["version"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return 0


def _orders(places: DemoPlaces) -> list[Order]:
    """Takes first: they are short, and a take wants to be there when the first rows are."""
    from vocmatch_desktop.synth.songs import SONGS
    from vocmatch_desktop.synth.takes import TAKES

    takes = [Order(t.title, places, is_take=True) for t in TAKES if not (places.take(t.title) / "take.json").exists()]
    known = _known(places)
    beats = [Order(song.title, places) for song in SONGS if not _is_known(places.beat(song.title), known)]
    return takes + beats


def _wanted(order: Order, spec: DemoSpec) -> bool:
    return order.is_take or spec.beats is None or order.title in spec.beats


def _known(places: DemoPlaces) -> dict[Path, tuple[int, int, int]]:
    """Size, time and analyser version of the files the demo's catalogue holds."""
    from vocmatch_desktop.library.catalogue import Catalogue

    if not places.library.exists():
        return {}
    with Catalogue(places.library, read_only=True) as catalogue:
        return {file.path: (file.size, file.mtime_ns, file.version) for file in catalogue.known_files()}


def _is_known(beat: Path, known: dict[Path, tuple[int, int, int]]) -> bool:
    from vocmatch_desktop.analysis.blob import ANALYSER_VERSION

    if not beat.exists() or beat not in known:
        return False
    about = beat.stat()
    return known[beat] == (about.st_size, about.st_mtime_ns, ANALYSER_VERSION)


def make(order: Order) -> Heard | UserError | None:
    """Makes one take, or makes one beat and listens to it; runs in a process of its own.

    What a person can act on (no space left) comes back as a result, to be raised where it is seen.
    """
    try:
        if not order.is_take:
            return _make_beat(order)
        _make_take(order)
    except UserError as error:
        return error
    return None


def _make_beat(order: Order) -> Heard:
    from vocmatch_desktop.audio import files
    from vocmatch_desktop.synth import mixing, songs

    path = order.places.beat(order.title)
    if not path.exists():
        _write_json(path.with_suffix(".json"), songs.truth(songs.find(order.title)).as_json())
        files.write(path, mixing.render(order.title), subtype="PCM_16")
    about = path.stat()
    return listen(FoundFile(path, about.st_size, about.st_mtime_ns))


def _make_take(order: Order) -> None:
    import numpy as np

    from vocmatch_desktop.audio import files
    from vocmatch_desktop.audio.loudness import dbfs
    from vocmatch_desktop.library.takes import TakeStore
    from vocmatch_desktop.synth import takes

    (take,) = (take for take in takes.TAKES if take.title == order.title)
    folder = order.places.take(order.title)
    if folder.exists():  # left behind by a run that was stopped: a whole take would not have been ordered again
        shutil.rmtree(folder)
    sound = takes.perform(take)
    known = {} if take.free else {"bpm": take.bpm, "first_beat_s": take.first_beat_s}
    store = TakeStore(order.places.takes)
    draft = store.begin(take.title, **known)
    try:
        files.write(draft.audio_path, sound, subtype="PCM_24")
    except BaseException:
        store.discard(draft)
        raise
    _write_json(draft.folder / "truth.json", takes.take_truth(take))
    store.keep(draft, peak_dbfs=dbfs(float(np.abs(sound.samples).max())), **known)


def _events(outcome: Outcome[Order]) -> list[IndexEvent]:
    if outcome.crash:
        raise RuntimeError(f"making “{outcome.item.title}” failed: {outcome.story or outcome.crash}")
    if isinstance(outcome.result, UserError):
        raise outcome.result
    return [outcome.result.event] if outcome.result else []


def _write_json(path: Path, content: dict[str, object]) -> None:
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1))


def _refused(folder: Path, error: OSError) -> DiskError:
    return DiskError(f"The demo cannot be written to {folder} ({error.strerror}).", "Choose another folder with --out.")
