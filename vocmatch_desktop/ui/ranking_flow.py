"""The current take (or its selection) against the library: asked for when something changed, answered by the worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from vocmatch_desktop.errors import NoSinging, UserError
from vocmatch_desktop.jobs.protocol import Bug
from vocmatch_desktop.services.matching import MatchResult, MatchSpec, TakeHeard
from vocmatch_desktop.types import Selection, Take
from vocmatch_desktop.ui.jobs_bridge import JobsBridge, Listener
from vocmatch_desktop.ui.session import Problem, Ranking, Session
from vocmatch_desktop.ui.sound import said
from vocmatch_desktop.ui.workers import JobHandle, Submits

SETTLE_MS = 150
"""A selection being drawn out, or rows that arrive, should not start a match each."""


class RankingFlow(QObject):
    """Keeps `Session.ranking` true; `heard` brings what was heard in the take, before any beat is compared."""

    heard = Signal(object, object, float)  # Take, TakeFeatures, where in the take its time 0 lies

    def __init__(
        self,
        session: Session,
        bridge: JobsBridge,
        now: Submits,
        library: Callable[[], Path | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._bridge, self._now, self._library = session, bridge, now, library
        self._handle: JobHandle | None = None
        self._ranked: tuple[object, ...] | None = None
        self._complaint: Problem | None = None
        self._timer = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._timer.timeout.connect(self.rank_now)
        session.selection_changed.connect(lambda _: self.rank())
        session.take_changed.connect(self._change_take)

    def rank(self) -> None:
        """Asks for a new ranking soon."""
        self._timer.start()

    def rank_now(self) -> None:
        """Asks for a new ranking; the newest wish wins."""
        self._timer.stop()
        self.cancel()
        take, library = self._session.take, self._library()
        if take is None or library is None:
            return
        self._ranked = _matters(take)
        selection, settings = self._session.selection, self._session.settings
        spec = MatchSpec(
            take=take.audio_path,
            library=library,
            in_key=settings.in_key_only,
            max_shift=settings.max_shift,
            selection=selection,
            bpm=take.bpm,
            first_beat_s=take.first_beat_s,
        )
        self._session.ranking_busy = True
        self._handle = self._now.submit(spec)
        self._bridge.watch(
            self._handle,
            Listener(
                done=lambda result: self._show(take, selection, result),
                partial=lambda event: self._hear(take, selection, event),
                failed=self._fail,
            ),
        )

    def cancel(self) -> None:
        """No ranking is wanted any more."""
        self._timer.stop()
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        self._session.ranking_busy = False
        if self._complaint is not None:
            self._session.problem_over.emit(self._complaint)
            self._complaint = None

    def _change_take(self, take: Take | None) -> None:
        if take is not None and self._ranked == _matters(take):
            return
        self.cancel()
        self._session.forget_fitted()
        if take is None:
            self._ranked = None
            self._session.ranking = None
        else:
            self.rank_now()  # the last order stays until the new one is there: nothing jumps twice

    def _hear(self, take: Take, selection: Selection | None, event: object) -> None:
        if isinstance(event, TakeHeard):
            self.heard.emit(take, event.take, selection.from_s if selection else 0.0)

    def _show(self, take: Take, selection: Selection | None, result: MatchResult) -> None:
        self._handle = None
        self._session.ranking_busy = False
        self._session.forget_fitted()
        self._session.ranking = Ranking(
            take=take.folder,
            selection=selection,
            matches=result.matches,
            key=result.take.best_key,
            tempo=result.take.tempo,
            elapsed_s=result.elapsed_s,
        )

    def _fail(self, error: UserError | Bug) -> None:
        self._handle = None
        self._session.ranking_busy = False
        self._session.ranking = None
        words, remedy = said(error)
        action, command = (self.tr("Try again"), "rank_now") if not isinstance(error, NoSinging) else ("", "")
        self._complaint = Problem(words, remedy, action, command)
        self._session.problem.emit(self._complaint)


def _matters(take: Take) -> tuple[object, ...]:
    """What of a take a ranking depends on; a new name or star does not."""
    return take.audio_path, take.bpm, take.first_beat_s
