"""HTDemucs as ONNX (Rouard, Massa & Défossez 2023), with its Fourier transforms inside or outside the graph.

Inside: a waveform [batch, 2, n] gives stems [batch, stems, 2, n]. Outside: the waveform and its spectrum, in either
order, give a spectrum [batch, stems, 4, bins, frames] and a waveform [batch, stems, 2, n], in either order, whose sum
the stems are; `spectrum` and `waveform` below are what stands around the network then. A model may also be several
such files, each the specialist of one stem.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vocmatch_desktop.audio.stft import Complex64, istft, stft
from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.inference.session import Port, Session
from vocmatch_desktop.separation import graph
from vocmatch_desktop.separation.facts import Facts
from vocmatch_desktop.separation.planes import from_planes, to_planes
from vocmatch_desktop.types import Float32

FRAMES = 343_980
"""7.8 s at 44.1 kHz: what the published models were trained on."""
N_FFT = 4096
SOURCES = {
    4: ("drums", "bass", "other", "vocals"),
    6: ("drums", "bass", "other", "vocals", "guitar", "piano"),
}


@dataclass(frozen=True, slots=True)
class Waveform:
    """A graph from waveform to waveforms."""

    session: Session
    stems: tuple[str, ...]
    frames: int
    rate: int
    at_one_level: bool
    margin: int = 0

    def __call__(self, mix: Float32) -> Float32:
        """Stems of stereo chunks: float32 [batch, 2, frames] gives float32 [batch, stems, 2, frames]."""
        (stems,) = graph.run(self.session, {self.session.inputs[0]: mix})
        return stems


class Ports(NamedTuple):
    """Names of a hybrid graph's inputs and outputs."""

    sound_in: str
    spectrum_in: str
    sound_out: str
    spectrum_out: str


@dataclass(frozen=True, slots=True)
class Hybrid:
    """A graph from waveform and spectrum to waveforms and spectra."""

    session: Session
    stems: tuple[str, ...]
    frames: int
    rate: int
    at_one_level: bool
    n_fft: int
    ports: Ports
    margin: int = 0

    def __call__(self, mix: Float32) -> Float32:
        """Stems of stereo chunks: float32 [batch, 2, frames] gives float32 [batch, stems, 2, frames]."""
        inputs = {self.ports.sound_in: mix, self.ports.spectrum_in: to_planes(spectrum(mix, self.n_fft))}
        sounds, spectra = graph.run(self.session, inputs, (self.ports.sound_out, self.ports.spectrum_out))
        for index in range(len(self.stems)):  # one by one: the transform takes many times the memory of its result
            sounds[:, index] += waveform(from_planes(spectra[:, index]), self.frames)
        return sounds


@dataclass(frozen=True, slots=True)
class Specialists:
    """Models of the same stems that each give only one of them, in order, as htdemucs_ft's four."""

    models: tuple[Waveform | Hybrid, ...]
    margin: int = 0

    @property
    def rate(self) -> int:
        """The sample rate they work at, Hz."""
        return self.models[0].rate

    @property
    def stems(self) -> tuple[str, ...]:
        """Names of the stems, in order."""
        return self.models[0].stems

    @property
    def frames(self) -> int:
        """How many samples a channel they hear at once."""
        return self.models[0].frames

    @property
    def at_one_level(self) -> bool:
        """Whether songs are brought to one level first."""
        return self.models[0].at_one_level

    def __call__(self, mix: Float32) -> Float32:
        """Stems of stereo chunks: float32 [batch, 2, frames] gives float32 [batch, stems, 2, frames]."""
        return np.stack([model(mix)[:, index] for index, model in enumerate(self.models)], axis=1)


def fits(session: Session) -> bool:
    """Whether the graph's inputs are a stereo waveform, or one and its spectrum of four planes."""
    shapes = [port.shape[1:] for port in session.input_ports]
    sounds = [shape for shape in shapes if len(shape) == 2 and shape[0] == 2]
    spectra = [shape for shape in shapes if len(shape) == 3 and shape[0] == 4]
    return len(sounds) == 1 and len(spectra) <= 1 and len(sounds) + len(spectra) == len(shapes)


def opened(sessions: Sequence[Session], facts: Facts) -> Waveform | Hybrid | Specialists:
    """The estimator of graphs that fit; several are specialists, in the order of their stems.

    Raises:
        ModelError: Outputs are not those of an HTDemucs, nobody says what the stems are, or there is not one
            specialist a stem.
    """
    models = tuple(_opened(session, facts) for session in sessions)
    if len(models) == 1:
        return models[0]
    if len({(model.stems, model.frames) for model in models}) > 1 or len(models) != len(models[0].stems):
        raise ModelError(
            f"{len(models)} HTDemucs files are no model together.", "There must be one for each stem that they give."
        )
    return Specialists(models)


