"""The default network: a TFC-TDF U-Net over bands of unequal width, with complex masks for six stems.

Blocks as in KUIELab-MDX-Net (Kim et al. 2021; v3: Kim, Lee & Jung 2023): convolutions see what is near in time and
frequency, a bottleneck over all bands sees harmonics. Bands are folded into channels, fine ones below and coarse ones
above (as band-split networks have them: Luo & Yu 2023). It hears and masks the mid and the side of the mixture, as
stems lie differently in them. What lies above its `BINS` gets a mask of its own for free: the mean of the mask below,
weighed by energy, so that a voice's air stays with the voice.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from vocmatch_desktop.training.tfc_tdf import Block, doubled, halved, there_and_back
from vocmatch_desktop.types import STEMS

BINS = 1024
"""Bins that are heard: at 44.1 kHz and windows of 4096 samples all below 11 kHz."""

BANDS = ((256, 4), (256, 8), (512, 16))
"""Bins and how many of them are folded into one row, from below: 64, 32 and 32 rows."""

ROWS = sum(bins // fold for bins, fold in BANDS)
FEATURES, MASKS = 3, 4 * len(STEMS)
"""Numbers heard of a bin; numbers given for it: real and imaginary of mid and side, for each stem."""

LEVELS, CHANNELS, GROWTH = 4, 32, 32
VOCALS = STEMS.index("vocals")
EDGE = 768
"""The mask of the high band is taken from bins above this one (8.3 kHz)."""

QUIET = 1e-3
"""Magnitude, relative to the mixture's, below which all is the same to it (−60 dB)."""


