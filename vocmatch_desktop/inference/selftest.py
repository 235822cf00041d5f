"""A provider is trusted with a model after it gave what the CPU gives for the same chunk of sound.

Graphics drivers have been seen to compute nonsense without an error. So the first time a model meets a provider, one
chunk runs on both; the verdict is remembered for this model file, provider and version of onnxruntime.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vocmatch_desktop.inference.cards import ModelCard
from vocmatch_desktop.inference.providers import CPU, short_name
from vocmatch_desktop.inference.session import Session
from vocmatch_desktop.types import Float32
from vocmatch_desktop.whole import write_text

LARGEST_ERROR = 0.01
"""Norm of the difference by the norm of the CPU's result (−40 dB): TF32 and fp16 stay below it, nonsense does not."""

Outcome = Callable[[], Float32]
"""Runs a model on a chunk that is always the same, and gives what came out."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What was found before, in a file that anybody may delete."""

    path: Path

    def known(self, card: ModelCard, provider: str) -> float | None:
        """The error of `provider` with this model; None where it was never tried."""
        error = self._all().get(_key(card, provider))
        return float(error) if isinstance(error, int | float) else None

    def remember(self, card: ModelCard, provider: str, error: float) -> None:
        """Adds a verdict; raises `DiskError`."""
        write_text(self.path, json.dumps({**self._all(), _key(card, provider): error}, indent=1))

    def _all(self) -> dict[str, object]:
        try:
            told = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}


def prove(sessions: Sequence[Session], card: ModelCard, given: Outcome, expected: Outcome, verdicts: Verdicts) -> None:
    """Has a model's `sessions` go on with the CPU where their provider gives anything else than the CPU.

    Args:
        sessions: Of all its files, on one provider.
        card: Whose model it is.
        given: What the sessions make of a chunk of sound.
        expected: What the CPU makes of it.
        verdicts: What was found before; gets what is found now.

    Raises:
        ModelError: the model fails on the CPU. DiskError: the verdict cannot be written.
    """
    provider = sessions[0].provider
    if provider == CPU:
        return
    error = verdicts.known(card, provider)
    if error is None:
        found = given()
        if any(session.provider == CPU for session in sessions):  # it failed, goes on with the CPU and has said so
            return
        error = relative_error(found, expected())
        verdicts.remember(card, provider, error)
    if error > LARGEST_ERROR:
        for session in sessions:
            session.use_cpu(f"“{short_name(provider)}” computes something else than the processor with this model")


def relative_error(given: Float32, expected: Float32) -> float:
    """‖given − expected‖ / ‖expected‖, at most 1e9, which is also that of numbers that are none."""
    wrong = float(np.linalg.norm(given.astype(np.float64) - expected))
    error = wrong / max(float(np.linalg.norm(expected.astype(np.float64))), 1e-9)
    return min(error, 1e9) if np.isfinite(error) else 1e9


def _key(card: ModelCard, provider: str) -> str:
    from onnxruntime import __version__

    return f"{card.sha256} {provider} {__version__}"
