"""How fast the window is: `python -m vocmatch_desktop.ui.bench` prints one JSON line for `vocmatch bench`.

CPU times of this process, so that they mean the same on a busy machine; the first paint is a fresh process's wall time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from vocmatch_desktop.services.demo import DemoPlaces
from vocmatch_desktop.settings import Places
from vocmatch_desktop.ui.library_bench import table_milliseconds
from vocmatch_desktop.ui.pitch_overlay import PitchLine
from vocmatch_desktop.ui.spectrogram import SpectrogramRing, SpectrumStream
from vocmatch_desktop.ui.theme import SMALL_PX, Theme
from vocmatch_desktop.ui.timeline import Axis, Grid, note_strip, paint_bars

WIDTH, HEIGHT = 1200, 400
FRAMES = 240
RATE = 48_000
FRAME_S = 1 / 60
START_TIMEOUT_S = 60
STALLS_TIMEOUT_S = 90


def main() -> None:
    """Measures everything and prints it."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    theme = Theme()
    rows = [_row("window painted after start", first_paint_s(), "s")]
    rows += [_row(name, value, "ms CPU a frame") for name, value in spectrogram_ms(theme).items()]
    rows += [_row(name, value, "ms") for name, value in table_milliseconds().items()]
    demo = Places.from_environment().demo
    if DemoPlaces(demo).library.is_file():
        rows += [_row(f"longest stall: {step}", value, "ms") for step, value in stalls_ms(demo).items()]
    sys.stdout.write(json.dumps({"rows": rows}) + "\n")
    del application


def first_paint_s() -> float:
    """Seconds from starting a window's process to its first paint, in an empty home; the better of two."""
    return min(_first_paint_s() for _ in range(2))


def stalls_ms(demo: Path) -> dict[str, float]:
    """The longest stall of every step of a session (see `stall_bench`), in milliseconds."""
    command = [sys.executable, "-m", "vocmatch_desktop.ui.stall_bench", str(demo)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=STALLS_TIMEOUT_S, check=True
    )
    return dict(json.loads(done.stdout))


def spectrogram_ms(theme: Theme) -> dict[str, float]:
    """CPU milliseconds a frame of the live picture at 1200 × 400: its painting alone, and with everything over it."""
    ring, stream = SpectrogramRing(WIDTH, HEIGHT), SpectrumStream(RATE, FRAME_S)
    sung = _voice(25.0)
    spent = _cpu_ms(lambda: ring.append(stream.feed(sung)), 1) / max(1, stream.columns)
    target = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    strip, font, line = note_strip(HEIGHT, theme, 1.0), theme.font(SMALL_PX), PitchLine()
    line.put(np.arange(0, 25, 0.016), np.full(1563, 60.0))

    def picture() -> None:
        with QPainter(target) as painter:
            ring.paint(painter, 0, 0, ring.end - WIDTH, WIDTH)

    def all_of_it() -> None:
        axis = Axis(5.0, 25.0, WIDTH, HEIGHT)
        with QPainter(target) as painter:
            ring.paint(painter, 0, 0, ring.end - WIDTH, WIDTH)
            line.paint(painter, axis, 24.9)
            paint_bars(painter, axis, Grid(92.0), font)
            painter.drawPixmap(0, 0, strip)

    return {
        "spectrogram, painting": _cpu_ms(picture, FRAMES),
        "spectrogram, painting with bars, notes and pitch": _cpu_ms(all_of_it, FRAMES),
        "spectrogram, computing the new column": spent,
    }


def _first_paint_s() -> float:
    with tempfile.TemporaryDirectory() as home:
        environ = {**os.environ, "VOCMATCH_HOME": home, "VOCMATCH_READY": "1", "QT_QPA_PLATFORM": "offscreen"}
        started = time.monotonic()
        command = [sys.executable, "-m", "vocmatch_desktop", "gui"]
        with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout is not None
            process.stdout.readline()
            painted = time.monotonic() - started
            process.terminate()
            process.wait(START_TIMEOUT_S)
    return painted


def _voice(seconds: float) -> np.ndarray:
    time_s = np.arange(round(seconds * RATE)) / RATE
    return sum(np.sin(2 * np.pi * 220 * k * time_s) / k for k in range(1, 8)).astype(np.float32) * np.float32(0.2)


def _cpu_ms(work: Callable[[], None], times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        work()
    return 1000 * (time.process_time() - started) / times


def _row(name: str, value: float, unit: str) -> dict[str, object]:
    return {"name": name, "value": round(value, 3), "unit": unit}


if __name__ == "__main__":
    main()
