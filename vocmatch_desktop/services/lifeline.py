"""A helper process that never outlives the one it works for."""

from __future__ import annotations

import multiprocessing
import os
import threading
from typing import NoReturn


def follow_parent() -> None:
    """Ends this process, and the ones it started, as soon as its parent is gone, however that died.

    Meant as the first thing a worker or a pool's process does (`ProcessPoolExecutor(initializer=follow_parent)`): a
    killed parent cannot tell its children to stop. Does nothing in a process that multiprocessing did not start.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), name="lifeline", daemon=True).start()


def end_process() -> NoReturn:
    """Ends this process at once, and the ones it started."""
    for child in multiprocessing.active_children():
        child.kill()
    os._exit(1)  # not sys.exit: the main thread may be deep in a C library


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    end_process()
