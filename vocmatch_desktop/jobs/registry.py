"""Which function runs which spec.

A job is `run(spec, report) -> result`; a live session is `open(spec) -> LiveSession`. Both are named as
"module:function", so that only the worker imports them. To add one: write a frozen, picklable spec dataclass beside
its function in `services` and name both here.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast

JOBS: Mapping[str, str] = {
    "AddModelSpec": "vocmatch_desktop.services.models:run",
    "AuditionSpec": "vocmatch_desktop.services.audition:run",
    "DemoSpec": "vocmatch_desktop.services.demo:run",
    "ExportSpec": "vocmatch_desktop.services.exporting:run",
    "FindSpec": "vocmatch_desktop.services.melody:run_find",
    "FitSpec": "vocmatch_desktop.services.fitting:run",
    "IndexSpec": "vocmatch_desktop.services.indexing:run",
    "MatchSpec": "vocmatch_desktop.services.matching:run",
    "MelodySpec": "vocmatch_desktop.services.melody:run",
    "PadSpec": "vocmatch_desktop.services.padding:run",
    "PairSpec": "vocmatch_desktop.services.pairing:run",
    "PeaksSpec": "vocmatch_desktop.services.songs:run_peaks",
    "SaveStemsSpec": "vocmatch_desktop.services.songs:run_save",
    "SegmentSpec": "vocmatch_desktop.services.audition:run_segment",
    "SeparateSpec": "vocmatch_desktop.services.separation:run",
    "TakeApartSpec": "vocmatch_desktop.services.songs:run",
    "WriteMelodySpec": "vocmatch_desktop.services.melody:run_write",
}
"""Name of the spec type → the function that runs it."""

LANES: Mapping[str, str] = {
    "AddModelSpec": "models",
    "DemoSpec": "indexing",
    "FindSpec": "melody",
    "IndexSpec": "indexing",
    "MelodySpec": "melody",
    "PeaksSpec": "peaks",
    "SaveStemsSpec": "stems",
    "SeparateSpec": "separation",
    "TakeApartSpec": "separation",
    "WriteMelodySpec": "melody",
}
"""Name of the spec type → the lane its jobs queue in; all others share one. So beats are fitted during an indexing,
melodies written during a fitting, and a knob of the melody answers during a match."""

LIVES: Mapping[str, str] = {
    "LiveNotesSpec": "vocmatch_desktop.services.live:open_notes",
    "LivePitchSpec": "vocmatch_desktop.services.live:open_pitch",
}
"""Name of the spec type → the function that opens the live session."""

WARM_NOW: tuple[str, ...] = (
    "numpy",
    "scipy.ndimage",
    "scipy.signal",
    "soundfile",
    "vocmatch_desktop.analysis.take",
    "vocmatch_desktop.library.vectors",
    "vocmatch_desktop.matching.rank",
    "vocmatch_desktop.melody.live",
    "vocmatch_desktop.services.audition",
    "python_stretch.Signalsmith",
)
"""What the worker *now* imports before its first job, so that the first match and audition are as quick as the next."""


class LiveSession(Protocol):
    """Work on sound while it comes in."""

    def feed(self, samples: Any) -> Sequence[Any]:
        """Takes the next float32 samples [n] or [n, channels]; gives the events they lead to."""

    def close(self) -> Sequence[Any]:
        """Says that no more come; gives the last events."""


def resolve(target: str) -> Callable[..., Any]:
    """Imports "module:function"."""
    module, _, name = target.partition(":")
    return cast(Callable[..., Any], getattr(importlib.import_module(module), name))
