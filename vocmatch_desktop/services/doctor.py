"""What works on this machine, what does not, and what to do about it.

Every check really tries the thing: folders are written to, the database is read through, models are run.
"""

from __future__ import annotations

import ctypes
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.settings import Places, load
from vocmatch_desktop.types import Report

LEAST_FREE_GB = 1.0
"""A take of an hour needs 0.6 GB, the demo 0.2."""

MOST_RESIDUAL_S = 0.015
"""A take may lie this far from its click."""

_DISTRIBUTION = "vocmatch-desktop"
_WINDOW_LIBRARIES = ("libEGL.so.1", "libGL.so.1", "libfontconfig.so.1", "libxkbcommon.so.0", "libdbus-1.so.3")
_X_LIBRARIES = ("libxcb-cursor.so.0", "libxcb-icccm.so.4", "libxcb-keysyms.so.1", "libxkbcommon-x11.so.0")
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried: `detail` says what was found, `fix` what to do where it is not `ok`."""

    name: str
    ok: bool
    detail: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class DoctorSpec:
    """What to look at.

    `environ` is the process's environment. `calibrate`: also play clicks (6 s), and keep how late the microphone hears
    them.
    """

    places: Places
    environ: Mapping[str, str]
    calibrate: bool = False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All checks, in a fixed order."""

    checks: tuple[Check, ...]


def run(spec: DoctorSpec, report: Report) -> Diagnosis:
    """Tries everything; a check that fails never keeps the others from being made."""
    probes: list[tuple[str, Callable[[], Check]]] = [
        ("Program", _program),
        ("Packages", _packages),
        *[(f"Folder {name}", partial(_folder, name, path)) for name, path in _folders(spec.places)],
        ("Free space", partial(_space, spec.places.data)),
        ("Library", partial(_library, spec.places.database)),
        ("Sound formats", _formats),
        ("Microphone", _microphone),
        ("Loudspeaker", _loudspeaker),
        *([("Timing", partial(_timing, spec.places))] if spec.calibrate else []),
        ("Pitch model", _pitch_model),
        ("Model store", partial(_store, spec.places)),
        ("Separation", partial(_separation, spec.places)),
        *[(f"Models on {provider}", partial(_provider, provider)) for provider in _providers()],
        ("Display", partial(_display, spec.environ)),
        ("Fonts", _fonts),
        ("System libraries", partial(_system_libraries, spec.environ)),
    ]
    return Diagnosis(tuple(_tried(probes, report)))


def _tried(probes: list[tuple[str, Callable[[], Check]]], report: Report) -> Iterator[Check]:
    for number, (name, probe) in enumerate(probes):
        report(number / len(probes), f"Checking: {name.lower()}")
        try:
            yield probe()
        except UserError as error:
            yield Check(name, False, error.message, error.remedy)
        except (ImportError, OSError) as error:
            yield Check(name, False, f"{type(error).__name__}: {error}", "Install the program again.")


def _program() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    ours = metadata.version(_DISTRIBUTION) if _installed(_DISTRIBUTION) else ""
    ok = bool(ours) and (3, 11) <= sys.version_info[:2] < (3, 13)
    detail = f"VocMatch {ours or '(not installed)'}, Python {version}, {sys.platform}"
    return Check("Program", ok, detail, "" if ok else "Use Python 3.11 or 3.12 and run packaging/bootstrap.py.")


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _packages() -> Check:
    """Every package the program asks for is there, and exactly one onnxruntime."""
    wanted = [line for line in metadata.requires(_DISTRIBUTION) or [] if "extra ==" not in line]
    names = [_name_of(line) for line in wanted]
    runtimes = [name for name in ("onnxruntime", "onnxruntime-gpu") if _installed(name)]
    missing = [name for name in names if name != "onnxruntime" and not _installed(name)]
    if missing:
        return Check("Packages", False, f"missing: {', '.join(missing)}", "Run packaging/bootstrap.py again.")
    if len(runtimes) != 1:
        found = " and ".join(runtimes) or "none"
        return Check("Packages", False, f"onnxruntime builds: {found}", "Keep exactly one of them.")
    qt = metadata.version("PySide6-Essentials")
    if not qt.startswith("6.9."):
        return Check("Packages", False, f"PySide6-Essentials {qt} is known to crash", "Install version 6.9.")
    return Check("Packages", True, f"all {len(names)} there; Qt {qt}, {runtimes[0]} {metadata.version(runtimes[0])}")


