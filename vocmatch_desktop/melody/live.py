"""Notes while they are sung, a fraction of a second behind the voice.

The latest seconds are cut again with every call; a note becomes final once enough was sung after it, and what is still
open may change. At the end, `hear` and `find` over the whole take give the notes that are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vocmatch_desktop.analysis.live import LiveFrames, LivePitch
from vocmatch_desktop.analysis.pitch import RATE
from vocmatch_desktop.audio.mono import MonoMix
from vocmatch_desktop.audio.resample import Resampler
from vocmatch_desktop.melody.contour import FRAME, HOP_S, Contour, Listened, contour, on_grid
from vocmatch_desktop.melody.mel import MEL_BANDS, MelPass
from vocmatch_desktop.melody.notes import NoteOptions, find
from vocmatch_desktop.types import Float32, Note

OPEN_S = 0.35
"""A note that ended longer ago than this has nothing more to fear from what comes."""

LONGEST_OPEN_S = 6.0
"""No more than this is cut again: in an unbroken line, older notes are final, too."""

SILENT_S = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class NotesHeard:
    """What a call made known: `notes` take the place of all given so far from number `first` on (counted from 0).

    The first `final` of `notes` will not change any more; the others are provisional. Times count from the first sample
    fed. `pitch`: the new pitch frames, as `analysis.live` gives them.
    """

    first: int
    notes: tuple[Note, ...]
    final: int
    pitch: LiveFrames


class LiveNotes:
    """Notes of a running input. One object a recording; not for several threads."""

    def __init__(self, options: NoteOptions | None = None) -> None:
        self._options = options or NoteOptions()
        self._live, self._spectra = LivePitch(), MelPass(FRAME)
        self._mono = MonoMix()
        self._resampler: Resampler | None = None
        self._rate = 0
        self._start = 0
        self._f0, self._confidence = np.zeros(0, np.float32), np.zeros(0, np.float32)
        self._mel = np.zeros((0, MEL_BANDS), np.float32)
        self._given = 0

    def feed(self, samples: Float32, rate: int) -> NotesHeard:
        """Takes the next samples, float32 [n] or [n, channels], always of the same rate; gives what is new."""
        mono = self._at_16k(samples, rate)
        frames = self._live.feed(mono, RATE)
        self._keep(frames)
        self._mel = np.concatenate([self._mel, self._spectra.feed(mono)])
        notes = [self._moved(note) for note in find(self._contour(), self._options)]
        final = self._finished(notes)
        heard = NotesHeard(self._given, tuple(notes), final, frames)
        self._given += final
        self._forget(notes[final - 1].offset_s if final else None, notes)
        return heard

    def _at_16k(self, samples: Float32, rate: int) -> Float32:
        if self._rate not in (0, rate):
            raise ValueError("the rate must not change within one recording")
        if self._resampler is None:
            self._resampler = Resampler(rate, RATE, 1)
        self._rate = rate
        mono = samples if samples.ndim == 1 else self._mono.feed(samples)
        return self._resampler.feed(mono[:, None])[:, 0]

    def _keep(self, frames: LiveFrames) -> None:
        """Puts the new pitch frames, some of which correct older ones, in their places."""
        track = frames.track
        first = round(track.start_s / track.hop_s) - self._start
        self._f0 = np.concatenate([self._f0[: max(first, 0)], track.f0_hz[max(-first, 0) :]])
        self._confidence = np.concatenate([self._confidence[: max(first, 0)], track.confidence[max(-first, 0) :]])

    def _contour(self) -> Contour:
        """Of what is kept: both spectra and pitch must be there."""
        frames = min(len(self._mel), 2 * len(self._f0))
        mel = self._mel[:frames]
        pitch, confidence = on_grid(self._f0, self._confidence, frames)
        return contour(Listened(frames * HOP_S, mel, pitch, confidence))

    def _moved(self, note: Note) -> Note:
        shift = 2 * self._start * HOP_S
        return replace(note, onset_s=note.onset_s + shift, offset_s=note.offset_s + shift)

    @property
    def _now_s(self) -> float:
        return (2 * self._start + min(len(self._mel), 2 * len(self._f0))) * HOP_S

    def _finished(self, notes: list[Note]) -> int:
        """How many of the first notes are final: those behind which there is a pause, or too many seconds."""
        final = 0
        for number, note in enumerate(notes, 1):
            following_s = notes[number].onset_s if number < len(notes) else self._now_s
            if following_s - note.offset_s >= OPEN_S or self._now_s - note.offset_s > LONGEST_OPEN_S:
                final = number
        return final

    def _forget(self, final_until_s: float | None, notes: list[Note]) -> None:
        """Drops what final notes, or a long silence, lie in."""
        frames = 0
        if final_until_s is not None:
            frames = round(final_until_s / HOP_S) // 2 - self._start
        elif not notes:
            frames = min(len(self._mel) // 2, len(self._f0)) - round(SILENT_S / HOP_S) // 2
        if frames > 0:
            self._f0, self._confidence = self._f0[frames:], self._confidence[frames:]
            self._mel = self._mel[2 * frames :]
            self._start += frames
