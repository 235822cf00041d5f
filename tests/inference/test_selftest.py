"""A provider has to give what the CPU gives before it is trusted, once for each model and version."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from vocmatch_desktop.inference.cards import ModelCard
from vocmatch_desktop.inference.providers import CPU, CUDA
from vocmatch_desktop.inference.selftest import Verdicts, prove, relative_error
from vocmatch_desktop.types import Float32

CARD = ModelCard("x", "separation", "htdemucs", "MIT", "x", Path("x.onnx"), "ab" * 32)
RIGHT = np.random.default_rng(0).standard_normal((1, 4, 2, 500)).astype(np.float32)


@dataclass
class Running:
    """Stands in for a session on a graphics card, which tests have none of."""

    provider: str = CUDA
    notice: str = ""

    def use_cpu(self, because: str) -> None:
        self.provider, self.notice = CPU, because


def proven(given: Float32, folder: Path, provider: str = CUDA) -> tuple[Running, int]:
    session, asked = Running(provider), []

    def outcome() -> Float32:
        asked.append(1)
        return given

    prove([session], CARD, outcome, lambda: RIGHT, Verdicts(folder / "cache" / "providers.json"))  # type: ignore[list-item]
    return session, len(asked)


def test_small_differences_are_fine_and_remembered(tmp_path: Path) -> None:
    tf32 = RIGHT + np.float32(1e-3) * RIGHT[..., ::-1]
    assert proven(tf32, tmp_path) == (Running(), 1)
    assert proven(tf32, tmp_path) == (Running(), 0)


@pytest.mark.parametrize("nonsense", [RIGHT * 0, -RIGHT, RIGHT * 1.1, RIGHT * np.nan, RIGHT * np.inf])
def test_nonsense_is_found_out_and_remembered(tmp_path: Path, nonsense: Float32) -> None:
    for asked in (1, 0):
        session, count = proven(nonsense, tmp_path)
        assert session.provider == CPU
        assert "“cuda” computes something else" in session.notice
        assert count == asked


def test_other_versions_and_damaged_memories_are_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert proven(RIGHT, tmp_path)[1] == 1
    with monkeypatch.context() as patch:
        patch.setattr("onnxruntime.__version__", "99")
        assert proven(RIGHT, tmp_path)[1] == 1
    for damage in ("", "{", "[]"):
        (tmp_path / "cache" / "providers.json").write_text(damage)
        assert proven(RIGHT, tmp_path)[1] == 1


def test_the_processor_needs_no_proof(tmp_path: Path) -> None:
    assert proven(-RIGHT, tmp_path, CPU) == (Running(CPU), 0)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_is_no_verdict(tmp_path: Path) -> None:
    """Out of memory today need not be so tomorrow."""
    session = Running()

    def outcome() -> Float32:
        session.use_cpu("failed")
        return RIGHT

    prove([session], CARD, outcome, lambda: RIGHT, Verdicts(tmp_path / "providers.json"))  # type: ignore[list-item]
    assert session.notice == "failed"
    assert list(tmp_path.iterdir()) == []


def test_errors_are_relative() -> None:
    assert relative_error(RIGHT * np.float32(1.01), RIGHT) == pytest.approx(0.01, rel=1e-3)
    assert relative_error(RIGHT * 0, RIGHT * 0) == 0
    assert relative_error(RIGHT * np.nan, RIGHT) > 1
