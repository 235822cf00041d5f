"""What is heard in a voice while it sings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vocmatch_desktop.types import Float32, PitchTrack

if TYPE_CHECKING:
    from vocmatch_desktop.analysis.live import LivePitch


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
