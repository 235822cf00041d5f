"""How fast the program is on this machine, and how much memory it takes.

Measured on the demo's beats and takes. What needs a process to itself (memory, cold starts) gets a spawned one. Rows
that cannot be measured here have no value and say why.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.services.demo import DemoPlaces, DemoSpec, build
from vocmatch_desktop.services.lifeline import follow_parent
from vocmatch_desktop.services.reports import Stage, Unread
from vocmatch_desktop.types import Report

REPEATS = 5
BEAT_S = 180.0
"""Length of the beats the issue's numbers are about."""
SONG_S = 60.0
"""Length of the song that is taken apart."""


@dataclass(frozen=True, slots=True)
class BenchSpec:
    """`demo`: the demo's folder, made if it is not there."""

    demo: Path


@dataclass(frozen=True, slots=True)
class Row:
    """One number; `value` is None, and `note` says why, where it cannot be measured here."""

    name: str
    value: float | None
    unit: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bench:
    """All rows."""

    rows: tuple[Row, ...]


def run(spec: BenchSpec, report: Report) -> Bench:
    """Measures everything; takes about a minute once the demo is there.

    Raises:
        DiskError: the demo cannot be made.
    """
    build(DemoSpec(spec.demo), Stage(report, 0.0, 0.4))
    places = DemoPlaces(spec.demo)
    parts: list[tuple[str, Callable[[DemoPlaces], Iterator[Row]]]] = [
        ("indexing", _indexing),
        ("matching", _matching),
        ("fitting", _fitting),
        ("separation", _separation),
        ("live pitch", _live_pitch),
        ("sound devices", _alignment),
        ("the window", _window),
    ]
    rows: list[Row] = []
    for number, (what, part) in enumerate(parts):
        report(0.4 + 0.6 * number / len(parts), f"Measuring {what}")
        rows += part(places)
    return Bench(tuple(rows))


def _indexing(places: DemoPlaces) -> Iterator[Row]:
    """One process for the speed of a core, then as many as the program takes by itself for their memory."""
    from vocmatch_desktop.services.indexing import jobs

    alone = _index(places, 1)
    core = alone.audio_s / alone.cpu_s if alone.cpu_s else None
    yield Row("Indexing, a core", core, "× real time", "CPU time" if core else "needs the CPU time of child processes")
    yield Row("Indexing, one process", alone.audio_s / alone.elapsed_s, "× real time", "by the clock; demo beats, FLAC")
    together = _index(places, None)
    speed = together.audio_s / together.elapsed_s
    yield Row(f"Indexing, {jobs(None)} processes", speed, "× real time", "by the clock")
    note = "needs Linux's /proc" if together.memory_mb is None else "peak, shared pages counted once"
    yield Row("Indexing, all processes together", together.memory_mb, "MB", note)


@dataclass(frozen=True, slots=True)
class _Indexed:
    """What indexing the demo took; `cpu_s` is 0 and `memory_mb` None where the system does not tell."""

    audio_s: float
    elapsed_s: float
    cpu_s: float
    memory_mb: float | None


def _index(places: DemoPlaces, processes: int | None) -> _Indexed:
    """Indexes the demo into a new library."""
    from vocmatch_desktop.library.catalogue import Catalogue
    from vocmatch_desktop.services.indexing import IndexSpec, index

    watch, before = _MemoryWatch(), os.times()
    with tempfile.TemporaryDirectory(prefix="vocmatch-bench-") as folder:
        library = Path(folder) / "library.db"
        with Catalogue(library) as catalogue:
            summary = index(catalogue, IndexSpec((places.beats,), library, jobs=processes), watch)
    after = os.times()
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    return _Indexed(summary.audio_s, summary.elapsed_s, cpu_s, watch.peak_mb)


class _MemoryWatch:
    """A report that looks, whenever it is called, how much memory the children have."""

    def __init__(self) -> None:
        self.peak_mb: float | None = None

    def __call__(self, fraction: float, what: str) -> None:
        pids = [child.pid for child in multiprocessing.active_children() if child.pid is not None]
        sizes = [_proportional_mb(pid) for pid in pids]
        known = [size for size in sizes if size is not None]
        if known:
            self.peak_mb = max(self.peak_mb or 0.0, sum(known))

    def partial(self, event: Any) -> None:
        """Nothing to look at."""


def _proportional_mb(pid: int) -> float | None:
    """A process's memory, each shared page counted as its share; None where the system does not tell."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("Pss:")), None)


def _matching(places: DemoPlaces) -> Iterator[Row]:
    """Take → ranked list, from the file to the last row, with libraries of synthetic three-minute beats."""
    from vocmatch_desktop.services.bench_matching import measure

    takes = sorted(places.takes.glob("*/take.wav"))
    for beats in (1_000, 10_000):
        ranked = _alone(measure, places.library, takes[0], beats)
        note = f"listening to the take included; {ranked.cpu_s:.2f} s CPU"
        yield Row(f"Take to ranked list, {beats:,} beats", ranked.seconds, "s", note)
        yield Row(f"Ranking alone, {beats:,} beats", ranked.ranking_s, "s", "tempo known")
        yield Row(f"Ranking alone, {beats:,} beats, tempo unknown", ranked.free_s, "s")
        yield Row(f"Memory of the matching process, {beats:,} beats", ranked.memory_mb, "MB", "peak")


def _alone(function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls a function in a process of its own and gives its result."""
    with multiprocessing.get_context("spawn").Pool(1, initializer=follow_parent) as pool:
        return pool.apply(function, arguments)


