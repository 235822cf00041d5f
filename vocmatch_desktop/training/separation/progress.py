"""What a training says of itself: a line every so often, kept beside the checkpoint."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.whole import write_text

Valid = Mapping[str, Mapping[str, float]]
"""Set of songs → stem → mean uSDR, dB."""


@dataclass(frozen=True, slots=True)
class Line:
    """After `step` steps and `seconds` of training: the mean loss since the line before, dB.

    `valid`: what the averaged weights are worth then; empty where it was not measured.
    """

    step: int
    loss: float
    seconds: float
    valid: Valid = field(default_factory=dict)


class Progress:
    """The lines of a run, one JSON object each; a run that goes on from an earlier step goes on there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines = list(read(path))
        self._losses: list[float] = []
        self._began = time.monotonic()
        self._before_s: float | None = None

    @property
    def lines(self) -> tuple[Line, ...]:
        """All there are."""
        return tuple(self._lines)

    def took(self, done: int, loss: float) -> None:
        """Takes note of a step; the first one tells where the run goes on."""
        if self._before_s is None:
            self._lines = [line for line in self._lines if line.step < done]
            self._before_s = self._lines[-1].seconds if self._lines else 0.0
        self._losses.append(loss)

    def tell(self, done: int) -> Line:
        """Adds the line of the steps noted since the last one, of which there is at least one; raises `DiskError`."""
        seconds = (self._before_s or 0.0) + time.monotonic() - self._began
        line = Line(done, round(sum(self._losses) / len(self._losses), 4), round(seconds, 1))
        self._losses.clear()
        self._keep([*self._lines, line])
        return line

    def tell_valid(self, done: int, valid: Valid) -> None:
        """Adds to the line of step `done`, which is begun where there is none; raises `DiskError`."""
        if not self._lines or self._lines[-1].step != done:
            self.tell(done)
        self._keep([*self._lines[:-1], replace(self._lines[-1], valid=valid)])

    def _keep(self, lines: list[Line]) -> None:
        self._lines = lines
        write_text(self._path, "".join(json.dumps(asdict(line), ensure_ascii=False) + "\n" for line in lines))


def read(path: Path) -> tuple[Line, ...]:
    """The lines in a file; none where there is no file. Raises `UserError` where it is damaged."""
    if not path.is_file():
        return ()
    try:
        return tuple(Line(**json.loads(line)) for line in path.read_text("utf-8").splitlines())
    except (ValueError, TypeError) as error:
        raise UserError(f"{path} is damaged.", "Delete it; only the training's curve is lost.") from error
