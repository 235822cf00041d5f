"""How the piano roll looks: rows and bars, the waveform, the sung curve, the notes over it, the keyboard beside it.

What changes only with the view is painted into kept pictures; the notes are painted every time, as plain rectangles.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPixmap, QStaticText

from vocmatch_desktop.types import Note
from vocmatch_desktop.ui.melody_canvas import BLACK_KEYS, Canvas, key_name
from vocmatch_desktop.ui.melody_state import Curve, Melody
from vocmatch_desktop.ui.melody_wave import columns, picture
from vocmatch_desktop.ui.pitch_overlay import polygon
from vocmatch_desktop.ui.theme import SMALL_PX, Theme, Tokens, mix
from vocmatch_desktop.ui.timeline import BEATS_PER_BAR, Grid

KEYS_PX = 46
BLACK_KEY_PX = 22
NAMED_KEY_PX = 12.0
RULER_PX = 20
WAVE_PX = 40
LEAST_LABEL_PX = 44.0
LEAST_LINE_PX = 12.0
NAMED_NOTE_PX, NAMED_ROW_PX = 30.0, 32.0
POINTS_A_PX = 1.5
LOUDNESSES, QUIET, LOUD = 8, 30, 120
"""Shades of a note's body, and the velocities of the faintest and the fullest."""
COARSE_STEP, FINE_PX = 2, 1.8
WIDEST_LEAP = 3.0
"""Semitones between neighbouring frames above which the curve breaks."""

STEPS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0)


@dataclass(frozen=True, slots=True)
class Inks:
    """The theme's colours as the roll uses them."""

    ground: QColor
    black_row: QColor
    row_line: QColor
    bar: QColor
    beat: QColor
    step: QColor
    strip: QColor
    white_key: QColor
    black_key: QColor
    key_line: QColor
    text: QColor
    quiet: QColor
    curve: QColor
    wave: QColor
    bodies: tuple[QColor, ...]
    edge: QColor
    chosen: QColor
    chosen_edge: QColor
    playhead: QColor
    band: QColor

    @classmethod
    def of(cls, theme: Theme) -> Inks:
        """The colours of a theme."""
        return _inks(theme.tokens)


@functools.lru_cache(maxsize=2)
def _inks(tokens: Tokens) -> Inks:
    def mixed(front: str, amount: float) -> QColor:
        return QColor(mix(front, tokens.ground, amount))

    def clear(name: str, alpha: float) -> QColor:
        color = QColor(name)
        color.setAlphaF(alpha)
        return color

    return Inks(
        ground=QColor(tokens.ground),
        black_row=mixed(tokens.raised, 0.45),
        row_line=mixed(tokens.line, 0.35),
        bar=mixed(tokens.text_2, 0.45),
        beat=mixed(tokens.line, 0.85),
        step=mixed(tokens.line, 0.45),
        strip=QColor(tokens.surface),
        white_key=QColor(tokens.raised if tokens.dark else tokens.ground),
        black_key=QColor(tokens.ground) if tokens.dark else mixed(tokens.text_2, 0.75),
        key_line=QColor(tokens.ground if tokens.dark else tokens.line),
        text=QColor(tokens.text),
        quiet=QColor(tokens.text_2),
        curve=QColor(tokens.melody),
        wave=clear(tokens.text_2, 0.75),
        bodies=tuple(mixed(tokens.melody, 0.18 + 0.36 * level / (LOUDNESSES - 1)) for level in range(LOUDNESSES)),
        edge=mixed(tokens.melody, 0.85),
        chosen=mixed(tokens.fit, 0.45),
        chosen_edge=QColor(tokens.fit),
        playhead=QColor(tokens.accent),
        band=clear(tokens.fit, 0.15),
    )


def paper(size: QSize, ratio: float) -> QPixmap:
    """A picture for a widget of `size` pixels."""
    made = QPixmap(size * ratio)
    made.setDevicePixelRatio(ratio)
    return made


def ground(onto: QPixmap, view: Canvas, melody: Melody, grid: Grid | None, theme: Theme) -> None:
    """Paints everything under the notes."""
    inks, size, ratio = Inks.of(theme), onto.deviceIndependentSize().toSize(), onto.devicePixelRatio()
    onto.fill(inks.ground)
    with QPainter(onto) as painter:
        painter.setFont(theme.font(SMALL_PX))
        _paint_rows(painter, view, inks)
        painter.fillRect(0, 0, size.width(), RULER_PX, inks.strip)
        wave = QRect(round(view.left), size.height() - WAVE_PX, round(view.width), WAVE_PX)
        painter.fillRect(QRect(0, wave.top(), size.width(), WAVE_PX), inks.strip)
        _paint_lines(painter, view, lines(view, grid), inks, size.height())
        if melody.peaks is not None and wave.width() > 0:
            heights = columns(melody.peaks, view.from_s, view.to_s, round(wave.width() * ratio))
            image = picture(heights, round((WAVE_PX - 8) * ratio), inks.wave)
            image.setDevicePixelRatio(ratio)
            painter.drawImage(wave.left(), wave.top() + 4, image)


