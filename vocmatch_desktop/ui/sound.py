"""The loudspeaker and the microphone: found, opened and closed beside the window, for sound systems take their time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from vocmatch_desktop.audio import devices
from vocmatch_desktop.audio.capture import Recorder
from vocmatch_desktop.audio.clock import measure_loopback, pair_name
from vocmatch_desktop.audio.monitor import Monitor
from vocmatch_desktop.audio.playback import Player
from vocmatch_desktop.errors import UserError
from vocmatch_desktop.jobs.protocol import Bug
from vocmatch_desktop.settings import Settings
from vocmatch_desktop.ui.jobs_bridge import JobsBridge
from vocmatch_desktop.ui.session import DeviceChoice, DeviceList, Problem, Session

METER_MS = 16

Failed = Callable[[UserError | Bug], None]
Device = TypeVar("Device")


@dataclass(frozen=True, slots=True)
class _Want(Generic[Device]):
    """What is to be done with a device that is being opened."""

    use: Callable[[Device], None]
    failed: Failed


class Sound(QObject):
    """Keeps one open player and one open recorder for the devices the settings name.

    `with_player` and `with_recorder` call back at once where the device is open already. While the microphone is open
    `level` tells what it hears; `quiet` that it was closed.
    """

    level = Signal(float, bool)  # peak dBFS, clipped
    quiet = Signal()

    def __init__(self, session: Session, bridge: JobsBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._bridge = session, bridge
        self.player: Player | None = None
        self.recorder: Recorder | None = None
        self._monitor: Monitor | None = None
        self._metering = QTimer(self, interval=METER_MS)
        self._metering.timeout.connect(self._measure_level)
        self._wants_player: _Want[Player] | None = None
        self._wants_recorder: _Want[Recorder] | None = None
        self._used = _devices_of(session.settings)
        session.settings_changed.connect(self._use_settings)

    def look(self) -> None:
        """Lists what is plugged in; opens both devices where the singer wants to hear herself."""
        self._bridge.in_thread(_list, self._show, failed=self._say)
        self._apply_monitoring()

    def look_again(self) -> None:
        """Lists what is plugged in now; everything that is open is closed for it."""
        self._close_player()
        self._close_recorder()
        self._bridge.in_thread(lambda: (devices.refresh(), _list())[1], self._show, failed=self._say)

    def with_player(self, use: Callable[[Player], None], failed: Failed | None = None) -> None:
        """Calls `use` with an open player, else `failed` (None: the banner says it). The newest wish wins."""
        if self.player is not None and self.player.problem is None:
            use(self.player)
            return
        self._close_player()
        opening, self._wants_player = self._wants_player, _Want(use, failed or self._say)
        if opening is None:
            name = self._session.settings.output_device
            self._bridge.in_thread(lambda: _open_player(name), self._got_player, failed=self._no_player)

    def with_recorder(self, use: Callable[[Recorder], None], failed: Failed | None = None) -> None:
        """Calls `use` with an open recorder, else `failed` (None: the banner says it). The newest wish wins."""
        if self.recorder is not None and self.recorder.is_open:
            use(self.recorder)
            return
        self._close_recorder()
        opening, self._wants_recorder = self._wants_recorder, _Want(use, failed or self._say)
        if opening is None:
            settings = self._session.settings
            self._bridge.in_thread(
                lambda: _open_recorder(settings.input_device, settings.input_channel),
                self._got_recorder,
                failed=self._no_recorder,
            )

    def measure(self, done: Callable[[str, float], None]) -> None:
        """Measures the chosen devices' loop (3 s) and gives their pair's name and the residual in seconds."""
        settings = self._session.settings
        self._close_player()
        self._close_recorder()

        def work() -> tuple[str, float]:
            microphone = _or_default(devices.find_input, settings.input_device)
            loudspeaker = _or_default(devices.find_output, settings.output_device)
            loop = measure_loopback(microphone, loudspeaker, channel=settings.input_channel)
            return pair_name(microphone, loudspeaker), loop.residual_s

        self._bridge.in_thread(work, lambda measured: done(*measured), failed=self._say)

    def close(self) -> None:
        """Closes both; called when the bridge is closed, so that nothing is being opened any more."""
        self._metering.stop()
        self._stop_monitor()
        for device in (self.player, self.recorder):
            if device is not None:
                device.close()
        self.player = self.recorder = None

    def _got_player(self, player: Player) -> None:
        self.player = player
        want, self._wants_player = self._wants_player, None
        if want is not None:
            want.use(player)

    def _no_player(self, error: UserError | Bug) -> None:
        want, self._wants_player = self._wants_player, None
        if want is not None:
            want.failed(error)

    def _got_recorder(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self._metering.start()
        want, self._wants_recorder = self._wants_recorder, None
        if want is not None:
            want.use(recorder)

    def _no_recorder(self, error: UserError | Bug) -> None:
        want, self._wants_recorder = self._wants_recorder, None
        if want is not None:
            want.failed(error)

    def _show(self, found: DeviceList) -> None:
        self._session.devices = found

    def _say(self, error: UserError | Bug) -> None:
        words, remedy = said(error)
        self._session.problem.emit(Problem(words, remedy, self.tr("Look for devices again"), "refresh_devices"))
        if not self._session.devices.known:
            self._session.devices = DeviceList(known=True)

    def _use_settings(self, settings: Settings) -> None:
        used = _devices_of(settings)
        if used[0] != self._used[0]:
            self._close_player()
        if used[1:] != self._used[1:]:
            self._close_recorder()
        self._used = used
        self._apply_monitoring()

    def _apply_monitoring(self) -> None:
        if not self._session.settings.monitoring:
            self._stop_monitor()
        elif self._monitor is None:
            self.with_recorder(lambda recorder: self.with_player(lambda player: self._listen_to(recorder, player)))

    def _listen_to(self, recorder: Recorder, player: Player) -> None:
        if not self._session.settings.monitoring or self._monitor is not None:
            return
        monitor = Monitor(recorder, player)
        try:
            monitor.start()
        except UserError as error:
            self._session.problem.emit(Problem(error.message, error.remedy))
        else:
            self._monitor = monitor

    def _stop_monitor(self) -> None:
        if self._monitor is not None:
            self._monitor.stop()
            self._monitor = None

    def _measure_level(self) -> None:
        if self.recorder is None:
            self._metering.stop()
            return
        levels = self.recorder.levels()
        self.level.emit(levels.peak_dbfs, levels.clipped)
        if levels.clipped:
            self.recorder.clear_clip()

    def _close_player(self) -> None:
        self._stop_monitor()
        if self.player is not None:
            self._bridge.in_thread(self.player.close)
            self.player = None

    def _close_recorder(self) -> None:
        self._stop_monitor()
        self._metering.stop()
        self.quiet.emit()
        if self.recorder is not None:
            self._bridge.in_thread(self.recorder.close)
            self.recorder = None


def said(error: UserError | Bug) -> tuple[str, str]:
    """An error as (what is wrong, what to do)."""
    if isinstance(error, UserError):
        return error.message, error.remedy
    return error.summary, "The log has the details."


def _devices_of(settings: Settings) -> tuple[str | None, str | None, int]:
    return settings.output_device, settings.input_device, settings.input_channel


def _list() -> DeviceList:
    return DeviceList(_choices(devices.inputs()), _choices(devices.outputs()), known=True)


def _choices(found: tuple[devices.Device, ...]) -> tuple[DeviceChoice, ...]:
    return tuple(DeviceChoice(device.name, device.channels, device.is_default) for device in found)


def _open_player(name: str | None) -> Player:
    player = Player(_or_default(devices.find_output, name))
    player.open()
    return player


def _open_recorder(name: str | None, channel: int) -> Recorder:
    device = _or_default(devices.find_input, name)
    recorder = Recorder(device, channel=min(channel, device.channels))
    recorder.open()
    return recorder


def _or_default(find: Callable[[str | None], devices.Device], name: str | None) -> devices.Device:
    """The named device, the system's own where that one is not plugged in."""
    try:
        return find(name)
    except UserError:
        if name is None:
            raise
        return find(None)
