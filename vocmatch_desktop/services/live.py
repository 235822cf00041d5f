"""What is heard in a voice while it sings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vocmatch_desktop.types import Float32, PitchTrack

if TYPE_CHECKING:
    from vocmatch_desktop.analysis.live import LivePitch
    from vocmatch_desktop.melody.live import LiveNotes, NotesHeard

NOTES_BLOCK_S = 0.1
"""Notes are looked for this often: finding them costs ten times what the pitch does, and nobody reads them faster."""


@dataclass(frozen=True, slots=True)
class LivePitchSpec:
    """Follow the pitch of an input at `rate` Hz."""

    rate: int


@dataclass(frozen=True, slots=True, eq=False)
class PitchHeard:
    """New frames of the sung pitch; `track.start_s` counts from the first sample fed.

    The last `provisional` frames may still change: the next event begins with them again.
    """

    track: PitchTrack
    provisional: int


class PitchSession:
    """A live session (`jobs.registry.LiveSession`) around `analysis.live`."""

    def __init__(self, pitch: LivePitch, rate: int) -> None:
        self._pitch = pitch
        self._rate = rate

    def feed(self, samples: Float32) -> tuple[PitchHeard, ...]:
        """The frames that these samples, float32 [n] or [n, channels], make known."""
        heard = self._pitch.feed(samples, self._rate)
        return (PitchHeard(heard.track, heard.provisional),) if len(heard.track.f0_hz) else ()

    def close(self) -> tuple[PitchHeard, ...]:
        """Nothing is held back."""
        return ()


def open_pitch(spec: LivePitchSpec) -> PitchSession:
    """Loads the model and follows the pitch from the first sample fed; raises `ModelError`."""
    from vocmatch_desktop.analysis.live import LivePitch

    return PitchSession(LivePitch(), spec.rate)


@dataclass(frozen=True, slots=True)
class LiveNotesSpec:
    """Find the notes of an input at `rate` Hz while they are sung."""

    rate: int


class NotesSession:
    """A live session (`jobs.registry.LiveSession`) around `melody.live`; apart from the pitch, which must not wait."""

    def __init__(self, notes: LiveNotes, rate: int) -> None:
        self._notes = notes
        self._rate = rate
        self._waiting: list[Float32] = []

    def feed(self, samples: Float32) -> tuple[NotesHeard, ...]:
        """What is heard once a tenth of a second has come together; samples are float32 [n] or [n, channels]."""
        self._waiting.append(samples)
        if sum(map(len, self._waiting)) < NOTES_BLOCK_S * self._rate:
            return ()
        return self._hear()

    def close(self) -> tuple[NotesHeard, ...]:
        """The notes of the last samples."""
        return self._hear() if self._waiting else ()

    def _hear(self) -> tuple[NotesHeard, ...]:
        import numpy as np

        samples = np.concatenate(self._waiting)
        self._waiting.clear()
        return (self._notes.feed(samples, self._rate),)


def open_notes(spec: LiveNotesSpec) -> NotesSession:
    """Loads the model and finds notes from the first sample fed; raises `ModelError`."""
    from vocmatch_desktop.melody.live import LiveNotes

    return NotesSession(LiveNotes(), spec.rate)
