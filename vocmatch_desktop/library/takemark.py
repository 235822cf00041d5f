"""`recording.json`: says that a take is being recorded, and what a recovered one would still know.

The program that records holds a lock on it, which the system releases however that program ends: so a second window, or
the next start, can tell a take that is being sung from one that a crash left behind.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from vocmatch_desktop.errors import DiskError

_FAR = 1 << 30
"""Windows locks bytes, and locked bytes cannot be read: one behind the end of the file will do."""


class Mark:
    """The mark of a take that is being recorded by this process, or was left by another one."""

    def __init__(self, path: Path, facts: Mapping[str, Any]) -> None:
        """Makes the mark and holds its lock; raises `DiskError`."""
        self.path = path
        self.facts = facts
        self.in_use = True
        try:
            path.write_text(json.dumps(dict(facts)), "utf-8")
            self._file: IO[bytes] | None = path.open("rb+")
        except OSError as error:
            raise DiskError(f"No take can be written to {path.parent}.", "Check free space and permissions.") from error
        _lock(self._file)

    @classmethod
    def left_in(cls, path: Path) -> Mark | None:
        """The mark that is there, `in_use` if the program that made it still runs; None where there is none."""
        try:
            file = path.open("rb+")
        except OSError:
            return None
        mark = cls.__new__(cls)
        mark.path, mark._file, mark.facts = path, file, _facts(file)
        mark.in_use = not _lock(file)
        if mark.in_use:
            file.close()
            mark._file = None
        return mark

    def note(self, **facts: Any) -> None:
        """Adds what has become known; a full disk is no reason to stop singing."""
        self.facts = {**self.facts, **facts}
        if self._file is not None:
            with suppress(OSError):
                self._file.seek(0)
                self._file.write(json.dumps(dict(self.facts)).encode())
                self._file.truncate()
                self._file.flush()

    def remove(self) -> None:
        """Takes the mark away: the take is safe, or is none."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self.path.unlink(missing_ok=True)


def _facts(file: IO[bytes]) -> Mapping[str, Any]:
    """What the mark says; nothing, if the crash came while it was written."""
    try:
        return dict(json.loads(file.read()))
    except (ValueError, TypeError):
        return {}


def _lock(file: IO[bytes]) -> bool:
    """Takes the lock without waiting; False where another process (or another open file) has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(file.fileno(), _FAR, os.SEEK_SET)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
