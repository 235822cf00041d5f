"""WAV files that can be read while they grow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import soundfile

_SFC_SET_UPDATE_HEADER_AUTO = 0x1061


def keep_readable(file: soundfile.SoundFile) -> None:
    """Lets libsndfile bring the header of a file open for writing up to date with every write (some microseconds).

    An ordinary WAV says "0 bytes" in its header until it is closed; soundfile offers no name for this command.
    """
    soundfile._snd.sf_command(file._file, _SFC_SET_UPDATE_HEADER_AUTO, soundfile._ffi.NULL, 1)


@contextmanager
def disk_errors() -> Iterator[None]:
    """What libsndfile says of a full disk is an `OSError` to everybody else; soundfile asserts on short writes."""
    try:
        yield
    except (soundfile.LibsndfileError, AssertionError) as error:
        raise OSError(str(error)) from error
