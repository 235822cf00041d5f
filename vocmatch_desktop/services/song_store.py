"""The songs that were taken apart, or are to be: one folder each, readable without this program.

    Songs/Night Bus/song.json                   where the song came from, the model, what became of it
                    Night Bus - vocals.wav      a stem, as long as the song
                    peaks.npz                   what the window draws; can be made again

Example:
    store = SongStore(places.songs)
    songs = store.recover()                     # at start: all of them, half-written stems of a crash swept
    song = store.add(path)                      # the song's own file stays where it is, and as it is
    store.save(replace(song, state="stopped", model="six"))
    store.delete(song)                          # to the system's bin: our folder, never the song's own file
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import DiskError, UserError
from vocmatch_desktop.export.names import safe_name
from vocmatch_desktop.services.leftovers import sweep
from vocmatch_desktop.types import AudioFile
from vocmatch_desktop.whole import discard, write_text

NAME = "song.json"
PEAKS = "peaks.npz"

State = Literal["new", "stopped", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class StoredSong:
    """A song of the list.

    `source` may have vanished since; `rate`, `channels`, `frames` are its. `state`: "stopped" was asked for and not
    finished. `model`: what it was asked of, "" while new; `version`: which separation of the same source it is, from 1.
    `stems`: name → file's name in `folder`, in order. `problem`: why it failed.
    """

    folder: Path
    source: Path
    created: str
    rate: int
    channels: int
    frames: int
    state: State = "new"
    model: str = ""
    version: int = 0
    stems: Mapping[str, str] = field(default_factory=dict)
    provider: str = ""
    notice: str = ""
    problem: str = ""

    @property
    def title(self) -> str:
        """What a person calls it."""
        return self.source.stem

    @property
    def files(self) -> dict[str, AudioFile]:
        """The finished stems."""
        return {
            name: AudioFile(self.folder / file, self.rate, self.channels, self.frames)
            for name, file in self.stems.items()
        }


class SongStore:
    """The songs in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def songs(self) -> tuple[StoredSong, ...]:
        """All songs in the order they came; folders that are none, or cannot be read, are left out."""
        found = (self.load(folder) for folder in self._folders())
        return tuple(sorted((song for song in found if song), key=lambda song: song.created))

    def recover(self) -> tuple[StoredSong, ...]:
        """`songs`, after half-written files were swept: to be called at start, before anything is taken apart."""
        sweep(self._folders(), in_use_s=0.0)
        return self.songs()

    def add(self, source: Path) -> StoredSong:
        """Takes a song into the list.

        Raises:
            NotFound, UnreadableAudio: what is at `source`. DiskError: no space, no permission.
        """
        about = files.probe(source)
        created = datetime.now().astimezone().isoformat(timespec="microseconds")
        folder = self._new_folder(source.stem)
        song = StoredSong(folder, source.absolute(), created, about.rate, about.channels, about.frames)
        try:
            self.save(song)
        except DiskError:
            with suppress(OSError):
                folder.rmdir()
            raise
        return song

    def again(self, song: StoredSong) -> StoredSong:
        """The same song once more, as its file is now, to be taken apart another way; raises as `add` does."""
        return self.add(song.source)

    def save(self, song: StoredSong) -> None:
        """Keeps what is known of a song; raises `DiskError`."""
        told = {**asdict(song), "source": str(song.source)}
        del told["folder"]
        write_text(song.folder / NAME, json.dumps(told, indent=2, ensure_ascii=False) + "\n")

    def clear_up(self, song: StoredSong) -> None:
        """Deletes what a separation that was ended has left half-written."""
        sweep([song.folder], in_use_s=0.0)

    def delete(self, song: StoredSong, *, for_good: bool = False) -> None:
        """Moves a song's stems to the system's bin, or removes them; its own file is never touched.

        Raises:
            DiskError: there is no bin (offer `for_good` then), or no permission.
        """
        try:
            discard(song.folder, song.title, for_good=for_good)
        except OSError as error:
            raise DiskError(f"{song.folder} cannot be removed.", "Close what uses its files, and try again.") from error

    def load(self, folder: Path) -> StoredSong | None:
        """The song in `folder`; None where there is none."""
        try:
            song = _song(folder, json.loads((folder / NAME).read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            song = None
        song = song or _rebuilt(folder)
        if song is not None and song.state == "ready" and not all(file.path.is_file() for file in song.files.values()):
            return replace(song, state="failed", problem="Stems of it are missing: take it apart again.", stems={})
        return song

    def _folders(self) -> Iterator[Path]:
        if self.folder.is_dir():
            yield from sorted(entry for entry in self.folder.iterdir() if entry.is_dir())

    def _new_folder(self, title: str) -> Path:
        number = 1
        while True:
            folder = self.folder / safe_name(title, "" if number == 1 else f" ({number})", max_bytes=100)
            try:
                folder.mkdir(parents=True)
            except FileExistsError:
                number += 1
            except OSError as error:
                raise DiskError(f"{folder} cannot be made.", "Check free space and permissions.") from error
            else:
                return folder


def _song(folder: Path, told: Mapping[str, Any]) -> StoredSong:
    """What `save` wrote; raises KeyError, TypeError, ValueError for anything else."""
    if told["state"] not in get_args(State):
        raise ValueError(told["state"])
    return StoredSong(
        folder=folder,
        source=Path(told["source"]),
        created=str(told["created"]),
        rate=int(told["rate"]),
        channels=int(told["channels"]),
        frames=int(told["frames"]),
        state=told["state"],
        model=str(told["model"]),
        version=int(told["version"]),
        stems={str(name): str(file) for name, file in dict(told["stems"]).items()},
        provider=str(told["provider"]),
        notice=str(told["notice"]),
        problem=str(told["problem"]),
    )


def _rebuilt(folder: Path) -> StoredSong | None:
    """A song whose `song.json` was lost, from its stems: "Night Bus - vocals.wav"; None where there are none."""
    found: dict[str, Path] = {}
    about: AudioFile | None = None
    for path in sorted(folder.glob("* - *.wav")):
        with suppress(UserError):
            about = files.probe(path)
            found[path.stem.rsplit(" - ", 1)[1]] = path
    if about is None:
        return None
    title = next(iter(found.values())).stem.rsplit(" - ", 1)[0]
    made = datetime.fromtimestamp(folder.stat().st_mtime).astimezone().isoformat(timespec="microseconds")
    return StoredSong(
        folder=folder,
        source=folder / title,
        created=made,
        rate=about.rate,
        channels=about.channels,
        frames=about.frames,
        state="ready",
        version=1,
        stems={name: path.name for name, path in found.items()},
    )
