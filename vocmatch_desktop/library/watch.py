"""Watches the user's folders and tells, once they are quiet, which files and folders changed.

A bounce takes seconds to be written and a copied folder minutes; whatever changed is named only after it has kept still
for `QUIET_S`, size and time included. What is done about it is the caller's business: `IndexSpec(only=changed)`.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from vocmatch_desktop.audio.files import AUDIO_SUFFIXES
from vocmatch_desktop.library.records import NotTaken

QUIET_S = 2.0
"""How long a file must not have changed before it counts as written."""

LONGEST_WAIT_S = 15.0
"""How long quiet files wait for the others, so that a copied album is one change and not twenty."""

_LOOK_EVERY_S = 0.25
_MERELY_READ = frozenset(("opened", "closed_no_write"))


@dataclass(slots=True)
class _Changing:
    """A path that changed: when it was last seen to, and how it looked then (None: gone, or a folder)."""

    seen_at: float
    look: tuple[int, int] | None


class Watcher:
    """Watches `roots`, with everything below them, from construction until `close`.

    `on_changed(paths)` is called on the watcher's own thread with the paths that changed and are quiet now, sorted;
    paths may be gone. `unwatched`: roots that cannot be watched, with the reason; look through those now and then.
    """

    def __init__(
        self, roots: Sequence[Path], on_changed: Callable[[list[Path]], None], *, quiet_s: float = QUIET_S
    ) -> None:
        self._on_changed = on_changed
        self._quiet_s = quiet_s
        self._changing: dict[Path, _Changing] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._observer = Observer()
        self._observer.start()
        self.unwatched = tuple(filter(None, map(self._watch, roots)))
        self._thread = threading.Thread(target=self._settle, name="watch", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops watching; what was not quiet yet is not told any more."""
        self._closing.set()
        self._observer.stop()
        self._observer.join()
        self._thread.join()

    def _watch(self, root: Path) -> NotTaken | None:
        try:
            self._observer.schedule(_Listener(self._note), str(root), recursive=True)
        except OSError as error:
            return NotTaken(root, f"this folder cannot be watched ({error.strerror or error})")
        return None

    def _note(self, path: Path) -> None:
        with self._lock:
            self._changing[path] = _Changing(time.monotonic(), _look(path))

    def _settle(self) -> None:
        while not self._closing.wait(min(_LOOK_EVERY_S, self._quiet_s / 4)):
            quiet = self._take_quiet()
            if quiet:
                self._on_changed(quiet)

    def _take_quiet(self) -> list[Path]:
        """Paths that have kept still, once all have or the first has waited long enough."""
        now = time.monotonic()
        with self._lock:
            for path, changing in self._changing.items():
                look = _look(path)
                if look != changing.look:
                    self._changing[path] = _Changing(now, look)
            still_s = {path: now - changing.seen_at for path, changing in self._changing.items()}
            quiet = [path for path, still in still_s.items() if still >= self._quiet_s]
            if len(quiet) < len(still_s) and max(still_s.values()) < self._quiet_s + LONGEST_WAIT_S:
                return []
            for path in quiet:
                del self._changing[path]
        return sorted(quiet)


class _Listener(FileSystemEventHandler):
    """Passes on the paths of events that may matter to a library."""

    def __init__(self, note: Callable[[Path], None]) -> None:
        self._note = note

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in _MERELY_READ or (event.is_directory and event.event_type == "modified"):
            return
        for name in (event.src_path, event.dest_path):
            path = Path(os.fsdecode(name))
            if name and not path.name.startswith(".") and (event.is_directory or _is_sound(path)):
                self._note(path)


def _is_sound(path: Path) -> bool:
    return path.suffix.lower() in AUDIO_SUFFIXES


def _look(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
