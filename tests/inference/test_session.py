"""ONNX sessions say what they run on; what cannot be run is told plainly."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from onnxruntime.capi import onnxruntime_pybind11_state as states
from tiny_models import breaking_midway, four_stems, with_unknown_operator, with_weights_elsewhere

from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.inference.cards import ModelCard, verify
from vocmatch_desktop.inference.models import swift_f0
from vocmatch_desktop.inference.providers import (
    CPU,
    CUDA,
    DIRECTML,
    available_providers,
    choose,
    options_of,
    preload,
    session_options,
    short_name,
)
from vocmatch_desktop.inference.session import Session, open_session


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


def test_shapes_are_told_and_wrong_ones_are_a_sentence(tmp_path: Path) -> None:
    session = open_session(four_stems(tmp_path / "four.onnx"), "cpu")
    assert [(port.name, port.shape) for port in session.input_ports] == [("mix", (None, 2, None))]
    assert [(port.name, port.shape) for port in session.output_ports] == [("stems", (None, 4, 2, None))]
    with pytest.raises(ModelError, match=r"four\.onnx failed"):
        session.run({"mix": np.zeros((1, 3, 100), np.float32)})
    broken = open_session(breaking_midway(tmp_path / "broken.onnx"), "cpu")
    with pytest.raises(ModelError, match=r"broken\.onnx failed"):
        broken.run({"mix": np.zeros((1, 2, 100), np.float32)})


def test_what_onnxruntime_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="operator or version"):
        open_session(with_unknown_operator(tmp_path / "odd.onnx"), "cpu")
    with pytest.raises(ModelError, match="second file"):
        open_session(with_weights_elsewhere(tmp_path / "odd.onnx"), "cpu")
    path = four_stems(tmp_path / "cut.onnx")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ModelError, match=r"cut\.onnx is no ONNX model, or is damaged"):
        open_session(path, "cpu")


def test_a_file_of_four_gigabytes_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.onnx").open("wb") as file:
        file.truncate(4 * 10**9)
    with pytest.raises(ModelError, match=r"4\.0 GB"):
        open_session(tmp_path / "huge.onnx", "cpu")


class Card:
    """A graphics card that works, or fails: a real session that calls itself another provider."""

    def __init__(self, *, missing: bool = False, full: bool = False, broken: bool = False) -> None:
        self.missing, self.full, self.broken = missing, full, broken
        self.loads: list[list[str]] = []

    def load(self, model: Path, providers: Sequence[str]) -> Any:
        self.loads.append(list(providers))
        if self.broken and providers[0] != CPU:
            raise RuntimeError("driver too old")
        session = onnxruntime.InferenceSession(str(model), providers=[CPU])
        if providers[0] == CPU or self.missing:
            return session
        return Pretending(session, providers[0], fails=self.full)


class Pretending:
    def __init__(self, session: Any, provider: str, *, fails: bool) -> None:
        self._session, self._provider, self._fails = session, provider, fails

    def get_providers(self) -> list[str]:
        return [self._provider, CPU]

    def run(self, *arguments: Any) -> Any:
        if self._fails:
            raise states.RuntimeException("out of memory")
        return self._session.run(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


MIX = np.ones((1, 2, 50), np.float32)


def test_a_graphics_card_without_memory_gives_over_to_the_processor(tmp_path: Path) -> None:
    card = Card(full=True)
    session = Session(four_stems(tmp_path / "four.onnx"), [CUDA, CPU], card.load)
    assert (session.provider, session.notice) == (CUDA, "")
    (stems,) = session.run({"mix": MIX})
    np.testing.assert_allclose(stems[0, 3], 0.5)
    assert session.provider == CPU
    assert session.notice == "The model failed on “cuda”, perhaps for want of memory, so the processor is used."
    assert card.loads == [[CUDA, CPU], [CPU]]
    session.run({"mix": MIX})
    assert len(card.loads) == 2


@pytest.mark.parametrize("card", [Card(missing=True), Card(broken=True)])
def test_a_provider_that_does_not_start_is_told(tmp_path: Path, card: Card) -> None:
    session = Session(four_stems(tmp_path / "four.onnx"), [CUDA, CPU], card.load)
    assert session.provider == CPU
    assert session.notice == "“cuda” could not be started, so the processor is used."
    assert session.run({"mix": MIX})[0].shape == (1, 4, 2, 50)


def test_the_processor_may_fail_too(tmp_path: Path) -> None:
    path = four_stems(tmp_path / "four.onnx")
    session = Session(path, [CUDA, CPU], Card(full=True).load)
    path.write_bytes(b"gone bad meanwhile")
    with pytest.raises(ModelError, match="no ONNX model"):
        session.run({"mix": MIX})


def test_a_provider_that_works_stays(tmp_path: Path) -> None:
    session = Session(four_stems(tmp_path / "four.onnx"), [CUDA, CPU], Card().load)
    session.run({"mix": MIX})
    assert (session.provider, session.notice) == (CUDA, "")


def test_the_fastest_provider_is_first_and_the_processor_last() -> None:
    assert choose("auto", [CPU, CUDA, "AzureExecutionProvider"]) == [CUDA, CPU]
    assert choose("cuda", [CPU, CUDA]) == [CUDA, CPU]
    assert choose("cpu", [CPU, CUDA]) == [CPU]
    assert options_of(CUDA)["cudnn_conv_algo_search"] == "HEURISTIC"
    assert options_of(CPU) == {}
    assert session_options([DIRECTML, CPU], 2).enable_mem_pattern is False
    assert [short_name(provider) for provider in (CUDA, CPU, "X")] == ["cuda", "cpu", "X"]


def test_loading_cuda_prints_nothing_to_stdout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(onnxruntime, "preload_dlls", lambda: print("no cuDNN here"), raising=False)  # noqa: T201
    preload([CPU])
    assert capsys.readouterr() == ("", "")
    preload([CUDA, CPU])
    assert capsys.readouterr() == ("", "no cuDNN here\n")


def test_the_wheel_that_holds_the_model_is_never_imported() -> None:
    code = (
        "import sys; import vocmatch_desktop.analysis.take as t; t.track_pitch(__import__('numpy').zeros(9000, 'f4'));"
    )
    code += "sys.exit('swift_f0' in sys.modules or 'librosa' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
