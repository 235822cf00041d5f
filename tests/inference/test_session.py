"""ONNX sessions say what they run on; what cannot be run is told plainly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.inference.cards import ModelCard, verify
from vocmatch_desktop.inference.models import swift_f0
from vocmatch_desktop.inference.providers import CPU, available_providers
from vocmatch_desktop.inference.session import open_session


def test_the_pitch_model_runs_and_names_its_provider() -> None:
    session = open_session(swift_f0().path, "cpu")
    assert session.provider == CPU
    assert {"pitch", "confidence"} <= set(session.outputs)
    inputs = {"audio": np.zeros((1, 4096), np.float32), "fmin": np.float32(60), "fmax": np.float32(1000)}
    (confidence,) = session.run({name: np.asarray(value) for name, value in inputs.items()}, ["confidence"])
    assert confidence.shape == (1, 16)


def test_auto_takes_the_first_provider_that_works() -> None:
    assert "cpu" in available_providers()
    assert open_session(swift_f0().path).provider.endswith("ExecutionProvider")


def test_unknown_and_absent_providers_are_told_plainly() -> None:
    with pytest.raises(ModelError, match="no provider called “quantum”"):
        open_session(swift_f0().path, "quantum")
    absent = {"cuda", "directml", "coreml"} - set(available_providers())
    for provider in absent:
        with pytest.raises(ModelError, match="cannot run"):
            open_session(swift_f0().path, provider)


@pytest.mark.parametrize("content", [b"", b"this is no model", None])
def test_files_that_are_no_models(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "broken.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=r"broken\.onnx"):
        open_session(path, "cpu")


def test_cards_are_checked_against_their_hash(tmp_path: Path) -> None:
    assert len(verify(swift_f0())) == 64
    assert swift_f0().licence == "MIT"
    path = tmp_path / "model.onnx"
    path.write_bytes(b"x")
    with pytest.raises(ModelError, match="damaged"):
        verify(ModelCard("x", "pitch", "x", "MIT", "", path, "0" * 64))
    with pytest.raises(ModelError, match="missing"):
        verify(ModelCard("x", "pitch", "x", "MIT", "", tmp_path / "gone.onnx"))


def test_the_wheel_that_holds_the_model_is_never_imported() -> None:
    code = (
        "import sys; import vocmatch_desktop.analysis.take as t; t.track_pitch(__import__('numpy').zeros(9000, 'f4'));"
    )
    code += "sys.exit('swift_f0' in sys.modules or 'librosa' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
