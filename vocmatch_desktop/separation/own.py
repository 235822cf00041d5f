"""The networks this program trains itself: a stereo spectrum in, the spectra of all stems out.

The graph takes real planes [batch, 4, bins, times] (`planes.to_planes`) and gives [batch, stems, 4, bins, times]. All
that belongs to the network (masks, their upper end) is in the graph; around it stand only the transforms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vocmatch_desktop.audio.stft import istft, stft
from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.inference.session import Session
from vocmatch_desktop.separation import graph
from vocmatch_desktop.separation.estimator import Windowed
from vocmatch_desktop.separation.facts import Facts, unnamed
from vocmatch_desktop.separation.planes import from_planes, to_planes
from vocmatch_desktop.types import STEMS, Float32

PLANES = 4
N_FFT = 4096
"""Where neither the graph nor the card tells."""
TIMES = 345
"""Eight seconds, where the graph takes any number."""
TRIED_TIMES = 32
"""On how many a graph that takes any number is tried when it is opened."""


@dataclass(frozen=True, slots=True)
class Own(Windowed):
    """A graph and its transforms."""

    session: Session
    stems: tuple[str, ...]
    times: int
    n_fft: int
    hop: int
    rate: int

    def __call__(self, mix: Float32) -> Float32:
        """Stems of stereo chunks: float32 [batch, 2, frames] gives float32 [batch, stems, 2, frames]."""
        heard = to_planes(stft(mix, self.n_fft, self.hop))
        (spectra,) = graph.run(self.session, {self.session.inputs[0]: heard})
        stems = np.empty((len(mix), len(self.stems), *mix.shape[1:]), np.float32)
        for index in range(len(self.stems)):  # one by one: the transform takes many times the memory of its result
            stems[:, index] = istft(from_planes(spectra[:, index]), self.hop, frames=mix.shape[-1])
        return stems


def fits(session: Session) -> bool:
    """Whether the graph takes the planes of a stereo spectrum, and gives (or may give) several stems of such planes."""
    takes = [port.shape[1:] for port in session.input_ports]
    gives = [len(port.shape) for port in session.output_ports]
    return len(takes) == 1 and len(takes[0]) == 3 and takes[0][0] == PLANES and gives in ([5], [0])


def opened(session: Session, facts: Facts) -> Own:
    """The estimator of a graph that fits.

    Raises:
        ModelError: Nobody says what the stems are, or shapes do not go together.
    """
    bins, fixed = session.input_ports[0].shape[2:]
    n_fft = facts.n_fft or (2 * (bins - 1) if bins else N_FFT)
    times = fixed or (-(-facts.frames // facts.hop) + 1 if facts.frames else TIMES)
    if bins not in (None, n_fft // 2 + 1) or n_fft % 4 or facts.hop > n_fft // 2 or n_fft >= facts.hop * (times - 1):
        raise _strange(f"{bins or 'any'} bins × {times}, windows of {n_fft} samples every {facts.hop}")
    graph.bounded(facts.hop * (times - 1))
    sizes = PLANES, n_fft // 2 + 1, fixed or TRIED_TIMES
    (shape, *_) = graph.output_shapes(session, {session.inputs[0]: np.zeros((1, *sizes), np.float32)})
    if len(shape) != 4 or shape[1:] != sizes:
        raise _strange(f"{list(sizes)} becomes {list(shape)}")
    return Own(session, _names(shape[0], facts), times, n_fft, facts.hop, facts.rate)


def _names(count: int, facts: Facts) -> tuple[str, ...]:
    stems = facts.stems or (STEMS if count == len(STEMS) else ())
    if len(stems) == count:
        return stems
    raise unnamed(count)


def _strange(what: str) -> ModelError:
    return ModelError(
        f"The model is like one of this program's own, but its sizes do not go together: {what}.", "Correct its card."
    )