def _opened(session: Session, facts: Facts) -> Waveform | Hybrid:
    sound = _ranked(session.input_ports, 3)
    frames = graph.bounded(sound.shape[2] or facts.frames or FRAMES)
    return _waveform(session, facts, frames) if len(session.inputs) == 1 else _hybrid(session, facts, frames)


def spectrum(mix: Float32, n_fft: int = N_FFT) -> Complex64:
    """Demucs' spectrum of float32 [..., n]: complex64 [..., n_fft / 2, ceil(n / hop)], hop = n_fft / 4.

    The sound is mirrored at both ends, so that frames lie between the samples i · hop and (i + 1) · hop, and the
    highest bin is left out. The transform is unitary (divided by the root of n_fft).
    """
    hop = n_fft // 4
    count = -(-mix.shape[-1] // hop)
    edge = hop // 2 * 3
    ends = [(0, 0)] * (mix.ndim - 1) + [(edge, edge + count * hop - mix.shape[-1])]
    whole = stft(np.pad(mix, ends, mode="reflect"), n_fft, hop, ends="reflect")
    return whole[..., :-1, 2 : 2 + count] / np.float32(np.sqrt(n_fft))


def waveform(spectra: Complex64, frames: int) -> Float32:
    """Inverse of `spectrum`: float32 [..., frames]."""
    n_fft = 2 * spectra.shape[-2]
    hop = n_fft // 4
    edge = hop // 2 * 3
    ends = [(0, 0)] * (spectra.ndim - 2) + [(0, 1), (2, 2)]
    whole = istft(np.pad(spectra, ends), hop, frames=hop * spectra.shape[-1] + 2 * edge)
    return whole[..., edge : edge + frames] * np.float32(np.sqrt(n_fft))


def _waveform(session: Session, facts: Facts, frames: int) -> Waveform:
    shapes = graph.output_shapes(session, {session.inputs[0]: np.zeros((1, 2, frames), np.float32)})
    if len(shapes) != 1 or len(shapes[0]) != 3 or shapes[0][1:] != (2, frames):
        raise _strange(session)
    return Waveform(session, _stems(shapes[0][0], facts), frames, facts.rate, facts.normalise)


def _hybrid(session: Session, facts: Facts, frames: int) -> Hybrid:
    sound_in, spectrum_in = _ranked(session.input_ports, 3), _ranked(session.input_ports, 4)
    n_fft = facts.n_fft or 2 * (spectrum_in.shape[2] or N_FFT // 2)
    times = -(-frames // (n_fft // 4))
    if n_fft % 8 or spectrum_in.shape[2] not in (None, n_fft // 2) or spectrum_in.shape[3] not in (None, times):
        raise _strange(session)
    silence = {sound_in.name: (2, frames), spectrum_in.name: (4, n_fft // 2, times)}
    shapes = graph.output_shapes(session, {name: np.zeros((1, *shape), np.float32) for name, shape in silence.items()})
    outputs = dict(zip(map(len, shapes), zip(session.outputs, shapes, strict=True), strict=True))
    if set(outputs) != {3, 4} or len(shapes) != 2:
        raise _strange(session)
    (sound_out, sound), (spectrum_out, planes) = outputs[3], outputs[4]
    if sound[1:] != (2, frames) or planes != (sound[0], 4, n_fft // 2, times):
        raise _strange(session)
    ports = Ports(sound_in.name, spectrum_in.name, sound_out, spectrum_out)
    return Hybrid(session, _stems(sound[0], facts), frames, facts.rate, facts.normalise, n_fft, ports)


def _ranked(ports: tuple[Port, ...], rank: int) -> Port:
    return next(port for port in ports if len(port.shape) == rank)


def _stems(count: int, facts: Facts) -> tuple[str, ...]:
    stems = facts.stems or SOURCES.get(count, ())
    if len(stems) == count:
        return stems
    told = f"its card names {len(stems)}" if stems else "its card does not name them"
    raise ModelError(f"The model gives {count} stems, and {told}.", "Write their names into the card, in order.")


def _strange(session: Session) -> ModelError:
    told = ", ".join(str(list(port.shape)) for port in (*session.input_ports, *session.output_ports))
    return ModelError(
        f"The model begins like an HTDemucs, but its shapes do not go together ({told}).",
        "Export it again: stems [1, stems, 2, n] for a waveform [1, 2, n].",
    )