def _name_of(requirement: str) -> str:
    end = next((i for i, letter in enumerate(requirement) if not (letter.isalnum() or letter in "-_.")), None)
    return requirement[:end]


def _folders(places: Places) -> tuple[tuple[str, Path], ...]:
    return (("data", places.data), ("settings", places.config), ("logs", places.logs), ("takes", places.takes))


def _folder(name: str, path: Path) -> Check:
    """Writes a file of a few bytes and takes it away again."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path, prefix=".vocmatch-check-") as probe:
            probe.write(b"can be written")
            probe.flush()
    except OSError as error:
        fix = "Check its permissions, or set VOCMATCH_HOME to another folder."
        return Check(f"Folder {name}", False, f"{path} cannot be written ({error.strerror})", fix)
    return Check(f"Folder {name}", True, str(path))


def _space(folder: Path) -> Check:
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(there).free / 1e9
    ok = free >= LEAST_FREE_GB
    return Check("Free space", ok, f"{free:.1f} GB in {there}", "" if ok else "Free some space: takes need it.")


def _library(database: Path) -> Check:
    """Reads the whole database through; a missing one is fine, it is made with the first folder."""
    from vocmatch_desktop.library.catalogue import Catalogue

    if not database.exists():
        return Check("Library", True, "not made yet: add a folder of beats")
    with Catalogue(database, read_only=True) as catalogue:
        beats = len(catalogue.columns())
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        verdict = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    if verdict != "ok":
        return Check("Library", False, f"damaged: {verdict}", "Put back a backup that lies beside it.")
    return Check("Library", True, f"{beats} beats in {database}")


def _formats() -> Check:
    """Writes FLAC, MP3 and Opus and reads them back, and finds the AAC decoder of FFmpeg."""
    import av
    import numpy as np
    import soundfile

    from vocmatch_desktop.audio import files
    from vocmatch_desktop.types import Audio

    wave = Audio(np.sin(np.arange(4800, dtype=np.float32) / 20)[:, None] * np.float32(0.5), 48_000)
    with tempfile.TemporaryDirectory(prefix="vocmatch-") as folder:
        made = [files.write(Path(folder) / f"check.{kind}", wave).path for kind in ("flac", "mp3", "opus")]
        errors = [np.sqrt(np.mean((files.read(path).samples - wave.samples) ** 2)) for path in made]
    same = errors[0] < 1e-4 and max(errors) < 0.05
    aac = "aac" in av.codecs_available
    found = f"libsndfile {soundfile.__libsndfile_version__}, PyAV {av.__version__}"
    return Check("Sound formats", bool(same and aac), found, "" if same and aac else "Install soundfile and av again.")


def _microphone() -> Check:
    from vocmatch_desktop.audio.devices import inputs

    found = inputs()
    detail = ", ".join(device.name for device in found[:3]) or "none"
    return Check("Microphone", bool(found), detail, "" if found else "Plug one in, or import takes from files.")


def _loudspeaker() -> Check:
    from vocmatch_desktop.audio.devices import outputs

    found = outputs()
    detail = ", ".join(device.name for device in found[:3]) or "none"
    return Check(
        "Loudspeaker", bool(found), detail, "" if found else "Connect one; auditions can be rendered to files."
    )


def _timing(places: Places) -> Check:
    """Measures and stores the calibration of the devices; the microphone must hear the loudspeaker."""
    from vocmatch_desktop.services import calibration

    left = calibration.run(calibration.CalibrationSpec(places, load(places.settings_file)))
    ok = abs(left.residual_s) <= MOST_RESIDUAL_S
    detail = f"{1000 * abs(left.residual_s):.1f} ms left after calibration, round trip {1000 * left.latency_s:.0f} ms"
    return Check("Timing", ok, detail, "" if ok else "Close other programs that use sound and run this again.")


def _pitch_model() -> Check:
    """The file is, bit for bit, the one its package was published with."""
    import base64

    from vocmatch_desktop.inference.cards import verify
    from vocmatch_desktop.inference.models import swift_f0

    card = swift_f0()
    found = verify(card)
    for file in metadata.files("swift-f0") or []:
        if Path(str(file.locate())) == card.path and file.hash is not None:
            published = base64.urlsafe_b64decode(file.hash.value + "==").hex()
            fix = "" if published == found else "Install swift-f0 again."
            return Check("Pitch model", published == found, f"{card.name}, sha256 {found[:12]}…", fix)
    return Check("Pitch model", False, f"{card.path} is not listed by its package", "Install swift-f0 again.")


def _store(places: Places) -> Check:
    """Every model of the store is, bit for bit, what its card says."""
    from vocmatch_desktop.inference.cards import verify
    from vocmatch_desktop.inference.store import ModelStore

    store = ModelStore.of(places)
    if store.troubles():
        return Check("Model store", False, store.troubles()[0].why, f"Delete that card; yours are in {store.own}.")
    for card in store.cards():
        verify(card)
    names = ", ".join(card.name for card in store.cards()) or "none yet"
    return Check("Model store", True, f"{names}; yours are in {store.own}")


def _separation(places: Places) -> Check:
    """The model that takes songs apart can be loaded; whether it does so well is `vocmatch evaluate`'s to say."""
    from vocmatch_desktop.inference.store import ModelStore
    from vocmatch_desktop.separation.separate import offered
    from vocmatch_desktop.services import separation

    card = separation.model_for(ModelStore.of(places))
    loaded = separation.load(card, "cpu", threads=1)
    return Check("Separation", True, f"{card.name} ({loaded.family}): {', '.join(offered(loaded.estimator))}")


