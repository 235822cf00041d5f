"""What a model takes to take a song apart: time and memory, of a process of its own."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from vocmatch_desktop.services.bench_matching import peak_mb
from vocmatch_desktop.services.reports import Unread
from vocmatch_desktop.services.separation import SeparateSpec, run
from vocmatch_desktop.settings import Places


@dataclass(frozen=True, slots=True)
class Taken:
    """Shares of the song's length, the model's loading included: by the clock, and of CPU time of all cores together.

    `memory_mb`: the process's peak.
    """

    share: float
    cpu_share: float
    provider: str
    memory_mb: float | None


def measure(song: Path, model: str) -> Taken:
    """Takes a song apart into all stems; meant for a process of its own."""
    cpu = time.process_time()
    with tempfile.TemporaryDirectory(prefix="vocmatch-bench-") as folder:
        made = run(SeparateSpec(song, Path(folder), Places.from_environment(), model=model), Unread())
    cpu_share = (time.process_time() - cpu) / made.duration_s
    return Taken(made.elapsed_s / made.duration_s, cpu_share, made.provider, peak_mb())
