"""The waveforms of the open song: read where they were kept, else measured by the worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from vocmatch_desktop.ui.jobs_bridge import JobsBridge, Listener
from vocmatch_desktop.ui.session import Session
from vocmatch_desktop.ui.stems_sounding import MIX
from vocmatch_desktop.ui.workers import JobHandle, Submits

if TYPE_CHECKING:
    from vocmatch_desktop.services.heights import Heights
    from vocmatch_desktop.services.song_store import StoredSong

Draw = Callable[["Heights"], None]

MIX_FILE = "mix.npz"


class StemsPictures(QObject):
    """One song at a time; a picture that cannot be had is left out, for the sound says itself what is wrong with it."""

    def __init__(self, session: Session, bridge: JobsBridge, now: Submits, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._bridge, self._now = session, bridge, now
        self._measuring: list[JobHandle] = []

    def ask(self, song: StoredSong, draw: Draw) -> None:
        """Has the song's own waveform drawn, and those of its stems where they are finished."""
        self.cancel()
        self._bridge.in_thread(lambda: _kept(song), lambda kept: self._draw(song, kept, draw), failed=lambda _: None)

    def cancel(self) -> None:
        """Nothing is wanted any more."""
        for handle in self._measuring:
            handle.cancel()
        self._measuring.clear()

    def _draw(self, song: StoredSong, kept: tuple[Heights | None, Heights | None], draw: Draw) -> None:
        from vocmatch_desktop.services.song_store import PEAKS

        mix, stems = kept
        if mix is None:
            self._measure({MIX: song.source}, song.folder / MIX_FILE, draw)
        else:
            draw(mix)
        if song.state != "ready":
            return
        if stems is None or set(stems.by_name) != set(song.stems):
            self._measure({name: stem.path for name, stem in song.files.items()}, song.folder / PEAKS, draw)
        else:
            draw(stems)

    def _measure(self, files: dict[str, Path], keep: Path, draw: Draw) -> None:
        from vocmatch_desktop.services.songs import PeaksSpec

        handle = self._now.submit(PeaksSpec(files, None if self._session.read_only else keep))
        self._measuring.append(handle)
        self._bridge.watch(handle, Listener(done=draw))


def _kept(song: StoredSong) -> tuple[Heights | None, Heights | None]:
    """Also loads what measuring needs of code, which takes a moment."""
    import vocmatch_desktop.services.songs  # noqa: F401
    from vocmatch_desktop.services.heights import read_heights
    from vocmatch_desktop.services.song_store import PEAKS

    return read_heights(song.folder / MIX_FILE), read_heights(song.folder / PEAKS)
