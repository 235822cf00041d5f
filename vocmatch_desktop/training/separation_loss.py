"""What a separation network is told about its estimates."""

from __future__ import annotations

import torch
from torch import Tensor

FLOOR = 0.03
"""Error, relative to the mixture's energy, below which little is to be gained (−15 dB).

Low floors pay for silence: where hardly anybody sings, an empty estimate earned up to −30 dB with 1e-3, more than any
voice that is found, and networks learnt to find none.
"""

QUIET = 1e-7
"""Mean power below which a mixture counts as this loud, so that silence is divided by something."""


def masked_error(estimates: Tensor, targets: Tensor, mix: Tensor, trusted: Tensor, floor: float = FLOOR) -> Tensor:
    """The mean error in dB relative to the mixture, over all stems whose target can be trusted; a scalar.

    With e the energy of the error and m that of the mixture: 10 · log10(e / m + floor). Unlike an SDR it is defined
    for a silent target, where it punishes leakage by how loud it is in the mixture; the floor is the threshold of the
    thresholded log-MSE (Heitkaemper et al. 2020). As every example counts by its logarithm, loud ones do not rule.

    Args:
        estimates: [batch, stems, channels, frames].
        targets: The same shape.
        mix: [batch, channels, frames].
        trusted: bool [batch, stems]; False: that target is not exact and does not count.
        floor: See `FLOOR`.
    """
    error = (estimates - targets).square().mean(dim=(2, 3))
    return mean_level(error, mix.square().mean(dim=(1, 2)), trusted.to(error.dtype), floor)


def mean_level(error: Tensor, whole: Tensor, weight: Tensor, floor: float = FLOOR) -> Tensor:
    """The same for mean powers that are known: of errors, [batch, stems], and of mixtures, [batch].

    `weight`, [batch, stems]: how much each counts; 0 where a target is not exact.
    """
    level = 10 * torch.log10(error / whole.clamp_min(QUIET)[:, None] + floor)
    return (level * weight).sum() / weight.sum().clamp_min(1)
