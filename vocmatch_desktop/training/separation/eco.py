"""The light network: Open-Unmix (Stöter et al. 2019) with one BLSTM that all of its targets share.

Its guitar target is the separator VocMatch began with. It differs from the published one in what it hears, logarithms
of bands that widen upwards instead of magnitudes of all bins, and in that one pass serves six targets instead of one.
The multichannel Wiener filter behind it is the runtime's (`vocmatch_desktop.separation.wiener`); how many of its steps
are made stands in the card.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vocmatch_desktop.types import STEMS

BINS = 1024
"""Bins that are heard: at 44.1 kHz and windows of 4096 samples all below 11 kHz."""

BANDS = ((256, 1), (256, 2), (512, 8))
"""Bins and how many of them make one row, from below: 256, 128 and 64 rows."""

ROWS = sum(bins // fold for bins, fold in BANDS)
HIDDEN, LAYERS, DROPOUT = 288, 3, 0.2
QUIET = 1e-6
"""Power, relative to the mixture's, below which all is the same to it (−60 dB)."""


class EcoStems(nn.Module):
    """Magnitudes of a stereo mixture → masks for six stems, in the order of `types.STEMS`.

    float32 [B, 2, bins, T] → [B, 6, 2, bins, T] in 0…1; at least `BINS` bins 10.77 Hz apart, one every 23.2 ms, of any
    scale. Bins above those heard get the mask of the highest row.
    """

    widths: Tensor

    def __init__(self) -> None:
        super().__init__()
        widths = [fold for bins, fold in BANDS for _ in range(bins // fold)]
        self.register_buffer("widths", torch.tensor(widths, dtype=torch.float32), persistent=False)
        self.squeeze = nn.Sequential(nn.Linear(2 * ROWS, HIDDEN, bias=False), _Normed(), nn.Tanh())
        self.lstm = nn.LSTM(HIDDEN, HIDDEN // 2, LAYERS, batch_first=True, dropout=DROPOUT, bidirectional=True)
        self.join = nn.Sequential(nn.Linear(2 * HIDDEN, HIDDEN, bias=False), _Normed(), nn.ReLU())
        self.rows = nn.Linear(HIDDEN, len(STEMS) * 2 * ROWS)

    def forward(self, magnitudes: Tensor) -> Tensor:
        """Masks; see the class."""
        return self.masks(magnitudes.transpose(2, 3)).transpose(3, 4)

    def masks(self, magnitudes: Tensor) -> Tensor:
        """The same for [B, 2, T, bins]: [B, stems, 2, T, bins]."""
        spread = self._spread(self.row_masks(gathered(magnitudes[..., :BINS].square())))
        missing = magnitudes.shape[-1] - BINS
        return spread if not missing else torch.cat([spread, spread[..., -1:].expand(-1, -1, -1, -1, missing)], dim=-1)

    def row_masks(self, powers: Tensor) -> Tensor:
        """Masks of rows, [B, stems, 2, T, ROWS], for the powers in them, [B, 2, T, ROWS]."""
        batch, _, frames, _ = powers.shape
        squeezed = self.squeeze(self._heard(powers))
        remembered, _ = self.lstm(squeezed)
        rows = torch.sigmoid(self.rows(self.join(torch.cat([squeezed, remembered], dim=2))).float())
        return rows.reshape(batch, frames, len(STEMS), 2, ROWS).permute(0, 2, 3, 1, 4)

    def _heard(self, powers: Tensor) -> Tensor:
        """Levels of the rows' bins about the mixture's: [B, T, 2 · ROWS]."""
        batch, channels, frames, rows = powers.shape
        whole = powers.sum(dim=(1, 2, 3), keepdim=True) / (channels * frames * BINS) + 1e-12
        level = torch.log(powers / self.widths / whole + QUIET) / 5 + 1
        return level.transpose(1, 2).reshape(batch, frames, channels * rows)

    @staticmethod
    def _spread(rows: Tensor) -> Tensor:
        """Every bin gets its row's value: [..., ROWS] → [..., BINS]."""
        parts = torch.split(rows, [bins // fold for bins, fold in BANDS], dim=-1)
        # repeat_interleave, and below unflatten of the last axis, become wrong graphs in ONNX
        spread = [
            part[..., None].expand(*part.shape, fold).flatten(-2) for part, (_, fold) in zip(parts, BANDS, strict=True)
        ]
        return torch.cat(spread, dim=-1)


def gathered(values: Tensor) -> Tensor:
    """Sums over the bins of every row: [..., BINS] → [..., ROWS]."""
    parts = torch.split(values, [bins for bins, _ in BANDS], dim=-1)
    sums = [part.reshape(*part.shape[:-1], -1, fold).sum(dim=-1) for part, (_, fold) in zip(parts, BANDS, strict=True)]
    return torch.cat(sums, dim=-1)


class _Normed(nn.Module):
    """Batch normalisation of every feature of [B, T, features]."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(HIDDEN)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.norm(x.transpose(1, 2)).transpose(1, 2)
        return out
