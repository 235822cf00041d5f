from dataclasses import replace
from pathlib import Path

import pytest

from vocmatch_desktop import settings
from vocmatch_desktop.errors import DiskError
from vocmatch_desktop.settings import Places, Settings


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    chosen = replace(Settings(), bpm=92.5, watch_folders=("/beats", "/más beats 🎹"), calibration_s={"a|b": 0.004})
    settings.save(tmp_path / "deep" / "settings.json", chosen)
    assert settings.load(tmp_path / "deep" / "settings.json") == chosen


@pytest.mark.parametrize("damage", ["", "{", "[1, 2]", '"text"', "\x00\xff"])
def test_damaged_settings_are_set_aside_not_lost(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(damage, "latin-1")
    assert settings.load(path) == Settings()
    assert path.with_suffix(".damaged").read_text("latin-1") == damage


def test_settings_of_a_newer_version_keep_what_is_known(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"version": 99, "bpm": 120, "hologram": true}', "utf-8")
    assert settings.load(path).bpm == 120


def test_home_moves_everything(tmp_path: Path) -> None:
    places = Places.from_environment({"VOCMATCH_HOME": str(tmp_path / "home")}).ensure()
    assert places.takes.is_dir()
    assert all((tmp_path / "home") in p.parents for p in (places.database, places.settings_file, places.takes))


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DiskError, match="cannot be created"):
        Places.from_environment({"VOCMATCH_HOME": str(tmp_path / "file")}).ensure()


def test_material_is_none_where_it_is_not() -> None:
    assert settings.material({}) is None
    assert settings.material({"VOCMATCH_MATERIAL": "/nowhere/at/all"}) is None


def test_bundled_folders_are_found_in_a_checkout() -> None:
    assert settings.bundled("resources").is_dir()
    assert settings.bundled("models").is_dir()
