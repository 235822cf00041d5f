"""Ways to hear notes in a voice: the program's own and the ones it has to beat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vocmatch_desktop.analysis.pitch import RATE
from vocmatch_desktop.audio.files import read
from vocmatch_desktop.evaluation import basic_pitch
from vocmatch_desktop.evaluation.melody_dataset import NoteList
from vocmatch_desktop.melody.contour import hear
from vocmatch_desktop.melody.notes import find

OURS = "vocmatch"
LEAST_SURE = 0.5

Listener = Callable[[Path], NoteList]


@dataclass(frozen=True, slots=True)
class Method:
    """`listen` is None where the method is not installed; `remedy` says how it can be."""

    name: str
    listen: Listener | None
    remedy: str = ""


def ours() -> Method:
    """What the program finds with everything at its default."""
    return Method(OURS, _ours)


def baselines() -> tuple[Method, ...]:
    """The methods to beat; Basic Pitch with its own thresholds and with those that suit voices best."""
    model = basic_pitch.find_model()
    return (
        Method("swift_f0.segment_notes", _segment_notes()),
        *(_basic_pitch(model, onset, frame) for onset, frame in ((0.5, 0.3), (0.6, 0.4))),
    )


def _ours(path: Path) -> NoteList:
    notes = find(hear(path))
    spans = np.array([(note.onset_s, note.offset_s) for note in notes], np.float64).reshape(-1, 2)
    return NoteList(spans, np.array([note.pitch for note in notes], np.float64))


def _segment_notes() -> Listener:
    from swift_f0 import SwiftF0, segment_notes

    detector = SwiftF0(threads=1)

    def listen(path: Path) -> NoteList:
        mono = read(path, rate=RATE, mono=True).samples[:, 0]
        notes = segment_notes(detector.detect(mono, RATE))
        spans = np.array([(note.start, note.end) for note in notes], np.float64).reshape(-1, 2)
        hertz = np.array([note.pitch_hz for note in notes], np.float64)
        return NoteList(spans, 69 + 12 * np.log2(hertz / 440))

    return listen


def _basic_pitch(model: Path | None, onset: float, frame: float) -> Method:
    name = f"basic_pitch ({onset:g}/{frame:g})"
    if model is None:
        return Method(name, None, basic_pitch.INSTALL)
    network = basic_pitch.BasicPitch(model, onset, frame)
    return Method(name, lambda path: network(read(path, rate=basic_pitch.RATE, mono=True).samples[:, 0]))
