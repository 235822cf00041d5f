"""What every test gets: a home of its own, an offscreen Qt, and a check that nothing was left running."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import numpy as np
import pytest

from vocmatch_desktop import settings

pytest_plugins = ["virtual_audio"]

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

hypothesis.settings.register_profile("unhurried", hypothesis.settings(), deadline=None)  # cores are shared
hypothesis.settings.load_profile("unhurried")

GRACE_S = 3.0


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what hears the virtual sound card: it wants a core when its sound comes, not when one is free."""
    for item in items:
        if {"virtual_audio", "virtual_audio_server"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("realtime")


def pytest_collection_finish() -> None:
    """Spares the collector what was imported: each test is searched for timers that it left, object by object."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh VOCMATCH_HOME: no test reads or writes the developer's own library."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("VOCMATCH_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def nothing_left_running(home: Path) -> Iterator[None]:
    """Fails a test that leaves a thread, a child process, an active timer or a top-level widget behind."""
    threads = set(threading.enumerate())
    widgets = set(map(id, _top_level_widgets()))
    yield
    problems = {
        "threads": lambda: [t.name for t in threading.enumerate() if t not in threads],
        "processes": lambda: [p.name for p in multiprocessing.active_children()],
        "widgets": lambda: [repr(w) for w in _top_level_widgets() if id(w) not in widgets],
        "timers": _active_timers,
    }
    left = {name: leaked for name, find in problems.items() if (leaked := _after_grace(find))}
    assert not left, f"left running: {left}"


@pytest.fixture
def material() -> Path:
    """The folder with `data/` and `eval/`; skips where it is not at hand."""
    folder = settings.material()
    if folder is None:
        pytest.skip("VOCMATCH_MATERIAL is not set: real recordings are not at hand")
    return folder


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers that are the same in every run."""
    return np.random.default_rng(20260101)


def _after_grace(find: Callable[[], list[str]]) -> list[str]:
    deadline = time.monotonic() + GRACE_S
    while (found := find()) and time.monotonic() < deadline:
        _process_deferred_deletes()
        gc.collect()
        time.sleep(0.02)
    return found


def _application() -> object | None:
    widgets = sys.modules.get("PySide6.QtWidgets")
    return widgets.QApplication.instance() if widgets else None


def _process_deferred_deletes() -> None:
    application = _application()
    if application is not None:
        core = sys.modules["PySide6.QtCore"]
        application.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)  # type: ignore[attr-defined]
        application.processEvents()  # type: ignore[attr-defined]


def _top_level_widgets() -> list[object]:
    application = _application()
    return list(application.topLevelWidgets()) if application is not None else []  # type: ignore[attr-defined]


def _active_timers() -> list[str]:
    if _application() is None:
        return []
    core = sys.modules["PySide6.QtCore"]
    return [repr(o) for o in gc.get_objects() if type(o) is core.QTimer and _is_active(o)]


def _is_active(timer: object) -> bool:
    import shiboken6

    return bool(shiboken6.isValid(timer)) and bool(timer.isActive())  # type: ignore[attr-defined]