def _fitting(places: DemoPlaces) -> Iterator[Row]:
    """What stands between ↓ and sound, and the whole file for the drag."""
    from vocmatch_desktop.audio import files
    from vocmatch_desktop.library.catalogue import Catalogue
    from vocmatch_desktop.services.audition import SegmentSpec, run_segment
    from vocmatch_desktop.services.fitting import FitSpec, run
    from vocmatch_desktop.types import Transform

    lies = Transform(transpose=-1, tempo_ratio=1.03, start_s=8.0)
    with Catalogue(places.library, read_only=True) as catalogue, tempfile.TemporaryDirectory() as scratch:
        row = catalogue.rows()[0]
        grid = catalogue.fingerprint(row.id).grid
        yield Row(
            "Audition, raw sound decoded", _median_ms(lambda: _first_block(row.path)), "ms", "of the 300 ms allowed"
        )
        folder = Path(scratch)
        started = time.perf_counter()
        run_segment(SegmentSpec(row.path, grid, lies, 20.0, 44_100, -20.0, folder / "segments"), Unread())
        yield Row("Audition, fitted sound of a 20 s take", time.perf_counter() - started, "s")
        beat = folder / "three minutes.wav"
        files.write(beat, _repeated(row.path, BEAT_S), subtype="PCM_16")
        started = time.perf_counter()
        run(FitSpec(beat, "three minutes", grid, None, lies, 20.0, folder / "fitted"), Unread())
        yield Row("Fitting a three-minute beat", time.perf_counter() - started, "s", "stretched, shifted, written")


def _first_block(path: Path) -> None:
    from vocmatch_desktop.audio import files

    next(iter(files.blocks(path, start_s=20.0, duration_s=1.0)))


def _repeated(path: Path, seconds: float) -> Iterator[Any]:
    from vocmatch_desktop.audio import files

    length = files.probe(path).duration_s
    for start in range(0, int(seconds), int(length)):
        yield from files.blocks(path, duration_s=min(length, seconds - start))


def _separation(places: DemoPlaces) -> Iterator[Row]:
    """Every model the program brings along, on a minute of a demo beat."""
    from vocmatch_desktop.audio import files
    from vocmatch_desktop.inference.providers import all_cores
    from vocmatch_desktop.inference.store import ModelStore
    from vocmatch_desktop.services.bench_separation import measure
    from vocmatch_desktop.services.separation import separators
    from vocmatch_desktop.settings import Places

    store = ModelStore.of(Places.from_environment())
    with tempfile.TemporaryDirectory() as scratch:
        song = Path(scratch) / "song.wav"
        files.write(song, _repeated(sorted(places.beats.glob("*.flac"))[0], SONG_S), subtype="PCM_16")
        for card in separators(store):
            if store.is_shipped(card):
                taken = _alone(measure, song, card.name)
                note = f"{all_cores()} cores, {taken.provider}, {taken.cpu_share:.2f} s CPU a second; loading included"
                yield Row(f"Taking a song apart, {card.name}", taken.share, "of real time", note)
                yield Row(f"Memory of taking a song apart, {card.name}", taken.memory_mb, "MB", "peak")


def _live_pitch(places: DemoPlaces) -> Iterator[Row]:
    """A take fed as a microphone feeds it, in blocks of 512 frames: what a call costs, how far the line trails."""
    from vocmatch_desktop.analysis.live import LivePitch
    from vocmatch_desktop.audio import files

    take = files.read(sorted(places.takes.glob("*/take.wav"))[0], duration_s=8.0)
    samples, live, costs, trails = take.samples[:, 0], LivePitch(), [], []
    for start in range(0, len(samples) - 512, 512):
        began = time.perf_counter()
        heard = live.feed(samples[start : start + 512], take.rate)
        cost = time.perf_counter() - began
        if len(heard.track.f0_hz) and start > take.rate:
            costs.append(cost)
            trails.append((start + 512) / take.rate - float(heard.track.times_s[-1]) + cost)
    yield Row("Live pitch, one call", 1000 * median(costs), "ms", "calls that give new frames")
    yield Row("Pitch line behind the voice", 1000 * max(trails), "ms", "worst; without the driver's input latency")


def _alignment(places: DemoPlaces) -> Iterator[Row]:
    """Clicks through a virtual loop of loudspeaker and microphone: what is left after calibration."""
    from vocmatch_desktop.audio.virtual import measure

    name = "Click-to-take alignment, virtual loop"
    try:
        loop = measure()
    except UserError as error:
        yield Row(name, None, "ms", error.message)
        return
    yield Row(name, 1000 * abs(loop.residual_s), "ms", f"{loop.clicks} clicks, spread {1000 * loop.spread_s:.1f} ms")


def _window(places: DemoPlaces) -> Iterator[Row]:
    """The window measures itself in a process of its own: services know nothing of Qt."""
    command = [sys.executable, "-m", "vocmatch_desktop.ui.bench"]
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True)
        rows = json.loads(done.stdout.strip().splitlines()[-1])["rows"]
    except subprocess.CalledProcessError as error:
        last = (error.stderr or "").strip().splitlines()[-1:] or ["it ended without a word"]
        yield Row("The window", None, "ms", last[0])
        return
    except subprocess.TimeoutExpired:
        yield Row("The window", None, "ms", "it did not answer within two minutes")
        return
    for row in rows:
        yield Row(row["name"], row["value"], row["unit"], row.get("note", ""))


def _median_ms(work: Callable[[], None]) -> float:
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return 1000 * median(times)
