"""What the window's tests share: the real session and theme, and commands that only write down what they were asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication

from vocmatch_desktop.settings import Settings
from vocmatch_desktop.ui.session import Session
from vocmatch_desktop.ui.theme import Theme


class RecordedCommands:
    """Stands for the window's commands: every call is kept as (name, arguments)."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.calls: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *arguments, **named: self.calls.append((name, (*arguments, *named.items())))

    def select_beat(self, beat_id: int | None) -> None:
        """As the window does it: the session carries the selected beat."""
        self.calls.append(("select_beat", (beat_id,)))
        self.session.beat_id = beat_id

    def peaks(self, beat_id: int) -> NDArray[np.uint8]:
        """A waveform that differs from beat to beat."""
        loud = (100 * np.abs(np.sin(np.linspace(0, 3 + beat_id, 400)))).astype(np.uint8)
        return np.stack([128 - loud, 128 + loud])

    def asked(self, name: str) -> list[tuple[Any, ...]]:
        """The arguments of every call of one command."""
        return [arguments for called, arguments in self.calls if called == name]


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    """The dark theme, applied as in the program."""
    dark = Theme("dark", qapp)
    dark.apply(qapp)
    return dark


@pytest.fixture
def session(qapp: QApplication) -> Session:
    """An empty session."""
    return Session(Settings())


@pytest.fixture
def commands(session: Session) -> RecordedCommands:
    """Commands that only write down what they were asked."""
    return RecordedCommands(session)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A finished sound file."""
    from vocmatch_desktop.audio.files import write
    from vocmatch_desktop.types import Audio

    path = tmp_path / "Night Bus.wav"
    write(path, Audio(np.zeros((4800, 1), np.float32), 48000))
    return path
