"""Keeps what was worked out, whole, also where several processes work the same out at the same time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vocmatch_desktop.whole import whole_file


@contextmanager
def kept(path: Path) -> Iterator[Path]:
    """Gives a file of this process's own to write; it becomes `path`, unless another process was quicker.

    Raises:
        DiskError: no space, no permission.
    """
    own = path.with_name(f"{os.getpid()}-{path.name}")
    with whole_file(own) as partial:
        yield partial
    if path.exists():  # it holds the same, and another process may have it mapped
        own.unlink()
    else:
        own.replace(path)
