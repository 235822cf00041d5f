"""Open-Unmix exports give what its separator's arithmetic, written anew in torch, gives with the same networks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from exports import exported, noise
from torch import Tensor, nn
from wiener_formulas import plain

from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.inference.session import open_session
from vocmatch_desktop.separation import umx
from vocmatch_desktop.separation.facts import Facts

CLOSE = 1e-4
N_FFT, HOP, BINS = 1024, 256, 513
SMALL = Facts(n_fft=N_FFT, hop=HOP, frames=20 * HOP)


class Target(nn.Module):
    """Open-Unmix's network, narrow: scaled input, dense, BLSTM beside a skip, dense, scaled output, times the mix."""

    def __init__(self, bins: int = BINS, hidden: int = 8, mask: bool = False) -> None:
        super().__init__()
        self.bins, self.hidden, self.mask = bins, hidden, mask
        self.shift, self.scale = nn.Parameter(-torch.rand(bins)), nn.Parameter(torch.rand(bins))
        self.narrow, self.norm = nn.Linear(2 * bins, hidden, bias=False), nn.BatchNorm1d(hidden)
        self.lstm = nn.LSTM(hidden, hidden // 2, num_layers=2, bidirectional=True)
        self.wide, self.norm_wide = nn.Linear(2 * hidden, 2 * bins, bias=False), nn.BatchNorm1d(2 * bins)
        self.out_scale, self.out_shift = nn.Parameter(torch.ones(bins)), nn.Parameter(torch.rand(bins))

    def forward(self, heard: Tensor) -> Tensor:
        x = (heard.permute(3, 0, 1, 2) + self.shift) * self.scale
        times, batch = x.shape[:2]
        x = torch.tanh(self.norm(self.narrow(x.reshape(-1, 2 * self.bins)))).reshape(times, batch, self.hidden)
        x = torch.cat([x, self.lstm(x)[0]], -1)
        x = self.norm_wide(self.wide(x.reshape(-1, 2 * self.hidden))).reshape(times, batch, 2, self.bins)
        mask = torch.relu(x * self.out_scale + self.out_shift).permute(1, 2, 3, 0)
        return mask if self.mask else mask * heard


class Together(nn.Module):
    """Several targets in one file: one output each, or all in one."""

    def __init__(self, targets: list[Target], stacked: bool) -> None:
        super().__init__()
        self.targets, self.stacked = nn.ModuleList(targets), stacked

    def forward(self, heard: Tensor) -> Tensor | tuple[Tensor, ...]:
        made = [target(heard) for target in self.targets]
        return torch.stack(made, 1) if self.stacked else tuple(made)


def targets_of(count: int, bins: int = BINS, mask: bool = False) -> list[Target]:
    torch.manual_seed(count)
    return [Target(bins, mask=mask).eval() for _ in range(count)]


def written(network: nn.Module, path: Path, outputs: list[str], bins: int = BINS, times: int | None = None) -> Path:
    rank = 5 if outputs == ["stems"] else 4
    free = None if times else {"heard": {3: "t"}, **{name: {rank - 1: "t"} for name in outputs}}
    return exported(network, [torch.rand(1, 2, bins, times or 9)], path, ["heard"], outputs, free)


def estimator_of(paths: list[Path], facts: Facts) -> umx.OpenUnmix:
    sessions = [open_session(path, "cpu") for path in paths]
    assert all(umx.fits(session) for session in sessions)
    return umx.opened(sessions, facts)


@torch.no_grad()
def separator(
    targets: list[Target],
    mix: Tensor,
    n_fft: int = N_FFT,
    hop: int = HOP,
    iterations: int = 1,
    residual: bool = False,
    softmask: bool = False,
) -> np.ndarray:
    """Stems of [batch, 2, n]."""
    window = torch.hann_window(n_fft)
    spectra = torch.stft(mix.flatten(0, 1), n_fft, hop, window=window, center=True, return_complex=True)
    spectra = spectra.reshape(len(mix), 2, n_fft // 2 + 1, -1)
    stems = []
    for spectrum in spectra:
        heard = spectrum.abs()[None]
        made = [target(heard)[0] * (heard[0] if target.mask else 1) for target in targets]
        refined = plain(torch.stack(made).numpy(), spectrum.numpy(), iterations, residual, softmask)
        flat = torch.from_numpy(refined.astype(np.complex64)).flatten(0, 1)
        sound = torch.istft(flat, n_fft, hop, window=window, center=True, length=mix.shape[-1])
        stems.append(sound.reshape(-1, 2, mix.shape[-1]))
    return torch.stack(stems).numpy()


@pytest.mark.parametrize("stacked", [True, False])
def test_one_file_of_four_targets_at_two_lengths(tmp_path: Path, stacked: bool) -> None:
    names = ["vocals", "drums", "bass", "other"]
    targets = targets_of(4)
    path = written(Together(targets, stacked), tmp_path / "model.onnx", ["stems"] if stacked else names)
    for frames in (20 * HOP, 31 * HOP):
        facts = Facts(n_fft=N_FFT, hop=HOP, frames=frames, stems=tuple(names) if stacked else ())
        estimator = estimator_of([path], facts)
        assert estimator.stems == tuple(names)
        assert (estimator.frames, estimator.margin, estimator.rate) == (frames, N_FFT // 2, 44_100)
        mix = noise(2, 2, frames)  # the graph takes one at a time
        stems = estimator(mix)
        assert stems.dtype == np.float32
        np.testing.assert_allclose(stems, separator(targets, torch.from_numpy(mix)), atol=CLOSE)


def test_the_published_sizes(tmp_path: Path) -> None:
    targets = targets_of(2, bins=2049)
    path = written(Together(targets, False), tmp_path / "model.onnx", ["vocals", "drums"], bins=2049)
    estimator = estimator_of([path], Facts(frames=30_000))
    assert (estimator.n_fft, estimator.hop, estimator.times) == (4096, 1024, 31)
    mix = noise(1, 2, estimator.frames)
    np.testing.assert_allclose(estimator(mix), separator(targets, torch.from_numpy(mix), 4096, 1024), atol=CLOSE)


@pytest.mark.parametrize(
    ("facts", "stems"),
    [
        (Facts(n_fft=N_FFT, hop=HOP), ("guitar", "other")),
        (Facts(n_fft=N_FFT, hop=HOP, stems=("guitar", "rest")), ("guitar", "rest")),
        (Facts(n_fft=N_FFT, hop=HOP, residual=False, iterations=0), ("guitar",)),
        (Facts(n_fft=N_FFT, hop=HOP, iterations=2, softmask=True, residual=True), ("guitar", "other")),
    ],
)
def test_one_target(tmp_path: Path, facts: Facts, stems: tuple[str, ...]) -> None:
    targets = targets_of(1)
    estimator = estimator_of([written(targets[0], tmp_path / "model.onnx", ["guitar"], times=15)], facts)
    assert estimator.stems == stems
    assert estimator.frames == 14 * HOP
    mix = noise(1, 2, estimator.frames)
    residual = len(stems) == 2
    wanted = separator(
        targets, torch.from_numpy(mix), iterations=facts.iterations, residual=residual, softmask=facts.softmask
    )
    np.testing.assert_allclose(estimator(mix), wanted, atol=CLOSE)


def test_a_file_a_target(tmp_path: Path) -> None:
    targets = targets_of(2)
    paths = [written(target, tmp_path / f"{i}.onnx", ["out"]) for i, target in enumerate(targets)]
    facts = Facts(n_fft=N_FFT, hop=HOP, frames=20 * HOP, stems=("vocals", "piano"))
    estimator = estimator_of(paths, facts)
    mix = noise(1, 2, estimator.frames)
    np.testing.assert_allclose(estimator(mix), separator(targets, torch.from_numpy(mix)), atol=CLOSE)


def test_masks_instead_of_magnitudes(tmp_path: Path) -> None:
    targets = targets_of(2, mask=True)
    path = written(Together(targets, True), tmp_path / "model.onnx", ["stems"])
    facts = Facts(n_fft=N_FFT, hop=HOP, frames=20 * HOP, stems=("vocals", "drums"), output="mask")
    estimator = estimator_of([path], facts)
    mix = noise(1, 2, estimator.frames)
    np.testing.assert_allclose(estimator(mix), separator(targets, torch.from_numpy(mix)), atol=CLOSE)


def test_a_graph_that_kept_the_length_of_its_example(tmp_path: Path) -> None:
    class Kept(nn.Module):
        def forward(self, heard: Tensor) -> Tensor:
            return heard.reshape(1, 2, BINS, 15) * 0.5

    example = [torch.rand(1, 2, BINS, 15)]
    path = exported(Kept(), example, tmp_path / "model.onnx", ["heard"], ["vocals"], {"heard": {3: "t"}})
    estimator = estimator_of([path], SMALL)
    assert estimator.frames == 14 * HOP
    assert estimator(noise(1, 2, estimator.frames)).shape == (1, 2, 2, estimator.frames)


def test_ten_seconds_where_nobody_says_how_much(tmp_path: Path) -> None:
    path = written(targets_of(1, bins=2049)[0], tmp_path / "model.onnx", ["bass"], bins=2049)
    assert estimator_of([path], Facts()).frames == 430 * 1024


def test_targets_without_names_are_asked_for(tmp_path: Path) -> None:
    path = written(targets_of(1)[0], tmp_path / "model.onnx", ["output"])
    with pytest.raises(ModelError, match="stems"):
        estimator_of([path], SMALL)


def test_a_lonely_target_cannot_be_filtered(tmp_path: Path) -> None:
    path = written(targets_of(1)[0], tmp_path / "model.onnx", ["vocals"])
    with pytest.raises(ModelError, match="residual"):
        estimator_of([path], Facts(n_fft=N_FFT, hop=HOP, residual=False))


@pytest.mark.parametrize("facts", [Facts(n_fft=2048), Facts(n_fft=N_FFT, hop=1024), Facts(n_fft=N_FFT, frames=300)])
def test_sizes_that_cannot_be(tmp_path: Path, facts: Facts) -> None:
    path = written(targets_of(1)[0], tmp_path / "model.onnx", ["vocals"])
    with pytest.raises(ModelError, match="sizes"):
        estimator_of([path], facts)


def test_a_graph_that_gives_something_else_is_refused(tmp_path: Path) -> None:
    path = written(nn.Conv2d(2, 3, 1), tmp_path / "model.onnx", ["vocals"])
    with pytest.raises(ModelError, match=r"\[3, 513, 21\]"):
        estimator_of([path], SMALL)
