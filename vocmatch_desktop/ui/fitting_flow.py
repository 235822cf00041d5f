"""Whole fitted beats as files, ahead of the drag that will want them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.jobs.protocol import Bug, Progress
from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.services.fitting import FitSpec, FittedBeat
from vocmatch_desktop.services.padding import PadSpec
from vocmatch_desktop.types import Match, Take
from vocmatch_desktop.ui.jobs_bridge import JobsBridge, Listener
from vocmatch_desktop.ui.session import FittedFile, Ranking, Session
from vocmatch_desktop.ui.sound import said
from vocmatch_desktop.ui.workers import JobHandle, Submits

AHEAD = 3
"""The best beats of a ranking are fitted without being asked for."""


class FittingFlow(QObject):
    """Fits beats in the worker *later*, one after the other; a new ranking calls off what was waiting."""

    def __init__(
        self, session: Session, bridge: JobsBridge, later: Submits, folder: Path, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._bridge, self._later, self._folder = session, bridge, later, folder
        self._handles: dict[int, JobHandle] = {}
        session.ranking_changed.connect(self._start_over)

    def fit(self, catalogue: Catalogue, match: Match, take: Take) -> None:
        """Prepares a beat's file unless it is there or on its way."""
        beat_id = match.beat_id
        if beat_id in self._handles or self._session.fitted(beat_id).state == "ready":
            return
        try:
            spec = self._spec(catalogue, match, take)
            pad = PadSpec(take.audio_path, take.name, spec.grid, spec.transform, self._folder, spec.take_from_s)
        except (UserError, KeyError) as error:
            self._session.set_fitted(FittedFile(beat_id, "failed", problem=str(error)))
            return
        self._session.set_fitted(FittedFile(beat_id, "waiting"))
        self._handles[beat_id] = handle = self._later.submit(spec)
        listener = Listener(
            done=lambda fitted: self._pad(beat_id, fitted, pad),
            failed=lambda error: self._fail(beat_id, error),
            progress=lambda progress: self._tell(beat_id, progress),
        )
        self._bridge.watch(handle, listener)

    def cancel(self) -> None:
        """Calls everything off that is not finished."""
        for handle in self._handles.values():
            handle.cancel()
        self._handles.clear()

    def _spec(self, catalogue: Catalogue, match: Match, take: Take) -> FitSpec:
        row = catalogue.row(match.beat_id)
        selection = self._session.ranking.selection if self._session.ranking else None
        return FitSpec(
            beat=row.path,
            title=row.title,
            grid=catalogue.fingerprint(match.beat_id).grid,
            key=row.key,
            transform=match.transform,
            take_duration_s=take.duration_s,
            take_from_s=selection.from_s if selection else 0.0,
            folder=self._folder,
        )

    def _start_over(self, ranking: Ranking | None) -> None:
        self.cancel()

    def _tell(self, beat_id: int, progress: Progress) -> None:
        if beat_id in self._handles:
            self._session.set_fitted(FittedFile(beat_id, "working", fraction=progress.fraction))

    def _pad(self, beat_id: int, fitted: FittedBeat, pad: PadSpec) -> None:
        """The beat can be dragged; the take that belongs beside it, from the same bar line on, follows at once."""
        if beat_id not in self._handles:
            return
        ready = FittedFile(beat_id, "ready", fitted.path, 1.0)
        self._session.set_fitted(ready)
        self._handles[beat_id] = handle = self._later.submit(pad)
        listener = Listener(
            done=lambda padded: self._finish(replace(ready, take_path=padded.path)),
            failed=lambda error: self._finish(replace(ready, problem=" ".join(said(error)))),
        )
        self._bridge.watch(handle, listener)

    def _finish(self, file: FittedFile) -> None:
        if self._handles.pop(file.beat_id, None) is not None:
            self._session.set_fitted(file)

    def _fail(self, beat_id: int, error: UserError | Bug) -> None:
        if self._handles.pop(beat_id, None) is not None:
            self._session.set_fitted(FittedFile(beat_id, "failed", problem=" ".join(said(error))))
