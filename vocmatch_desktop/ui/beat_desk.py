"""The commands of table, match pane and empty state, carried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.jobs.protocol import Bug
from vocmatch_desktop.types import Locks, Match, Transform
from vocmatch_desktop.ui import drag
from vocmatch_desktop.ui.fitting_flow import FittingFlow
from vocmatch_desktop.ui.library_flow import LibraryFlow
from vocmatch_desktop.ui.playback_flow import BeatSound, PlaybackFlow
from vocmatch_desktop.ui.ranking_flow import RankingFlow
from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.settings_flow import SettingsFlow
from vocmatch_desktop.ui.sound import said
from vocmatch_desktop.ui.takes_flow import TakesFlow


@dataclass(frozen=True, slots=True)
class BeatFlows:
    """The flows these commands go to."""

    library: LibraryFlow
    takes: TakesFlow
    ranking: RankingFlow
    playback: PlaybackFlow
    fitting: FittingFlow
    settings: SettingsFlow


class BeatDesk(QObject):
    """Implements `commands.LibraryCommands`; `open_library` opens the user's own library (False) or the demo (True)."""

    def __init__(
        self,
        session: Session,
        flows: BeatFlows,
        open_library: Callable[[bool], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._flows, self._open_library = session, flows, open_library

    def select_beat(self, beat_id: int | None) -> None:
        """Makes a beat the selected one."""
        self._session.beat_id = beat_id

    def audition(self, beat_id: int) -> None:
        """Selects a beat and plays it, with the take where it was ranked for it."""
        self.select_beat(beat_id)
        beat, match, take = self._beat_sound(beat_id), self._session.match, self._session.take
        if beat is None:
            return
        if match is not None and take is not None:
            self._flows.playback.play_match(match, take, beat)
        else:
            self._flows.playback.play_beat(beat_id, beat)

    def play_from(self, beat_s: float) -> None:
        """Plays the selected beat from here; within the take's reach together with the take."""
        beat_id, match, take = self._session.beat_id, self._session.match, self._session.take
        beat = self._beat_sound(beat_id) if beat_id is not None else None
        if beat is None or beat_id is None:
            return
        if match is not None and take is not None:
            begins = self._session.ranking.selection.from_s if self._session.ranking.selection else 0.0
            take_s = begins + (beat_s - match.transform.start_s) / match.transform.tempo_ratio
            if begins <= take_s < take.duration_s:
                self._flows.playback.play_match(match, take, beat, take_s)
                return
        self._flows.playback.play_beat(beat_id, beat, beat_s)

    def set_fitted_mode(self, fitted: bool) -> None:
        """Raw or fitted; what plays is played again the other way."""
        playing = self._session.audition.playing
        self._session.audition = replace(self._session.audition, fitted=fitted)
        if playing and self._session.audition.beat_id is not None:
            self.audition(self._session.audition.beat_id)

    def set_balance(self, balance: float) -> None:
        """0 only the take … 1 only the beat."""
        self._flows.settings.change(balance=balance)
        self._flows.playback.set_balance(balance)

    def set_match_options(self, in_key_only: bool, max_shift: int) -> None:
        """Ranks again under other rules."""
        self._flows.settings.change(in_key_only=in_key_only, max_shift=max_shift)
        self._flows.ranking.rank()

    def choose_transform(self, beat_id: int, transform: Transform) -> None:
        """Lays a beat another way and plays it so."""
        ranking = self._session.ranking
        if ranking is None or (match := ranking.match(beat_id)) is None:
            return
        chosen = _laid(match, transform)
        matches = tuple(chosen if other.beat_id == beat_id else other for other in ranking.matches)
        self._session.forget_fitted()
        self._session.ranking = replace(ranking, matches=matches)
        self.audition(beat_id)

    def keep(self, beat_id: int) -> None:
        """Pins the beat as the take's pick (again: unpins) and prepares its file."""
        take = self._session.take
        if take is None or self._session.read_only:
            return
        pinned = take.pinned_beat == beat_id
        self._flows.takes.pin(take.folder, None if pinned else beat_id)
        if not pinned:
            self.fit(beat_id)

    def fit(self, beat_id: int) -> None:
        """Prepares the whole fitted file."""
        ranking, take = self._session.ranking, self._session.take
        match = ranking.match(beat_id) if ranking is not None else None
        if match is not None and take is not None and self._flows.library.catalogue is not None:
            self._flows.fitting.fit(self._flows.library.catalogue, match, take)

    def rate(self, beat_ids: tuple[int, ...], stars: int) -> None:
        """0…5 stars; can be undone."""
        self._edit("rate", beat_ids, stars)

    def set_tags(self, beat_id: int, tags: tuple[str, ...]) -> None:
        """Replaces a beat's tags; can be undone."""
        self._edit("set_tags", beat_id, tags)

    def lock(self, beat_id: int, locks: Locks) -> None:
        """×2/÷2 or key by hand; can be undone."""
        self._edit("lock", beat_id, locks)

    def remove(self, beat_ids: tuple[int, ...]) -> None:
        """Takes beats out of the library, never off the disk; can be undone."""
        self._edit("remove", beat_ids)

    def relocate(self, beat_id: int, path: Path) -> None:
        """Says where a missing file is now, and listens to it: its sound may differ."""
        self._edit("relocate", beat_id, path)
        self._flows.library.index((path,))

    def search(self, words: str) -> None:
        """Answers with `Session.found`."""
        self._flows.library.search(words)

    def peaks(self, beat_id: int) -> NDArray[np.uint8] | None:
        """Waveform overview of a beat."""
        return self._flows.library.peaks(beat_id)

    def copy_file(self, path: Path) -> None:
        """Puts the file itself on the clipboard."""
        self._with_file(lambda: drag.copy_files([path]))

    def show_in_folder(self, path: Path) -> None:
        """Opens the system's file browser at the file."""
        self._with_file(lambda: drag.show_in_folder(path))

    def stop(self) -> None:
        """Stops whatever plays."""
        self._flows.playback.stop()

    def add_folders(self, paths: tuple[Path, ...]) -> None:
        """Watches and indexes folders, takes in single beats; leaves the demo."""
        if self._session.read_only:
            return
        if self._session.demo:
            self._open_library(False)
        known = self._session.settings.watch_folders
        new = tuple(str(path) for path in paths if path.is_dir() and str(path) not in known)
        self._flows.settings.change(watch_folders=(*known, *new))
        self._flows.library.index(paths)

    def open_demo(self) -> None:
        """Opens the demo library; its rows appear as they are ready."""
        if not self._session.read_only:
            self._flows.playback.stop()
            self._open_library(True)

    def rescan(self) -> None:
        """Looks through the watched folders again."""
        if not self._session.demo:
            self._flows.library.index(tuple(map(Path, self._session.settings.watch_folders)))

    def change_settings(self, **values: object) -> None:
        """Changes fields of the settings and saves them beside the window."""
        self._flows.settings.change(**values)

    def _beat_sound(self, beat_id: int) -> BeatSound | None:
        row, catalogue = self._session.tracks.get(beat_id), self._flows.library.catalogue
        if row is None or catalogue is None:
            return None
        if row.missing:
            words = self.tr("“{0}” is not where it was.").format(row.title)
            self._session.problem.emit(Problem(words, self.tr("Relocate it from its row's menu.")))
            return None
        return BeatSound(row.path, catalogue.fingerprint(beat_id).grid)

    def _edit(self, name: str, *arguments: Any) -> None:
        edits = self._flows.library.edits
        if edits is None or self._session.read_only:
            return
        try:
            getattr(edits, name)(*arguments)
        except UserError as error:
            self._say(error)

    def _with_file(self, do: Callable[[], None]) -> None:
        try:
            do()
        except UserError as error:
            self._say(error)

    def _say(self, error: UserError | Bug) -> None:
        self._session.problem.emit(Problem(*said(error)))


def _laid(match: Match, transform: Transform) -> Match:
    """The match with another of its alternatives in force; what was in force becomes an alternative."""
    others = tuple(other for other in match.alternatives if other[1] != transform)
    score = next((score for score, other in match.alternatives if other == transform), match.score)
    return replace(match, score=score, transform=transform, alternatives=((match.score, match.transform), *others))
