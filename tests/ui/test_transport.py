"""The transport says what the session says and asks for what is clicked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from vocmatch_desktop.settings import Settings
from vocmatch_desktop.types import SILENCE_DB
from vocmatch_desktop.ui.meter import HOLD_S, Meter
from vocmatch_desktop.ui.session import DeviceChoice, DeviceList, Playhead, Session, Tempo
from vocmatch_desktop.ui.tap import TapTempo
from vocmatch_desktop.ui.theme import Theme
from vocmatch_desktop.ui.timeline import Grid
from vocmatch_desktop.ui.transport import Transport, clock_text


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def transport(qtbot, session, commands, theme, clock) -> Transport:
    made = Transport(session, commands, theme, clock)
    qtbot.addWidget(made)
    made.resize(1440, 52)
    made.show()
    return made


def test_the_record_button_asks_and_lights_only_when_recording(transport, session, commands, qtbot) -> None:
    qtbot.mouseClick(transport.record, Qt.MouseButton.LeftButton)
    assert commands.asked("record") == [()]
    assert not transport.record.isChecked()
    session.activity = "recording"
    assert transport.record.isChecked()
    assert transport.record.text() == "Stop"


def test_nothing_moves_when_recording_begins(transport, session) -> None:
    at = transport.play.x()
    session.activity = "recording"
    transport.layout().activate()
    assert transport.play.x() == at
    assert transport.record.sizeHint().width() <= transport.record.width()


def test_the_device_cannot_be_changed_while_recording(transport, session) -> None:
    session.activity = "recording"
    assert not transport.input.isEnabled()
    session.activity = "idle"
    assert transport.input.isEnabled()


def test_toggles_ask_and_follow(transport, session, commands, qtbot) -> None:
    for button, name in ((transport.loop, "set_loop"), (transport.click, "set_click"), (transport.lock, "lock_bpm")):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert commands.asked(name) == [(True,)]
    session.looping = True
    session.looping = False
    assert not transport.loop.isChecked()


def test_time_and_bar_follow_the_playhead(transport, session) -> None:
    transport.set_grid(Grid(bpm=120, first_beat_s=0.5))
    session.playhead_moved.emit(Playhead(take_s=2.5))
    assert transport.time.text() == "00:02.5"
    assert transport.bar.text() == "2 . 1 . 1"
    transport.set_grid(None)
    assert transport.bar.text() == "–"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "00:00.0"), (18.64, "00:18.6"), (59.96, "01:00.0"), (3600, "60:00.0"), (-1.5, "−00:01.5"), (-0.01, "00:00.0")],
)
def test_clock_text(seconds: float, text: str) -> None:
    assert clock_text(seconds) == text


def test_the_tempo_is_shown_with_its_source_and_can_be_typed(transport, session, commands) -> None:
    session.tempo = Tempo(92.0, "tapped")
    assert transport.bpm.value() == 92
    assert transport.bpm_source.text() == "bpm · tapped"
    assert commands.asked("set_bpm") == []
    transport.bpm.setValue(100)
    assert commands.asked("set_bpm") == [(100.0,)]
    transport.bpm.setValue(transport.bpm.minimum())
    assert commands.asked("set_bpm")[-1] == (None,)
    session.tempo = Tempo(None)
    assert transport.bpm.text() == "free"


def test_taps_make_a_tempo(transport, commands, clock) -> None:
    for _ in range(5):
        transport.tap()
        clock.now += 0.5
    assert commands.asked("set_bpm")[-1] == (120.0, ("tapped", True))


def test_a_late_tap_hardly_matters_and_a_pause_starts_afresh() -> None:
    tap = TapTempo()
    assert [tap.tap(t) for t in (0.0, 0.5)] == [None, None]
    assert tap.tap(1.0) == 120
    assert abs(tap.tap(1.54) - 120) < 5
    assert tap.tap(10.0) is None


def test_the_input_chooser_names_device_and_channel(transport, session, commands) -> None:
    assert "Microphone" in transport.input.text()
    session.devices = DeviceList((DeviceChoice("Scarlett", 2, True),), (DeviceChoice("Speakers", 2),), known=True)
    session.settings = replace(Settings(), input_channel=2)
    assert transport.input.toolTip() == "Scarlett · In 2"
    transport.input.menu().aboutToShow.emit()
    actions = {action.text(): action for action in transport.input.menu().actions()}
    assert actions["Scarlett"].isChecked()
    assert actions["Channel 2"].isChecked()
    actions["Channel 1"].trigger()
    assert commands.asked("change_settings") == [(("input_channel", 1),)]


def test_no_microphone_is_said(transport, session) -> None:
    session.devices = DeviceList(known=True)
    assert transport.input.toolTip() == "No microphone"
    assert transport.output.toolTip() == "No output device"


def test_the_count_in_is_a_setting(transport, session, commands) -> None:
    transport.count_in.menu().actions()[0].trigger()
    assert commands.asked("change_settings") == [(("count_in_bars", 0),)]
    session.settings = replace(session.settings, count_in_bars=0)
    assert transport.count_in.text().startswith("Count-in off")


def test_everything_has_a_name(transport) -> None:
    named = (
        *(transport.record, transport.play, transport.loop, transport.lock, transport.tap_button, transport.click),
        *(transport.count_in, transport.input, transport.output, transport.meter, transport.gear, transport.bpm),
    )
    assert all(widget.accessibleName() for widget in named)


def test_the_meter_holds_peaks_and_latches_clips(theme: Theme, clock: Clock, qtbot) -> None:
    meter = Meter(theme, clock)
    qtbot.addWidget(meter)
    meter.set_level(-6.0)
    clock.now += HOLD_S - 0.1
    meter.set_level(-30.0)
    assert meter.peak_db == -6.0
    clock.now += 0.2
    meter.set_level(-31.0)
    assert meter.peak_db == -31.0
    meter.set_level(0.0)
    meter.set_level(-40.0)
    assert meter.clips == 1
    meter.rest()
    assert (meter.clips, meter.peak_db) == (1, SILENCE_DB)
    qtbot.mouseClick(meter, Qt.MouseButton.LeftButton)
    assert meter.clips == 0


def test_no_signal_without_change(session: Session, qtbot) -> None:
    with qtbot.assertNotEmitted(session.looping_changed):
        session.looping = False
