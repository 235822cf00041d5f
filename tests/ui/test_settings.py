"""The settings page shows what is in force and changes it at once; shortcuts never act while someone types."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QRadioButton, QVBoxLayout, QWidget

from vocmatch_desktop.library.records import NotTaken
from vocmatch_desktop.settings import Places, Settings
from vocmatch_desktop.ui.jobs_bridge import JobsBridge
from vocmatch_desktop.ui.left_out import LeftOutList
from vocmatch_desktop.ui.session import DeviceChoice, DeviceList
from vocmatch_desktop.ui.settings_flow import SettingsFlow
from vocmatch_desktop.ui.settings_page import SettingsPage
from vocmatch_desktop.ui.shortcuts import EnterPresses, ShortcutsPage, install, table


@pytest.fixture
def page(qtbot, session, commands, theme, home: Path) -> SettingsPage:
    made = SettingsPage(session, commands, commands, Places.from_environment(), QWidget())
    qtbot.addWidget(made)
    return made


def test_building_the_page_changes_nothing(page, commands) -> None:
    assert commands.asked("change_settings") == []


def test_devices_and_channels_are_offered(page, session, commands) -> None:
    session.devices = DeviceList(
        (DeviceChoice("Mic", 1, True), DeviceChoice("Scarlett", 4)), (DeviceChoice("Speakers", 2, True),), known=True
    )
    assert page.input.currentText() == "Mic"
    page.input.setCurrentIndex(1)
    page.input.activated.emit(1)
    assert commands.asked("change_settings")[-1] == (("input_device", "Scarlett"), ("input_channel", 1))
    session.settings = replace(Settings(), input_device="Scarlett", input_channel=3)
    assert page.channel.count() == 4
    assert page.channel.currentData() == 3


def test_no_device_is_said(page, session) -> None:
    session.devices = DeviceList(known=True)
    assert page.input.currentText() == "No microphone"
    assert not page.output.isEnabled()


@pytest.mark.parametrize(
    ("before", "choice", "asked"), [((False, 6), 0, (True, 6)), ((True, 6), 2, (False, 2)), ((False, 2), 6, (False, 6))]
)
def test_how_far_beats_may_be_transposed_is_chosen(page, session, commands, before, choice, asked) -> None:
    session.settings = replace(Settings(), in_key_only=before[0], max_shift=before[1])
    assert page.shift.currentData() == (0 if before[0] else before[1])
    page.shift.setCurrentIndex(page.shift.findData(choice))
    page.shift.activated.emit(choice)
    assert commands.asked("set_match_options") == [asked]


def test_choosing_what_is_in_force_ranks_nothing_again(page, commands) -> None:
    page.shift.activated.emit(page.shift.currentIndex())
    assert commands.asked("set_match_options") == []


def test_the_theme_is_chosen(page, commands) -> None:
    page.findChild(QRadioButton, "light").setChecked(True)
    assert commands.asked("change_settings") == [(("theme", "light"),)]


def test_a_measured_latency_is_shown(page, session) -> None:
    session.devices = DeviceList((DeviceChoice("Mic", 1, True),), (DeviceChoice("Out", 2, True),), known=True)
    session.settings = replace(Settings(), calibration_s={"Mic|Out": 0.0042})
    assert page.calibration.text() == "Measured: +4.2 ms"


def test_settings_are_saved_beside_the_window_and_exclusions_told(session, tmp_path, qtbot) -> None:
    bridge = JobsBridge()
    flow = SettingsFlow(session, bridge, tmp_path / "settings.json")
    with qtbot.waitSignal(flow.folders_excluded) as excluded:
        flow.change(excluded_folders=("/beats/old",), max_shift=3)
    assert excluded.args == [(Path("/beats/old"),)]
    bridge.close()
    assert json.loads((tmp_path / "settings.json").read_text())["max_shift"] == 3


def test_a_second_window_saves_nothing(session, tmp_path) -> None:
    bridge = JobsBridge()
    session.read_only = True
    SettingsFlow(session, bridge, tmp_path / "settings.json").change(max_shift=3)
    bridge.close()
    assert not (tmp_path / "settings.json").exists()


def test_keys_act_but_not_while_someone_types(qtbot) -> None:
    window = QWidget()
    field = QLineEdit()
    QVBoxLayout(window).addWidget(field)
    pressed: list[str] = []
    names = {key.action for key in table() if key.action}
    install(window, {name: (lambda name=name: pressed.append(name)) for name in names})
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    window.setFocus()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_R, Qt.Key.Key_L, Qt.Key.Key_Slash, Qt.Key.Key_F1):
        qtbot.keyClick(window, key)
    assert pressed == ["play", "record", "loop", "search", "shortcuts"]
    field.setFocus()
    qtbot.keyClicks(field, "r l/")
    assert field.text() == "r l/"
    assert len(pressed) == 5


def test_every_key_is_on_the_page_and_in_no_two_places(qtbot) -> None:
    page = ShortcutsPage()
    qtbot.addWidget(page)
    keys = [name for key in table() for name in key.keys]
    assert len(keys) == len(set(keys))
    assert all(key.shown and key.words for key in table())


def test_enter_presses_the_focused_button(qtbot, qapp) -> None:
    window = QWidget()
    button = QPushButton("Tap")
    QVBoxLayout(window).addWidget(button)
    qtbot.addWidget(window)
    EnterPresses(qapp, window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    button.setFocus()
    with qtbot.waitSignal(button.clicked):
        qtbot.keyClick(button, Qt.Key.Key_Return)


def test_left_out_files_are_listed_with_their_reason(qtbot) -> None:
    listed = LeftOutList()
    qtbot.addWidget(listed)
    listed.show_files((NotTaken(Path("/b/x.wav"), "It holds no sound."),))
    assert listed.topLevelItem(0).text(0) == "It holds no sound."
