"""MDX-Net as Ultimate Vocal Remover publishes it (Kim, Choi, Chung & Jung 2021): a spectrum in, that of one stem out.

The graph takes and gives real planes [batch, 4, bins, times]; the stem is multiplied by the model's compensation, and
the other stem is what it leaves of the mix.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from vocmatch_desktop.audio.stft import istft, stft
from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.inference.session import Session
from vocmatch_desktop.separation import graph
from vocmatch_desktop.separation.estimator import Windowed
from vocmatch_desktop.separation.facts import Facts
from vocmatch_desktop.separation.planes import from_planes, to_planes
from vocmatch_desktop.separation.uvr import Known
from vocmatch_desktop.types import Float32

TIMES = 256
RUMBLE = 3
"""The lowest bins, which these networks were never given."""
_COUNTERPART: Mapping[str, str] = {"vocals": "instrumental", "instrumental": "vocals", "other": "rest"}


@dataclass(frozen=True, slots=True)
class MdxNet(Windowed):
    """A model and what stands around it; `bins` and `times` are the size of its spectra."""

    session: Session
    primary: str
    bins: int
    times: int
    n_fft: int
    hop: int
    rate: int
    compensation: float
    denoise: bool = False

    @property
    def stems(self) -> tuple[str, ...]:
        """The stem the network gives, and the other one."""
        return self.primary, _COUNTERPART.get(self.primary, "other")

    def __call__(self, mix: Float32) -> Float32:
        """Stems of stereo chunks: float32 [batch, 2, frames] gives float32 [batch, 2, 2, frames]."""
        heard = to_planes(stft(mix, self.n_fft, self.hop, ends="reflect")[..., : self.bins, :])
        heard[..., :RUMBLE, :] = 0
        above = ((0, 0), (0, 0), (0, self.n_fft // 2 + 1 - self.bins), (0, 0))
        spectrum = np.pad(from_planes(self._network(heard)), above)
        stem = istft(spectrum, self.hop, frames=self.frames) * np.float32(self.compensation)
        return np.stack([stem, mix - stem], axis=1)

    def _network(self, planes: Float32) -> Float32:
        """Half the difference of what it makes of the planes and of their negative cancels what it adds by itself."""
        (made,) = graph.run(self.session, {self.session.inputs[0]: planes})
        if not self.denoise:
            return made
        (opposite,) = graph.run(self.session, {self.session.inputs[0]: -planes})
        return np.asarray((made - opposite) / 2, np.float32)


def fits(session: Session) -> bool:
    """Whether the graph takes the four planes of a stereo spectrum and gives (or may give) those of one stem."""
    takes = [port.shape[1:] for port in session.input_ports]
    several = any(len(port.shape) > 4 for port in session.output_ports)
    return len(takes) == 1 and len(takes[0]) == 3 and takes[0][0] == 4 and not several


def opened(session: Session, facts: Facts, known: Known | None = None) -> MdxNet:
    """The estimator of a graph that fits; `known` is the model's row in UVR's table.

    Raises:
        ModelError: Nobody says which stem it gives or how long its windows are, or shapes do not go together.
    """
    primary = (facts.primary or (facts.stems or ("",))[0] or (known.primary if known else "")).lower()
    n_fft = facts.n_fft or (known.n_fft if known else None)
    if not primary or not n_fft:
        raise ModelError(
            "The model is an MDX-Net that is not among the known ones.",
            "Tell, in its card or with --fact: primary (the stem it gives), n_fft, compensation (1 for none).",
        )
    bins, times = session.input_ports[0].shape[2], session.input_ports[0].shape[3] or TIMES
    if bins is None or not RUMBLE < bins <= n_fft // 2 + 1 or n_fft % 2 or n_fft >= facts.hop * (times - 1):
        raise _strange(f"spectra of {bins} × {times}, windows of {n_fft} samples every {facts.hop}")
    graph.bounded(facts.hop * (times - 1))
    shapes = graph.output_shapes(session, {session.inputs[0]: np.zeros((1, 4, bins, times), np.float32)})
    if shapes != ((4, bins, times),):
        raise _strange(f"[4, {bins}, {times}] becomes {', '.join(str(list(shape)) for shape in shapes)}")
    compensation = facts.compensation or (known.compensation if known else 1.0)
    return MdxNet(session, primary, bins, times, n_fft, facts.hop, facts.rate, compensation, facts.denoise)


def _strange(what: str) -> ModelError:
    return ModelError(f"The model is like an MDX-Net, but its sizes do not go together: {what}.", "Correct its card.")
