"""Open-Unmix as ONNX (Stöter, Uhlich, Liutkus & Mitsufuji 2019): magnitudes of targets, then a Wiener filter.

A graph takes magnitudes [batch, 2, bins, times] and gives magnitudes (or masks for them) of one target, of the same
shape, or of several: one output each, or one output [batch, targets, 2, bins, times]. One file may hold all targets,
or each its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vocmatch_desktop.audio.stft import istft, stft
from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.inference.session import Session
from vocmatch_desktop.separation import graph
from vocmatch_desktop.separation.estimator import Windowed
from vocmatch_desktop.separation.facts import STEMS, Facts, unnamed
from vocmatch_desktop.separation.wiener import wiener
from vocmatch_desktop.types import Float32

BINS = 2049
"""Of the published models, where the graph does not tell."""
TIMES = 431
"""Ten seconds of the published models, where the graph takes any number."""


@dataclass(frozen=True, slots=True)
class Filtering:
    """How magnitudes become spectra; see `wiener`. `masks`: they are masks for the mix's magnitudes."""

    iterations: int
    residual: bool
    softmask: bool
    masks: bool


@dataclass(frozen=True, slots=True)
class OpenUnmix(Windowed):
    """Graphs, one after the other, and the filter behind them."""

    sessions: tuple[Session, ...]
    stems: tuple[str, ...]
    times: int
    n_fft: int
    hop: int
    rate: int
    filtering: Filtering

    def __call__(self, mix: Float32) -> Float32:
        """Stems of stereo chunks: float32 [batch, 2, frames] gives float32 [batch, stems, 2, frames]."""
        spectra = stft(mix, self.n_fft, self.hop, ends="reflect")
        magnitudes = self._magnitudes(np.abs(spectra))
        stems = np.empty((len(mix), len(self.stems), *mix.shape[1:]), np.float32)
        how = self.filtering
        for made, targets, spectrum in zip(stems, magnitudes, spectra, strict=True):
            refined = wiener(targets, spectrum, iterations=how.iterations, residual=how.residual, softmask=how.softmask)
            for stem, source in zip(made, refined, strict=True):
                stem[:] = istft(source, self.hop, frames=mix.shape[-1])
        return stems

    def _magnitudes(self, heard: Float32) -> Float32:
        """Of all targets, float32 [batch, targets, 2, bins, times]."""
        outputs = [made for session in self.sessions for made in graph.run(session, {session.inputs[0]: heard})]
        targets = np.concatenate([made if made.ndim == 5 else made[:, None] for made in outputs], axis=1)
        return targets * heard[:, None] if self.filtering.masks else targets


def fits(session: Session) -> bool:
    """Whether the graph takes two planes, the magnitudes of a stereo spectrum, and nothing else."""
    shapes = [port.shape[1:] for port in session.input_ports]
    return len(shapes) == 1 and len(shapes[0]) == 3 and shapes[0][0] == 2


def opened(sessions: Sequence[Session], facts: Facts) -> OpenUnmix:
    """The estimator of graphs that fit, in the order of their targets.

    Raises:
        ModelError: Nobody says what the targets are, or shapes do not go together.
    """
    bins, n_fft, times = _sizes(sessions, facts)
    count = sum(_targets(session, bins, times) for session in sessions)
    residual = count == 1 and facts.iterations > 0 if facts.residual is None else facts.residual
    if count == 1 and not residual and facts.iterations:
        raise ModelError(
            "A Wiener filter cannot tell one target from nothing.", "Say residual: true or iterations: 0 in its card."
        )
    stems = _names(sessions, facts, count, residual)
    filtering = Filtering(facts.iterations, residual, facts.softmask, facts.output == "mask")
    return OpenUnmix(tuple(sessions), stems, times, n_fft, facts.hop, facts.rate, filtering)


def _sizes(sessions: Sequence[Session], facts: Facts) -> tuple[int, int, int]:
    """Bins, samples of a window, and times; graphs that take any number are given what the card says."""
    shapes = [session.input_ports[0].shape for session in sessions]
    told = {shape[2] for shape in shapes if shape[2]}
    n_fft = facts.n_fft or 2 * (max(told, default=BINS) - 1)
    bins = n_fft // 2 + 1
    if told - {bins} or n_fft % 4 or facts.hop > n_fft // 2:
        raise _strange(f"{sorted(told)} bins, windows of {n_fft} samples every {facts.hop}")
    # A traced network may have kept the length of its example although its input says that any will do.
    gives = [port.shape for session in sessions for port in session.output_ports if port.shape]
    fixed = {shape[-1] for shape in (*shapes, *gives) if shape[-1]}
    wanted = -(-facts.frames // facts.hop) + 1 if facts.frames else TIMES
    times = fixed.pop() if fixed else wanted
    if fixed or n_fft >= facts.hop * (times - 1):
        raise _strange(f"{times} times, windows of {n_fft} samples every {facts.hop}")
    graph.bounded(facts.hop * (times - 1))
    return bins, n_fft, times


def _targets(session: Session, bins: int, times: int) -> int:
    """How many the graph gives."""
    count = 0
    for shape in graph.output_shapes(session, {session.inputs[0]: np.zeros((1, 2, bins, times), np.float32)}):
        if len(shape) not in (3, 4) or shape[-3:] != (2, bins, times):
            raise _strange(f"[2, {bins}, {times}] becomes {list(shape)}")
        count += 1 if len(shape) == 3 else shape[0]
    return count


def _names(sessions: Sequence[Session], facts: Facts, count: int, residual: bool) -> tuple[str, ...]:
    """The targets' names, by the card or the outputs' own, and that of the residual."""
    own = tuple(name for session in sessions for name in session.outputs)
    stems = facts.stems or (own if set(own) <= set(STEMS) else ())
    if len(stems) == count:
        return (*stems, "rest" if "other" in stems else "other") if residual else stems
    if residual and len(stems) == count + 1:
        return stems
    raise unnamed(count)


def _strange(what: str) -> ModelError:
    return ModelError(
        f"The model is like an Open-Unmix, but its sizes do not go together: {what}.", "Correct its card."
    )
