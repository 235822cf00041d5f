"""The user's takes: one folder each, readable without this program.

    Takes/Take 3/take.wav            what was sung, never changed
                 take-2.wav          a trimmed version, if there is one
                 take.json           when, device, overflows; every edit ever made, and which one holds now
                 recording.json      only while recording: what a crash would otherwise lose
                 exports/            what was dragged or exported

Example:
    store = TakeStore(places.takes)
    for take in store.recover().recovered: …        # at start: takes a crash left behind, ready to use
    takes = store.takes()                           # newest first, frozen `Take`s
    draft = store.begin(bpm=92.0)                   # a folder of its own; record to draft.audio_path
    take = store.keep(draft, recording_facts)       # or store.discard(draft)
    take = store.add_file(path)                     # import by drop
    take = store.edit(take, name="hook hum")        # also starred, selection, pinned_beat, bpm, first_beat_s
    take = store.trim(take, 1.5, 12.0)
    take = store.undo(take); take = store.redo(take)
    store.delete(take)                              # to the system's bin

Every edit is a revision that is appended to `take.json`; undo and redo move a pointer. The folder keeps its name when a
take is renamed, because projects in a DAW refer to files in it. Names are unique among the takes; nothing is ever
overwritten. All methods raise `DiskError` where the disk refuses, `NotFound` where a take is gone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from vocmatch_desktop.audio import files
from vocmatch_desktop.audio.loudness import dbfs
from vocmatch_desktop.errors import DiskError, NotFound, UnreadableAudio
from vocmatch_desktop.library.takelog import Revision, TakeLog
from vocmatch_desktop.library.takemark import Mark
from vocmatch_desktop.types import SILENCE_DB, Audio, Selection, Take
from vocmatch_desktop.whole import discard

AUDIO_NAME = "take.wav"
LONGEST_NAME = 80
EDITABLE = frozenset({"name", "starred", "selection", "pinned_beat", "bpm", "first_beat_s", "over_beat"})
SHORTEST_S = 0.1
_ROOM_BYTES = 16_384
"""Held on the disk while a take is sung, so that one that fills the disk can still be described and kept."""

_RESERVED = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))})


@dataclass(frozen=True, slots=True)
class Draft:
    """A take that is being recorded: a folder nobody else uses, marked so that a crash does not lose it."""

    folder: Path
    name: str
    created: str
    mark: Mark

    @property
    def audio_path(self) -> Path:
        """Where to record to."""
        return self.folder / AUDIO_NAME

    @property
    def room_path(self) -> Path:
        """A file that only holds room; `TakeStore.recover` sweeps it after a crash."""
        return self.folder / "room.partial"


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was found at start: takes a crash left behind, and folders whose sound cannot be read."""

    recovered: tuple[Take, ...] = ()
    unreadable: tuple[Path, ...] = ()


