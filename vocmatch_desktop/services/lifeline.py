"""Helper processes that never outlive the one they work for, and leave Ctrl-C to it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn


def follow_parent() -> None:
    """Ends this process, and the ones it started, as soon as its parent is gone, however that died.

    Meant as the first thing a worker or a pool's process does (`ProcessPoolExecutor(initializer=follow_parent)`): a
    killed parent cannot tell its children to stop. Does nothing in a process that multiprocessing did not start.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), name="lifeline", daemon=True).start()


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """Processes started in here never notice Ctrl-C, which a terminal sends to all of a program's processes.

    Their parent hears it and ends them. Ignoring it once they run is too late: while they still import they would
    print a traceback each. (On Windows it has no effect.)
    """
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # started by the first process, it would undo the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_process() -> NoReturn:
    """Ends this process at once, and the ones it started."""
    for child in multiprocessing.active_children():
        child.kill()
    os._exit(1)  # not sys.exit: the main thread may be deep in a C library


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    end_process()
