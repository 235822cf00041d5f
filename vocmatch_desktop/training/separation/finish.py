"""A trained separation network becomes a model: exported, measured as the program runs it, described in its card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from vocmatch_desktop.inference.cards import ModelCard, write_card
from vocmatch_desktop.inference.session import Session, open_session
from vocmatch_desktop.separation.facts import facts
from vocmatch_desktop.separation.families import open_estimator
from vocmatch_desktop.training.separation import card
from vocmatch_desktop.training.separation.export import export
from vocmatch_desktop.training.separation.run import Say, Trained
from vocmatch_desktop.training.separation.sound import Net
from vocmatch_desktop.training.separation.validate import Figures, HeldOut, Report, measure, through


def finish(trained: Trained, net: Net, told: card.Told, sets: Sequence[HeldOut], folder: Path, say: Say) -> ModelCard:
    """Writes `NAME.onnx` and its card into `folder`; the card's figures are those of `sets`.

    Raises:
        DiskError: The folder cannot be written. RuntimeError: The exported network is not the trained one.
    """
    path = folder / f"{net.name}.onnx"
    exported = export(trained.separator.network, net, path)
    say(
        f"{path}: {path.stat().st_size / 2**20:.1f} MiB, off by {exported.error:.1g} at most. A chunk of "
        f"{exported.seconds:.0f} s takes onnxruntime {exported.onnx_s:.2f} s and torch {exported.torch_s:.2f} s "
        f"on the same {torch.get_num_threads()} threads: {exported.ratio:.2f} times as fast."
    )
    made = card.described(path, told, exported, {})
    write_card(path.with_suffix(".json"), made)  # measuring takes minutes: the new file never lies beside an old card
    told_facts = facts({**made.told, "family": made.family, "stems": made.stems})
    figures = measure(sets, through(open_estimator([path], told_facts, _open).estimator))
    _say_figures(figures, say)
    made = card.described(path, told, exported, figures)
    write_card(path.with_suffix(".json"), made)
    return made


def _open(path: Path) -> Session:
    return open_session(path, "cpu", threads=torch.get_num_threads())


def _say_figures(figures: Report, say: Say) -> None:
    for name, stems in figures.items():
        say(f"{name}: uSDR in dB, mean (median); of the mixture; of an ideal mask")
        for stem, one in stems.items():
            say(f"  {stem:8s} {_in_words(one)}")


def _in_words(one: Figures) -> str:
    silent = f"silent in {one.silent}: leaks {one.leakage_db:.1f} dB re mixture" if one.silent else ""
    if not one.songs:
        return silent
    figures = f"{one.usdr_db:.2f} ({one.median_db:.2f}); {one.mixture_db:.2f}; {one.ideal_db:.2f}; {one.songs} songs"
    return f"{figures}; {silent}" if silent else figures
