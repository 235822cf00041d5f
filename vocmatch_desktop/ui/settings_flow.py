"""Settings that change while the window is open: kept, saved beside it, and put into force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from vocmatch_desktop.settings import Settings, save
from vocmatch_desktop.ui.jobs_bridge import JobsBridge
from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.sound import said


class SettingsFlow(QObject):
    """Writes `path` after every change; tells which folders were left out or are no longer watched."""

    folders_excluded = Signal(object)  # tuple[Path, ...]

    def __init__(
        self,
        session: Session,
        bridge: JobsBridge,
        path: Path,
        store: Callable[[Path, Settings], None] = save,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._bridge, self._path, self._store = session, bridge, path, store

    def change(self, **values: Any) -> None:
        """Changes fields; equal values change nothing."""
        before = self._session.settings
        settings = replace(before, **values)
        if settings == before:
            return
        self._session.settings = settings
        if not self._session.read_only:
            self._bridge.in_thread(
                lambda: self._store(self._path, settings),
                failed=lambda error: self._session.problem.emit(Problem(*said(error))),
            )
        excluded = set(settings.excluded_folders) - set(before.excluded_folders)
        if excluded:
            self.folders_excluded.emit(tuple(map(Path, sorted(excluded))))
