"""The knobs of a melody in one record, as they are kept with the take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from vocmatch_desktop.melody.shape import ShapeOptions, Snap
from vocmatch_desktop.types import Key

if TYPE_CHECKING:
    from vocmatch_desktop.melody.notes import NoteOptions


@dataclass(frozen=True, slots=True)
class Controls:
    """What `NoteOptions` and `ShapeOptions` say, flat; `key` None stands for the one that was heard.

    `bend`: whether the MIDI file has the voice's slides and vibrato as pitch bend.
    """

    sensitivity: float = 0.5
    min_length_s: float = 0.06
    snap: Snap = "off"
    key: Key | None = None
    quantize: float | None = None
    strength: float = 1.0
    low: int = 0
    high: int = 127
    legato: float = 0.0
    bend: bool = False

    @property
    def note_options(self) -> NoteOptions:
        """The part that decides which notes there are."""
        from vocmatch_desktop.melody.notes import NoteOptions

        return NoteOptions(self.sensitivity, self.min_length_s)

    def shape_options(self, heard: Key | None) -> ShapeOptions:
        """The part that tidies them, in the chosen key or the one that was heard."""
        return ShapeOptions(
            self.snap, self.key or heard, self.quantize, self.strength, self.low, self.high, self.legato
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values for a file."""
        return {**asdict(self), "key": None if self.key is None else self.key.index}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Controls:
        """Reads what `to_json` gave; what it does not name keeps its default."""
        known = {field.name: values[field.name] for field in fields(cls) if field.name in values}
        if known.get("key") is not None:
            known["key"] = Key.from_index(int(known["key"]))
        return cls(**known)
