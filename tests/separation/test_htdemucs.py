"""HTDemucs exports give what Demucs' own arithmetic, written anew in torch, gives with the same network."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from exports import exported, noise
from torch import Tensor, nn
from torch.nn import functional

from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.inference.session import open_session
from vocmatch_desktop.separation import htdemucs
from vocmatch_desktop.separation.facts import Facts
from vocmatch_desktop.separation.level import Level, Levelled, measured
from vocmatch_desktop.separation.separate import separate
from vocmatch_desktop.services.reports import Unread

CLOSE = 1e-4
N_FFT, HOP = 4096, 1024
SHORT, LONG = 9 * 1024 + 300, 20_000


class Core(nn.Module):
    """Both branches of an HTDemucs without its depth: each normalises its input, and scales its output back."""

    def __init__(self, sources: int, swapped: tuple[bool, bool] = (False, False)) -> None:
        super().__init__()
        self.sources, self.swapped = sources, swapped
        self.planes = nn.Sequential(nn.Conv2d(4, 6, (8, 3), (4, 1), (2, 1)), nn.GELU())
        self.planes_back = nn.ConvTranspose2d(6, 4 * sources, (8, 3), (4, 1), (2, 1))
        self.sound = nn.Sequential(nn.Conv1d(2, 6, 9, padding=4), nn.GELU(), nn.Conv1d(6, 2 * sources, 9, padding=4))

    def forward(self, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
        mix, planes = (second, first) if self.swapped[0] else (first, second)
        mean, std = planes.mean((1, 2, 3), keepdim=True), planes.std((1, 2, 3), keepdim=True)
        made = self.planes_back(self.planes((planes - mean) / (1e-5 + std)))
        made = made.reshape(-1, self.sources, 4, *planes.shape[2:]) * std[:, None] + mean[:, None]
        mean_t, std_t = mix.mean((1, 2), keepdim=True), mix.std((1, 2), keepdim=True)
        sound = self.sound((mix - mean_t) / (1e-5 + std_t))
        sound = sound.reshape(-1, self.sources, 2, mix.shape[-1]) * std_t[:, None] + mean_t[:, None]
        return (sound, made) if self.swapped[1] else (made, sound)


def demucs_spectrum(mix: Tensor) -> Tensor:
    """[batch, 2, n] → complex [batch, 2, 2048, ceil(n / 1024)]."""
    count = math.ceil(mix.shape[-1] / HOP)
    edge = HOP // 2 * 3
    padded = functional.pad(mix, (edge, edge + count * HOP - mix.shape[-1]), mode="reflect")
    window = torch.hann_window(N_FFT)
    whole = torch.stft(padded.flatten(0, 1), N_FFT, HOP, window=window, normalized=True, return_complex=True)
    return whole.reshape(*mix.shape[:2], N_FFT // 2 + 1, -1)[..., :-1, 2 : 2 + count]


def demucs_sound(spectra: Tensor, length: int) -> Tensor:
    """Complex [batch, stems, 2, 2048, frames] → [batch, stems, 2, length]."""
    padded = functional.pad(functional.pad(spectra, (0, 0, 0, 1)), (2, 2))
    edge = HOP // 2 * 3
    total = HOP * math.ceil(length / HOP) + 2 * edge
    window = torch.hann_window(N_FFT)
    whole = torch.istft(padded.flatten(0, 2), N_FFT, HOP, window=window, normalized=True, length=total)
    return whole.reshape(*spectra.shape[:3], -1)[..., edge : edge + length]


@torch.no_grad()
def demucs(core: Core, mix: Tensor) -> Tensor:
    """The published forward pass around `core`."""
    complex_mix = demucs_spectrum(mix)
    planes = torch.view_as_real(complex_mix).permute(0, 1, 4, 2, 3).reshape(len(mix), 4, *complex_mix.shape[2:])
    inputs = (planes, mix) if core.swapped[0] else (mix, planes)
    outputs = core(*inputs)
    sound, made = outputs if core.swapped[1] else reversed(outputs)
    made = made.reshape(len(mix), core.sources, 2, 2, *planes.shape[2:]).permute(0, 1, 2, 4, 5, 3)
    return sound + demucs_sound(torch.view_as_complex(made.contiguous()), mix.shape[-1])


def core_of(sources: int, swapped: tuple[bool, bool] = (False, False)) -> Core:
    torch.manual_seed(sources)
    return Core(sources, swapped).eval()


def written(core: Core, path: Path, frames: int, *, batch: int = 1, free: bool = False) -> Path:
    count = math.ceil(frames / HOP)
    example = [torch.randn(batch, 2, frames), torch.randn(batch, 4, N_FFT // 2, count)]
    names_in, names_out = ["mix", "planes"], ["planes_out", "sound_out"]
    if core.swapped[0]:
        example, names_in = example[::-1], names_in[::-1]
    if core.swapped[1]:
        names_out = names_out[::-1]
    axes = {"mix": {2: "n"}, "planes": {3: "t"}, "planes_out": {4: "t"}, "sound_out": {3: "n"}} if free else None
    return exported(core, example, path, names_in, names_out, axes)


def estimator_of(path: Path, facts: Facts | None = None) -> htdemucs.Hybrid | htdemucs.Waveform | htdemucs.Specialists:
    session = open_session(path, "cpu")
    assert htdemucs.fits(session)
    return htdemucs.opened([session], facts or Facts())


@pytest.mark.parametrize(
    ("sources", "swapped"), [(4, (False, False)), (6, (True, True)), (6, (True, False)), (4, (False, True))]
)
def test_transforms_outside_the_graph(tmp_path: Path, sources: int, swapped: tuple[bool, bool]) -> None:
    core = core_of(sources, swapped)
    estimator = estimator_of(written(core, tmp_path / "model.onnx", SHORT))
    assert estimator.stems == ("drums", "bass", "other", "vocals", "guitar", "piano")[:sources]
    assert (estimator.frames, estimator.rate, estimator.margin) == (SHORT, 44_100, 0)
    mix = noise(3, 2, SHORT)  # the graph takes one at a time
    stems = estimator(mix)
    assert stems.dtype == np.float32
    np.testing.assert_allclose(stems, demucs(core, torch.from_numpy(mix)), atol=CLOSE)


def test_a_graph_of_any_length_at_two_lengths(tmp_path: Path) -> None:
    core = core_of(4)
    path = written(core, tmp_path / "model.onnx", SHORT, free=True)
    for frames in (SHORT, LONG):
        mix = noise(1, 2, frames)
        estimator = estimator_of(path, Facts(frames=frames))
        np.testing.assert_allclose(estimator(mix), demucs(core, torch.from_numpy(mix)), atol=CLOSE)


def test_the_transforms_at_the_published_length() -> None:
    mix = noise(2, htdemucs.FRAMES)
    wanted = demucs_spectrum(torch.from_numpy(mix)[None])[0]
    made = htdemucs.spectrum(mix)
    assert made.shape == (2, 2048, 336)
    np.testing.assert_allclose(made, wanted, atol=CLOSE)
    back = demucs_sound(wanted[None, None], htdemucs.FRAMES)[0, 0]
    np.testing.assert_allclose(htdemucs.waveform(made, htdemucs.FRAMES), back, atol=CLOSE)


def test_transforms_inside_the_graph(tmp_path: Path) -> None:
    torch.manual_seed(1)

    class Inside(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = nn.Sequential(nn.Conv1d(2, 8, 65, padding=32), nn.Tanh(), nn.Conv1d(8, 8, 65, padding=32))

        def forward(self, mix: Tensor) -> Tensor:
            return self.net(mix).reshape(-1, 4, 2, mix.shape[-1])

    network = Inside().eval()
    free = {"mix": {0: "batch"}, "stems": {0: "batch"}}
    path = exported(network, [torch.randn(1, 2, 5000)], tmp_path / "model.onnx", ["mix"], ["stems"], free)
    estimator = estimator_of(path)
    assert (estimator.frames, estimator.stems) == (5000, htdemucs.SOURCES[4])
    mix = noise(3, 2, 5000)
    with torch.no_grad():
        np.testing.assert_allclose(estimator(mix), network(torch.from_numpy(mix)), atol=CLOSE)


class Shares(nn.Module):
    """Four stems, each the mix times something."""

    def __init__(self, first: float) -> None:
        super().__init__()
        self.shares = nn.Parameter(first + 0.1 * torch.arange(4.0))

    def forward(self, mix: Tensor) -> Tensor:
        return mix[:, None] * self.shares[:, None, None]


def shares_at(path: Path, first: float, dtype: torch.dtype = torch.float32, frames: int = 500) -> Path:
    return exported(Shares(first).to(dtype), [torch.randn(1, 2, frames, dtype=dtype)], path, ["mix"], ["stems"])


def test_specialists_give_a_stem_each(tmp_path: Path) -> None:
    sessions = [open_session(shares_at(tmp_path / f"{i}.onnx", float(i)), "cpu") for i in range(4)]
    estimator = htdemucs.opened(sessions, Facts())
    mix = noise(2, 2, 500)
    wanted = np.stack([mix * np.float32(share) for share in (0.0, 1.1, 2.2, 3.3)], axis=1)
    np.testing.assert_allclose(estimator(mix), wanted, atol=1e-6)
    assert (estimator.stems, estimator.frames, estimator.rate) == (htdemucs.SOURCES[4], 500, 44_100)
    assert isinstance(estimator, Levelled)
    with pytest.raises(ModelError, match="3 HTDemucs files"):
        htdemucs.opened(sessions[:3], Facts())


def test_chunks_that_would_fill_the_memory_are_refused(tmp_path: Path) -> None:
    network = nn.Conv1d(2, 8, 1)
    path = exported(network, [torch.randn(1, 2, 9)], tmp_path / "model.onnx", ["mix"], ["stems"], {"mix": {2: "n"}})
    with pytest.raises(ModelError, match="memory"):
        estimator_of(path, Facts(frames=2**30))


def test_a_graph_of_half_precision(tmp_path: Path) -> None:
    estimator = estimator_of(shares_at(tmp_path / "model.onnx", 0.5, torch.float16))
    mix = noise(1, 2, 500)
    stems = estimator(mix)
    assert stems.dtype == np.float32
    np.testing.assert_allclose(stems[:, 0], 0.5 * mix, atol=1e-3)


@torch.no_grad()
def demucs_command(core: Core, mix: Tensor, segment: int) -> Tensor:
    """What `demucs` makes of a whole track [2, n]: one level, segments that overlap by a quarter, triangles."""
    mono = mix.mean(0)
    levelled = (mix - mono.mean()) / (mono.std() + 1e-8)
    out, total = torch.zeros(core.sources, 2, mix.shape[-1]), torch.zeros(mix.shape[-1])
    rising = torch.arange(1, segment // 2 + 1)
    weight = torch.cat([rising, torch.arange(segment - segment // 2, 0, -1)]) / (segment // 2)
    for at in range(0, mix.shape[-1], int(0.75 * segment)):
        chunk = levelled[:, at : at + segment]
        made = demucs(core, functional.pad(chunk, (0, segment - chunk.shape[-1]))[None])[0]
        out[..., at : at + segment] += (weight * made)[..., : chunk.shape[-1]]
        total[at : at + segment] += weight[: chunk.shape[-1]]
    return out / total * (mono.std() + 1e-8) + mono.mean()


def test_a_whole_track_at_its_own_level(tmp_path: Path) -> None:
    core = core_of(4)
    segment = 12 * HOP
    path = tmp_path / "song.wav"
    soundfile.write(path, 0.02 + 0.05 * noise(segment * 3 + 777, 2, scale=1.0), 44_100, "FLOAT")
    stems = ("drums", "bass", "vocals")
    paths = {name: tmp_path / f"{name}.wav" for name in stems}
    estimator = estimator_of(written(core, tmp_path / "model.onnx", segment))
    separate(files.probe(path), estimator, paths, Unread())
    wanted = demucs_command(core, torch.from_numpy(files.read(path).samples.T.copy()), segment)
    for name in stems:
        made = files.read(paths[name]).samples.T
        np.testing.assert_allclose(made, wanted[htdemucs.SOURCES[4].index(name)], atol=CLOSE)


def test_levels_are_those_of_the_mono_mix(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    samples = noise(700_000, 3) + np.float32([0.1, 0.0, -0.2])
    soundfile.write(path, samples, 44_100, "FLOAT")
    found = measured(files.probe(path), ((0, 1), (2,)), Unread())
    for level, mono in zip(found, (samples[:, :2].mean(1), samples[:, 2]), strict=True):
        assert level.mean == pytest.approx(mono.mean(dtype=np.float64), abs=1e-7)
        assert level.deviation == pytest.approx(mono.std(dtype=np.float64, ddof=1), rel=1e-6)


def test_silence_stays_silence() -> None:
    silence = np.zeros((2, 9), np.float32)
    level = Level(0.0, 0.0)
    np.testing.assert_array_equal(level.restored(level.removed(silence)), silence)


@pytest.mark.parametrize("normalise", [True, False])
def test_a_card_may_ask_for_songs_as_they_are(tmp_path: Path, normalise: bool) -> None:
    estimator = estimator_of(written(core_of(4), tmp_path / "model.onnx", SHORT), Facts(normalise=normalise))
    assert isinstance(estimator, Levelled)
    assert estimator.at_one_level is normalise


def test_stems_without_known_names_are_asked_for(tmp_path: Path) -> None:
    path = written(core_of(3), tmp_path / "model.onnx", SHORT)
    with pytest.raises(ModelError, match="3 stems"):
        estimator_of(path)
    assert estimator_of(path, Facts(stems=("a", "b", "c"))).stems == ("a", "b", "c")


def test_a_graph_that_gives_something_else_is_refused(tmp_path: Path) -> None:
    network = nn.Conv1d(2, 2, 9, padding=4)
    path = exported(network, [torch.randn(1, 2, 500)], tmp_path / "model.onnx", ["mix"], ["out"])
    with pytest.raises(ModelError, match=r"\[1, 2, 500\]"):
        htdemucs.opened([open_session(path, "cpu")], Facts())
