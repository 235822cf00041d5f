"""What stands around a separation network in training: spectra, masks, what is left wrong, and sound again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor, nn

from vocmatch_desktop.training.separation.eco import EcoStems, gathered
from vocmatch_desktop.training.separation.six import SixStems
from vocmatch_desktop.training.separation_loss import mean_level
from vocmatch_desktop.types import STEMS

RATE, WINDOW, HOP = 44_100, 4096, 1024
"""Hz and samples, as the networks run."""

HALF = 2
"""Training hears every second sample: the same bins, up to half the frequency, for half the work."""

Kind = Literal["planes", "magnitudes"]

WEIGHTS = (2.0, 1.0, 1.0, 1.0, 1.0, 1.0)
"""How much each of `types.STEMS` counts: the voice is what most people take a song apart for."""


@dataclass(frozen=True, slots=True)
class Net:
    """A network that can be trained.

    `kind`: whether it takes complex planes and gives spectra, or magnitudes and masks. `seconds`, `batch`: of crops it
    is trained on. `frames`: samples a channel of the chunks it runs on.
    """

    name: str
    make: Callable[[], nn.Module]
    kind: Kind
    seconds: float
    batch: int
    frames: int


NETS: Mapping[str, Net] = {
    net.name: net
    for net in (
        Net("six", SixStems, "planes", 3.0, 4, 8 * RATE),
        Net("eco", EcoStems, "magnitudes", 4.0, 4, 10 * RATE),
    )
}


class Batch(NamedTuple):
    """`mix`: float32 [batch, 2, n] at `RATE` / `HALF`. `targets`: [batch, 6, 2, n]. `trusted`: bool [batch, 6]."""

    mix: Tensor
    targets: Tensor
    trusted: Tensor


class Prepared(NamedTuple):
    """What the loss needs of a batch, made ahead of the network: spectra [..., T, bins], of pairs of channels.

    `mix`: [batch, 2, 2, T, bins], real and imaginary. `power`: of the mix, [batch, 1, 2, T, bins]. `along`, `across`:
    how much of each target lies along the mix and across it, [batch, 6, 2, T, bins]: real and imaginary parts of
    target · conj(mix); sums over rows, and nothing across, for masks of rows. `energy`: of the targets, [batch, 6].
    `weight`: how much each counts, [batch, 6].
    """

    mix: Tensor
    power: Tensor
    along: Tensor
    across: Tensor | None
    energy: Tensor
    weight: Tensor


class Separator(nn.Module):
    """A network with the spectra around it; `network` is what is exported."""

    window: Tensor
    half_window: Tensor

    def __init__(self, network: nn.Module, kind: Kind) -> None:
        super().__init__()
        self.network, self._kind = network, kind
        self.register_buffer("window", torch.hann_window(WINDOW), persistent=False)
        self.register_buffer("half_window", torch.hann_window(WINDOW // HALF), persistent=False)

    def forward(self, mix: Tensor) -> Tensor:
        """Stems of sound at `RATE`: float32 [B, 2, n] → [B, 6, 2, n]."""
        spectrum = self._stft(mix, WINDOW)
        batch, _, bins, times = spectrum.shape
        if self._kind == "planes":
            planes = torch.view_as_real(spectrum).permute(0, 1, 4, 2, 3).reshape(batch, 4, bins, times)
            made = self.network(planes).float().reshape(batch, len(STEMS), 2, 2, bins, times)
            stems = torch.view_as_complex(made.permute(0, 1, 2, 4, 5, 3).contiguous())
        else:
            stems = self.network(spectrum.abs()).float() * spectrum[:, None]
        flat = torch.istft(stems.flatten(0, 2), WINDOW, HOP, window=self.window, length=mix.shape[-1])
        return flat.reshape(batch, len(STEMS), *mix.shape[1:])

    @torch.no_grad()
    def prepared(self, batch: Batch) -> Prepared:
        """Everything of the loss that does not depend on the network."""
        mix, targets = self._spectra(batch.mix), self._spectra(batch.targets)
        planes = torch.stack([mix.real, mix.imag], dim=2)
        power = planes.square().sum(dim=2)[:, None]
        shared = targets * mix.conj()[:, None]
        whole_bands = self._kind == "planes"
        return Prepared(
            planes,
            power if whole_bands else gathered(power),
            shared.real.contiguous() if whole_bands else gathered(shared.real),
            shared.imag.contiguous() if whole_bands else None,
            torch.view_as_real(targets).square().sum(dim=(2, 3, 4, 5)),
            batch.trusted * torch.tensor(WEIGHTS, device=mix.device),
        )

    def loss(self, given: Prepared) -> Tensor:
        """The mean level of what is wrong with the stems, dB re mixture (see `separation_loss`); a scalar."""
        if self._kind == "planes":
            masks: Tensor = self.network.masks(given.mix)  # type: ignore[operator]
        else:
            masks = self.network.row_masks(given.power[:, 0])[:, :, :, None]  # type: ignore[operator]
        samples = given.mix[0].numel()
        with torch.autocast(masks.device.type, enabled=False):
            error = left_wrong(masks.float(), given) / samples
            return mean_level(error, given.power.sum(dim=(1, 2, 3, 4)) / samples, given.weight)

    def _spectra(self, sound: Tensor) -> Tensor:
        """Complex spectra of [..., 2, n] at half the rate: [..., 2, T, bins].

        Of left and right, or of mid and side where masks are for those; of equal energy up to one factor.
        """
        if self._kind == "planes":
            left, right = sound.unbind(dim=-2)
            sound = torch.stack([left + right, left - right], dim=-2) / 2
        return self._stft(sound, WINDOW // HALF).transpose(-1, -2)[..., :-1]

    def _stft(self, sound: Tensor, window: int) -> Tensor:
        """Complex [..., window / 2 + 1, T]; as `audio.stft`."""
        shape = self.window if window == WINDOW else self.half_window
        flat = sound.reshape(-1, sound.shape[-1])
        made = torch.stft(flat, window, window // 4, window=shape, pad_mode="constant", return_complex=True)
        return made.reshape(*sound.shape[:-1], *made.shape[1:])


def left_wrong(masks: Tensor, given: Prepared) -> Tensor:
    """The energy of masked mixtures less their targets: [batch, stems].

    |m·x − t|² = |m|²·|x|² − 2·Re(m·x·t*) + |t|²: no masked spectrum is made, which would be most of the work.

    Args:
        masks: [batch, stems, 2, 1 or 2, T, bins], real or complex.
        given: The mixtures and targets.
    """
    wrong = given.energy + _quadratic(masks[:, :, :, 0], given.power, given.along)
    if given.across is not None:
        wrong = wrong + _quadratic(masks[:, :, :, 1], given.power, given.across)
    return wrong.clamp_min(0)


def _quadratic(mask: Tensor, power: Tensor, along: Tensor) -> Tensor:
    """Σ m²·p − 2·m·r over all but the first two axes."""
    summed: Tensor = _Quadratic.apply(mask, power, along)  # type: ignore[no-untyped-call]
    return summed


class _Quadratic(torch.autograd.Function):
    """`_quadratic`; its gradient takes one pass over memory, where that of the plain terms takes six."""

    @staticmethod
    def forward(ctx: Any, mask: Tensor, power: Tensor, along: Tensor) -> Tensor:
        slope = mask * power - along
        ctx.save_for_backward(slope)
        return (mask * (slope - along)).flatten(2).sum(dim=2)

    @staticmethod
    def backward(ctx: Any, given: Tensor) -> tuple[Tensor, None, None]:
        (slope,) = ctx.saved_tensors
        return 2 * given[:, :, None, None, None] * slope, None, None