def _providers() -> tuple[str, ...]:
    """What onnxruntime offers here; the CPU at least, so that its absence shows as a failed check."""
    if find_spec("onnxruntime") is None:
        return ("cpu",)
    from vocmatch_desktop.inference.providers import available_providers

    return available_providers() or ("cpu",)


def _provider(provider: str) -> Check:
    """Has the model name a sung A3 on this provider; onnxruntime falls back to the CPU without a word."""
    import numpy as np

    from vocmatch_desktop.inference.models import swift_f0
    from vocmatch_desktop.inference.providers import PROVIDERS
    from vocmatch_desktop.inference.session import open_session

    session = open_session(swift_f0().path, provider)
    phase = 2 * np.pi * 220.0 * np.arange(16_000) / 16_000
    tone = sum(np.sin(k * phase) / k for k in range(1, 8)) / 4
    inputs = {"audio": np.asarray(tone, np.float32)[None], "fmin": np.float32(60), "fmax": np.float32(1200)}
    (pitch,) = session.run({name: np.asarray(value) for name, value in inputs.items()}, ["pitch"])
    heard = float(np.median(pitch))
    name = f"Models on {provider}"
    if session.provider != PROVIDERS[provider]:
        return Check(name, False, f"fell back to {session.provider}", "Check the driver; the CPU is used meanwhile.")
    ok = abs(1200 * np.log2(heard / 220.0)) < 20
    return Check(name, ok, f"a test tone of 220 Hz was heard at {heard:.1f} Hz", "" if ok else "Use the CPU provider.")


def _display(environ: Mapping[str, str]) -> Check:
    if find_spec("PySide6") is None:
        return Check("Display", False, "Qt is not installed", "Run packaging/bootstrap.py again.")
    if not sys.platform.startswith("linux"):
        return Check("Display", True, "the system's own")
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY"):
        if environ.get(name):
            return Check("Display", True, f"{name}={environ[name]}")
    fix = "Log in to a desktop to open the window; `vocmatch demo` needs none."
    return Check("Display", False, "there is no display", fix)


def _fonts() -> Check:
    """Without any font Qt draws an empty box for every letter and says nothing."""
    if not sys.platform.startswith("linux"):
        return Check("Fonts", True, "the system's own")
    folders = [Path(folder).expanduser() for folder in _FONT_FOLDERS]
    found = next((font for folder in folders for font in folder.rglob("*.[to]tf")), None)
    if found is None:
        return Check("Fonts", False, "no font is installed", "Install the package fonts-dejavu-core.")
    return Check("Fonts", True, f"for example {found.stem}")


def _system_libraries(environ: Mapping[str, str]) -> Check:
    """Loads what Qt needs from the system."""
    if not sys.platform.startswith("linux"):
        return Check("System libraries", True, "part of the packages")
    wanted = (*_WINDOW_LIBRARIES, *(_X_LIBRARIES if environ.get("DISPLAY") else ()))
    missing = [name for name in wanted if not _loads(name)]
    if missing:
        fix = "Run packaging/bootstrap.py again; it installs or names the packages."
        return Check("System libraries", False, f"missing: {', '.join(missing)}", fix)
    return Check("System libraries", True, f"all {len(wanted)} that Qt needs")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
