"""MDX-Net exports give what Ultimate Vocal Remover's arithmetic, written anew in torch, gives with the same network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from exports import exported, noise
from torch import Tensor, nn

from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.inference.session import open_session
from vocmatch_desktop.separation import mdx
from vocmatch_desktop.separation.facts import Facts
from vocmatch_desktop.separation.overlap import Chunking, OverlapAdd
from vocmatch_desktop.separation.uvr import KNOWN, Known

CLOSE = 1e-4
HOP = 1024
VOCALS = Known("vocals", 6144, 1.021)


def network_of(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Conv2d(4, 5, 3, padding=1), nn.ReLU(), nn.Conv2d(5, 4, 3, padding=1)).eval()


def written(network: nn.Module, path: Path, bins: int, times: int, batch: int | None = None) -> Path:
    free = None if batch else {"input": {0: "batch_size"}, "output": {0: "batch_size"}}
    return exported(network, [torch.randn(batch or 1, 4, bins, times)], path, ["input"], ["output"], free)


def estimator_of(path: Path, facts: Facts | None = None, known: Known | None = None) -> mdx.MdxNet:
    session = open_session(path, "cpu")
    assert mdx.fits(session)
    return mdx.opened(session, facts or Facts(), known)


@torch.no_grad()
def uvr(network: nn.Module, mix: Tensor, n_fft: int, bins: int, compensation: float, denoise: bool = False) -> Tensor:
    """The primary stem of chunks [batch, 2, n]."""
    window = torch.hann_window(n_fft)
    spectrum = torch.stft(mix.flatten(0, 1), n_fft, HOP, window=window, center=True, return_complex=True)
    planes = torch.view_as_real(spectrum).permute(0, 3, 1, 2)
    planes = planes.reshape(len(mix), 4, n_fft // 2 + 1, -1)[:, :, :bins].clone()
    planes[:, :, :3] *= 0
    made = network(planes) * 0.5 - network(-planes) * 0.5 if denoise else network(planes)
    missing = torch.zeros(len(mix), 4, n_fft // 2 + 1 - bins, made.shape[-1])
    whole = torch.cat([made, missing], 2).reshape(len(mix) * 2, 2, n_fft // 2 + 1, -1).permute(0, 2, 3, 1)
    sound = torch.istft(torch.view_as_complex(whole.contiguous()), n_fft, HOP, window=window, center=True)
    return sound.reshape(*mix.shape[:2], -1) * compensation


@pytest.mark.parametrize(
    ("n_fft", "bins", "times", "batch"), [(6144, 2048, 16, None), (7680, 3072, 12, 1), (5120, 2560, 9, 2)]
)
def test_chunks(tmp_path: Path, n_fft: int, bins: int, times: int, batch: int | None) -> None:
    network = network_of()
    path = written(network, tmp_path / "model.onnx", bins, times, batch)
    estimator = estimator_of(path, known=Known("vocals", n_fft, 1.021))
    assert (estimator.frames, estimator.margin, estimator.rate) == (HOP * (times - 1), n_fft // 2, 44_100)
    mix = noise(3, 2, estimator.frames)
    stems = estimator(mix)
    assert stems.dtype == np.float32
    wanted = uvr(network, torch.from_numpy(mix), n_fft, bins, 1.021).numpy()
    np.testing.assert_allclose(stems[:, 0], wanted, atol=CLOSE)
    np.testing.assert_allclose(stems[:, 1], mix - wanted, atol=CLOSE)


def test_a_song_in_trimmed_chunks(tmp_path: Path) -> None:
    network = network_of()
    estimator = estimator_of(written(network, tmp_path / "model.onnx", 2048, 16), known=VOCALS)
    trim, step = 3072, estimator.frames - 2 * 3072
    mix = noise(2, 3 * step + 500)
    padded = torch.from_numpy(np.pad(mix, ((0, 0), (trim, trim + step))))
    parts = [
        uvr(network, padded[None, :, at : at + estimator.frames], 6144, 2048, 1.021)[0, :, trim:-trim]
        for at in range(0, mix.shape[1], step)
    ]
    stream = OverlapAdd(estimator, Chunking(overlap=0, batch=2))
    made = np.concatenate([*stream.feed(mix.T), *stream.finish()], axis=2)
    np.testing.assert_allclose(made[0], torch.cat(parts, 1)[:, : mix.shape[1]], atol=CLOSE)


def test_denoising_halves_the_difference(tmp_path: Path) -> None:
    network = network_of()
    facts = Facts(primary="Vocals", n_fft=6144, denoise=True)
    estimator = estimator_of(written(network, tmp_path / "model.onnx", 2048, 10), facts)
    mix = noise(1, 2, estimator.frames)
    wanted = uvr(network, torch.from_numpy(mix), 6144, 2048, 1.0, denoise=True)
    np.testing.assert_allclose(estimator(mix)[:, 0], wanted, atol=CLOSE)


@pytest.mark.parametrize(
    ("primary", "stems"),
    [
        ("vocals", ("vocals", "instrumental")),
        ("instrumental", ("instrumental", "vocals")),
        ("bass", ("bass", "other")),
        ("other", ("other", "rest")),
    ],
)
def test_the_other_stem(tmp_path: Path, primary: str, stems: tuple[str, str]) -> None:
    path = written(network_of(), tmp_path / "model.onnx", 2048, 10)
    assert estimator_of(path, known=Known(primary, 6144, 1.0)).stems == stems
    assert estimator_of(path, Facts(stems=stems, n_fft=6144)).stems == stems


def test_a_card_overrules_the_table(tmp_path: Path) -> None:
    path = written(network_of(), tmp_path / "model.onnx", 2048, 10)
    made = estimator_of(path, Facts(primary="drums", n_fft=4096, compensation=1.5), VOCALS)
    assert (made.primary, made.n_fft, made.compensation) == ("drums", 4096, 1.5)


def test_an_unknown_model_needs_a_card(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="n_fft"):
        estimator_of(written(network_of(), tmp_path / "model.onnx", 2048, 10))


@pytest.mark.parametrize("n_fft", [2048, 4097, 65_536])
def test_windows_that_cannot_be(tmp_path: Path, n_fft: int) -> None:
    with pytest.raises(ModelError, match="2048 × 10"):
        estimator_of(written(network_of(), tmp_path / "model.onnx", 2048, 10), Facts(primary="vocals", n_fft=n_fft))


def test_a_graph_that_gives_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"\[3, 2048, 10\]"):
        estimator_of(written(nn.Conv2d(4, 3, 1), tmp_path / "model.onnx", 2048, 10), known=VOCALS)


def test_the_table_makes_sense() -> None:
    assert KNOWN["77d07b2667ddf05b9e3175941b4454a0"] == Known("vocals", 7680, 1.021)
    assert all(len(digest) == 32 and 1 <= known.compensation < 1.1 for digest, known in KNOWN.items())
