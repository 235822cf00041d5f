"""Ways to take a song apart: the models of the store, and what they are compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from vocmatch_desktop.audio import files
from vocmatch_desktop.audio.stft import Complex64, istft, stft
from vocmatch_desktop.evaluation.separation_dataset import INSTRUMENTAL, REST, VOCALS, Song, Stretch, in_stretches
from vocmatch_desktop.inference.cards import ModelCard
from vocmatch_desktop.services.separation import SeparateSpec, run
from vocmatch_desktop.settings import Places
from vocmatch_desktop.types import Audio, Float32, Report

N_FFT, HOP = 4096, 1024
"""Of the ideal mask: as the program's own networks have them."""
_TINY = 1e-12

Estimates = Mapping[str, Float32]
Heard = Iterator[tuple[Stretch, Estimates]]
"""A song, stretch by stretch, and what a method makes of it: float32 [n, channels] a target."""


@dataclass(frozen=True, slots=True)
class Method:
    """`hear(song, scratch, report)`: takes a song apart; `scratch` is an empty folder for files in between."""

    name: str
    hear: Callable[[Song, Path, Report], Heard]


def references() -> tuple[Method, ...]:
    """What every figure stands beside: nothing at all, the mix itself, and what a mask could do at best."""
    return (
        Method("silence", lambda song, *_: _each(song, lambda stretch: np.zeros_like(stretch.mix))),
        Method("mixture", lambda song, *_: _each(song, lambda stretch: stretch.mix)),
        Method("ideal ratio mask", lambda song, *_: _masked(song)),
    )


def ideally_masked(stem: Float32, heard: Complex64) -> Float32:
    """A stem [channels, n] as its ideal ratio mask gives it, |S|² / (|S|² + |X − S|²) (Wang et al. 2014, with β = 1).

    `heard`: the mix's spectrum, by `audio.stft` with `N_FFT` and `HOP`.
    """
    spectrum = stft(stem, N_FFT, HOP)
    power, rest = np.square(np.abs(spectrum)), np.square(np.abs(heard - spectrum))
    return istft(heard * (power / (power + rest + _TINY)), HOP, frames=stem.shape[-1])


def by_model(card: ModelCard, places: Places) -> Method:
    """A model of the store, run as `vocmatch separate` runs it.

    A song's `other` is compared with all that the estimates of its other stems leave of the mix: a model of six stems
    is not to blame for a guitar that the song counts as `other`. One that lacks some of the song's stems gives no
    comparable `other`.
    """

    def hear(song: Song, scratch: Path, report: Report) -> Heard:
        wanted = tuple(stem for stem in song.stems if stem != REST and stem in card.stems)
        whole = set(wanted) == set(song.stems) - {REST}
        if not wanted:
            return
        made = run(SeparateSpec(_mixture(song, scratch), scratch / "stems", places, wanted, card.name), report)
        # AAC has not just as many frames as it announces; a song is as long as announced.
        streams = [in_stretches(replace(made.stems[name], frames=song.about.frames)) for name in wanted]
        for stretch, *parts in zip(song.stretches(), *streams, strict=True):
            yield stretch, _completed(stretch, dict(zip(wanted, parts, strict=True)), whole)

    return Method(card.name, hear)


def _completed(stretch: Stretch, estimates: dict[str, Float32], whole: bool) -> Estimates:
    left = stretch.mix - sum(estimates.values())
    if whole and REST in stretch.targets:
        estimates[REST] = left
    if VOCALS in estimates:
        estimates[INSTRUMENTAL] = stretch.mix - estimates[VOCALS]
    return estimates


def _mixture(song: Song, scratch: Path) -> Path:
    """The mix as a file."""
    if song.mixture:
        return song.mixture.path
    parts = (Audio(stretch.mix, song.about.rate) for stretch in song.stretches())
    return files.write(scratch / "mixture.wav", parts).path


def _each(song: Song, estimate: Callable[[Stretch], Float32]) -> Heard:
    """One and the same sound for every target."""
    for stretch in song.stretches():
        yield stretch, dict.fromkeys(stretch.targets, estimate(stretch))


def _masked(song: Song) -> Heard:
    """Every target through its ideal ratio mask."""
    for before, stretch, after in _neighbours(song.stretches()):
        mix = _joined(before, stretch, after, lambda part: part.mix)
        heard = stft(mix, N_FFT, HOP)
        estimates = {}
        for target in stretch.targets:
            sound = _joined(before, stretch, after, lambda part, target=target: part.targets[target])  # type: ignore[misc]
            masked = ideally_masked(sound, heard)
            first = min(N_FFT, len(before.mix)) if before else 0
            estimates[target] = np.ascontiguousarray(masked[:, first : first + len(stretch.mix)].T)
        yield stretch, estimates


def _joined(
    before: Stretch | None, stretch: Stretch, after: Stretch | None, sound: Callable[[Stretch], Float32]
) -> Float32:
    """A sound of the stretch with a window's length of what stands before and after it, float32 [channels, n]."""
    parts = [sound(before)[-N_FFT:]] if before else []
    parts += [sound(stretch), *([sound(after)[:N_FFT]] if after else [])]
    return np.concatenate(parts).T


def _neighbours(stretches: Iterator[Stretch]) -> Iterator[tuple[Stretch | None, Stretch, Stretch | None]]:
    """Every stretch with the one before and the one after it."""
    before, here = None, next(stretches, None)
    while here is not None:
        after = next(stretches, None)
        yield before, here, after
        before, here = here, after
