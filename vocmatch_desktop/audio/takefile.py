"""The WAV a take is written to while it is sung: valid on disk at every moment.

Example:
    file = TakeFile(folder / "take.wav", rate=48_000)
    file.write(samples)                            # float32 [n], mono; on disk when this returns
    file.close()

An ordinary WAV says "0 bytes" in its header until it is closed: a crash loses it all. Here libsndfile brings the header
up to date with every write (SFC_SET_UPDATE_HEADER_AUTO, some microseconds). PCM, because Python's `wave` and many
programs refuse float WAVs; 24 bits, so that a quiet take can be turned up.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import soundfile

from vocmatch_desktop.audio.growing import keep_readable
from vocmatch_desktop.audio.loudness import dbfs
from vocmatch_desktop.errors import DiskError
from vocmatch_desktop.types import Float32


class TakeFile:
    """A mono PCM_24 WAV that only grows; never replaces a file that exists."""

    def __init__(self, path: Path, rate: int) -> None:
        """Raises `DiskError` where the file exists already or cannot be made."""
        self.path = path
        self.rate = rate
        self.frames = 0
        self._peak = 0.0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.open("xb").close()
            self._file = soundfile.SoundFile(path, "w", rate, 1, "PCM_24", format="WAV")
        except FileExistsError as error:
            raise DiskError(f"There is already a take at {path}.", "Choose another name.") from error
        except (OSError, soundfile.LibsndfileError) as error:
            raise DiskError(f"No take can be written to {path.parent}.", "Check free space and permissions.") from error
        keep_readable(self._file)

    @property
    def peak_dbfs(self) -> float:
        """The loudest sample so far."""
        return dbfs(self._peak)

    def write(self, samples: Float32) -> None:
        """Appends float32 [n]; raises `DiskError` when the disk is full, all that was written before stays."""
        if not len(samples):
            return
        self._peak = max(self._peak, float(np.abs(samples).max()))
        try:
            self._file.write(samples)
        except (OSError, soundfile.LibsndfileError, AssertionError) as error:  # soundfile asserts on short writes
            raise DiskError(
                "The disk is full: recording has stopped.", "What was sung until now is kept. Free some space."
            ) from error
        self.frames += len(samples)

    def close(self) -> None:
        """Finishes the file and makes sure it is on the disk; an empty one is removed."""
        try:
            self._file.close()
            if self.frames:
                _sync(self.path)
            else:
                self.path.unlink(missing_ok=True)
        except (OSError, soundfile.LibsndfileError) as error:
            raise DiskError("The take could not be finished on the disk.", "Free some space.") from error


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