class SixStems(nn.Module):
    """Spectra of a stereo mixture → spectra of its six stems, in the order of `types.STEMS`.

    float32 [B, 4, bins, T] → [B, 6, 4, bins, T]; planes are real left, imaginary left, real right, imaginary right; at
    least `BINS` bins 10.77 Hz apart, one every 23.2 ms, of any scale: it measures the level itself.
    """

    def __init__(self) -> None:
        super().__init__()
        widths = [CHANNELS + GROWTH * level for level in range(LEVELS)]
        rows = [ROWS // 2**level for level in range(LEVELS)]
        deeper = list(pairwise(widths))
        self.fold = nn.ModuleList(nn.Conv2d(FEATURES * fold, CHANNELS, 1) for _, fold in BANDS)
        self.first = nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1)
        self.down = nn.ModuleList(Block(*shape) for shape in zip(widths[:-1], rows[:-1], strict=True))
        self.shrink = nn.ModuleList(halved(a, b) for a, b in deeper)
        self.deepest = nn.Sequential(Block(widths[-1], rows[-1]), Block(widths[-1], rows[-1]))
        self.grow = nn.ModuleList(doubled(b, a) for a, b in deeper)
        self.up = nn.ModuleList(Block(*shape) for shape in zip(widths[:-1], rows[:-1], strict=True))
        self.last = nn.Sequential(nn.Conv2d(2 * CHANNELS, 2 * CHANNELS, 1), nn.ReLU())
        self.unfold = nn.ModuleList(nn.Conv2d(2 * CHANNELS, MASKS * fold, 1) for _, fold in BANDS)

    def forward(self, planes: Tensor) -> Tensor:
        """Masks the mixture; see the class."""
        left, right = planes[:, :2].transpose(2, 3), planes[:, 2:].transpose(2, 3)
        both = torch.stack([left + right, left - right], dim=1) / 2
        masked = _product(self.masks(both), both[:, None])
        mid, side = masked[:, :, 0], masked[:, :, 1]
        stems = torch.cat([mid + side, mid - side], dim=2)
        voice = (stems[:, VOCALS : VOCALS + 1] + self._voice(left, right)) / 2
        return torch.cat([stems[:, :VOCALS], voice, stems[:, VOCALS + 1 :]], dim=1).transpose(3, 4)

    def _voice(self, left: Tensor, right: Tensor) -> Tensor:
        """The vocals, [B, 1, 4, T, bins], found in each channel as if it were a mono song.

        Most voices that were trained on stand in the middle, and the network expects them there; produced ones are
        doubled and reverberant, and in a channel by itself that does not show. Their mean with those found in stereo
        was better on held-out songs than either.
        """
        each = torch.cat([left, right])
        masks = self.masks(torch.stack([each, torch.zeros_like(each)], dim=1), slice(VOCALS, VOCALS + 1))
        voice = _product(masks[:, :, :1], each[:, None, None])[:, :, 0]
        return torch.cat(voice.chunk(2), dim=2)

    def masks(self, both: Tensor, stems: slice = slice(None)) -> Tensor:
        """Complex masks [B, stems, 2, 2, T, bins] for mid and side [B, 2, 2, T, bins] (the second two: re and im)."""
        low = both[..., :BINS]
        numbers = self._numbers(self._heard(low)).float()
        made = numbers.reshape(numbers.shape[0], len(STEMS), 2, 2, -1, BINS)[:, stems]  # len() would fix the batch
        missing = both.shape[-1] - BINS
        return made if not missing else torch.cat([made, _high(made, low).expand(-1, -1, -1, -1, -1, missing)], dim=-1)

    @staticmethod
    def _heard(both: Tensor) -> Tensor:
        """Levels of mid and side about the mixture's, and which side is louder; [B, FEATURES, T, BINS]."""
        power = both.square().sum(dim=2)
        mid, side = power[:, 0], power[:, 1]
        whole = (mid + side).mean(dim=(1, 2), keepdim=True) + 1e-12
        lean = (both[:, 0] * both[:, 1]).sum(dim=1) / (mid + side + QUIET**2 * whole)
        levels = [torch.log(part / whole + QUIET**2) / 5 + 1 for part in (mid, side)]
        return torch.stack([*levels, 2 * lean], dim=1)

    def _numbers(self, heard: Tensor) -> Tensor:
        """[B, FEATURES, T, BINS] → [B, MASKS, T, BINS]."""
        frames = heard.shape[2]
        x = functional.pad(heard, (0, 0, 0, -frames % 2 ** (LEVELS - 1)))
        first = x = self.first(self._folded(x))
        down, up = zip(self.down, self.shrink, strict=True), zip(self.up, self.grow, strict=True)
        x = there_and_back(x, down, self.deepest, up)
        x = self.last(torch.cat([x * first, first], dim=1))
        return self._unfolded(x)[:, :, :frames]

    def _folded(self, x: Tensor) -> Tensor:
        parts = torch.split(x, [bins for bins, _ in BANDS], dim=3)
        rows = []
        for part, (bins, fold), project in zip(parts, BANDS, self.fold, strict=True):
            batch, features, frames, _ = part.shape
            folded = part.reshape(batch, features, frames, bins // fold, fold).permute(0, 1, 4, 2, 3)
            rows.append(project(folded.reshape(batch, features * fold, frames, bins // fold)))
        return torch.cat(rows, dim=3)

    def _unfolded(self, x: Tensor) -> Tensor:
        parts = torch.split(x, [bins // fold for bins, fold in BANDS], dim=3)
        made = []
        for part, (bins, fold), project in zip(parts, BANDS, self.unfold, strict=True):
            batch, _, frames, rows = part.shape
            spread = project(part).reshape(batch, MASKS, fold, frames, rows).permute(0, 1, 3, 4, 2)
            made.append(spread.reshape(batch, MASKS, frames, bins))
        return torch.cat(made, dim=3)


def _product(masks: Tensor, both: Tensor) -> Tensor:
    """Complex products of [B, stems, 2, 2, T, bins] and [B, 1, 2, 2, T, bins]; the fourth axis is re and im."""
    a, b = masks[:, :, :, 0], masks[:, :, :, 1]
    real, imaginary = both[:, :, :, 0], both[:, :, :, 1]
    return torch.stack([a * real - b * imaginary, a * imaginary + b * real], dim=3)


def _high(masks: Tensor, low: Tensor) -> Tensor:
    """The energy-weighted mean of the masks' real parts above `EDGE`: [B, stems, 2, 2, T, 1], imaginary parts 0."""
    power = low[..., EDGE:].square().sum(dim=2)[:, None]
    mean = (masks[:, :, :, 0, :, EDGE:] * power).sum(dim=-1) / (power.sum(dim=-1) + 1e-12)
    return torch.stack([mean, torch.zeros_like(mean)], dim=3)[..., None]
