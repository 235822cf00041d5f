"""Settings as a page: sound, matching, folders, the look, files, and what this program stands on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from vocmatch_desktop.settings import Places, Settings
from vocmatch_desktop.ui.commands import LibraryCommands, TransportCommands
from vocmatch_desktop.ui.session import DeviceChoice, DeviceList, Session
from vocmatch_desktop.ui.theme import SPACE_2, SPACE_3, SPACE_4, SPACE_5

LABEL_PX, FIELD_PX = 150, 320
SOFTEST_CLICK_DB, LOUDEST_CLICK_DB = -30, 0


class SettingsPage(QWidget):
    """Every change is a command and takes effect at once; nothing has to be confirmed.

    `folders` is the widget that edits the watched and excluded folders.
    """

    def __init__(
        self,
        session: Session,
        commands: TransportCommands,
        beats: LibraryCommands,
        places: Places,
        folders: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._commands, self._beats, self._places = session, commands, beats, places
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_5)
        column.addLayout(_section(self.tr("Sound"), self._sound()))
        column.addLayout(_section(self.tr("Matching"), self._matching()))
        column.addLayout(_section(self.tr("Folders"), folders))
        column.addLayout(_section(self.tr("Look"), self._look()))
        column.addLayout(_section(self.tr("Files"), self._files()))
        column.addLayout(_section(self.tr("About"), about()))
        column.addStretch(1)
        session.devices_changed.connect(self._show_devices)
        session.settings_changed.connect(self._show)
        self._show_devices(session.devices)
        self._show(session.settings)

    def _sound(self) -> QWidget:
        commands = self._commands
        self.input = self._combo(self.tr("Input device"))
        self.channel = self._combo(self.tr("Input channel"))
        self.output = self._combo(self.tr("Output device"))
        self.input.activated.connect(lambda _: self._change(input_device=self.input.currentData(), input_channel=1))
        self.channel.activated.connect(lambda _: self._change(input_channel=self.channel.currentData() or 1))
        self.output.activated.connect(lambda _: self._change(output_device=self.output.currentData()))
        self.monitoring = QCheckBox(self.tr("Hear yourself while you sing (use headphones)"))
        self.monitoring.toggled.connect(lambda on: self._change(monitoring=on))
        self.click_volume = QSlider(Qt.Orientation.Horizontal, minimum=SOFTEST_CLICK_DB, maximum=LOUDEST_CLICK_DB)
        self.click_volume.setAccessibleName(self.tr("Volume of the click"))
        self.click_volume.setFixedWidth(FIELD_PX)
        self.click_volume.valueChanged.connect(lambda value: self._change(click_volume_db=float(value)))
        rescan = QPushButton(self.tr("Look for devices again"))
        rescan.clicked.connect(lambda: commands.refresh_devices())
        return _form(
            (self.tr("Input"), self.input),
            (self.tr("Channel"), self.channel),
            (self.tr("Output"), self.output),
            ("", _row(rescan)),
            (self.tr("Monitoring"), self.monitoring),
            (self.tr("Click volume"), self.click_volume),
            (self.tr("Latency"), self._latency()),
        )

    def _latency(self) -> QWidget:
        self.calibration = QLabel(wordWrap=True)
        self.calibration.setProperty("secondary", True)
        button = QPushButton(self.tr("Measure"))
        button.setToolTip(self.tr("Plays a click and listens for it: hold the headphones to the microphone"))
        button.setAccessibleName(self.tr("Measure the latency"))
        button.clicked.connect(lambda: self._commands.calibrate())
        return _row(button, self.calibration)

    def _matching(self) -> QWidget:
        self.shift = self._combo(self.tr("How far beats may be transposed"))
        self.shift.addItem(self.tr("not at all: only beats in key"), 0)
        self.shift.addItem(self.tr("by 1 semitone"), 1)
        for semitones in range(2, 7):
            self.shift.addItem(self.tr("by up to {0} semitones").format(semitones), semitones)
        self.shift.activated.connect(lambda _: self._change_shift(self.shift.currentData()))
        return _form((self.tr("Transpose beats"), self.shift))

    def _change_shift(self, semitones: int) -> None:
        settings = self._session.settings
        if semitones != _shift(settings):
            self._beats.set_match_options(semitones == 0, semitones or settings.max_shift)

    def _look(self) -> QWidget:
        self._themes = QButtonGroup(self)
        row = []
        for name, words in (("dark", self.tr("Dark")), ("light", self.tr("Light"))):
            button = QRadioButton(words, objectName=name)
            button.toggled.connect(lambda on, name=name: self._change(theme=name) if on else None)
            self._themes.addButton(button)
            row.append(button)
        return _form((self.tr("Theme"), _row(*row)))

    def _files(self) -> QWidget:
        self.export = QLabel()
        self.export.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        choose = QPushButton(self.tr("Change …"))
        choose.setAccessibleName(self.tr("Change the export folder"))
        choose.clicked.connect(self._choose_export)
        library = QLabel(str(self._places.database))
        library.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        takes = QLabel(str(self._places.takes))
        takes.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return _form(
            (self.tr("Export to"), _row(self.export, choose)),
            (self.tr("Library"), library),
            (self.tr("Takes"), takes),
        )

    def _combo(self, name: str) -> QComboBox:
        combo = QComboBox()
        combo.setFixedWidth(FIELD_PX)
        combo.setAccessibleName(name)
        return combo

    def _change(self, **values: object) -> None:
        """Passes on what really changes; setting a widget to what is in force must not save anything."""
        if any(getattr(self._session.settings, name) != value for name, value in values.items()):
            self._commands.change_settings(**values)

    def _choose_export(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Where exported files go"), self.export.text())
        if folder:
            self._change(export_folder=folder)

    def _show_devices(self, devices: DeviceList) -> None:
        settings = self._session.settings
        _fill(self.input, devices.inputs, settings.input_device, self.tr("No microphone"))
        _fill(self.output, devices.outputs, settings.output_device, self.tr("No output"))
        self._show_channels()

    def _show_channels(self) -> None:
        name = self.input.currentData()
        device = next((device for device in self._session.devices.inputs if device.name == name), None)
        self.channel.clear()
        for number in range(1, min(device.channels, 32) + 1 if device else 2):
            self.channel.addItem(self.tr("Channel {0}").format(number), number)
        self.channel.setCurrentIndex(max(0, self.channel.findData(self._session.settings.input_channel)))

    def _show(self, settings: Settings) -> None:
        self.monitoring.setChecked(settings.monitoring)
        self.click_volume.setValue(round(settings.click_volume_db))
        self.findChild(QRadioButton, settings.theme).setChecked(True)
        self.shift.setCurrentIndex(self.shift.findData(_shift(settings)))
        self.export.setText(settings.export_folder or str(self._places.exports))
        known = dict(settings.calibration_s or {})
        key = f"{self.input.currentData()}|{self.output.currentData()}"
        measured = self.tr("Measured: {0} ms").format(f"{1000 * known[key]:+.1f}") if key in known else None
        self.calibration.setText(measured or self.tr("Not measured: the sound system's own figure is used"))
        self._show_devices_of(settings)

    def _show_devices_of(self, settings: Settings) -> None:
        for combo, name in ((self.input, settings.input_device), (self.output, settings.output_device)):
            if name is not None and (place := combo.findData(name)) >= 0:
                combo.setCurrentIndex(place)
        self._show_channels()


def _shift(settings: Settings) -> int:
    """Semitones a beat may be transposed; 0 where only its own key counts."""
    return 0 if settings.in_key_only else min(max(settings.max_shift, 1), 6)


def about() -> QWidget:
    """Name, version, licence, and where the licences of what we stand on are."""
    from vocmatch_desktop import __version__

    words = QLabel(
        QWidget.tr(
            "VocMatch Desktop {0}, MIT licence. Your beats and your voice stay on this computer. "
            "Pitch: SwiftF0 (MIT). Stretching: Signalsmith Stretch (MIT). Window: Qt for Python (LGPL 3). "
            "Icons: Phosphor (MIT). Sound: PortAudio (MIT), libsndfile (LGPL 2.1), FFmpeg through PyAV (LGPL)."
        ).format(__version__),
        wordWrap=True,
    )
    words.setProperty("secondary", True)
    return words


def _section(title: str, body: QWidget) -> QVBoxLayout:
    heading = QLabel(title)
    heading.setProperty("heading", True)
    column = QVBoxLayout()
    column.setSpacing(SPACE_3)
    column.addWidget(heading)
    column.addWidget(body)
    return column


def _form(*rows: tuple[str, QWidget]) -> QWidget:
    body = QWidget()
    form = QFormLayout(body)
    form.setContentsMargins(0, 0, 0, 0)
    form.setHorizontalSpacing(SPACE_4)
    form.setVerticalSpacing(SPACE_2)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for words, widget in rows:
        label = QLabel(words)
        label.setFixedWidth(LABEL_PX)
        label.setMinimumHeight(30)
        label.setBuddy(widget)
        form.addRow(label, widget)
    return body


def _row(*widgets: QWidget) -> QWidget:
    body = QWidget()
    row = QHBoxLayout(body)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE_3)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return body


def _fill(combo: QComboBox, devices: tuple[DeviceChoice, ...], wanted: str | None, none: str) -> None:
    combo.clear()
    for device in devices:
        combo.addItem(device.name, device.name)
    if not devices:
        combo.addItem(none, None)
    default = next((device.name for device in devices if device.is_default), None)
    place = combo.findData(wanted)
    combo.setCurrentIndex(place if place >= 0 else max(0, combo.findData(default)))
    combo.setEnabled(bool(devices))
