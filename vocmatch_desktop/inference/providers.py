"""What a model can be run on, and how each of these is set up."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

from vocmatch_desktop.errors import ModelError

if TYPE_CHECKING:
    import onnxruntime

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
DIRECTML = "DmlExecutionProvider"
COREML = "CoreMLExecutionProvider"

PROVIDERS: Mapping[str, str] = {"cuda": CUDA, "directml": DIRECTML, "coreml": COREML, "cpu": CPU}
"""What a person types → what onnxruntime calls it, fastest first."""

FATAL_ONLY = 4

_OPTIONS: Mapping[str, Mapping[str, str]] = {
    # An exhaustive search of convolutions takes minutes at the first chunk, and growing the arena by powers of two
    # takes twice the memory that a separation needs.
    CUDA: {
        "cudnn_conv_algo_search": "HEURISTIC",
        "arena_extend_strategy": "kSameAsRequested",
        "do_copy_in_default_stream": "1",
    },
    COREML: {"ModelFormat": "MLProgram"},
}


def available_providers() -> tuple[str, ...]:
    """The short names of the providers this installation offers, fastest first."""
    import onnxruntime

    offered = onnxruntime.get_available_providers()
    return tuple(name for name, full in PROVIDERS.items() if full in offered)


def short_name(provider: str) -> str:
    """What a person types for what onnxruntime calls `provider`."""
    return next((name for name, full in PROVIDERS.items() if full == provider), provider)


def choose(provider: str, offered: Sequence[str]) -> list[str]:
    """What to hand to onnxruntime for "auto" or a name of `PROVIDERS`, out of those it offers; the CPU comes last.

    Raises:
        ModelError: The provider is unknown or absent.
    """
    if provider == "auto":
        return [full for full in PROVIDERS.values() if full in offered]
    if provider not in PROVIDERS:
        raise ModelError(f"There is no provider called “{provider}”.", f"Choose one of: auto, {', '.join(PROVIDERS)}.")
    if PROVIDERS[provider] not in offered:
        raise ModelError(f"This installation cannot run models on “{provider}”.", "Choose auto or cpu.")
    return list(dict.fromkeys([PROVIDERS[provider], CPU]))


def options_of(provider: str) -> dict[str, str]:
    """Options of a provider, by onnxruntime's name for it."""
    return dict(_OPTIONS.get(provider, {}))


def session_options(providers: Sequence[str], threads: int) -> onnxruntime.SessionOptions:
    """Options of a session; `threads` sleep between runs, so that a live session costs no idle CPU."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = FATAL_ONLY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if DIRECTML in providers:
        options.enable_mem_pattern = False  # DirectML does not work with it
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    return options


def preload(providers: Sequence[str]) -> None:
    """Loads CUDA's libraries out of their wheels, where onnxruntime's own search would not find them."""
    import onnxruntime

    if CUDA in providers and hasattr(onnxruntime, "preload_dlls"):
        with redirect_stdout(sys.stderr):  # it prints what it misses, and stdout belongs to results
            onnxruntime.preload_dlls()


def all_cores() -> int:
    """Threads for work that nobody plays or sings to meanwhile."""
    return os.cpu_count() or 1
