from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path

import pytest
from tiny_models import four_stems

from vocmatch_desktop import settings
from vocmatch_desktop.commands.output import ShellReport
from vocmatch_desktop.errors import DeviceError
from vocmatch_desktop.inference.store import ModelStore
from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.services import doctor
from vocmatch_desktop.services.doctor import Check, DoctorSpec
from vocmatch_desktop.services.models import AddModelSpec
from vocmatch_desktop.services.models import run as add
from vocmatch_desktop.settings import Places


@pytest.fixture
def places(home: Path) -> Places:
    return Places.from_environment({"VOCMATCH_HOME": str(home)})


def examine(places: Places, **environ: str) -> dict[str, Check]:
    diagnosis = doctor.run(DoctorSpec(places, environ), ShellReport())
    return {check.name: check for check in diagnosis.checks}


def test_this_machine_is_examined_and_every_fault_has_a_fix(places):
    checks = examine(places, QT_QPA_PLATFORM="offscreen")
    assert all(checks[name].ok for name in ("Program", "Packages", "Folder data", "Library", "Sound formats"))
    assert checks["Pitch model"].ok
    assert checks["Models on cpu"].ok
    assert checks["Display"].ok
    assert all(check.detail for check in checks.values())
    assert all(bool(check.fix) != check.ok for check in checks.values())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are named by the environment on Linux only")
def test_a_missing_display_is_said(places):
    assert not examine(places)["Display"].ok
    assert examine(places, WAYLAND_DISPLAY="wayland-0")["Display"].ok


def test_a_folder_that_is_a_file_cannot_be_written(places):
    places.takes.parent.mkdir(parents=True, exist_ok=True)
    places.takes.write_text("in the way")
    check = examine(places, DISPLAY=":0")["Folder takes"]
    assert not check.ok
    assert str(places.takes) in check.detail
    assert "VOCMATCH_HOME" in check.fix


def test_a_good_library_is_read_through(places):
    with Catalogue(places.database):
        pass
    assert examine(places)["Library"] == Check("Library", True, f"0 beats in {places.database}")


def test_a_damaged_library_is_found(places):
    with Catalogue(places.database):
        pass
    size = places.database.stat().st_size
    with places.database.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 8192))
    check = examine(places)["Library"]
    assert not check.ok
    assert check.fix


def test_a_file_that_is_no_database_is_found(places):
    places.database.write_text("once upon a time " * 200)
    assert not examine(places)["Library"].ok


def test_a_locked_library_can_still_be_examined(places):
    with Catalogue(places.database):
        pass
    connection = sqlite3.connect(places.database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    assert examine(places)["Library"].ok
    connection.close()


def test_too_little_space_is_said(places, monkeypatch):
    usage = type("Usage", (), {"free": 100_000_000})
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda folder: usage)
    check = examine(places)["Free space"]
    assert not check.ok
    assert "0.1 GB" in check.detail


def test_a_changed_pitch_model_is_found(places, monkeypatch):
    monkeypatch.setattr("vocmatch_desktop.inference.cards.verify", lambda card: "0" * 64)
    assert not examine(places)["Pitch model"].ok


def test_two_onnxruntimes_are_one_too_many(places, monkeypatch):
    monkeypatch.setattr(doctor, "_installed", lambda name: True)
    check = examine(places)["Packages"]
    assert not check.ok
    assert "onnxruntime-gpu" in check.detail


def test_a_system_without_sound_keeps_the_other_checks(places, monkeypatch):
    def broken() -> tuple[()]:
        raise DeviceError("The sound library PortAudio is not installed.", "Install the package libportaudio2.")

    monkeypatch.setattr("vocmatch_desktop.audio.devices.inputs", broken)
    checks = examine(places)
    assert not checks["Microphone"].ok
    assert checks["Microphone"].fix == "Install the package libportaudio2."
    assert checks["Models on cpu"].ok


def test_the_devices_are_calibrated_on_request(places, virtual_audio):
    virtual_audio.loop_back()
    checks = doctor.run(DoctorSpec(places, os.environ, calibrate=True), ShellReport()).checks
    (timing,) = [check for check in checks if check.name == "Timing"]
    assert timing.ok, timing.detail
    assert settings.load(places.settings_file).calibration_s


def test_an_open_loop_is_said(places, virtual_audio):
    checks = doctor.run(DoctorSpec(places, os.environ, calibrate=True), ShellReport()).checks
    found = {check.name: check for check in checks}
    assert found["Microphone"].ok
    assert found["Loudspeaker"].ok
    assert not found["Timing"].ok
    assert found["Timing"].fix


def test_the_model_store_is_read_through(places):
    assert examine(places)["Model store"].ok
    places.models.mkdir(parents=True)
    (places.models / "broken.json").write_text("{")
    assert "broken.json" in examine(places)["Model store"].detail


def test_a_model_that_takes_songs_apart_is_loaded(places, tmp_path, monkeypatch):
    store = ModelStore(tmp_path / "nothing shipped", places.models)
    monkeypatch.setattr(ModelStore, "of", classmethod(lambda cls, places: store))
    assert "models add" in examine(places)["Separation"].fix
    net = four_stems(tmp_path / "four.onnx")
    add(AddModelSpec(str(net), places, facts={"frames": 44_100}), ShellReport())
    check = examine(places)["Separation"]
    assert check.ok
    assert check.detail == "four (htdemucs): drums, bass, vocals, other, instrumental"
