"""The block of KUIELab-MDX-Net (Kim et al. 2021), "TFC-TDF", that our spectrogram networks are built of.

Convolutions see what is near in time and frequency, a bottleneck over all frequencies sees harmonics.
"""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor, nn

BOTTLENECK = 4
"""How many times fewer numbers than rows pass through the middle."""


def to_convolution(channels: int) -> list[nn.Module]:
    """What stands before every convolution."""
    return [nn.BatchNorm2d(channels), nn.ReLU()]


class Block(nn.Module):
    """Two 3 × 3 convolutions around a bottleneck over frequency, each with a short cut; [B, C, T, rows] → same."""

    def __init__(self, channels: int, rows: int) -> None:
        super().__init__()
        narrow = rows // BOTTLENECK
        self.before = self._near(channels)
        self.across = nn.Sequential(
            *to_convolution(channels),
            nn.Linear(rows, narrow, bias=False),
            *to_convolution(channels),
            nn.Linear(narrow, rows, bias=False),
        )
        self.after = self._near(channels)

    @staticmethod
    def _near(channels: int) -> nn.Sequential:
        return nn.Sequential(*to_convolution(channels), nn.Conv2d(channels, channels, 3, padding=1, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        """Adds what each part finds."""
        x = x + self.before(x)
        x = x + self.across(x)
        out: Tensor = x + self.after(x)
        return out


def halved(channels: int, deeper: int) -> nn.Sequential:
    """Half the times and half the rows, in other channels."""
    return nn.Sequential(*to_convolution(channels), nn.Conv2d(channels, deeper, 2, stride=2, bias=False))


def doubled(deeper: int, channels: int) -> nn.Sequential:
    """The way back of `halved`."""
    return nn.Sequential(*to_convolution(deeper), nn.ConvTranspose2d(deeper, channels, 2, stride=2, bias=False))


def there_and_back(
    x: Tensor,
    down: Iterable[tuple[nn.Module, nn.Module]],
    deepest: nn.Module,
    up: Iterable[tuple[nn.Module, nn.Module]],
) -> Tensor:
    """Through a U: blocks and `halved`s down, then `doubled`s, times what was left at their level, and blocks up.

    Both from the top; so `up` is walked backwards.
    """
    skipped = []
    for block, shrink in down:
        skipped.append(x := block(x))
        x = shrink(x)
    x = deepest(x)
    for block, grow in reversed(list(up)):
        x = block(grow(x) * skipped.pop())
    return x
