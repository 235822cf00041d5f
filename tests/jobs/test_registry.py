from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from vocmatch_desktop.jobs import registry


@pytest.mark.parametrize(("spec", "target"), [*registry.JOBS.items(), *registry.LIVES.items()])
def test_every_spec_stands_beside_the_function_that_takes_it(spec: str, target: str) -> None:
    assert callable(registry.resolve(target))
    assert hasattr(importlib.import_module(target.partition(":")[0]), spec)


@pytest.mark.parametrize("module", registry.WARM_NOW)
def test_what_is_warmed_can_be_imported(module: str) -> None:
    importlib.import_module(module)


def test_a_worker_starts_without_numpy_and_jobs_without_qt() -> None:
    """NumPy reads the limits of its threads when it is imported, so they must be set before."""
    code = "import sys, vocmatch_desktop.jobs.process, vocmatch_desktop.__main__; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "scipy", "onnxruntime", "PySide6"} & set(loaded)
