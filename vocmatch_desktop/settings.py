"""One typed settings object, one atomic settings.json, and the folders everything is kept in.

`VOCMATCH_HOME` moves everything into one folder; otherwise the platform's own folders are used. `VOCMATCH_MATERIAL`
names the folder that holds `data/` and `eval/` for training and evaluation.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import platformdirs

from vocmatch_desktop.errors import DiskError
from vocmatch_desktop.whole import write_text

SETTINGS_VERSION = 1


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are kept; nothing is created until `ensure`."""

    data: Path
    config: Path
    logs: Path

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Places:
        """`VOCMATCH_HOME` if set, else the platform's folders."""
        home = environ.get("VOCMATCH_HOME")
        if home:
            root = Path(home).expanduser().absolute()
            return cls(data=root, config=root, logs=root / "logs")
        return cls(
            data=Path(platformdirs.user_data_dir("VocMatch", appauthor=False)),
            config=Path(platformdirs.user_config_dir("VocMatch", appauthor=False)),
            logs=Path(platformdirs.user_log_dir("VocMatch", appauthor=False)),
        )

    @property
    def database(self) -> Path:
        """The library."""
        return self.data / "library.db"

    @property
    def takes(self) -> Path:
        """One folder a take."""
        return self.data / "Takes"

    @property
    def songs(self) -> Path:
        """One folder for each song that was taken apart; durable, DAWs reference the stems in place."""
        return self.data / "Songs"

    @property
    def fitted(self) -> Path:
        """Fitted beats; durable, DAWs reference files in place."""
        return self.data / "Fitted"

    @property
    def exports(self) -> Path:
        """Session folders for DAWs, unless the user chose another place; durable too."""
        return self.data / "Exports"

    @property
    def auditions(self) -> Path:
        """Bent parts of beats that are kept for playing again; the program may delete them."""
        return self.data / "Auditions"

    @property
    def models(self) -> Path:
        """Models that somebody added, a card beside each; ours are `bundled("models")`."""
        return self.data / "models"

    @property
    def demo(self) -> Path:
        """The demo's beats, takes and library."""
        return self.data / "demo"

    @property
    def cache(self) -> Path:
        """What can be worked out again, such as analyses of the training material; anybody may delete it."""
        return self.data / "cache"

    @property
    def settings_file(self) -> Path:
        """The settings."""
        return self.config / "settings.json"

    def ensure(self) -> Places:
        """Creates the folders; raises `DiskError` where that fails."""
        for folder in (self.data, self.config, self.logs, self.takes):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                remedy = "Check permissions or set VOCMATCH_HOME."
                raise DiskError(f"The folder {folder} cannot be created.", remedy) from error
        return self


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose. Unknown names in the file are kept out, missing ones take their default."""

    version: int = SETTINGS_VERSION
    input_device: str | None = None
    output_device: str | None = None
    input_channel: int = 1
    monitoring: bool = False
    count_in_bars: int = 1
    click_volume_db: float = -9.0
    balance: float = 0.5
    bpm: float | None = None
    project_bpm_locked: bool = False
    in_key_only: bool = False
    max_shift: int = 6
    export_folder: str | None = None
    stem_model: str | None = None
    theme: str = "dark"
    watch_folders: tuple[str, ...] = ()
    excluded_folders: tuple[str, ...] = ()
    included_folders: tuple[str, ...] = ()
    """Taken whatever they are called ("samples", "stems") and however short their files are."""
    calibration_s: Mapping[str, float] | None = None
    """Measured loopback residual per "input|output" device pair, seconds."""


def load(path: Path) -> Settings:
    """Reads the settings; missing or damaged ones give the defaults, the damaged file is kept beside as `.damaged`."""
    if not path.exists():
        return Settings()
    try:
        raw = json.loads(path.read_text("utf-8"))
        return replace(Settings(), **_known(dict(raw)))
    except (ValueError, TypeError, OSError):
        path.replace(path.with_suffix(".damaged"))
        return Settings()


def save(path: Path, settings: Settings) -> None:
    """Writes the settings atomically; raises `DiskError`."""
    write_text(path, json.dumps(asdict(settings), indent=2, ensure_ascii=False))


def _known(raw: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(Settings)} - {"version"}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items() if name in names}


def material(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The folder with `data/` and `eval/`, or None where `VOCMATCH_MATERIAL` is not set or does not exist."""
    named = environ.get("VOCMATCH_MATERIAL")
    return Path(named) if named and Path(named).is_dir() else None


def bundled(folder: str) -> Path:
    """The shipped folder `resources` or `models`: inside the package when installed, beside it in a checkout."""
    inside = Path(str(files("vocmatch_desktop"))) / folder
    return inside if inside.is_dir() else inside.parent.parent / folder