class TakeStore:
    """The takes in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def takes(self) -> tuple[Take, ...]:
        """All takes, newest first; folders that are none (or cannot be read) are left out."""
        found = (self._load(folder) for folder in self._folders())
        return tuple(sorted((take for take in found if take), key=lambda take: take.created, reverse=True))

    def load(self, folder: Path) -> Take:
        """The take in `folder` as it is now; raises `NotFound`."""
        take = self._load(folder)
        if take is None:
            raise NotFound(f"There is no take in {folder}.", "It may have been moved or deleted.")
        return take

    def begin(self, name: str | None = None, **plan: Any) -> Draft:
        """Makes the folder of a new take. `plan` (fields of `Take`) is what a recovered one would know."""
        created = datetime.now().astimezone().isoformat(timespec="milliseconds")
        unique = self._unique_name(name)
        folder = self._new_folder(unique)
        facts = {"name": unique, "created": created, **plan}
        draft = Draft(folder, unique, created, Mark(folder / "recording.json", facts))
        with suppress(OSError):  # a disk that is full already: what is written first says so
            draft.room_path.write_bytes(b"\xff" * _ROOM_BYTES)
        return draft

    def keep(self, draft: Draft, **facts: Any) -> Take:
        """Turns a recorded draft into a take; `facts` are fields of `Take` (bpm, device, overflows, …)."""
        draft.room_path.unlink(missing_ok=True)
        take = self._register(draft.folder, draft.name, draft.created, facts)
        draft.mark.remove()
        return take

    def discard(self, draft: Draft) -> None:
        """Forgets a draft and what was written for it."""
        draft.mark.remove()
        draft.room_path.unlink(missing_ok=True)
        draft.audio_path.unlink(missing_ok=True)
        with _disk_errors(draft.folder):
            draft.folder.rmdir()

    def add_file(self, path: Path, name: str | None = None, **facts: Any) -> Take:
        """Imports a sound file as a take: all its channels, at its own rate, in 32-bit floats.

        Raises `UnreadableAudio` or `NotFound` for a file that is no sound; nothing is left behind.
        """
        draft = self.begin(name or path.stem, imported_from=str(path))
        level = _Peak()
        try:
            files.write(draft.audio_path, map(level.see, files.blocks(path)))
        except BaseException:
            self.discard(draft)
            raise
        return self.keep(draft, peak_dbfs=level.dbfs, imported_from=str(path), **facts)

    def edit(self, take: Take, **changes: Any) -> Take:
        """Appends a revision with other values for some of `EDITABLE`; an equal one is not appended.

        A name is made unique; a selection is a `Selection` or None.
        """
        if unknown := changes.keys() - EDITABLE:
            raise ValueError(f"cannot be edited: {sorted(unknown)}")
        if "name" in changes and changes["name"] != take.name:
            changes["name"] = self._unique_name(changes["name"], other_than=take)
        if isinstance(changes.get("selection"), Selection):
            selection = changes["selection"]
            changes["selection"] = [selection.from_s, selection.to_s]
        return self._revise(take, changes)

    def trim(self, take: Take, from_s: float, to_s: float) -> Take:
        """Keeps only `from_s`…`to_s`, as a new file; first beat and selection move along. Undo brings all back."""
        from_s, to_s = max(0.0, from_s), min(take.duration_s, to_s)
        if to_s - from_s < SHORTEST_S:
            raise ValueError("nothing would be left")
        path = _free(take.folder, "take-{}.wav")
        imported = any(name == "imported_from" for name, _ in take.extra)
        part = files.blocks(take.audio_path, start_s=from_s, duration_s=to_s - from_s)
        written = files.write(path, part, subtype="FLOAT" if imported else "PCM_24")
        first_beat_s = None if take.first_beat_s is None else take.first_beat_s - from_s
        changes = {"audio_name": path.name, "duration_s": written.duration_s, "first_beat_s": first_beat_s}
        return self._revise(take, {**changes, "selection": _moved(take.selection, from_s, written.duration_s)})

    def undo(self, take: Take) -> Take:
        """The take before its latest edit; the same where there is none."""
        return self._step(take, TakeLog.undo)

    def redo(self, take: Take) -> Take:
        """The take after the edit that was undone last; the same where there is none."""
        return self._step(take, TakeLog.redo)

    def delete(self, take: Take, *, for_good: bool = False) -> None:
        """Moves the take's folder to the system's bin, or removes it where that is asked for.

        Raises `DiskError` (kind "disk") where there is no bin: offer `for_good` then.
        """
        with _disk_errors(take.folder):
            discard(take.folder, take.name, for_good=for_good)

    def recover(self) -> Recovery:
        """Makes takes of what a crash left behind, sweeps half-written files; to be called once at start."""
        recovered, unreadable = [], []
        for folder in self._folders():
            mark = Mark.left_in(folder / "recording.json")
            if mark is not None and mark.in_use:
                continue
            for leftover in folder.glob("*.partial"):
                leftover.unlink(missing_ok=True)
            if mark is None and TakeLog.is_readable(folder):
                continue
            take = self._recovered(folder, mark)
            if take is not None:
                recovered.append(take)
            elif (folder / AUDIO_NAME).exists():
                unreadable.append(folder)
        return Recovery(tuple(recovered), tuple(unreadable))

    def _recovered(self, folder: Path, mark: Mark | None) -> Take | None:
        facts = dict(mark.facts) if mark is not None else {}
        name, created = facts.pop("name", folder.name), facts.pop("created", _made_at(folder))
        if mark is not None and TakeLog.is_readable(folder):
            mark.remove()  # the crash came after the take was kept
            return None
        TakeLog.set_aside(folder)
        try:
            take = self._register(folder, name, created, {**facts, "recovered": True})
        except (UnreadableAudio, NotFound):
            if mark is not None and not (folder / AUDIO_NAME).exists():
                mark.remove()
                folder.rmdir()
            return None
        if mark is not None:
            mark.remove()
        return take

    def _register(self, folder: Path, name: str, created: str, facts: dict[str, Any]) -> Take:
        about = files.probe(folder / AUDIO_NAME)
        first = {**dict.fromkeys(sorted(EDITABLE)), "starred": False}
        first |= {key: facts.pop(key) for key in list(facts) if key in EDITABLE}
        first |= {"name": name, "audio_name": AUDIO_NAME, "duration_s": about.duration_s}
        log = TakeLog({"created": created, "rate": about.rate, **facts}, (Revision(first),))
        with _disk_errors(folder):
            log.save(folder)
        return _take(folder, log)

    def _revise(self, take: Take, changes: dict[str, Any]) -> Take:
        return self._step(take, lambda log: log.revised(changes))

    def _step(self, take: Take, change: Callable[[TakeLog], TakeLog]) -> Take:
        log = TakeLog.load(take.folder)
        if log is None:
            raise NotFound(f"The take “{take.name}” is gone.", "It may have been moved or deleted.")
        changed = change(log)
        if changed is not log:
            with _disk_errors(take.folder):
                changed.save(take.folder)
        return _take(take.folder, changed)

    def _load(self, folder: Path) -> Take | None:
        log = TakeLog.load(folder)
        return _take(folder, log) if log is not None else None

    def _folders(self) -> Iterator[Path]:
        if self.folder.is_dir():
            yield from sorted(entry for entry in self.folder.iterdir() if entry.is_dir())

    def _unique_name(self, wanted: str | None, other_than: Take | None = None) -> str:
        """`wanted`, with a number if another take is called so; "Take N" for None or an empty one."""
        own = other_than.folder if other_than is not None else None
        taken = {take.name.casefold() for take in self.takes() if take.folder != own}
        name = " ".join((wanted or "").split())[:LONGEST_NAME]
        if name and name.casefold() not in taken:
            return name
        number = 2 if name else 1
        while (numbered := f"{name or 'Take'} {number}").casefold() in taken:
            number += 1
        return numbered

    def _new_folder(self, name: str) -> Path:
        with _disk_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            number = 1
            while True:
                suffix = "" if number == 1 else f" ({number})"
                folder = self.folder / (_folder_name(name) + suffix)
                try:
                    folder.mkdir()
                except FileExistsError:
                    number += 1
                else:
                    return folder


class _Peak:
    """Notes the loudest sample of what passes through."""

    def __init__(self) -> None:
        self._peak = 0.0

    def see(self, block: Audio) -> Audio:
        """Passes `block` on."""
        if block.frames:
            self._peak = max(self._peak, float(np.abs(block.samples).max()))
        return block

    @property
    def dbfs(self) -> float:
        """The loudest sample so far."""
        return dbfs(self._peak)


def _take(folder: Path, log: TakeLog) -> Take:
    now, facts = log.now, log.facts
    selection = now.get("selection")
    known = {"created", "rate", "device", "overflows", "peak_dbfs"}
    return Take(
        folder=folder,
        name=str(now.get("name", folder.name)),
        created=str(facts["created"]),
        duration_s=float(now["duration_s"]),
        rate=int(facts["rate"]),
        bpm=now.get("bpm"),
        first_beat_s=now.get("first_beat_s"),
        over_beat=now.get("over_beat"),
        device=facts.get("device"),
        overflows=int(facts.get("overflows", 0)),
        peak_dbfs=float(facts.get("peak_dbfs", SILENCE_DB)),
        starred=bool(now.get("starred", False)),
        selection=Selection(*selection) if selection else None,
        pinned_beat=now.get("pinned_beat"),
        extra=tuple(sorted((key, value) for key, value in facts.items() if key not in known)),
        audio_name=str(now.get("audio_name", AUDIO_NAME)),
    )


def _moved(selection: Selection | None, from_s: float, duration_s: float) -> list[float] | None:
    """A selection in a trimmed take's own time; None where nothing of it is left."""
    if selection is None:
        return None
    start, end = max(0.0, selection.from_s - from_s), min(duration_s, selection.to_s - from_s)
    return [start, end] if end > start else None


def _free(folder: Path, pattern: str) -> Path:
    number = 2
    while (path := folder / pattern.format(number)).exists():
        number += 1
    return path


def _folder_name(name: str) -> str:
    """`name` as every system takes it for a folder, at most 100 bytes."""
    kept = "".join(c for c in unicodedata.normalize("NFC", name) if c.isprintable() and c not in '<>:"/\\|?*')
    while len(kept.encode()) > 100:
        kept = kept[:-1]
    kept = kept.strip(" .")
    reserved = kept.split(".")[0].upper() in _RESERVED
    return f"Take {kept}".strip() if reserved or not kept else kept


def _made_at(folder: Path) -> str:
    path = folder / AUDIO_NAME
    made = path.stat().st_mtime if path.exists() else folder.stat().st_mtime
    return datetime.fromtimestamp(made).astimezone().isoformat(timespec="milliseconds")


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DiskError(f"{folder} cannot be changed ({reason}).", "Check free space and permissions.") from error
