"""The probe's network, the same for every recipe: a small TFC-TDF U-Net that masks a spectrogram.

Blocks as in KUIELab-MDX-Net (Kim et al. 2021): convolutions see what is near in time and frequency, a bottleneck over
all frequencies sees harmonics. 0.36 M parameters, mono, 22.05 kHz; about 0.4 s a step of four 3-s crops on one core.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from vocmatch_desktop.training.tfc_tdf import Block, doubled, halved, there_and_back

RATE = 22_050
"""Hz; everything the probe hears is brought to it."""

WINDOW, HOP = 2048, 512
BINS = 768
"""Bins that are heard: up to 8.3 kHz. What little of a voice lies above is given up, the same in every arm."""

FOLD = 8
"""Neighbouring bins that become channels: what is computed shrinks by as much."""

LEVELS, CHANNELS, GROWTH = 4, 24, 16


class ProbeNetwork(nn.Module):
    """Mono sound [batch, frames] → the voice in it, the same shape."""

    window: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("window", torch.hann_window(WINDOW), persistent=False)
        self.stem = nn.Conv2d(FOLD, CHANNELS, 3, padding=1)
        widths = [CHANNELS + GROWTH * level for level in range(LEVELS)]
        bins = [BINS // FOLD // 2**level for level in range(LEVELS)]
        deeper = list(pairwise(widths))
        self.down = nn.ModuleList(Block(*shape) for shape in zip(widths[:-1], bins[:-1], strict=True))
        self.shrink = nn.ModuleList(halved(a, b) for a, b in deeper)
        self.deepest = Block(widths[-1], bins[-1])
        self.grow = nn.ModuleList(doubled(b, a) for a, b in deeper)
        self.up = nn.ModuleList(Block(*shape) for shape in zip(widths[:-1], bins[:-1], strict=True))
        self.head = nn.Conv2d(2 * CHANNELS, FOLD, 3, padding=1)

    def forward(self, mix: Tensor) -> Tensor:
        """The masked spectrogram, back in time with the mixture's phase."""
        spectrum = torch.stft(mix, WINDOW, HOP, window=self.window, return_complex=True)
        mask = torch.sigmoid(self._logits(self._heard(spectrum)).float())
        full = functional.pad(mask, (0, 0, 0, spectrum.shape[1] - BINS))
        return torch.istft(spectrum * full, WINDOW, HOP, window=self.window, length=mix.shape[-1])

    def _heard(self, spectrum: Tensor) -> Tensor:
        """Log magnitude about its mean, so that loudness does not matter; [B, F, T] → [B, T, BINS]."""
        level = torch.log(spectrum[:, :BINS].abs() + 1e-4)
        return ((level - level.mean(dim=(1, 2), keepdim=True)) / 2.5).transpose(1, 2)

    def _logits(self, heard: Tensor) -> Tensor:
        """[B, T, BINS] → [B, BINS, T]."""
        batch, frames, _ = heard.shape
        x = functional.pad(heard, (0, 0, 0, -frames % 2 ** (LEVELS - 1)))
        first = x = self.stem(x.reshape(batch, -1, BINS // FOLD, FOLD).permute(0, 3, 1, 2))
        down, up = zip(self.down, self.shrink, strict=True), zip(self.up, self.grow, strict=True)
        x = there_and_back(x, down, self.deepest, up)
        x = self.head(torch.cat([x * first, first], dim=1))
        out: Tensor = x.permute(0, 2, 3, 1).reshape(batch, -1, BINS)[:, :frames].transpose(1, 2)
        return out
