"""Jobs that behave well and badly, run by the tests in real worker processes."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.services.lifeline import follow_parent
from vocmatch_desktop.types import Float32, Report


@dataclass(frozen=True)
class Add:
    a: int
    b: int


@dataclass(frozen=True)
class Environment:
    pass


@dataclass(frozen=True)
class Misbehave:
    how: str


@dataclass(frozen=True)
class Forever:
    """Works until cancelled; `ticks`: writes a line a step."""

    ticks: Path | None = None


@dataclass(frozen=True)
class PoolForever:
    pids: Path


@dataclass(frozen=True)
class Level:
    fail_at: int = -1


class OddError(Exception):
    """Pickles well, cannot be unpickled."""

    def __init__(self, a: int, b: int) -> None:
        super().__init__(f"{a} {b}")


def add(spec: Add, report: Report) -> int:
    report(0.0, "adding")
    report.partial(spec.a)
    report(1.0, "added")
    return spec.a + spec.b


def environment(spec: Environment, report: Report) -> dict[str, object]:
    return {"threads": os.environ["OMP_NUM_THREADS"], "nice": os.nice(0), "group": os.getpgid(0) == os.getpid()}


def misbehave(spec: Misbehave, report: Report) -> object:
    report(0.0, spec.how)
    match spec.how:
        case "user error":
            raise NotFound("There is no such beat.", "Pick another.", beat=3)
        case "user error with a lock":
            raise NotFound("There is no such beat.", "", lock=threading.Lock())
        case "bug":
            return 1 // 0
        case "odd error":
            raise OddError(1, 2)
        case "unpicklable result":
            return threading.Lock()
        case "unpicklable partial":
            report.partial(threading.Lock())
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "segfault":
            ctypes.string_at(0)
        case "exit":
            os._exit(0)
        case "system exit":
            raise SystemExit(3)
        case "memory":
            raise MemoryError
        case "deaf":
            time.sleep(600)
        case "hold the interpreter":
            ctypes.PyDLL(None).sleep(600)
    return None


def forever(spec: Forever, report: Report) -> None:
    step = 0
    while True:
        report((step % 100) / 100, f"step {step}")
        if spec.ticks is not None:
            with spec.ticks.open("a") as file:
                file.write(f"{step}\n")
        step += 1
        time.sleep(0.005)


def pool_forever(spec: PoolForever, report: Report) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context, initializer=follow_parent) as pool:
        pids = {pool.submit(_pid).result() for _ in range(4)}
        spec.pids.write_text(" ".join(str(pid) for pid in {*pids, os.getpid()}))
        list(pool.map(time.sleep, [600.0, 600.0]))


def _pid() -> int:
    time.sleep(0.1)
    return os.getpid()


class LevelMeter:
    """A live session: the peak of all samples so far, after every feed."""

    def __init__(self, fail_at: int) -> None:
        self._frames = 0
        self._fail_at = fail_at

    def feed(self, samples: Float32) -> list[tuple[int, float]]:
        self._frames += len(samples)
        if 0 <= self._fail_at <= self._frames:
            raise ValueError("too many")
        return [(self._frames, float(np.abs(samples).max()))]

    def close(self) -> list[tuple[int, float]]:
        return [(self._frames, -1.0)]


def level(spec: Level) -> LevelMeter:
    return LevelMeter(spec.fail_at)