def curve(onto: QPixmap, view: Canvas, sung: Curve | None, theme: Theme) -> None:
    """Paints the sung pitch on a transparent ground."""
    onto.fill(Qt.GlobalColor.transparent)
    if sung is None or not len(sung.times_s):
        return
    with QPainter(onto) as painter:
        painter.setClipRect(QRectF(view.left, view.top, view.width, view.height).toRect())
        _paint_curve(painter, view, sung, Inks.of(theme).curve)


def _paint_rows(painter: QPainter, view: Canvas, inks: Inks) -> None:
    left, width = round(view.left), round(view.width)
    for number in range(max(0, math.floor(view.low)), min(127, math.ceil(view.high)) + 1):
        top, bottom = round(view.y(number + 0.5)), round(view.y(number - 0.5))
        if number % 12 in BLACK_KEYS:
            painter.fillRect(left, top, width, bottom - top, inks.black_row)
        if number % 12 in (0, 5) or view.row_px >= 14:
            painter.fillRect(left, bottom, width, 1, inks.beat if number % 12 == 0 else inks.row_line)


@dataclass(frozen=True, slots=True)
class Line:
    """A vertical line at a moment; 2 is a bar or a labelled second, 1 a beat, 0 a step. `label` stands in the ruler."""

    at_s: float
    weight: int
    label: str = ""


def lines(view: Canvas, grid: Grid | None) -> list[Line]:
    """The lines of a view: bars, beats and sixteenths of a pulse, else seconds."""
    return _seconds(view) if grid is None else _pulse(view, grid)


