"""The files that a drag will want: the fitted beat, and the take from the same bar line on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import DiskError
from vocmatch_desktop.jobs.protocol import Done, Event, Failed
from vocmatch_desktop.jobs.registry import JOBS, resolve
from vocmatch_desktop.types import Audio, BeatGrid, Key, Match, Parts, Take, Transform
from vocmatch_desktop.ui.fitting_flow import FittingFlow
from vocmatch_desktop.ui.jobs_bridge import JobsBridge
from vocmatch_desktop.ui.session import Session

RATE = 8_000
MATCH = Match(1, 87.0, Parts(), Transform(transpose=1, tempo_ratio=1.02, start_s=2.6))


class AtOnce:
    """A worker that runs its jobs when they are submitted, but for those in `refuse`."""

    def __init__(self) -> None:
        self.refuse: tuple[str, ...] = ()

    def submit(self, spec: Any) -> Any:
        name, report = type(spec).__name__, lambda fraction, what: None
        error = DiskError("There is no space left.", "Make room.")
        event: Event = Failed(error) if name in self.refuse else Done(resolve(JOBS[name])(spec, report))
        events = [[event], []]
        return SimpleNamespace(poll=lambda: events.pop(0), cancel=lambda: None)


def tone(path: Path, duration_s: float) -> Path:
    samples = (0.1 * np.sin(np.arange(round(duration_s * RATE)))).astype(np.float32)[:, None]
    return files.write(path, Audio(samples, RATE)).path


class Beats:
    """A catalogue of one beat."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def row(self, track: int) -> Any:
        return SimpleNamespace(path=self._path, title="Night Bus", key=Key.parse("Am"))

    def fingerprint(self, track: int) -> Any:
        return SimpleNamespace(grid=BeatGrid(0.5 * np.arange(17)))


@pytest.fixture
def bridge(qtbot: QtBot) -> Iterator[JobsBridge]:
    made = JobsBridge()
    yield made
    made.close()


def fit(qtbot: QtBot, session: Session, bridge: JobsBridge, later: AtOnce, folder: Path) -> None:
    flow = FittingFlow(session, bridge, later, folder / "fitted")
    tone(folder / "verse" / "take.wav", 2.0)
    take = Take(folder / "verse", "verse", "2026", 2.0, RATE)
    flow.fit(Beats(tone(folder / "beat.wav", 8.0)), MATCH, take)
    qtbot.waitUntil(lambda: not flow._handles)


def test_beat_and_take_are_written_from_the_same_bar_line_on(
    qtbot: QtBot, session: Session, bridge: JobsBridge, tmp_path: Path
) -> None:
    states: list[Any] = []
    session.fitted_changed.connect(states.append)
    fit(qtbot, session, bridge, AtOnce(), tmp_path)
    ready = session.fitted(1)
    assert [state.state for state in states] == ["waiting", "ready", "ready"]
    assert ready.path.name.startswith("Night Bus - 122.4 BPM - Bbm [")
    assert ready.take_path.name.startswith("verse - 122.4 BPM [")
    # The take begins 2.6 s into the beat, six tenths after its second bar line.
    assert not files.read(ready.take_path, duration_s=0.58).samples.any()
    assert files.read(ready.take_path, start_s=0.6, duration_s=0.1).samples.any()


def test_the_beat_is_there_even_where_the_take_could_not_be_written(
    qtbot: QtBot, session: Session, bridge: JobsBridge, tmp_path: Path
) -> None:
    later = AtOnce()
    later.refuse = ("PadSpec",)
    fit(qtbot, session, bridge, later, tmp_path)
    ready = session.fitted(1)
    assert (ready.state, ready.take_path, ready.problem) == ("ready", None, "There is no space left. Make room.")


def test_what_cannot_be_fitted_says_why(qtbot: QtBot, session: Session, bridge: JobsBridge, tmp_path: Path) -> None:
    later = AtOnce()
    later.refuse = ("FitSpec",)
    fit(qtbot, session, bridge, later, tmp_path)
    assert (session.fitted(1).state, session.fitted(1).path) == ("failed", None)
