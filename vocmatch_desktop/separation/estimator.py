"""What every family of separation models comes down to: a chunk of stereo goes in, its stems come out."""

from __future__ import annotations

from typing import Protocol

from vocmatch_desktop.types import Float32


class Estimator(Protocol):
    """A network with all that stands around it: spectra, masks, scaling."""

    @property
    def rate(self) -> int:
        """The sample rate it works at, Hz."""

    @property
    def stems(self) -> tuple[str, ...]:
        """Names of its outputs, in order."""

    @property
    def frames(self) -> int:
        """How many samples a channel it hears at once."""

    @property
    def margin(self) -> int:
        """How many of these, at either end, it hears only for what lies between them."""

    def __call__(self, mix: Float32) -> Float32:
        """Stems of stereo chunks: float32 [batch, 2, frames] gives float32 [batch, stems, 2, frames]."""


class Windowed:
    """What an estimator over spectra of `times` windows of `n_fft` samples, one every `hop`, hears at once."""

    __slots__ = ()

    times: int
    n_fft: int
    hop: int

    @property
    def frames(self) -> int:
        """How many samples a channel it hears at once."""
        return self.hop * (self.times - 1)

    @property
    def margin(self) -> int:
        """Samples at either end that windows reach beyond."""
        return self.n_fft // 2
