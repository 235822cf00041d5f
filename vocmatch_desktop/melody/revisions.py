"""Every version a melody ever had, and which one holds now.

Revisions are appended and never taken away; each knows the one it was made from. Undo goes there, redo to the newest
one made from here, so even an edit after an undo loses nothing. Written down, a revision holds only what differs
from the one it was made from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vocmatch_desktop.melody.edits import Notes
from vocmatch_desktop.types import Note


@dataclass(frozen=True, slots=True)
class Revision:
    """The melody at one time.

    `derived`: the notes as the model gave them last, before the hand changed them to `notes`. `controls`: the values
    they were derived with. `what`: a stable name of the edit ("moved", "derived" …). `parent`: the number of the
    revision this was made from, None for the first. `entry`: as it is written down; made once, for it never changes.
    """

    notes: Notes
    derived: Notes
    controls: Mapping[str, Any] = field(default_factory=dict)
    what: str = "derived"
    parent: int | None = None
    entry: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Revisions:
    """All of them; `at` is the one that holds."""

    revisions: tuple[Revision, ...]
    at: int = 0

    @classmethod
    def begin(cls, derived: Notes, controls: Mapping[str, Any]) -> Revisions:
        """A melody as the model gave it."""
        return cls((_written(Revision(derived, derived, dict(controls)), None),))

    @property
    def now(self) -> Revision:
        """The revision that holds."""
        return self.revisions[self.at]

    @property
    def can_undo(self) -> bool:
        """Whether there is an earlier one."""
        return self.now.parent is not None

    @property
    def can_redo(self) -> bool:
        """Whether one was made from this one."""
        return self._newest_child() is not None

    @property
    def untouched(self) -> bool:
        """Whether nothing was ever changed: then there is nothing to keep."""
        return len(self.revisions) == 1

    def edited(self, notes: Notes, what: str) -> Revisions:
        """With an edit by hand appended; the same where nothing changes."""
        return self._appended(replace(self.now, notes=notes, what=what))

    def derived_anew(self, notes: Notes, derived: Notes, controls: Mapping[str, Any]) -> Revisions:
        """With notes that came from other controls; the same where nothing changes."""
        return self._appended(Revision(notes, derived, dict(controls), "derived"))

    def undo(self) -> Revisions:
        """One edit back; the same at the first."""
        parent = self.now.parent
        return self if parent is None else replace(self, at=parent)

    def redo(self) -> Revisions:
        """One edit forward; the same where nothing was undone."""
        child = self._newest_child()
        return self if child is None else replace(self, at=child)

    def to_json(self) -> dict[str, Any]:
        """Plain values for a file."""
        return {"now": self.at, "revisions": [dict(revision.entry) for revision in self.revisions]}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Revisions:
        """Reads what `to_json` gave; raises ValueError, TypeError, KeyError or IndexError on anything else."""
        revisions: list[Revision] = []
        for entry in content["revisions"]:
            revisions.append(_revision(entry, revisions))
        at = int(content["now"])
        if not 0 <= at < len(revisions):
            raise ValueError("no such revision")
        return cls(tuple(revisions), at)

    def _appended(self, revision: Revision) -> Revisions:
        now = self.now
        if (revision.notes, revision.controls) == (now.notes, now.controls):
            return self
        appended = _written(replace(revision, parent=self.at), now)
        return Revisions((*self.revisions, appended), len(self.revisions))

    def _newest_child(self) -> int | None:
        children = [index for index, revision in enumerate(self.revisions) if revision.parent == self.at]
        return children[-1] if children else None


def _written(revision: Revision, made_from: Revision | None) -> Revision:
    """With its entry: what differs from the revision it was made from."""
    entry: dict[str, Any] = {"parent": revision.parent, "what": revision.what}
    if made_from is None or revision.controls != made_from.controls:
        entry["controls"] = dict(revision.controls)
    if made_from is None or revision.derived != made_from.derived:
        entry["derived"] = _rows(revision.derived)
    entry["notes"] = _difference(revision.derived if made_from is None else made_from.notes, revision.notes)
    return replace(revision, entry=entry)


def _revision(entry: Mapping[str, Any], earlier: Sequence[Revision]) -> Revision:
    parent = entry["parent"]
    if parent is not None and not 0 <= int(parent) < len(earlier):
        raise ValueError("a revision must be made from an earlier one")
    made_from = None if parent is None else earlier[int(parent)]
    derived = _notes(entry["derived"]) if made_from is None or "derived" in entry else made_from.derived
    controls = dict(entry["controls"]) if made_from is None or "controls" in entry else made_from.controls
    notes = _changed(derived if made_from is None else made_from.notes, entry["notes"])
    number = None if parent is None else int(parent)
    return Revision(notes, derived, controls, str(entry["what"]), number, dict(entry))


def _difference(before: Notes, after: Notes) -> dict[str, Any]:
    """What must go from `before`, as indices, and what comes, as rows with the place they take."""
    kept, known = frozenset(after), frozenset(before)
    difference = {
        "gone": [index for index, note in enumerate(before) if note not in kept],
        "new": [[index, *_row(note)] for index, note in enumerate(after) if note not in known],
    }
    if _changed(before, difference) == after:
        return difference
    # What stayed stands in another order: everything goes and comes again.
    return {"gone": list(range(len(before))), "new": [[index, *_row(note)] for index, note in enumerate(after)]}


def _changed(before: Notes, difference: Mapping[str, Any]) -> Notes:
    gone = frozenset(map(int, difference["gone"]))
    notes = [note for index, note in enumerate(before) if index not in gone]
    for index, *row in difference["new"]:
        notes.insert(int(index), _note(row))
    return tuple(notes)


def _rows(notes: Notes) -> list[list[float]]:
    return [_row(note) for note in notes]


def _notes(rows: Sequence[Sequence[float]]) -> Notes:
    return tuple(_note(row) for row in rows)


def _row(note: Note) -> list[float]:
    return [note.onset_s, note.offset_s, note.pitch, note.number, note.velocity]


def _note(row: Sequence[float]) -> Note:
    onset_s, offset_s, pitch, number, velocity = row
    return Note(float(onset_s), float(offset_s), float(pitch), int(number), int(velocity))
