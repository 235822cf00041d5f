"""Real drags between two programs: Xvfb, a window manager, and a mouse that is moved as a hand moves it."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QUrl

from vocmatch_desktop.audio.files import write
from vocmatch_desktop.types import Audio

TOOLS = ("Xvfb", "openbox", "xdotool")
HERE = Path(__file__).parent
PATIENCE_S = 30.0

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in TOOLS), reason=f"real drags need {', '.join(TOOLS)}"
)


class Program:
    """A program that says one JSON object a line."""

    def __init__(self, environment: dict[str, str], name: str, *arguments: str) -> None:
        command = [sys.executable, str(HERE / f"{name}.py"), *arguments]
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=HERE.parent.parent
        )
        self._heard, self._complaints = b"", ""

    def says(self, patience_s: float = PATIENCE_S) -> dict[str, list]:
        """The next thing it says; fails where it says nothing."""
        assert self._process.stdout is not None
        deadline = time.monotonic() + patience_s
        while b"\n" not in self._heard:
            left = max(deadline - time.monotonic(), 0.0)
            ready, _, _ = select.select([self._process.stdout], [], [], left)
            more = os.read(self._process.stdout.fileno(), 65536) if ready else b""
            assert more, f"nothing was said: {self.end()}"
            self._heard += more
        line, _, self._heard = self._heard.partition(b"\n")
        return json.loads(line)

    def end(self) -> str:
        """Ends the program; what it complained about."""
        if self._process.returncode is None:
            self._process.terminate()
            self._complaints = self._process.communicate(timeout=10)[1].decode()
        return self._complaints


@contextmanager
def running(*programs: subprocess.Popen | Program) -> Iterator[None]:
    try:
        yield
    finally:
        for program in programs:
            if isinstance(program, Program):
                program.end()
            else:
                program.terminate()
                program.wait(10)


@pytest.fixture(scope="module")
def screen() -> Iterator[dict[str, str]]:
    """The environment of a fresh X server with a window manager."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x900x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as display, running(server):
        environment = {**os.environ, "DISPLAY": f":{display.readline().strip()}", "QT_QPA_PLATFORM": "xcb"}
        environment["PYTHONPATH"] = str(HERE.parent.parent)
        manager = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL)
        with running(manager):
            yield environment


@pytest.fixture
def beats(tmp_path: Path) -> Path:
    """Three finished beats, one of them with a name that is hard to carry."""
    folder = tmp_path / "beats"
    folder.mkdir()
    for name in ("Amber", "Night Bus ♯1 100%", "Paper Moon_92bpm_Bm_fitted"):
        write(folder / f"{name}.wav", Audio(np.zeros((4800, 2), np.float32), 48000))
    return folder


def drag(environment: dict[str, str], start: list[int], end: list[int]) -> None:
    """Moves the mouse as a person does; programs miss drops that come faster."""

    def xdotool(*words: object) -> None:
        subprocess.run(["xdotool", *map(str, words)], env=environment, check=True, timeout=10)

    def move(x: float, y: float, rest_s: float) -> None:
        xdotool("mousemove", round(x), round(y))
        time.sleep(rest_s)

    move(*start, 0.2)
    xdotool("mousedown", 1)
    time.sleep(0.2)
    for step in range(4, 24, 4):
        move(start[0] + step, start[1] + step / 2, 0.04)
    time.sleep(0.3)
    for step in np.linspace(0, 1, 25):
        move(start[0] + 20 + (end[0] - start[0] - 20) * step, start[1] + 10 + (end[1] - start[1] - 10) * step, 0.03)
    for jiggle in (1, 2, 3, 2, 1, 0):
        move(end[0] + jiggle, end[1], 0.08)
    time.sleep(0.6)
    xdotool("mouseup", 1)


@pytest.mark.parametrize(("handle", "name"), [("row", "Night Bus ♯1 100%"), ("chip", "Paper Moon_92bpm_Bm_fitted")])
def test_a_beat_dragged_out_arrives_as_its_file(screen: dict[str, str], beats: Path, handle: str, name: str) -> None:
    daw = Program(screen, "drag_partner", "receive")
    window = Program(screen, "drag_window", str(beats))
    with running(daw, window):
        drag(screen, window.says()[handle], daw.says()["at"])
        arrived = daw.says()
    assert [Path(QUrl(url).toLocalFile()) for url in arrived["urls"]] == [beats / f"{name}.wav"]
    assert arrived["action"] == "CopyAction"
    assert (beats / f"{name}.wav").is_file()


def test_a_folder_dropped_on_the_table_is_added(screen: dict[str, str], beats: Path, tmp_path: Path) -> None:
    folder = tmp_path / "more beats"
    folder.mkdir()
    manager = Program(screen, "drag_partner", "give", str(folder))
    window = Program(screen, "drag_window", str(beats))
    with running(manager, window):
        drag(screen, manager.says()["at"], window.says()["table"])
        assert window.says() == {"added": [str(folder)]}
