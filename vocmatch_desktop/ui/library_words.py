"""How the table words a beat: what a cell shows, what a screen reader says, what a tooltip adds."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QCoreApplication

from vocmatch_desktop.types import Match, Transform
from vocmatch_desktop.ui.library_rows import SORTABLE, Column, Row

MINUS = "\u2212"
AUDIBLE_RATIO = 0.0005
"""Tempo changes below a twentieth of a per cent are not worth a word."""
FAR_SEMITONES, FAR_RATIO = 4, 0.05
"""From here on a shifted or stretched beat is likely to sound like one."""


@dataclass(frozen=True, slots=True)
class FitWords:
    """What "To fit" shows; `level` ("none", "as_is", "gentle", "far") picks the colour, `caution` says it in words."""

    text: str
    level: str
    caution: str = ""


def tr(text: str) -> str:
    """Translates in the table's context; the model, its delegates and its words are one page to a translator."""
    return QCoreApplication.translate("Library", text)


def one_line(text: str) -> str:
    """A name as it fits into a row: file names may hold line breaks."""
    return " ".join(text.split())


def plain_tip(text: str) -> str:
    """A tooltip that shows names as they are: Qt would take "<b>" in one for markup."""
    return f"<qt>{escape(text)}</qt>" if text else ""


def signed(value: float, digits: int = 0) -> str:
    """A number with its sign, the minus as long as the plus: "+2", "−1.4"."""
    return f"{'+' if value >= 0 else MINUS}{abs(value):.{digits}f}"


def percent(ratio: float) -> str:
    """A tempo ratio as the change producers name: 1.014 → "+1.4 %"."""
    change = round(100 * (ratio - 1), 1)
    return f"{signed(change, 0 if change == int(change) else 1)}\u202f%"


def transform_words(transform: Transform) -> str:
    """What is done to the beat: "÷2 · +2 st · +1.4 %", empty where nothing is."""
    words = []
    if transform.octave != 1:
        words.append("÷2" if transform.octave < 1 else "×2")
    if transform.transpose:
        words.append(tr("{} st").format(signed(transform.transpose)))
    if abs(transform.tempo_ratio - 1) >= AUDIBLE_RATIO:
        words.append(percent(transform.tempo_ratio))
    return " · ".join(words)


def fit_words(match: Match | None, ranked: bool) -> FitWords:
    """How far a beat has to be bent for the take; `ranked` says that there is a ranking at all."""
    if match is None:
        return FitWords(tr("— far"), "none") if ranked else FitWords("", "none")
    if any(reason.kind == "tempo_far" for reason in match.reasons):
        return FitWords(tr("— tempo far"), "none")
    words = transform_words(match.transform)
    if any(reason.kind == "key" and reason["relation"] == "distant" for reason in match.reasons):
        return FitWords(words or "—", "far", tr("key far"))
    if not words:
        return FitWords(tr("as it is"), "as_is")
    far = abs(match.transform.transpose) >= FAR_SEMITONES or abs(match.transform.tempo_ratio - 1) >= FAR_RATIO
    return FitWords(words, "far", tr("far")) if far else FitWords(words, "gentle")


def length(seconds: float) -> str:
    """Minutes and seconds, "3:04"; with hours from an hour on, empty where unknown."""
    if seconds <= 0:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def bpm(value: float) -> str:
    """A tempo with one decimal, empty where unknown."""
    return f"{value:.1f}" if value > 0 else ""


def header(column: Column) -> str:
    """A column's name."""
    return {
        Column.MATCH: tr("Match"),
        Column.TITLE: tr("Title"),
        Column.KEY: tr("Key"),
        Column.BPM: tr("BPM"),
        Column.FIT: tr("To fit"),
        Column.LENGTH: tr("Length"),
        Column.RATING: tr("Rating"),
        Column.TAGS: tr("Tags"),
        Column.WAVEFORM: tr("Waveform"),
        Column.HANDLE: "",
    }[column]


def header_tip(column: Column) -> str:
    """What a click on a column's name does; empty where it does nothing."""
    if column == Column.MATCH:
        return tr("Click to put the best first")
    return tr("Click to sort, a third time to go back to the ranking") if column in SORTABLE else ""


def cell(column: Column, row: Row, match: Match | None, ranked: bool) -> str:
    """A cell's plain text: what is shown, copied and, for pictures, said."""
    if column == Column.MATCH:
        return f"{match.score:.0f}" if match else ""
    if column == Column.KEY:
        return f"{row.key.name} {row.key.camelot}" if row.key else ""
    if column == Column.FIT:
        fit = fit_words(match, ranked)
        return f"{fit.text} {fit.caution}".strip()
    return {
        Column.TITLE: row.title,
        Column.BPM: bpm(row.bpm),
        Column.LENGTH: length(row.duration_s),
        Column.RATING: "★" * row.rating,
        Column.TAGS: ", ".join(row.tags),
    }.get(column, "")


def spoken(column: Column, row: Row, match: Match | None, ranked: bool) -> str:
    """What a screen reader says for a cell."""
    if column == Column.MATCH:
        return tr("match {} of 100").format(f"{match.score:.0f}") if match else tr("not ranked")
    if column == Column.TITLE:
        return ", ".join([row.title, *title_notes(row)])
    if column == Column.RATING:
        return tr("{} of 5 stars").format(row.rating)
    if column == Column.WAVEFORM:
        return tr("waveform of {}").format(row.title)
    if column == Column.HANDLE:
        return tr("drag {} out").format(row.path.name)
    return cell(column, row, match, ranked)


def title_notes(row: Row) -> list[str]:
    """The small words behind a title: that the file is missing, how many versions there are."""
    notes = [tr("missing")] if row.missing else []
    return [*notes, tr("{} versions").format(row.versions)] if row.versions > 1 else notes


def tooltip(column: Column, row: Row, match: Match | None) -> str:
    """What hovering adds to a cell; empty where there is nothing to add."""
    if column == Column.TITLE and row.missing:
        return tr("{} is not there any more. Right-click to show where it is now.").format(row.path)
    if column == Column.TITLE:
        return str(row.path)
    if column == Column.KEY and row.locks.key:
        return tr("Set by you. Right-click to go back to the analysed key.")
    if column == Column.BPM and row.locks.tempo_factor != 1:
        return tr("Corrected by you. Right-click to go back to the analysed tempo.")
    if column == Column.FIT and match:
        return fit_tooltip(match.transform)
    if column == Column.MATCH and match:
        return tr("An order, not a probability: not calibrated yet.")
    if column == Column.HANDLE:
        return tr("Drag {} into your DAW").format(row.path.name)
    return ", ".join(row.tags) if column == Column.TAGS else ""


def fit_tooltip(transform: Transform) -> str:
    """The transform in whole words."""
    words = []
    if transform.octave != 1:
        words.append(tr("counted at half its tempo") if transform.octave < 1 else tr("counted at double its tempo"))
    if transform.transpose:
        words.append(tr("the beat is transposed by {} semitones").format(signed(transform.transpose)))
    if abs(transform.tempo_ratio - 1) >= AUDIBLE_RATIO:
        words.append(tr("the beat plays {} in tempo").format(percent(transform.tempo_ratio)))
    return tr("To fit: {}.").format(", ".join(words)) if words else tr("Fits as it is.")
