"""Looks through folders and plans what has to be listened to; opens no sound file.

    plan = scan([Path("Beats")], catalogue.known_files())
    plan.listen      # new and changed files
    plan.survey      # gone, back again, moved: known without listening
    plan.skipped     # left out, each with its reason

A file whose size and time are what the library knows costs one `stat`. Links to folders are followed, each folder
once. Hidden files and folders and macOS's `._` twins are passed over like files that are no sound. Whatever is gone or
cannot be looked into while the scan runs is noted, and the scan goes on.
"""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vocmatch_desktop.audio.files import AUDIO_SUFFIXES
from vocmatch_desktop.library.records import FoundFile, KnownFile, MovedFile, NotTaken, Survey

PARTS_OF_BEATS = frozenset(("sample", "samples", "oneshot", "oneshots", "stem", "stems"))
"""What a folder is called, in letters only and lower case, that holds parts of beats and no beats."""

_NO_LETTERS = re.compile(r"[\W_]+")
_SYSTEM_FOLDERS = frozenset(("__macosx", "$recycle.bin", "system volume information"))


@dataclass(frozen=True, slots=True)
class Rules:
    """Folders the user decided about: `excluded` are left out, `included` are taken whatever they are called."""

    excluded: tuple[Path, ...] = ()
    included: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a scan found.

    Files to `listen` to in the order of their paths, what the `survey` can already tell, how many are `unchanged`, and
    what was `skipped` by name, by rule or because it cannot be looked into.
    """

    listen: tuple[FoundFile, ...]
    survey: Survey
    unchanged: int
    skipped: tuple[NotTaken, ...]


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to look into; `parts_folder` names the enclosing "Samples", `any_length`: it was included by hand."""

    path: Path
    parts_folder: str | None = None
    any_length: bool = False


@dataclass(frozen=True, slots=True)
class _Met:
    """A sound file met on the way."""

    path: Path
    size: int
    mtime_ns: int
    folder: _Folder


@dataclass(slots=True)
class _Walk:
    """A walk through folders; remembers what it did not look into, so that nothing in there counts as gone."""

    excluded: Collection[Path]
    included: Collection[Path]
    only: Sequence[Path]
    check: Callable[[], None]
    skipped: list[NotTaken] = field(default_factory=list)
    left_alone: list[Path] = field(default_factory=list)
    seen: set[tuple[int, int]] = field(default_factory=set)

    def files(self, root: Path) -> Iterator[_Met]:
        """Sound files under `root`, or `root` itself, which is taken as it was named, whatever it is called."""
        if not os.path.isdir(root):  # noqa: PTH112  Path.is_dir raises where a parent may not be looked into
            yield from self._file(root, _Folder(root.parent, any_length=True))
            return
        waiting = [_Folder(root, any_length=root in self.included)]
        while waiting:
            self.check()
            folder = waiting.pop()
            deeper: list[_Folder] = []
            for path, is_folder in self._inside(folder.path):
                if not is_folder and path.suffix.lower() in AUDIO_SUFFIXES:
                    yield from self._file(path, folder)
                elif is_folder and (below := self._below(path, folder)) is not None:
                    deeper.append(below)
            waiting += reversed(deeper)

    def _inside(self, folder: Path) -> list[tuple[Path, bool]]:
        """What is in a folder, sorted, and what of it are folders; nothing where it was seen, is gone or unreadable."""
        try:
            about = folder.stat()
            if (about.st_dev, about.st_ino) in self.seen:
                return []
            self.seen.add((about.st_dev, about.st_ino))
            with os.scandir(folder) as entries:
                found = [(folder / entry.name, _is_folder(entry)) for entry in entries if not _hidden(entry.name)]
        except FileNotFoundError:
            return []
        except OSError as error:
            self._leave(folder, f"this folder cannot be looked into ({_why(error)})")
            return []
        return sorted(
            ((path, inner) for path, inner in found if self._wanted(path)), key=lambda item: os.fsencode(item[0])
        )

    def _file(self, path: Path, folder: _Folder) -> Iterator[_Met]:
        try:
            found = path.stat()
        except FileNotFoundError:
            if path.is_symlink():
                self.skipped.append(NotTaken(path, "this link leads nowhere"))
            return
        except OSError as error:
            self._leave(path, f"it cannot be looked at ({_why(error)})")
            return
        if stat.S_ISREG(found.st_mode):
            yield _Met(path, found.st_size, found.st_mtime_ns, folder)

    def _below(self, path: Path, parent: _Folder) -> _Folder | None:
        if path in self.included:
            return _Folder(path, any_length=True)
        if path in self.excluded:
            self._leave(path, "you excluded this folder")
            return None
        named_so = _NO_LETTERS.sub("", path.name).casefold() in PARTS_OF_BEATS
        parts = path.name if named_so and not parent.any_length else parent.parts_folder
        return _Folder(path, parts, parent.any_length)

    def _leave(self, path: Path, reason: str) -> None:
        self.skipped.append(NotTaken(path, reason))
        self.left_alone.append(path)

    def _wanted(self, path: Path) -> bool:
        return not self.only or any(_is_under(path, part) or _is_under(part, path) for part in self.only)


