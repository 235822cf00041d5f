"""Calibration of a real (virtual) pair of devices."""

from __future__ import annotations

from pathlib import Path

import pytest
import virtual_audio as virtual

from vocmatch_desktop.errors import DeviceError
from vocmatch_desktop.services.calibration import CalibrationSpec, run
from vocmatch_desktop.settings import Places, Settings, load


def test_a_loop_is_calibrated_and_kept(virtual_audio: virtual.VirtualAudio, tmp_path: Path) -> None:
    virtual_audio.loop_back()
    places = Places(tmp_path, tmp_path, tmp_path)
    left = run(CalibrationSpec(places, Settings()))
    assert abs(left.residual_s) < 0.015
    assert list(load(places.settings_file).calibration_s or {}) == ["default|default"]


def test_an_open_loop_is_said_and_nothing_is_kept(virtual_audio: virtual.VirtualAudio, tmp_path: Path) -> None:
    places = Places(tmp_path, tmp_path, tmp_path)
    with pytest.raises(DeviceError, match="does not hear"):
        run(CalibrationSpec(places, Settings()))
    assert not places.settings_file.exists()
