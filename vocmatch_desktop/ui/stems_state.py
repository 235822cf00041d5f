"""What the Stems room and the Songs tab show, and what they can ask for.

`Session.songs` is the list, `Session.stems` the song that is open, `Session.stem_options` what the next song is taken
apart with, `Session.stem_saving` how a "save beside the song" goes. `Session.song_playhead(seconds)` comes at screen
rate while the stems sound, and once with every jump.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from vocmatch_desktop.types import Selection
from vocmatch_desktop.ui.melody_wave import Peaks

SongPhase = Literal["new", "waiting", "working", "ready", "failed", "stopped"]
SavingPhase = Literal["none", "working", "done", "failed"]

QUIETEST_DB = -60.0
"""A fader at its lower end: silence."""
LOUDEST_DB = 6.0


@dataclass(frozen=True, slots=True)
class StemFile:
    """A finished stem: as long as the song, to the sample; may be dragged, copied, shown."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Song:
    """A row of the Songs tab: a song taken apart by one model, or about to be. `folder` tells rows apart.

    `phase`: "new", nothing was asked for yet; "waiting" in the queue; "working"; "ready" with `stems`; "failed" with
    `problem`; "stopped" by hand or with the program. `model` is "" and `version` 0 while it is new; versions count from
    1 for the same song taken apart again. `fraction` 0…1 and `left_s` (None while nobody can tell) while working;
    `what` is done now. `notice`: why it did not run on what was asked for, or "". `source_there`: the song's own file
    is still where it was.
    """

    folder: Path
    title: str
    source: Path
    model: str = ""
    version: int = 0
    duration_s: float = 0.0
    phase: SongPhase = "new"
    fraction: float = 0.0
    left_s: float | None = None
    what: str = ""
    problem: str = ""
    notice: str = ""
    stems: tuple[StemFile, ...] = ()
    source_there: bool = True


@dataclass(frozen=True, slots=True)
class StemLane:
    """One stem of the open song. `peaks`: of what is known so far, 1 is full scale; None before the first part.

    `sounds`: what solo and mute come to. `path`: the finished file, None while it is being written. `level_db`:
    `QUIETEST_DB` (silence) … `LOUDEST_DB`.
    """

    name: str
    peaks: Peaks | None = None
    path: Path | None = None
    level_db: float = 0.0
    muted: bool = False
    soloed: bool = False
    sounds: bool = True


@dataclass(frozen=True, slots=True)
class Stems:
    """The open song, `song` None where there is none. Up to `known_s` it can be heard, `duration_s` is all of it.

    `mix`: the song's own waveform, None until its file was looked at.

    `playing`: between play and stop; `waiting`: it plays, but what comes next is still being computed. `loop`: the part
    that is repeated while `looping` (None: the whole).
    """

    song: Path | None = None
    lanes: tuple[StemLane, ...] = ()
    mix: Peaks | None = None
    duration_s: float = 0.0
    known_s: float = 0.0
    playing: bool = False
    waiting: bool = False
    looping: bool = False
    loop: Selection | None = None


@dataclass(frozen=True, slots=True)
class Separator:
    """A model to choose: `name` is the store's, `stems` what it can be asked for, `words` its card's plain line."""

    name: str
    stems: tuple[str, ...]
    words: str = ""
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class StemOptions:
    """What the next song is taken apart with. `known` is False until the models were looked at.

    `model`: the chosen one's name, "" where there is none at all. `stems`: the chosen ones, a part of the model's.
    """

    separators: tuple[Separator, ...] = ()
    model: str = ""
    stems: tuple[str, ...] = ()
    known: bool = False


@dataclass(frozen=True, slots=True)
class StemSaving:
    """How "save beside the song" goes: into `folder`, which exists when `phase` is "done"."""

    phase: SavingPhase = "none"
    song: Path | None = None
    folder: Path | None = None
    fraction: float = 0.0
    problem: str = ""


class StemsCommands(Protocol):
    """What the Stems room and the Songs tab can ask for. Nothing blocks; answers are the state's signals."""

    def enter(self) -> None:
        """The room is shown: Space plays the stems from now on."""

    def leave(self) -> None:
        """Another room is shown."""

    def add_songs(self, paths: tuple[Path, ...]) -> None:
        """Files or folders were dropped: songs join the list as "new" and the first is opened; what is none is said."""

    def open_song(self, folder: Path) -> None:
        """Shows a song's stems."""

    def choose_model(self, name: str) -> None:
        """The model for what is taken apart from now on; all its stems are chosen with it."""

    def choose_stems(self, stems: tuple[str, ...]) -> None:
        """The stems wanted of what is taken apart from now on; an empty choice is ignored."""

    def take_apart(self, folder: Path) -> None:
        """Queues a song with the chosen model and stems; a ready one as a further version, which is opened."""

    def take_all_apart(self) -> None:
        """Queues every new song of the list, in its order."""

    def move(self, folder: Path, by: int) -> None:
        """Moves a waiting song up (−1) or down (+1) in the queue."""

    def cancel(self, folder: Path) -> None:
        """Takes a song out of the queue, or stops it; it stays in the list as "stopped"."""

    def remove(self, folder: Path) -> None:
        """Out of the list; our stems go to the system's bin, the song's own file is never touched."""

    def play_or_stop(self) -> None:
        """Space."""

    def stop(self) -> None:
        """Silence; the playhead goes back to where it started."""

    def seek(self, song_s: float) -> None:
        """Moves the playhead; what plays goes on from there."""

    def set_looping(self, on: bool) -> None:
        """Repeats the loop's part, or the whole."""

    def set_loop(self, loop: Selection | None) -> None:
        """Which part is repeated."""

    def solo(self, stem: str, on: bool) -> None:
        """Only soloed stems sound while there are any."""

    def mute(self, stem: str, on: bool) -> None:
        """Silences a stem."""

    def set_level(self, stem: str, level_db: float) -> None:
        """A stem's loudness; heard at once, never written into its file."""

    def save(self, form: str, stems: tuple[str, ...] = ()) -> None:
        """Copies the open song's stems (all: empty) into "SONG stems" beside the song, in a format of `stem_files`."""

    def save_into(self, folder: Path, form: str, stems: tuple[str, ...] = ()) -> None:
        """The same into a folder the user chose."""

    def copy_files(self, paths: tuple[Path, ...]) -> None:
        """Puts the files themselves on the clipboard."""

    def show_in_folder(self, path: Path) -> None:
        """Opens the system's file browser at the file."""
