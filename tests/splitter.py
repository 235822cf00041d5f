"""An estimator of stems whose right answer is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vocmatch_desktop.types import Float32


@dataclass(frozen=True)
class Splitter:
    """Gives each stem a fixed share of the mix; beyond its margin it answers with rubbish that must not be used."""

    rate: int = 44_100
    stems: tuple[str, ...] = ("vocals", "drums", "other")
    shares: tuple[float, ...] = (0.5, 0.2, 0.1)
    frames: int = 4096
    margin: int = 256

    def __call__(self, mix: Float32) -> Float32:
        assert mix.shape[1:] == (2, self.frames)
        assert mix.dtype == np.float32
        stems = np.stack([mix * np.float32(share) for share in self.shares], axis=1)
        if self.margin:
            stems[..., : self.margin] = stems[..., -self.margin :] = 9.0
        return stems
