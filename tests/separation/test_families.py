"""The family is read from the graph and the card, whatever a file is called, and what is no ONNX is refused kindly."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from exports import exported, noise
from torch import Tensor, nn

from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import ModelError, NotFound
from vocmatch_desktop.inference.cards import tail_md5
from vocmatch_desktop.separation import families, htdemucs, mdx, umx
from vocmatch_desktop.separation.facts import Facts
from vocmatch_desktop.separation.families import open_estimator
from vocmatch_desktop.separation.separate import offered, separate
from vocmatch_desktop.separation.uvr import Known
from vocmatch_desktop.services.reports import Unread


class Stems(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Conv1d(2, 8, 5, padding=2)

    def forward(self, mix: Tensor) -> Tensor:
        return self.net(mix).reshape(-1, 4, 2, mix.shape[-1])


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One model of each family, all with misleading names."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("models")
    demucs = exported(Stems(), [torch.randn(1, 2, 9000)], folder / "UVR-MDX-NET.onnx", ["mix"], ["stems"])
    planes = torch.randn(1, 4, 1024, 8)
    mdx_net = exported(nn.Conv2d(4, 4, 1), [planes], folder / "open-unmix.onnx", ["input"], ["output"])
    target = nn.Sequential(nn.Conv2d(2, 2, 1), nn.ReLU())
    unmix = exported(target, [torch.rand(1, 2, 1025, 12)], folder / "htdemucs.onnx", ["heard"], ["guitar"])
    return {"htdemucs": demucs, "mdx": mdx_net, "umx": unmix}


TOLD = {"htdemucs": Facts(), "mdx": Facts(primary="vocals", n_fft=2048), "umx": Facts(hop=512)}


@pytest.mark.parametrize("family", ["htdemucs", "mdx", "umx"])
def test_the_family_is_in_the_graph(models: dict[str, Path], family: str) -> None:
    opened = open_estimator([models[family]], TOLD[family])
    assert opened.family == family
    wanted = {"htdemucs": htdemucs.Waveform, "mdx": mdx.MdxNet, "umx": umx.OpenUnmix}
    assert isinstance(opened.estimator, wanted[family])


@pytest.mark.parametrize("family", ["htdemucs", "mdx", "umx"])
def test_stems_of_every_family_sum_to_the_song(models: dict[str, Path], family: str, tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    soundfile.write(path, noise(30_000, 1), 48_000, "FLOAT")
    estimator = open_estimator([models[family]], TOLD[family]).estimator
    made = separate(
        files.probe(path), estimator, {name: tmp_path / f"{name}.wav" for name in offered(estimator)}, Unread()
    )
    assert made.null_dbfs <= -120
    stems = [files.read(stem.path).samples for name, stem in made.stems.items() if name != "instrumental"]
    np.testing.assert_allclose(sum(stems), files.read(path).samples, atol=1e-6)


def test_a_known_model_needs_no_card(models: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    table = {tail_md5(models["mdx"]): Known("instrumental", 2048, 1.02)}
    monkeypatch.setattr(families, "KNOWN", table)
    estimator = open_estimator([models["mdx"]]).estimator
    assert estimator.stems == ("instrumental", "vocals")
    assert offered(estimator) == ("vocals", "other", "instrumental")


def test_a_card_that_names_another_family_is_refused(models: dict[str, Path]) -> None:
    with pytest.raises(ModelError, match=r"htdemucs\.onnx says mdx"):
        open_estimator([models["umx"]], Facts(family="mdx"))


def test_files_of_different_families_are_no_model(models: dict[str, Path]) -> None:
    for pair in ("umx", "mdx"), ("mdx", "mdx"), ("htdemucs", "htdemucs"):
        with pytest.raises(ModelError, match="together"):
            open_estimator([models[family] for family in pair])


def test_a_graph_of_no_family_is_refused(tmp_path: Path) -> None:
    path = exported(nn.Linear(7, 3), [torch.randn(1, 7)], tmp_path / "model.onnx", ["x"], ["y"], {"x": {0: "batch"}})
    with pytest.raises(ModelError, match=r"\[any, 7\]"):
        open_estimator([path])


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"gone\.onnx"):
        open_estimator([tmp_path / "gone.onnx"])


class Loud:
    """What a pickle may do when it is loaded."""

    def __reduce__(self) -> tuple[object, ...]:
        return pytest.fail, ("a checkpoint was loaded",)


@pytest.mark.parametrize("name", ["model.th", "model.pt", "model.onnx"])
@pytest.mark.parametrize("kind", ["zip", "legacy", "pickle", "safetensors"])
def test_checkpoints_are_refused_unread(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    if kind == "pickle":
        path.write_bytes(pickle.dumps(Loud()))
    elif kind == "safetensors":
        header = b'{"weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
        path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    else:
        torch.save({"weight": torch.zeros(3)}, path, _use_new_zipfile_serialization=kind == "zip")
    with pytest.raises(ModelError, match=r"torch\.onnx\.export"):
        open_estimator([path])


def test_rubbish_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"something else")
    with pytest.raises(ModelError, match=r"model\.onnx"):
        open_estimator([path])
