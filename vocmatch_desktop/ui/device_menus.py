"""The transport's choosers: input device, channel and monitoring; output device; count-in."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from vocmatch_desktop.ui.commands import TransportCommands
from vocmatch_desktop.ui.session import DeviceChoice, Session
from vocmatch_desktop.ui.theme import ICON_PX, SPACE_2, Theme

WIDEST_PX, NARROWEST_PX = 220, 84
ROUND_TEXT_PX = 46
"""Icon, padding and border of a button around its text."""
COUNT_INS = (0, 1, 2, 4)


class InputButton(QPushButton):
    """What is recorded: "Scarlett 2i2 · In 1"; its menu has devices, channels and monitoring."""

    def __init__(self, session: Session, commands: TransportCommands, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self._session, self._commands, self._theme = session, commands, theme
        self._name = ""
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Input device and channel"))
        session.devices_changed.connect(lambda _: self._show())
        session.settings_changed.connect(lambda _: self._show())
        theme.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        device = chosen(self._session.devices.inputs, self._session.settings.input_device)
        self.setIcon(self._theme.icon("ph.microphone" if device else "ph.microphone-slash", "text_2"))
        if device is None:
            known = self._session.devices.known
            text = self.tr("No microphone") if known else self.tr("Microphone …")
        else:
            text = self.tr("{0} · In {1}").format(device.name, self._session.settings.input_channel)
        self.setToolTip(text)
        self._name = text
        self._elide()

    def sizeHint(self) -> QSize:
        """Room for the whole name, if there is."""
        wanted = self.fontMetrics().horizontalAdvance(f"{self._name} ▾") + ROUND_TEXT_PX + SPACE_2
        return QSize(min(wanted, WIDEST_PX), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """In a narrow window the name gives way first."""
        return QSize(NARROWEST_PX, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As much of the name as fits."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        room = self.width() - ROUND_TEXT_PX - self.fontMetrics().horizontalAdvance(" ▾")
        self.setText(self.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideMiddle, room) + " ▾")
        self.updateGeometry()

    def _fill(self) -> None:
        self._menu.clear()
        settings, devices = self._session.settings, self._session.devices.inputs
        _choices(self._menu, self.tr("Input"), devices, settings.input_device, self._use_device)
        device = chosen(devices, settings.input_device)
        if device is not None and device.channels > 1:
            self._menu.addSeparator()
            self._add_channels(device.channels)
        self._menu.addSeparator()
        monitor = self._menu.addAction(self.tr("Hear yourself (monitoring)"))
        monitor.setCheckable(True)
        monitor.setChecked(settings.monitoring)
        monitor.triggered.connect(lambda on: self._commands.change_settings(monitoring=on))
        self._menu.addAction(self.tr("Look for devices again"), lambda: self._commands.refresh_devices())

    def _add_channels(self, channels: int) -> None:
        group = QActionGroup(self._menu)
        for channel in range(1, min(channels, 32) + 1):
            action = group.addAction(self._menu.addAction(self.tr("Channel {0}").format(channel)))
            action.setCheckable(True)
            action.setChecked(channel == self._session.settings.input_channel)
            action.triggered.connect(lambda _, c=channel: self._commands.change_settings(input_channel=c))

    def _use_device(self, name: str | None) -> None:
        self._commands.change_settings(input_device=name, input_channel=1)


class OutputButton(QToolButton):
    """Where it is heard."""

    def __init__(self, session: Session, commands: TransportCommands, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self._session, self._commands, self._theme = session, commands, theme
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self.setAccessibleName(self.tr("Output device"))
        session.devices_changed.connect(lambda _: self._show())
        session.settings_changed.connect(lambda _: self._show())
        theme.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        device = chosen(self._session.devices.outputs, self._session.settings.output_device)
        missing = device is None and self._session.devices.known
        self.setIcon(self._theme.icon("ph.speaker-slash" if missing else "ph.speaker-high"))
        self.setToolTip(self.tr("No output device") if device is None else self.tr("Output: {0}").format(device.name))

    def _fill(self) -> None:
        self._menu.clear()
        devices, wanted = self._session.devices.outputs, self._session.settings.output_device
        use: Callable[[str | None], None] = lambda name: self._commands.change_settings(output_device=name)  # noqa: E731
        _choices(self._menu, self.tr("Output"), devices, wanted, use)


class CountInButton(QPushButton):
    """How many bars of click come before the first bar."""

    def __init__(self, session: Session, commands: TransportCommands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._commands = session, commands
        self._menu = QMenu(self)
        group = QActionGroup(self._menu)
        self._actions = {bars: self._add(group, bars) for bars in COUNT_INS}
        self.setMenu(self._menu)
        self.setAccessibleName(self.tr("Count-in"))
        self.setToolTip(self.tr("Bars of click before the first bar"))
        session.settings_changed.connect(lambda _: self._show())
        self._show()

    def _add(self, group: QActionGroup, bars: int) -> QAction:
        text = self.tr("{0} bars").format(bars) if bars > 1 else self.tr("1 bar") if bars else self.tr("No count-in")
        action = group.addAction(self._menu.addAction(text))
        action.setCheckable(True)
        action.triggered.connect(lambda _: self._commands.change_settings(count_in_bars=bars))
        return action

    def _show(self) -> None:
        bars = self._session.settings.count_in_bars
        if bars in self._actions:
            self._actions[bars].setChecked(True)
        self.setText(self.tr("Count-in {0} ▾").format(bars) if bars else self.tr("Count-in off ▾"))


def chosen(devices: tuple[DeviceChoice, ...], name: str | None) -> DeviceChoice | None:
    """The device the settings name; where that is gone, the system's own choice, then any."""
    named = [device for device in devices if device.name == name]
    default = [device for device in devices if device.is_default]
    return next(iter((*named, *default, *devices)), None)


def _choices(
    menu: QMenu,
    title: str,
    devices: tuple[DeviceChoice, ...],
    wanted: str | None,
    use: Callable[[str | None], None],
) -> None:
    menu.addSection(title)
    group = QActionGroup(menu)
    current = chosen(devices, wanted)
    for device in devices:
        action = group.addAction(menu.addAction(device.name))
        action.setCheckable(True)
        action.setChecked(device == current)
        action.triggered.connect(lambda _, name=device.name: use(name))
    if not devices:
        menu.addAction("–").setEnabled(False)
