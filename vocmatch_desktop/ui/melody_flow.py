"""The melody of the current take: heard when the room is entered, edited with revisions, kept with the take.

The worker *now* listens once, and finds notes again when a knob asks for it; tidying is instant and done here. Whatever
changes the notes becomes a revision in the core (`melody.revisions`); undo and redo move its pointer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.jobs.protocol import Bug
from vocmatch_desktop.melody.controls import Controls
from vocmatch_desktop.melody.edits import Notes, rebased
from vocmatch_desktop.melody.revisions import Revisions
from vocmatch_desktop.melody.shape import shape
from vocmatch_desktop.services import melody_edits
from vocmatch_desktop.types import Take
from vocmatch_desktop.ui.jobs_bridge import JobsBridge, Listener
from vocmatch_desktop.ui.melody_heard import Heard, curve_of
from vocmatch_desktop.ui.melody_state import Melody
from vocmatch_desktop.ui.melody_wave import Peaks, read_peaks
from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.sound import said
from vocmatch_desktop.ui.workers import JobHandle, Submits

if TYPE_CHECKING:
    from vocmatch_desktop.services.melody import FoundNotes
    from vocmatch_desktop.services.melody import Melody as HeardMelody

SETTLE_MS = 500
"""A knob being turned is one edit, not fifty."""
SAVE_MS = 400


@dataclass(frozen=True, slots=True)
class _Derived:
    """What a knob made of the melody, until it rests: the notes with the hand's edits, and without."""

    notes: Notes
    derived: Notes
    controls: Controls


