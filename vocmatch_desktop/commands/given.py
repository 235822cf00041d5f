"""What TAKE on a command line means: a sound file, or a take's folder with all that is known of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vocmatch_desktop.commands.options import library_file

if TYPE_CHECKING:
    from vocmatch_desktop.services.pairing import PairSpec
    from vocmatch_desktop.types import Selection


@dataclass(frozen=True, slots=True)
class GivenTake:
    """A take to work on; tempo, first beat and selection are None where nobody knows them."""

    audio: Path
    title: str
    bpm: float | None = None
    first_beat_s: float | None = None
    selection: Selection | None = None

    def pair_with(self, beat: str, library: Path | None, *, in_key: bool) -> PairSpec:
        """This take and a beat, for `services.pairing`."""
        from vocmatch_desktop.services.pairing import PairSpec

        return PairSpec(
            take=self.audio,
            beat=beat,
            library=library_file(library),
            bpm=self.bpm,
            first_beat_s=self.first_beat_s,
            selection=self.selection,
            in_key=in_key,
        )


def given_take(take: Path, bpm: float | None = None, first_beat: float | None = None) -> GivenTake:
    """The take named on the command line; a tempo typed there replaces the one stored with it.

    Raises:
        NotFound: a folder that holds no take. typer.BadParameter: a first beat without a tempo, or no numbers.
    """
    if not all(math.isfinite(number) for number in (bpm, first_beat) if number is not None):
        raise typer.BadParameter("--bpm and --first-beat are numbers.")
    if first_beat is not None and bpm is None:
        raise typer.BadParameter("--first-beat goes with --bpm.")
    path = take.expanduser().absolute()
    known = _stored(path) if path.is_dir() or (path.parent / "take.json").is_file() else None
    if known is None:
        return GivenTake(path, path.stem, bpm, first_beat)
    if bpm is not None:
        return GivenTake(known.audio, known.title, bpm, first_beat, known.selection)
    return known


def _stored(path: Path) -> GivenTake | None:
    """The take whose folder, or whose current sound, is `path`; None for another file in its folder."""
    from vocmatch_desktop.library.takes import TakeStore

    folder = path if path.is_dir() else path.parent
    take = TakeStore(folder.parent).load(folder)
    if path not in (folder, take.audio_path):
        return None
    return GivenTake(take.audio_path, take.name, take.bpm, take.first_beat_s, take.selection)
