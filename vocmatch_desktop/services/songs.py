"""The jobs of the Stems room: a song of the list comes apart, its waveforms, its stems saved elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vocmatch_desktop.errors import DiskError
from vocmatch_desktop.separation.separate import Finished
from vocmatch_desktop.services.heights import Heights, Measure, measured, write_heights
from vocmatch_desktop.services.separation import Separated, SeparateSpec
from vocmatch_desktop.services.separation import run as separate
from vocmatch_desktop.services.song_store import PEAKS, SongStore, StoredSong
from vocmatch_desktop.services.stem_files import StemFormat, write_stems
from vocmatch_desktop.settings import Places
from vocmatch_desktop.types import AudioFile, Report


@dataclass(frozen=True, slots=True)
class TakeApartSpec:
    """Take a song of the list apart into its folder; `stems` none for all, `model` "" for the default."""

    song: StoredSong
    places: Places
    model: str = ""
    stems: tuple[str, ...] = ()
    provider: str = "auto"


@dataclass(frozen=True, slots=True)
class StemsKnown:
    """Early news: up to `frames` the stems are final. `paths`: where they will be; until then PATH.partial.

    `heights`: the waveforms from where the news before this ended.
    """

    paths: Mapping[str, Path]
    frames: int
    heights: Heights


@dataclass(frozen=True, slots=True)
class PeaksSpec:
    """The waveforms of files of one rate; kept in `keep` where that is given."""

    files: Mapping[str, Path]
    keep: Path | None = None


@dataclass(frozen=True, slots=True)
class SaveStemsSpec:
    """Copies of finished stems in `folder`, "TITLE - STEM", in a format of `stem_files.FORMATS`."""

    stems: Mapping[str, AudioFile]
    folder: Path
    title: str
    form: StemFormat = "wav"


def run(spec: TakeApartSpec, report: Report) -> StoredSong:
    """Writes the stems and what the list needs to know of them; `StemsKnown` events come early.

    Raises:
        As `services.separation.run` does; then nothing is left behind.
    """
    song = spec.song
    heard = _Heard(song, report)
    asked = SeparateSpec(song.source, song.folder, spec.places, spec.stems, spec.model, spec.provider)
    made = separate(asked, heard)
    try:
        write_heights(song.folder / PEAKS, heard.heights)
        done = _done(song, made)
        SongStore(spec.places.songs).save(done)
    except DiskError:
        for stem in made.stems.values():  # stems that nobody knows of are none
            with suppress(OSError):
                stem.path.unlink(missing_ok=True)
        raise
    return done


def run_peaks(spec: PeaksSpec, report: Report) -> Heights:
    """Measures files; raises `NotFound`, `UnreadableAudio`, and `DiskError` where they cannot be kept."""
    heights = measured(spec.files, report)
    if spec.keep is not None:
        write_heights(spec.keep, heights)
    return heights


def run_save(spec: SaveStemsSpec, report: Report) -> Mapping[str, AudioFile]:
    """Writes the copies, all or none; raises as `stem_files.write_stems` does."""
    return write_stems(spec.stems, spec.folder, spec.title, spec.form, report)


def _done(song: StoredSong, made: Separated) -> StoredSong:
    about = next(iter(made.stems.values()))  # as long as what came: what AAC announces may be a little off
    return replace(
        song,
        state="ready",
        model=made.model,
        provider=made.provider,
        notice=made.notice,
        problem="",
        rate=about.rate,
        channels=about.channels,
        frames=about.frames,
        stems={name: stem.path.name for name, stem in made.stems.items()},
    )


class _Heard:
    """Hands a separation's report on; its early news bring the waveforms along."""

    def __init__(self, song: StoredSong, report: Report) -> None:
        self._report = report
        self._measure = Measure(song.rate, song.frames)
        self._known = 0

    @property
    def heights(self) -> Heights:
        """All waveforms so far."""
        return self._measure.all()

    def __call__(self, fraction: float, what: str) -> None:
        """Hands progress on."""
        self._report(fraction, what)

    def partial(self, event: Any) -> None:
        """Looks at what is new in the files, and says so."""
        if not isinstance(event, Finished):
            self._report.partial(event)
            return
        new = self._measure.feed(event.paths, self._known, event.frames)
        self._known = event.frames
        paths = {
            name: partial.with_name(partial.name.removesuffix(".partial")) for name, partial in event.paths.items()
        }
        self._report.partial(StemsKnown(paths, event.frames, new))
