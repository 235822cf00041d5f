"""Beats that are bounced while the window is open turn up by themselves."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from vocmatch_desktop.ui.jobs_bridge import JobsBridge
from vocmatch_desktop.ui.session import Session


class WatchFlow(QObject):
    """Watches the folders of the settings; `changed` brings the paths that changed, once they are quiet."""

    changed = Signal(object)  # tuple[Path, ...]

    def __init__(self, session: Session, bridge: JobsBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._bridge = session, bridge
        self._folders: tuple[str, ...] = ()
        self._watcher: object | None = None
        self._wanted = False
        session.settings_changed.connect(lambda _: self._apply())
        session.demo_changed.connect(lambda _: self._apply())

    def start(self) -> None:
        """Begins watching; setting it up walks through the folders, so that is done beside the window."""
        self._wanted = True
        self._apply()

    def close(self) -> None:
        """Ends watching; called when the bridge is closed, so that nothing is being set up any more."""
        if self._watcher is not None:
            self._watcher.close()
            self._watcher = None

    def _apply(self) -> None:
        session = self._session
        folders = () if session.demo or session.read_only else session.settings.watch_folders
        if not self._wanted or folders == self._folders:
            return
        self._folders = folders
        before, self._watcher = self._watcher, None
        self._bridge.in_thread(lambda: self._swap(before, folders), self._keep)

    def _swap(self, before: object | None, folders: tuple[str, ...]) -> object | None:
        from vocmatch_desktop.library.watch import Watcher

        if before is not None:
            before.close()
        roots = [Path(folder) for folder in folders if Path(folder).is_dir()]
        return Watcher(roots, lambda paths: self.changed.emit(tuple(paths))) if roots else None

    def _keep(self, watcher: object | None) -> None:
        self._watcher = watcher
