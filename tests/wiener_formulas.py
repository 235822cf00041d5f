"""The multichannel Wiener filter, written a second time with whole matrices in float64."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

EPSILON = 1e-10


def plain(
    magnitudes: np.ndarray, mix: np.ndarray, iterations: int, residual: bool, softmask: bool
) -> NDArray[np.complex128]:
    """Sources [j, c, f, t] of magnitudes [j, c, f, t] and a mix [c, f, t], 300 times after 300 times."""
    parts = []
    for at in range(0, mix.shape[-1], 300):
        x, m = mix[..., at : at + 300].astype(complex), magnitudes[..., at : at + 300].astype(float)
        y = x * m / (EPSILON + m.sum(0)) if softmask else m * np.exp(1j * np.angle(x))
        if residual:
            y = np.concatenate([y, (x - y.sum(0))[None]])
        scale = max(1.0, np.abs(x).max() / 10) if iterations else 1.0
        x, y = x / scale, y / scale
        for _ in range(iterations):
            v = (np.abs(y) ** 2).mean(1)
            r = np.einsum("jcft,jdft->jfcd", y, y.conj()) / (EPSILON + v.sum(-1))[:, :, None, None]
            c = np.einsum("jft,jfcd->ftcd", v, r) + np.sqrt(EPSILON) * np.eye(2)
            gain = np.einsum("jft,jfcd,ftde->jftce", v, r, np.linalg.inv(c))
            y = np.einsum("jftce,eft->jcft", gain, x)
        parts.append(y * scale)
    return np.concatenate(parts, -1)
