"""`take.json`: what is known of a take, every edit ever made, and which one holds now.

Facts (when, device, rate, overflows) never change. Revisions are appended and never taken away; each knows the one it
was made from. Undo goes there, redo goes to the newest one that was made from here, so even an edit after an undo
loses nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

NAME = "take.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Revision:
    """All editable values at one time, and the number of the revision they were made from (None for the first)."""

    values: Mapping[str, Any]
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class TakeLog:
    """The content of `take.json`; `at` is the revision that holds."""

    facts: Mapping[str, Any]
    revisions: tuple[Revision, ...]
    at: int = 0

    @property
    def now(self) -> Mapping[str, Any]:
        """The editable values that hold."""
        return self.revisions[self.at].values

    def revised(self, changes: Mapping[str, Any]) -> TakeLog:
        """With a revision appended; the same log where nothing changes."""
        values = {**self.now, **changes}
        if values == {key: self.now.get(key) for key in values}:
            return self
        return replace(self, revisions=(*self.revisions, Revision(values, self.at)), at=len(self.revisions))

    def undo(self) -> TakeLog:
        """One edit back; the same log at the first."""
        parent = self.revisions[self.at].parent
        return self if parent is None else replace(self, at=parent)

    def redo(self) -> TakeLog:
        """One edit forward; the same log where nothing was undone."""
        children = [index for index, revision in enumerate(self.revisions) if revision.parent == self.at]
        return replace(self, at=children[-1]) if children else self

    def save(self, folder: Path) -> None:
        """Writes `take.json` whole or not at all; raises `OSError`."""
        content = {
            "version": VERSION,
            **self.facts,
            "now": self.at,
            "revisions": [{"parent": revision.parent, **revision.values} for revision in self.revisions],
        }
        partial = folder / (NAME + ".partial")
        with partial.open("w", encoding="utf-8") as file:
            json.dump(content, file, indent=1, ensure_ascii=True, allow_nan=False)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(folder / NAME)

    @classmethod
    def load(cls, folder: Path) -> TakeLog | None:
        """Reads `take.json`; None where there is none, or where it is damaged."""
        try:
            content = dict(json.loads((folder / NAME).read_text("utf-8")))
            at, entries = int(content.pop("now")), content.pop("revisions")
            content.pop("version")
            revisions = tuple(Revision({k: v for k, v in e.items() if k != "parent"}, e["parent"]) for e in entries)
            log = cls(content, revisions, at)
            return log if {"created", "rate"} <= content.keys() and "duration_s" in log.now else None
        except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError):
            return None

    @classmethod
    def is_readable(cls, folder: Path) -> bool:
        """Whether `load` would give something."""
        return cls.load(folder) is not None

    @classmethod
    def set_aside(cls, folder: Path) -> None:
        """Keeps a damaged `take.json` as `take.json.damaged`."""
        if (folder / NAME).exists():
            (folder / NAME).replace(folder / (NAME + ".damaged"))
