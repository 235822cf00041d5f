"""What the widgets can ask for; `beat_desk` and `take_desk` carry it out, tests hand in a fake that takes notes."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import Locks, Selection, Transform


class LibraryCommands(Protocol):
    """What the table, search box and match pane can ask for. Nothing blocks; answers are the state's signals."""

    def select_beat(self, beat_id: int | None) -> None:
        """Makes a beat the selected one; plays nothing."""

    def audition(self, beat_id: int) -> None:
        """Selects a beat and plays it (with the take where there is one) from where the take enters."""

    def stop(self) -> None:
        """Stops whatever plays."""

    def play_from(self, beat_s: float) -> None:
        """Plays the selected beat from this second of the original beat (a click into its waveform)."""

    def set_fitted_mode(self, fitted: bool) -> None:
        """Raw or fitted; swaps while playing."""

    def keep(self, beat_id: int) -> None:
        """Pins the beat as the take's pick (again: unpins) and prepares its fitted file."""

    def fit(self, beat_id: int) -> None:
        """Prepares the whole fitted file in the background."""

    def rate(self, beat_ids: tuple[int, ...], stars: int) -> None:
        """0…5 stars; can be undone."""

    def set_tags(self, beat_id: int, tags: tuple[str, ...]) -> None:
        """Replaces a beat's tags; can be undone."""

    def lock(self, beat_id: int, locks: Locks) -> None:
        """×2/÷2 or key by hand; re-matches; can be undone."""

    def remove(self, beat_ids: tuple[int, ...]) -> None:
        """Takes beats out of the library, never off the disk; can be undone."""

    def relocate(self, beat_id: int, path: Path) -> None:
        """Says where a missing file is now."""

    def rescan(self) -> None:
        """Looks through the folders again."""

    def search(self, words: str) -> None:
        """Full-text search; the answer comes as `Session.found(words, ids)`."""

    def peaks(self, beat_id: int) -> NDArray[np.uint8] | None:
        """Waveform overview, uint8 [2, 400] (minimum, maximum; 128 is silence), None where not analysed yet. Cheap."""

    def set_balance(self, balance: float) -> None:
        """0 only the take … 1 only the beat; heard at once."""

    def set_match_options(self, in_key_only: bool, max_shift: int) -> None:
        """Ranks again under other rules."""

    def choose_transform(self, beat_id: int, transform: Transform) -> None:
        """Lays the beat another way (a click on an alternative); heard at once, its fitted file is made anew."""

    def add_folders(self, paths: tuple[Path, ...]) -> None:
        """Watches and indexes folders (or takes in single beats); leaves the demo where it is open."""

    def open_demo(self) -> None:
        """Opens the demo library; its rows appear as they are ready."""

    def copy_file(self, path: Path) -> None:
        """Puts the file itself on the clipboard."""

    def show_in_folder(self, path: Path) -> None:
        """Opens the system's file browser at the file."""


class TransportCommands(Protocol):
    """What the transport, the live view and the takes panel can ask for."""

    def record(self) -> None:
        """Starts a take (over the playing beat, to the click, or alone); while recording: stops it."""

    def play_or_stop(self) -> None:
        """Space: stops a recording or playback, or plays what has focus."""

    def stop(self) -> None:
        """Stops whatever plays or records."""

    def seek(self, take_s: float) -> None:
        """Moves the playhead within the take."""

    def set_loop(self, on: bool) -> None:
        """Loops the selection, or the whole."""

    def set_click(self, on: bool) -> None:
        """The metronome, while recording and playing a take that has a tempo."""

    def set_bpm(self, bpm: float | None, tapped: bool = False) -> None:
        """The project's tempo; None lets the singer be free."""

    def lock_bpm(self, on: bool) -> None:
        """Keeps the project's tempo whatever is played."""

    def clear_overflows(self) -> None:
        """Resets the status line's counter."""

    def select(self, selection: Selection | None) -> None:
        """Selects a part of the take; matching acts on it."""

    def open_take(self, folder: Path) -> None:
        """Makes a take the current one."""

    def rename_take(self, folder: Path, name: str) -> None:
        """Can be undone."""

    def star_take(self, folder: Path, on: bool) -> None:
        """Can be undone."""

    def trim_take(self, folder: Path) -> None:
        """Keeps only the selection; can be undone."""

    def delete_take(self, folder: Path) -> None:
        """Moves the take to the system's bin."""

    def import_takes(self, paths: tuple[Path, ...]) -> None:
        """Copies sound files in as takes."""

    def change_settings(self, **values: object) -> None:
        """Changes fields of `Settings`, saves them in the background."""

    def refresh_devices(self) -> None:
        """Asks the sound system again what is plugged in."""

    def calibrate(self) -> None:
        """Measures the device pair's latency through a cable or the air."""
