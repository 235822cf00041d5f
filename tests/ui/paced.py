"""A worker whose separations go on only when the test says so, with stems that grow on the disk as real ones do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from tests.ui.inline import InlineWorker
from vocmatch_desktop.audio import files
from vocmatch_desktop.audio.growing import keep_readable
from vocmatch_desktop.errors import UserError
from vocmatch_desktop.jobs.protocol import Done, Event, Failed, Partial, Progress, WasCancelled
from vocmatch_desktop.services.heights import Measure
from vocmatch_desktop.services.song_store import SongStore
from vocmatch_desktop.services.songs import StemsKnown, TakeApartSpec
from vocmatch_desktop.whole import partial_of

SHARES: Mapping[str, float] = {"vocals": 0.5, "drums": 0.25, "other": 0.25}


class PacedJob:
    """One separation; its stems are shares of the song."""

    def __init__(self, spec: TakeApartSpec) -> None:
        self.spec = spec
        self.cancelled = False
        self._events: list[Event] = []
        self._known = 0
        song = spec.song
        self._mix = files.read(song.source).samples
        self.paths = {name: song.folder / f"{song.title} - {name}.wav" for name in spec.stems or SHARES}
        self._measure = Measure(song.rate, song.frames)
        self._files: dict[str, soundfile.SoundFile] = {}

    def poll(self) -> list[Event]:
        events, self._events = self._events, []
        return [event for event in events if isinstance(event, WasCancelled)] if self.cancelled else events

    def cancel(self) -> None:
        self.cancelled = True

    def end(self) -> None:
        """The process was ended in the middle of it."""
        self._close()
        self._events = [WasCancelled()]

    def begin(self) -> None:
        self._events.append(Progress(0.0, "Loading the model"))

    def grow(self, frames: int) -> None:
        """The next frames of every stem are final."""
        if not self._files:
            self._open()
        before, self._known = self._known, min(self._known + frames, len(self._mix))
        for name, file in self._files.items():
            file.write(np.float32(SHARES[name]) * self._mix[before : self._known])
        partials = {name: partial_of(path) for name, path in self.paths.items()}
        heights = self._measure.feed(partials, before, self._known)
        self._events.append(Partial(StemsKnown(self.paths, self._known, heights)))
        self._events.append(Progress(self._known / len(self._mix), "Taking the song apart"))

    def finish(self) -> None:
        self.grow(len(self._mix))
        self._close()
        for path in self.paths.values():
            partial_of(path).replace(path)
        stems = {name: path.name for name, path in self.paths.items()}
        done = replace(self.spec.song, state="ready", model=self.spec.model or "six", stems=stems)
        SongStore(self.spec.places.songs).save(done)
        self._events.append(Done(done))

    def fail(self, error: UserError) -> None:
        self._close()
        for path in self.paths.values():
            partial_of(path).unlink(missing_ok=True)
        self._events.append(Failed(error))

    def _open(self) -> None:
        about = self.spec.song
        for name, path in self.paths.items():
            partial = partial_of(path)
            file = soundfile.SoundFile(partial, "w", about.rate, about.channels, "FLOAT", format="WAV")
            keep_readable(file)
            self._files[name] = file

    def _close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()


class PacedWorker(InlineWorker):
    """Separations wait for the test; everything else runs at once."""

    def __init__(self, instead: dict[str, Callable[..., Any]] | None = None) -> None:
        super().__init__(instead)
        self.jobs: list[PacedJob] = []

    def submit(self, spec: Any) -> Any:
        if not isinstance(spec, TakeApartSpec):
            return super().submit(spec)
        self.asked.append(spec)
        self.jobs.append(PacedJob(spec))
        return self.jobs[-1]

    def running(self) -> PacedJob:
        """The newest separation."""
        return self.jobs[-1]

    def songs(self) -> list[str]:
        """What was asked to come apart, in order."""
        return [job.spec.song.title for job in self.jobs]


def write_song(path: Path, seconds: float = 4.0, rate: int = 44_100, channels: int = 2) -> Path:
    """Noise that is different in every place."""
    rng = np.random.default_rng(len(path.name))
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, rng.uniform(-0.3, 0.3, (round(seconds * rate), channels)), rate, "FLOAT")
    return path
