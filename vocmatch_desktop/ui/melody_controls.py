"""The knobs beside the piano roll: how notes are told apart, and how they are tidied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLabel, QSlider, QSpinBox, QWidget

from vocmatch_desktop.melody.controls import Controls
from vocmatch_desktop.types import Key
from vocmatch_desktop.ui.melody_canvas import key_name
from vocmatch_desktop.ui.theme import SPACE_1, SPACE_2

SLIDER_STEPS = 100
SHORTEST_MS, LONGEST_MS, MS_STEP = 20, 400, 10
VALUE_PX = 52
GRIDS: tuple[float, ...] = (1.0, 0.5, 1 / 3, 0.25, 1 / 6, 0.125)
"""Beats: quarter, eighth, eighth triplet, sixteenth, sixteenth triplet, thirty-second."""


class KeySpin(QSpinBox):
    """A key of the keyboard, typed and shown by its name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0, 127)
        self.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.lineEdit().setReadOnly(True)

    def textFromValue(self, value: int) -> str:
        """Its name: "A4" is 69."""
        return key_name(value)


class MelodyControls(QWidget):
    """Shows `Controls` and says by `changed` how the user wants them."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.controls = Controls()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_2)
        self._grid.setVerticalSpacing(SPACE_1)
        self._grid.setColumnStretch(1, 1)
        self._make_finding()
        self._make_tidying()
        self.show_controls(self.controls, None)
        self.set_tempo_known(False)

    def _make_finding(self) -> None:
        self.sensitivity = self._slider(self.tr("Sensitivity"), self.tr("Fewer and longer notes, or more and shorter"))
        self.sensitivity.valueChanged.connect(lambda value: self._set(sensitivity=value / SLIDER_STEPS))
        self.shortest = self._slider(self.tr("Shortest note"), self.tr("No found note is shorter than this"))
        self.shortest.setRange(SHORTEST_MS // MS_STEP, LONGEST_MS // MS_STEP)
        self.shortest.valueChanged.connect(lambda value: self._set(min_length_s=value * MS_STEP / 1000))

    def _make_tidying(self) -> None:
        self.snap = self._combo(self.tr("Snap to key"), self.tr("Soft moves only what was sung between two keys"))
        for words, name in ((self.tr("Off"), "off"), (self.tr("Soft"), "soft"), (self.tr("Hard"), "hard")):
            self.snap.addItem(words, name)
        self.key = self._combo(self.tr("Key"), self.tr("The key that notes snap to"))
        self.quantize = self._combo(self.tr("Grid"), self.tr("Draws starts and ends of notes to the grid"))
        names = ("1/4", "1/8", self.tr("1/8 triplet"), "1/16", self.tr("1/16 triplet"), "1/32")
        self.quantize.addItem(self.tr("Off"), None)
        for words, beats in zip(names, GRIDS, strict=True):
            self.quantize.addItem(words, beats)
        self.strength = self._slider(self.tr("Strength"), self.tr("How far notes are drawn to the grid"))
        self.strength.valueChanged.connect(lambda value: self._set(strength=value / SLIDER_STEPS))
        self.legato = self._slider(self.tr("Legato"), self.tr("How much of a short gap to the next note is closed"))
        self.legato.valueChanged.connect(lambda value: self._set(legato=value / SLIDER_STEPS))
        self.low, self.high = self._range()
        self.bend = QCheckBox(self.tr("Slides and vibrato as pitch bend"))
        self.bend.setToolTip(self.tr("Written into the MIDI file; the piano cannot bend"))
        self.bend.toggled.connect(lambda on: self._set(bend=on))
        self._grid.addWidget(self.bend, self._grid.rowCount(), 0, 1, 3)
        self.snap.activated.connect(lambda _: self._set(snap=self.snap.currentData()))
        self.key.activated.connect(lambda _: self._set(key=self.key.currentData()))
        self.quantize.activated.connect(lambda _: self._set(quantize=self.quantize.currentData()))

    def _range(self) -> tuple[KeySpin, KeySpin]:
        low, high = KeySpin(), KeySpin()
        low.setAccessibleName(self.tr("Lowest key"))
        high.setAccessibleName(self.tr("Highest key"))
        for spin in (low, high):
            spin.setToolTip(self.tr("Notes outside move by octaves; arrow keys or wheel"))
        low.valueChanged.connect(lambda value: self._set(low=value, high=max(value, self.controls.high)))
        high.valueChanged.connect(lambda value: self._set(high=value, low=min(value, self.controls.low)))
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_1)
        row.addWidget(low, 1)
        row.addWidget(QLabel("–"))
        row.addWidget(high, 1)
        self._add(self.tr("Range"), both)
        return low, high

    def _slider(self, name: str, tip: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, SLIDER_STEPS)
        slider.setPageStep(10)
        slider.setAccessibleName(name)
        slider.setToolTip(tip)
        value = QLabel()
        value.setProperty("secondary", True)
        value.setFixedWidth(VALUE_PX)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        slider.setProperty("shown", value)
        self._add(name, slider, value)
        return slider

    def _combo(self, name: str, tip: str) -> QComboBox:
        combo = QComboBox()
        combo.setAccessibleName(name)
        combo.setToolTip(tip)
        self._add(name, combo)
        return combo

    def _add(self, name: str, widget: QWidget, value: QLabel | None = None) -> None:
        row = self._grid.rowCount()
        self._grid.addWidget(QLabel(name), row, 0)
        self._grid.addWidget(widget, row, 1, 1, 1 if value is not None else 2)
        if value is not None:
            self._grid.addWidget(value, row, 2)

    def set_tempo_known(self, known: bool) -> None:
        """Without a tempo there is no grid."""
        for widget in (self.quantize, self.strength):
            widget.setEnabled(known)
        tip = self.tr("Draws starts and ends of notes to the grid")
        self.quantize.setToolTip(tip if known else self.tr("Needs a tempo: type or tap it above"))

    def show_controls(self, controls: Controls, heard: Key | None) -> None:
        """Shows values; `heard` is the key that stands for none chosen."""
        self.controls = controls
        for put in self._puts(controls, heard):
            put()

    def _puts(self, controls: Controls, heard: Key | None) -> tuple[Callable[[], None], ...]:
        percent = "{} %"
        return (
            lambda: self._put(self.sensitivity, controls.sensitivity * SLIDER_STEPS, percent),
            lambda: self._put(self.shortest, controls.min_length_s * 1000 / MS_STEP, "{} ms", MS_STEP),
            lambda: self._put(self.strength, controls.strength * SLIDER_STEPS, percent),
            lambda: self._put(self.legato, controls.legato * SLIDER_STEPS, percent),
            lambda: self._fill_keys(heard),
            lambda: _pick(self.snap, controls.snap),
            lambda: _pick(self.key, controls.key),
            lambda: _pick(self.quantize, controls.quantize),
            lambda: _set_silently(self.low, controls.low),
            lambda: _set_silently(self.high, controls.high),
            lambda: _check_silently(self.bend, controls.bend),
            lambda: self.key.setEnabled(controls.snap != "off"),
        )

    def _put(self, slider: QSlider, value: float, words: str, scale: int = 1) -> None:
        if not slider.isSliderDown():
            _set_silently(slider, round(value))
        slider.property("shown").setText(words.format(round(value) * scale))

    def _fill_keys(self, heard: Key | None) -> None:
        first = self.tr("as heard: {0}").format(heard.name) if heard is not None else self.tr("as heard")
        if self.key.count() and self.key.itemText(0) == first:
            return
        self.key.clear()
        self.key.addItem(first, None)
        for index in range(24):
            self.key.addItem(Key.from_index(index).name, Key.from_index(index))

    def _set(self, **values: object) -> None:
        controls = replace(self.controls, **values)
        if controls != self.controls:
            self.controls = controls
            self.changed.emit(controls)


def _set_silently(widget: QSlider | QSpinBox, value: int) -> None:
    widget.blockSignals(True)
    widget.setValue(value)
    widget.blockSignals(False)


def _check_silently(box: QCheckBox, on: bool) -> None:
    box.blockSignals(True)
    box.setChecked(on)
    box.blockSignals(False)


def _pick(combo: QComboBox, value: object) -> None:
    """Shows the entry that stands for a value; Qt cannot compare dataclasses, so that is done here."""
    for place in range(combo.count()):
        if combo.itemData(place) == value:
            combo.setCurrentIndex(place)
            return
    combo.setCurrentIndex(0)