class MelodyFlow(QObject):
    """Keeps `Session.melody` true while the room is entered."""

    def __init__(self, session: Session, bridge: JobsBridge, now: Submits, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._bridge, self._now = session, bridge, now
        self._entered, self._aside = False, False
        self._take: Take | None = None
        self._heard: Heard | None = None
        self._peaks: Peaks | None = None
        self._revisions: Revisions | None = None
        self._listening: JobHandle | None = None
        self._finding: JobHandle | None = None
        self._wanted: Controls | None = None
        self._turning: _Derived | None = None
        self._settles = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settles.timeout.connect(self.settle)
        self._saves = QTimer(self, interval=SAVE_MS, singleShot=True)
        self._saves.timeout.connect(self._save)
        session.take_changed.connect(self._follow_take)

    # Listening

    def enter(self) -> None:
        """The room is shown: its melody is wanted."""
        self._entered = True
        self._follow_take(self._session.take)

    def leave(self) -> None:
        """The room is left; what was heard is kept."""
        self._entered = False
        self.settle()

    def set_aside(self) -> None:
        """Another take is being sung: the room is the live notes' until `take_up`."""
        self._forget()
        self._aside = True

    def take_up(self) -> None:
        """The recording is over."""
        self._aside = False
        self._follow_take(self._session.take)

    def listen_again(self) -> None:
        """Listens anew after a failure."""
        self._forget()
        self._follow_take(self._session.take)

    def close(self) -> None:
        """Keeps what is not kept yet; to be called before the bridge is closed."""
        self._forget()

    def _follow_take(self, take: Take | None) -> None:
        before = self._take
        if before is not None and (take is None or take.audio_path != before.audio_path):
            self._forget()
        if take is None or not self._entered or self._aside:
            return
        retimed = before is not None and (take.bpm, take.first_beat_s) != (before.bpm, before.first_beat_s)
        if self._take is None:
            self._begin(take)
        self._take = take
        if retimed and self._heard is not None and self._session.melody_controls.quantize is not None:
            self.set_controls(self._session.melody_controls)

    def _begin(self, take: Take) -> None:
        self._session.melody = Melody("listening", take.audio_path, take.duration_s)
        self._bridge.in_thread(lambda: _kept(take), lambda kept: self._listen(take, kept), failed=self._fail)

    def _listen(self, take: Take, kept: Revisions | None) -> None:
        if not self._is_open(take):
            return
        from vocmatch_desktop.services.melody import MelodySpec  # `_kept` has loaded it beside the window

        controls = Controls.from_json(kept.now.controls) if kept is not None else Controls()
        self._revisions, self._session.melody_controls = kept, controls
        options = controls.note_options
        spec = MelodySpec(take.audio_path, options, controls.shape_options(None), take.bpm, take.first_beat_s)
        self._listening = self._now.submit(spec)
        self._bridge.watch(
            self._listening, Listener(done=lambda heard: self._hear(take, controls, heard), failed=self._fail)
        )
        self._bridge.in_thread(
            lambda: read_peaks(take.audio_path), lambda peaks: self._show_peaks(take, peaks), failed=lambda _: None
        )

    def _hear(self, take: Take, controls: Controls, heard: HeardMelody) -> None:
        self._listening = None
        if not self._is_open(take):
            return
        curve = curve_of(heard.contour, heard.tuning)
        options = controls.note_options
        self._heard = Heard(take, heard.contour, curve, heard.found, options, heard.tuning, heard.key)
        if self._revisions is None:
            self._revisions = Revisions.begin(heard.notes, controls.to_json())
        self._show()

    def _show_peaks(self, take: Take, peaks: Peaks) -> None:
        if self._is_open(take):
            self._peaks = peaks
            self._session.melody = replace(self._session.melody, peaks=peaks)

    def _is_open(self, take: Take) -> bool:
        return self._take is not None and self._take.audio_path == take.audio_path

    def _fail(self, error: UserError | Bug) -> None:
        self._listening = None
        words, remedy = said(error)
        self._session.melody = replace(self._session.melody, phase="failed", problem=f"{words} {remedy}".strip())

    def _forget(self) -> None:
        """Another take is opened, or none: what was changed is kept first."""
        self.settle()
        if self._saves.isActive():
            self._save()
        for handle in (self._listening, self._finding):
            if handle is not None:
                handle.cancel()
        self._listening = self._finding = self._wanted = None
        self._take = self._heard = self._revisions = self._peaks = None
        self._session.melody = Melody()
        self._session.melody_controls = Controls()

    def bends(self, notes: Notes) -> tuple[tuple[tuple[float, float], ...], ...]:
        """How the voice slides and swings in these notes, for the MIDI file; empty where that is not wanted."""
        heard = self._heard
        if heard is None or not self._session.melody_controls.bend:
            return ()
        from vocmatch_desktop.melody.bends import bends

        return bends(heard.contour, heard.found, notes)

    # Editing

    def edit(self, notes: Notes, what: str) -> None:
        """Puts notes the hand made in place of the shown ones."""
        self.settle()
        if self._revisions is not None and not self._session.read_only:
            self._use(self._revisions.edited(notes, what))

    def undo(self) -> None:
        """One edit back, knobs included."""
        self._step(back=True)

    def redo(self) -> None:
        """One edit forward."""
        self._step(back=False)

    def _step(self, back: bool) -> None:
        self.settle()
        if self._revisions is None or self._session.read_only:
            return
        self._wanted = None
        revisions = self._revisions.undo() if back else self._revisions.redo()
        self._session.melody_controls = Controls.from_json(revisions.now.controls)
        self._use(revisions)

    def set_controls(self, controls: Controls) -> None:
        """Derives the notes by other values: finds them again where that is asked for, tidies them."""
        if self._heard is None or self._session.read_only:
            return
        self._session.melody_controls = self._wanted = controls
        if controls.note_options == self._heard.options:
            self._tidy(controls)
        elif self._finding is None:
            self._find(controls)

    def _find(self, controls: Controls) -> None:
        """Asks the worker for one answer at a time; the newest wish is asked for when it is there."""
        from vocmatch_desktop.services.melody import FindSpec

        heard, take, options = self._heard, self._take, controls.note_options
        assert heard is not None
        assert take is not None
        tidying = controls.shape_options(heard.key)
        self._finding = self._now.submit(FindSpec(heard.contour, options, tidying, take.bpm, take.first_beat_s))

        def done(found: FoundNotes) -> None:
            self._finding = None
            if self._heard is not None and self._is_open(heard.take):
                self._heard = replace(self._heard, found=found.found, options=options)
                self._go_on()

        def failed(error: UserError | Bug) -> None:
            self._finding = self._wanted = None
            self._session.problem.emit(Problem(*said(error)))

        self._bridge.watch(self._finding, Listener(done=done, failed=failed))

    def _go_on(self) -> None:
        wanted, heard = self._wanted, self._heard
        if wanted is None or heard is None:
            return
        self._tidy(wanted)
        if wanted.note_options != heard.options:
            self._find(wanted)

    def _tidy(self, controls: Controls) -> None:
        """Shows what a knob makes of the notes; it becomes a revision when the knob rests."""
        heard, take, revisions = self._heard, self._take, self._revisions
        assert heard is not None
        assert take is not None
        assert revisions is not None
        options = controls.shape_options(heard.key)
        derived = shape(heard.found, options, take.bpm, take.first_beat_s, heard.contour.duration_s)
        base = revisions.now
        self._turning = _Derived(rebased(base.derived, base.notes, derived), derived, controls)
        self._settles.start()
        self._show()

    def settle(self) -> None:
        """What a knob made becomes a revision now."""
        self._settles.stop()
        turning, self._turning = self._turning, None
        if turning is not None and self._revisions is not None:
            self._use(self._revisions.derived_anew(turning.notes, turning.derived, turning.controls.to_json()))

    def _use(self, revisions: Revisions) -> None:
        if revisions is not self._revisions:
            self._revisions = revisions
            self._saves.start()
        self._show()

    def _show(self) -> None:
        heard, revisions, take = self._heard, self._revisions, self._take
        if heard is None or revisions is None or take is None:
            return
        now, turning = revisions.now, self._turning
        notes, derived = (now.notes, now.derived) if turning is None else (turning.notes, turning.derived)
        self._session.melody = Melody(
            phase="ready",
            audio=take.audio_path,
            duration_s=take.duration_s,
            notes=notes,
            curve=heard.curve,
            peaks=self._peaks,
            tuning=heard.tuning,
            key=heard.key,
            hand_made=notes != derived,
            can_undo=revisions.can_undo or turning is not None,
            can_redo=revisions.can_redo and turning is None,
        )

    # Keeping

    def _save(self) -> None:
        self._saves.stop()
        take, revisions = self._take, self._revisions
        if take is not None and revisions is not None and not self._session.read_only:
            self._bridge.in_thread(lambda: melody_edits.save(take, revisions), failed=self._say)

    def _say(self, error: UserError | Bug) -> None:
        self._session.problem.emit(Problem(*said(error)))


def _kept(take: Take) -> Revisions | None:
    """The melody as it was left; loads what listening needs of code, too, which takes a moment."""
    import vocmatch_desktop.services.melody  # noqa: F401

    return melody_edits.load(take)
