"""Our own networks' exports give what torch's transforms around the same network give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from exports import exported, noise
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.inference.session import open_session
from vocmatch_desktop.separation import mdx, own
from vocmatch_desktop.separation.facts import Facts
from vocmatch_desktop.separation.families import open_estimator
from vocmatch_desktop.separation.overlap import Chunking, OverlapAdd
from vocmatch_desktop.types import STEMS

CLOSE = 1e-4
N_FFT, HOP, BINS = 1024, 256, 513
SMALL = Facts(n_fft=N_FFT, hop=HOP, frames=20 * HOP)


class Masks(nn.Module):
    """A complex mask for each stem, found by looking at the neighbourhood."""

    def __init__(self, stems: int = 6) -> None:
        super().__init__()
        self.stems = stems
        self.net = nn.Sequential(nn.Conv2d(4, 5, 3, padding=1), nn.Tanh(), nn.Conv2d(5, 4 * stems, 3, padding=1))

    def forward(self, planes: Tensor) -> Tensor:
        bins, times = planes.shape[-2:]
        real, imaginary = self.net(planes).reshape(-1, self.stems, 2, 2, bins, times).unbind(3)
        heard = planes.reshape(-1, 1, 2, 2, bins, times)
        re, im = heard[:, :, :, 0], heard[:, :, :, 1]
        turned = torch.stack([re * real - im * imaginary, re * imaginary + im * real], 3)
        return turned.reshape(-1, self.stems, 4, bins, times)


def network_of(stems: int = 6) -> Masks:
    torch.manual_seed(stems)
    return Masks(stems).eval()


def written(network: nn.Module, path: Path, bins: int = BINS, times: int | None = None) -> Path:
    free = {"planes": {0: "batch"}, "stems": {0: "batch"}}
    if not times:
        free = {"planes": {0: "batch", 3: "times"}, "stems": {0: "batch", 4: "times"}}
    return exported(network, [torch.randn(1, 4, bins, times or 9)], path, ["planes"], ["stems"], free)


def estimator_of(path: Path, facts: Facts) -> own.Own:
    session = open_session(path, "cpu")
    assert own.fits(session)
    return own.opened(session, facts)


@torch.no_grad()
def separated(network: Masks, mix: Tensor, n_fft: int = N_FFT, hop: int = HOP) -> np.ndarray:
    """Stems of [batch, 2, n]: one transform a channel, the network, one inverse a channel of a stem."""
    window = torch.hann_window(n_fft)

    def spectrum(channel: Tensor) -> Tensor:
        return torch.stft(channel, n_fft, hop, window=window, center=True, pad_mode="constant", return_complex=True)

    left, right = spectrum(mix[:, 0]), spectrum(mix[:, 1])
    made = network(torch.stack([left.real, left.imag, right.real, right.imag], 1))
    sounds = [
        torch.istft(
            torch.complex(made[:, stem, at], made[:, stem, at + 1]), n_fft, hop, window=window, length=mix.shape[-1]
        )
        for stem in range(made.shape[1])
        for at in (0, 2)
    ]
    return torch.stack(sounds, 1).reshape(len(mix), -1, 2, mix.shape[-1]).numpy()


def test_two_lengths(tmp_path: Path) -> None:
    network = network_of()
    path = written(network, tmp_path / "model.onnx")
    for frames in (20 * HOP, 33 * HOP):
        estimator = estimator_of(path, Facts(n_fft=N_FFT, hop=HOP, frames=frames))
        assert estimator.stems == STEMS
        assert (estimator.frames, estimator.margin, estimator.rate) == (frames, N_FFT // 2, 44_100)
        mix = noise(2, 2, frames)
        stems = estimator(mix)
        assert stems.dtype == np.float32
        np.testing.assert_allclose(stems, separated(network, torch.from_numpy(mix)), atol=CLOSE)


def test_the_sizes_we_ship(tmp_path: Path) -> None:
    network = network_of()
    estimator = estimator_of(written(network, tmp_path / "model.onnx", bins=2049), Facts(frames=30_000))
    assert (estimator.n_fft, estimator.hop, estimator.times) == (4096, 1024, 31)
    mix = noise(1, 2, estimator.frames)
    np.testing.assert_allclose(estimator(mix), separated(network, torch.from_numpy(mix), 4096, 1024), atol=CLOSE)


def test_eight_seconds_where_nobody_says_how_much(tmp_path: Path) -> None:
    assert estimator_of(written(network_of(), tmp_path / "model.onnx", bins=2049), Facts()).frames == 344 * 1024


def test_a_graph_of_a_certain_length(tmp_path: Path) -> None:
    network = network_of(2)
    facts = Facts(stems=("vocals", "other"), hop=HOP)
    estimator = estimator_of(written(network, tmp_path / "model.onnx", times=12), facts)
    assert (estimator.frames, estimator.stems) == (11 * HOP, facts.stems)
    mix = noise(1, 2, estimator.frames)
    np.testing.assert_allclose(estimator(mix), separated(network, torch.from_numpy(mix)), atol=CLOSE)


@pytest.fixture(scope="module")
def passing(tmp_path_factory: pytest.TempPathFactory) -> own.Own:
    """Gives the mix as every one of two stems."""

    class Same(nn.Module):
        def forward(self, planes: Tensor) -> Tensor:
            return torch.stack([planes, planes], 1)

    path = written(Same(), tmp_path_factory.mktemp("own") / "model.onnx")
    return estimator_of(path, Facts(n_fft=N_FFT, hop=HOP, frames=12 * HOP, stems=("vocals", "other")))


@settings(max_examples=20, deadline=None)
@given(frames=st.integers(1, 9000), overlap=st.sampled_from([0.0, 0.25, 0.5]), batch=st.integers(1, 3))
def test_what_is_left_alone_comes_back(passing: own.Own, frames: int, overlap: float, batch: int) -> None:
    mix = noise(2, frames, seed=frames)
    stream = OverlapAdd(passing, Chunking(overlap=overlap, batch=batch))
    made = np.concatenate([*stream.feed(mix.T), *stream.finish()], axis=2)
    assert made.shape == (2, 2, frames)
    np.testing.assert_allclose(made, np.stack([mix, mix]), atol=1e-5)


def test_outputs_tell_it_from_an_mdx_net(tmp_path: Path) -> None:
    several = written(network_of(), tmp_path / "UVR-MDX-NET.onnx")
    session = open_session(several, "cpu")
    assert own.fits(session)
    assert not mdx.fits(session)
    assert open_estimator([several], SMALL).family == "own"
    one = exported(nn.Conv2d(4, 4, 1), [torch.randn(1, 4, BINS, 9)], tmp_path / "own.onnx", ["planes"], ["stems"])
    assert not own.fits(open_session(one, "cpu"))


def test_two_files_are_no_model(tmp_path: Path) -> None:
    path = written(network_of(), tmp_path / "model.onnx")
    with pytest.raises(ModelError, match="together"):
        open_estimator([path, path], SMALL)


@pytest.mark.parametrize("facts", [Facts(n_fft=2048), Facts(hop=1024), Facts(hop=HOP, frames=300)])
def test_sizes_that_cannot_be(tmp_path: Path, facts: Facts) -> None:
    with pytest.raises(ModelError, match="513 bins"):
        estimator_of(written(network_of(), tmp_path / "model.onnx"), facts)


def test_stems_without_names_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="3 stems"):
        estimator_of(written(network_of(3), tmp_path / "model.onnx"), SMALL)


def test_a_graph_that_gives_something_else_is_refused(tmp_path: Path) -> None:
    class Half(nn.Module):
        def forward(self, planes: Tensor) -> Tensor:
            return planes[:, None, :2]

    with pytest.raises(ModelError, match=r"\[4, 513, 32\] becomes \[1, 2, 513, 32\]"):
        estimator_of(written(Half(), tmp_path / "model.onnx"), SMALL)


def test_chunks_that_fill_the_memory_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="samples at once"):
        estimator_of(written(network_of(), tmp_path / "model.onnx"), Facts(n_fft=N_FFT, hop=HOP, frames=10**8))
