"""Reads `voices/LABELS.csv`: where in a recording each syllable lies, as singing-synthesis banks write it down."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

VOWELS = "aeiou"
NASAL = "n"
BREATHS = re.compile(r"br(eathe|lo|mi|sh)?[-\d]")
_PITCH = re.compile(r"[A-G]\d$")
_CONSTANT_PREUTTERANCE_MS = 60.0


@dataclass(frozen=True, slots=True)
class Label:
    """A labelled syllable.

    `before`: the vowel it is sung from: one of "aeioun", "" at the start of a string. `vowel_s`: where the label puts
    its vowel, None where the bank's labels are a constant that says nothing. `end_s`: no sound of it lies beyond this;
    None for the recording's end.
    """

    file: str
    text: str
    before: str
    start_s: float
    vowel_s: float | None
    end_s: float | None

    @property
    def vowel(self) -> str:
        """What it is held on: one of "aeiou", or "n" for a closed mouth."""
        return self.text[-1]

    @property
    def consonant(self) -> str:
        """What comes before the vowel; "" for a bare vowel."""
        return self.text[:-1]


def read_labels(path: Path) -> dict[str, tuple[Label, ...]]:
    """The labels of every file of `LABELS.csv`, in time; syllables without a vowel or nasal are left out."""
    found: dict[str, list[Label]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            label = _label(row)
            if label is not None:
                found.setdefault(label.file, []).append(label)
    return {name: tuple(sorted(labels, key=_place)) for name, labels in found.items()}


def is_breath(file: str) -> bool:
    """Whether a recording is a breath, by its name."""
    return BREATHS.match(file.rsplit("/", 1)[-1].rsplit("__", 1)[-1]) is not None


def _place(label: Label) -> float:
    return label.vowel_s if label.vowel_s is not None else label.start_s


def _label(row: dict[str, str]) -> Label | None:
    before, text = _syllable(row["syllable"])
    if not text or text[-1] not in VOWELS + NASAL or not text.isalpha() or is_breath(row["file"]):
        return None
    offset, ahead, cutoff = (float(row[name] or 0) for name in ("offset_ms", "preutterance_ms", "cutoff_ms"))
    constant = float(row["consonant_ms"] or 0) < _CONSTANT_PREUTTERANCE_MS
    return Label(
        file=row["file"],
        text=text,
        before=before if before in VOWELS + NASAL else "",
        start_s=offset / 1000,
        vowel_s=None if constant else (offset + ahead) / 1000,
        end_s=(offset - cutoff) / 1000 if cutoff < 0 else None,
    )


def _syllable(name: str) -> tuple[str, str]:
    """Splits "a_kaC4" or "-_ka2" into what is sung before and the syllable; "x" alone marks an ending."""
    before, _, text = _PITCH.sub("", name).rpartition("_")
    return before, "" if text in ("x", "R", "B") else text.rstrip("0123456789")