def _pulse(view: Canvas, grid: Grid) -> list[Line]:
    every = 1
    while grid.bar_s * every * view.px_per_s < LEAST_LABEL_PX:
        every *= 2
    parts = next((n for n in (16, 4, 1) if grid.bar_s / n * view.px_per_s >= LEAST_LINE_PX), 1)
    step_s, sparse = grid.bar_s / parts, grid.bar_s * view.px_per_s < LEAST_LINE_PX
    first = math.ceil((view.from_s - grid.first_beat_s) / step_s - 1e-9)
    last = math.floor((view.to_s - grid.first_beat_s) / step_s + 1e-9)
    made = []
    for index in range(first, last + 1):
        bar, within = divmod(index, parts)
        if within == 0 and sparse and bar % every:
            continue
        weight = 2 if within == 0 else 1 if within % max(1, parts // BEATS_PER_BAR) == 0 else 0
        label = str(bar + 1) if within == 0 and bar % every == 0 else ""
        made.append(Line(grid.first_beat_s + index * step_s, weight, label))
    return made


def _seconds(view: Canvas) -> list[Line]:
    step_s = next((step for step in STEPS_S if step * view.px_per_s >= LEAST_LABEL_PX), STEPS_S[-1])
    first, last = math.ceil(view.from_s / step_s - 1e-9), math.floor(view.to_s / step_s + 1e-9)
    return [Line(index * step_s, 1, clock(index * step_s, step_s)) for index in range(first, last + 1)]


def clock(time_s: float, step_s: float) -> str:
    """A moment as the ruler writes it: "1:05", with as many decimals as the step needs."""
    digits = 0 if step_s >= 1 else 1 if step_s >= 0.1 else 2
    minutes, seconds = divmod(round(time_s, digits), 60)
    return f"{int(minutes)}:{seconds:0{3 + digits if digits else 2}.{digits}f}"


@functools.lru_cache(maxsize=1024)
def _label(text: str) -> QStaticText:
    """A short text, laid out once: laying text out costs more than painting it."""
    return QStaticText(text)


def _paint_lines(painter: QPainter, view: Canvas, shown: Iterable[Line], inks: Inks, height: int) -> None:
    colours = (inks.step, inks.beat, inks.bar)
    painter.setPen(inks.quiet)
    for line in shown:
        x = round(view.x(line.at_s))
        top = 0 if line.weight == 2 else RULER_PX - 5 if line.label else RULER_PX
        painter.fillRect(x, top, 1, height - top, colours[line.weight])
        if line.label:
            painter.drawStaticText(x + 4, 3, _label(line.label))


def _paint_curve(painter: QPainter, view: Canvas, sung: Curve, colour: QColor) -> None:
    first, last = np.searchsorted(sung.times_s, (view.from_s, view.to_s))
    step = max(1, math.ceil((last - first) / max(1.0, view.width * POINTS_A_PX)))
    part = slice(max(0, int(first) - 1), int(last) + 1, step)
    times, pitch = sung.times_s[part], sung.pitch[part]
    if len(times) < 2:
        return
    points = np.column_stack((view.left + (times - view.from_s) * view.px_per_s, view.y(0) - pitch * view.row_px))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if step <= COARSE_STEP:
        painter.setPen(QPen(colour, FINE_PX, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.BevelJoin))
    else:  # from afar it is a smear either way, and thin lines are quick
        painter.setPen(colour)
    with np.errstate(invalid="ignore"):
        together = np.abs(np.diff(pitch)) <= WIDEST_LEAP
    edges = np.flatnonzero(np.diff(np.concatenate(([False], together, [False])).astype(np.int8)))
    for start, stop in edges.reshape(-1, 2):
        painter.drawPolyline(polygon(points[start : stop + 1]))


def paint_notes(
    painter: QPainter, view: Canvas, notes: Sequence[Note], chosen: frozenset[int], inks: Inks, area: QRect
) -> None:
    """The notes that touch `area`: the louder the fuller their colour; named where there is room."""
    painter.save()
    painter.setClipRect(QRectF(view.left, view.top, view.width, view.height).toRect().intersected(area))
    from_s, to_s = view.time(area.left() - 2), view.time(area.right() + 2)
    height = max(2, round(view.row_px) - 1)
    for index, note in enumerate(notes):
        if note.onset_s <= to_s and note.offset_s >= from_s:
            left, right = round(view.x(note.onset_s)), round(view.x(note.offset_s))
            place = QRect(left, round(view.y(note.number + 0.5)) + 1, max(2, right - left), height)
            _paint_note(painter, place, note, inks, index in chosen)
    painter.restore()


def _paint_note(painter: QPainter, place: QRect, note: Note, inks: Inks, chosen: bool) -> None:
    painter.fillRect(place, inks.chosen_edge if chosen else inks.edge)
    width, height = place.width(), place.height()
    if width > 2 and height > 2:
        level = min(max((note.velocity - QUIET) * LOUDNESSES // (LOUD - QUIET), 0), LOUDNESSES - 1)
        painter.fillRect(place.adjusted(1, 1, -1, -1), inks.chosen if chosen else inks.bodies[level])
    if width >= NAMED_NOTE_PX and height >= NAMED_ROW_PX:
        painter.setPen(inks.text)
        painter.drawStaticText(place.left() + 4, place.bottom() - 14, _label(key_name(note.number)))


def paint_marks(
    painter: QPainter,
    view: Canvas,
    band: tuple[float, float, float, float] | None,
    playhead_s: float | None,
    inks: Inks,
) -> None:
    """The rubber band and the playhead."""
    if band is not None:
        left, top, right, bottom = band
        shown = QRectF(min(left, right), min(top, bottom), abs(right - left), abs(bottom - top)).toRect()
        painter.fillRect(shown, inks.band)
        painter.setPen(inks.chosen_edge)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(shown)
    if playhead_s is not None:
        painter.fillRect(round(view.x(playhead_s)), 0, 2, round(view.bottom) + WAVE_PX, inks.playhead)


def paint_words(painter: QPainter, view: Canvas, words: str, theme: Theme) -> None:
    """A sentence in the middle of a view without notes."""
    painter.setFont(theme.font(16))
    painter.setPen(theme.color("text_2"))
    place = QRectF(view.left, view.top, view.width, view.height)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)


def keyboard(view: Canvas, height: int, theme: Theme, ratio: float) -> QPixmap:
    """The keys at the left edge; every C is named, all white keys where there is room."""
    made = QPixmap(round(KEYS_PX * ratio), round(height * ratio))
    made.setDevicePixelRatio(ratio)
    inks = Inks.of(theme)
    made.fill(inks.strip)
    font = theme.font(SMALL_PX)
    metrics = QFontMetricsF(font)
    with QPainter(made) as painter:
        painter.setFont(font)
        painter.setClipRect(QRectF(0, view.top, KEYS_PX, view.height).toRect())
        for number in range(max(0, math.floor(view.low)), min(127, math.ceil(view.high)) + 1):
            _paint_key(painter, view, number, inks, metrics)
        painter.setClipping(False)
        painter.fillRect(KEYS_PX - 1, 0, 1, height, inks.beat)
    return made


def _paint_key(painter: QPainter, view: Canvas, number: int, inks: Inks, metrics: QFontMetricsF) -> None:
    top, bottom = round(view.y(number + 0.5)), round(view.y(number - 0.5))
    black = number % 12 in BLACK_KEYS
    painter.fillRect(0, top, KEYS_PX - 1, bottom - top, inks.white_key)
    if black:
        middle = (top + bottom) // 2
        painter.fillRect(0, middle, KEYS_PX - 1, 1, inks.key_line)
        painter.fillRect(0, top, BLACK_KEY_PX, bottom - top, inks.black_key)
    elif (number + 1) % 12 not in BLACK_KEYS:
        painter.fillRect(0, top, KEYS_PX - 1, 1, inks.key_line)
    if number % 12 == 0 or (view.row_px >= NAMED_KEY_PX and not black):
        name = key_name(number)
        painter.setPen(inks.text if number % 12 == 0 else inks.quiet)
        x = KEYS_PX - 5 - metrics.horizontalAdvance(name)
        painter.drawText(QRectF(x, (top + bottom) / 2 - 8, KEYS_PX, 16), Qt.AlignmentFlag.AlignVCenter, name)
