"""Sound put aside on disk between two passes over it, so that memory stays bounded whatever its length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

import numpy as np

from vocmatch_desktop.errors import DiskError
from vocmatch_desktop.types import Audio

BLOCK_S = 5.0


class Scratch:
    """A nameless file of float32 samples; the system removes it even when the process is killed.

    Raises:
        DiskError: there is no space in `folder`.
    """

    def __init__(self, folder: Path, sound: Iterable[Audio]) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        except OSError as error:
            raise _no_space(folder) from error
        self.frames = 0
        self.channels = 1
        self.rate = 0
        self.peak = 0.0
        try:
            for block in sound:
                self._append(block)
            self._file.flush()
        except OSError as error:
            self._file.close()
            raise _no_space(folder) from error
        except BaseException:
            self._file.close()
            raise

    def blocks(self) -> Iterator[Audio]:
        """The sound again, in blocks of equal length; two scratches of one rate and length go in step."""
        step = round(BLOCK_S * self.rate) * self.channels
        for start in range(0, self.frames * self.channels, step):
            self._file.seek(start * 4)
            samples = np.frombuffer(self._file.read(step * 4), np.float32)
            yield Audio(samples.reshape(-1, self.channels), self.rate)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._file.close()

    def _append(self, block: Audio) -> None:
        self.rate, self.channels = block.rate, block.channels
        self.frames += block.frames
        if block.frames:
            self.peak = max(self.peak, float(np.abs(block.samples).max()))
        self._file.write(np.ascontiguousarray(block.samples).data)


def _no_space(folder: Path) -> DiskError:
    return DiskError(f"Nothing can be written to {folder}.", "Check free space and permissions.")
