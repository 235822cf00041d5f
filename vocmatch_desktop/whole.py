"""Files that are whole or not there at all: written as `NAME.partial` beside their place, renamed when done.

And folders that are thrown away: to where they can be fetched back from.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vocmatch_desktop.errors import DiskError

RENAME_PAUSES_S = (0.02, 0.05, 0.1, 0.2)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Gives the partial file to write; it becomes `path` when the block ends well, and is deleted otherwise.

    An existing `path` is replaced: callers that must not do so choose a free name first. The folder is made.

    Raises:
        DiskError: no space, no permission. Whatever the block raises passes through, an `OSError` as `DiskError`.
    """
    partial = partial_of(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        _rename(partial, path)
    except OSError as error:
        raise DiskError(
            f"“{shown_name(path)}” cannot be written to {path.parent}.", "Check free space and permissions."
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


@contextmanager
def all_or_none(paths: Iterable[Path]) -> Iterator[None]:
    """Takes back what got its name where another file did not; what was there before the block stays."""
    fresh = [path for path in paths if not path.exists()]
    try:
        yield
    except BaseException:
        for path in fresh:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        raise


def partial_of(path: Path) -> Path:
    """What the file that becomes `path` is called while it is being written."""
    return path.with_name(path.name + ".partial")


def _rename(partial: Path, path: Path) -> None:
    """Gives a file its name; on Windows somebody who reads it at this very moment is waited for."""
    for pause_s in RENAME_PAUSES_S:
        try:
            partial.replace(path)
        except PermissionError:
            time.sleep(pause_s)
        else:
            return
    partial.replace(path)


def discard(folder: Path, name: str, *, for_good: bool = False) -> None:
    """Moves a folder to the system's bin, or removes it where that is asked for; `name` is what a person calls it.

    Raises:
        DiskError: there is no bin: offer `for_good` then. OSError: it cannot be moved or removed.
    """
    from send2trash import TrashPermissionError, send2trash

    if for_good:
        shutil.rmtree(folder)
        return
    try:
        send2trash(folder)
    except TrashPermissionError as error:
        raise DiskError(
            f"“{name}” cannot be moved to the bin.", "There is none on its drive; delete it for good."
        ) from (error)


def write_text(path: Path, text: str) -> None:
    """Writes UTF-8 text, whole or not at all; raises `DiskError`."""
    with whole_file(path) as partial:
        partial.write_text(text, "utf-8")


def shown_name(path: Path) -> str:
    """The file's name as it may stand in a sentence: one line, no control characters, at most 80 characters."""
    name = "".join(character if character.isprintable() else "·" for character in path.name)
    return name if len(name) <= 80 else f"{name[:50]}…{name[-25:]}"
