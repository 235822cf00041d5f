"""Processes that work through a list, one item at a time each; a crash costs the item and nothing else.

`concurrent.futures` cannot say which item broke its pool and gives up all the others; here every process has a pipe of
its own, so the item it was at is known, and another process takes its place. Processes are spawned: nothing of the
parent (Qt, open databases, threads holding locks) is inherited, and they end when the parent does, however it ends.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from vocmatch_desktop.services.lifeline import deaf_to_ctrl_c, follow_parent

Item = TypeVar("Item")

_LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Item]):
    """What became of one item: the function's `result`, or why there is none (`crash`, and the `story` for the log)."""

    item: Item
    result: Any = None
    crash: str = ""
    story: str = ""


def work_through(
    items: Iterable[Item],
    function: Callable[[Item], Any],
    *,
    processes: int,
    check: Callable[[], None] = lambda: None,
    too_slow_s: float = 900.0,
) -> Generator[Outcome[Item]]:
    """Gives outcomes as they come, in no certain order.

    `function` must be importable by name, so that a spawned process finds it. An exception that leaves it is a crash of
    its item, like the death of its process. `check` is called about ten times a second and may raise to stop; closing
    the iterator stops too. Items are taken from `items` only when a process is free.
    """
    waiting = iter(items)
    team = [_Process(function) for _ in range(max(1, processes))]
    try:
        busy = [process for process in team if process.take_next(waiting)]
        while busy:
            check()
            for process in _finished(busy, too_slow_s):
                yield process.outcome()
                if not process.take_next(waiting):
                    busy.remove(process)
    finally:
        for process in team:
            process.end()


class _Process(Generic[Item]):
    """One process; started when it gets its first item, and again after a crash."""

    def __init__(self, function: Callable[[Item], Any]) -> None:
        self._function = function
        self._process: multiprocessing.process.BaseProcess | None = None
        self.link: Connection | None = None
        self._item: Item | None = None
        self.since = 0.0

    def take_next(self, items: Iterator[Item]) -> bool:
        """Starts on the next item; False where there is none."""
        for item in items:
            self._start()
            self._item, self.since = item, time.monotonic()
            assert self.link is not None
            with contextlib.suppress(OSError):  # it died at once: `outcome` will find that out
                self.link.send(item)
            return True
        return False

    def outcome(self) -> Outcome[Item]:
        """What became of the item, once the link has something to say or has been too slow."""
        assert self.link is not None
        assert self._item is not None
        try:
            if self.link.poll():
                result, story = self.link.recv()
                return Outcome(self._item, result, "a bug of VocMatch, see the log" if story else "", story)
            crash = "it took too long"
        except (EOFError, OSError):
            crash = "it crashed the program that listens to it"
        self.end()
        return Outcome(self._item, crash=crash)

    def end(self) -> None:
        """Ends the process at once, whatever it is doing."""
        if self._process is None:
            return
        self._process.kill()
        self._process.join()
        self._process.close()
        if self.link is not None:
            self.link.close()
        self._process = self.link = None

    def _start(self) -> None:
        if self._process is not None:
            return
        spawn = multiprocessing.get_context("spawn")
        self.link, far_end = spawn.Pipe()
        self._process = spawn.Process(target=_serve, args=(far_end, self._function), daemon=True)
        with deaf_to_ctrl_c():
            self._process.start()
        far_end.close()


def _finished(busy: list[_Process[Item]], too_slow_s: float) -> list[_Process[Item]]:
    """Those that have something to say, after waiting a moment for it."""
    ready = wait([process.link for process in busy if process.link is not None], _LOOK_EVERY_S)
    now = time.monotonic()
    return [process for process in busy if process.link in ready or now - process.since > too_slow_s]


def _serve(link: Connection, function: Callable[[Any], Any]) -> None:
    follow_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    # Codecs write to stderr what they think of a damaged file; what matters of it comes back as a result.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    while True:
        try:
            item = link.recv()
        except EOFError:
            return
        link.send(_outcome(function, item))


def _outcome(function: Callable[[Any], Any], item: Any) -> tuple[Any, str]:
    try:
        return function(item), ""
    except Exception:  # noqa: BLE001  whatever one item does to the function, the others have their turn
        return None, traceback.format_exc()