def scan(
    roots: Sequence[Path],
    known: Iterable[KnownFile],
    *,
    rules: Rules | None = None,
    version: int = 0,
    only: Sequence[Path] = (),
    check: Callable[[], None] = lambda: None,
) -> Plan:
    """Compares folders, or single files, with what the library knows; a root that is gone makes its files missing.

    `version` is the analyser's: files heard by an older one are listened to again. `only` limits the look to these
    files and folders under `roots`, as a watcher names them; they may be gone. `check` is called often and may raise to
    stop.
    """
    roots = [plain_path(root) for root in roots]
    rules = rules or Rules()
    excluded, included = set(map(plain_path, rules.excluded)), set(map(plain_path, rules.included))
    walk = _Walk(excluded, included, [plain_path(path) for path in only], check)
    met = {file.path: file for root in roots for file in walk.files(root)}
    by_path = {file.path: file for file in known}
    gone = [path for path in by_path if path not in met and _is_gone(path, roots, walk)]
    moved = _moved(met, by_path, {*gone, *(file.path for file in by_path.values() if file.missing)}, version)
    new_places = {move.new for move in moved}
    compared = [_compare(file, by_path.get(file.path), version) for file in met.values() if file.path not in new_places]
    old_places = {move.old for move in moved}
    return Plan(
        listen=tuple(found for found in compared if isinstance(found, FoundFile)),
        survey=Survey(
            missing=tuple(path for path in gone if path not in old_places and not by_path[path].missing),
            found=tuple(path for path in met if path in by_path and by_path[path].missing),
            moved=moved,
            asked_for=tuple(root for root in roots if root in met and not only),
        ),
        unchanged=compared.count(None),
        skipped=(*walk.skipped, *(found for found in compared if isinstance(found, NotTaken))),
    )


def plain_path(path: Path) -> Path:
    """The one way a file's path is written in the library: absolute, without "..", links left as they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100  Path.resolve would follow links, Path.absolute keeps ".."


def _compare(met: _Met, known: KnownFile | None, version: int) -> FoundFile | NotTaken | None:
    """What is to be done about a file; None where nothing is."""
    folder = met.folder
    same = known is not None and (known.size, known.mtime_ns) == (met.size, met.mtime_ns)
    if known is None:
        if folder.parts_folder is not None:
            return NotTaken(met.path, f"it is in a folder called “{folder.parts_folder}”")
        return FoundFile(met.path, met.size, met.mtime_ns, any_length=folder.any_length)
    if known.audio_hash is None:
        if same and not folder.any_length:
            return NotTaken(met.path, known.reason)
        return FoundFile(met.path, met.size, met.mtime_ns, any_length=folder.any_length)
    if same and known.version >= version:
        return None
    heard = known.audio_hash if known.version >= version else None
    return FoundFile(met.path, met.size, met.mtime_ns, heard, any_length=True)


def _is_gone(path: Path, roots: Sequence[Path], walk: _Walk) -> bool:
    """Whether a known file should have been met and was not; one that another link led to is still there."""
    looked_for = any(_is_under(path, root) for root in roots)
    if walk.only:
        looked_for = looked_for and any(_is_under(path, part) for part in walk.only)
    return looked_for and not any(_is_under(path, left) for left in walk.left_alone) and not _exists(path)


def _moved(
    met: Mapping[Path, _Met], known: Mapping[Path, KnownFile], lost: Iterable[Path], version: int
) -> tuple[MovedFile, ...]:
    """New files that are lost ones by name, size and time to the nanosecond, where that leaves no doubt.

    Others that moved (renamed, copied without their time) are recognised by their sound once they were listened to.
    """
    homeless = [known[path] for path in lost if known[path].audio_hash is not None and known[path].version >= version]
    old = {(file.path.name, file.size, file.mtime_ns): file.path for file in homeless if not _exists(file.path)}
    new = [file for file in met.values() if file.path not in known and file.folder.parts_folder is None]
    how_often = Counter((file.path.name, file.size, file.mtime_ns) for file in new)
    lost_often = Counter((file.path.name, file.size, file.mtime_ns) for file in homeless)
    return tuple(
        MovedFile(old[same], file.path)
        for file in new
        if (same := (file.path.name, file.size, file.mtime_ns)) in old and how_often[same] == lost_often[same] == 1
    )


def _is_under(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


def _exists(path: Path) -> bool:
    return os.path.exists(path)  # noqa: PTH110  Path.exists raises where a folder may not be looked into


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle, or into a folder that may not be looked into
        return False


def _hidden(name: str) -> bool:
    return name.startswith(".") or name.casefold() in _SYSTEM_FOLDERS


def _why(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
