"""Half-written files that a crash or a power cut left in the program's own folders."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

IN_USE_S = 600.0
"""A partial file that was written to this recently may belong to another window or to the shell."""


def sweep(folders: Iterable[Path], *, in_use_s: float = IN_USE_S) -> tuple[Path, ...]:
    """Deletes `*.partial` directly in `folders` unless it may still be in use; gives what was deleted.

    Only for folders that are the program's own: elsewhere another program's downloads may be called so.
    """
    before = time.time() - in_use_s
    swept = []
    for leftover in (path for folder in folders for path in sorted(folder.glob("*.partial"))):
        with suppress(OSError):  # somebody else was quicker, or it may not be deleted: it harms nobody
            if leftover.is_file() and leftover.stat().st_mtime < before:
                leftover.unlink()
                swept.append(leftover)
    return tuple(swept)
