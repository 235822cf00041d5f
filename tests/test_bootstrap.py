"""The bootstrap, in a world of small fake commands put first on PATH."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fakes are shell scripts")


@pytest.fixture
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "packaging" / "bootstrap.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def fake(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_installed_packages_are_known_under_their_old_and_new_name(bootstrap: ModuleType, commands: Path) -> None:
    fake(commands, "dpkg-query", "printf 'libegl1 installed\\nlibglib2.0-0t64 installed\\nlibgl1 config-files\\n'")
    assert bootstrap.missing_packages(["libegl1", "libglib2.0-0", "libgl1", "xvfb"]) == ["libgl1", "xvfb"]


def test_what_may_not_be_installed_is_named(
    bootstrap: ModuleType, commands: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake(commands, "dpkg-query", "exit 0")
    monkeypatch.setattr(bootstrap, "apt_command", lambda: None)
    bootstrap.install_system_packages(["libegl1", "xvfb"])
    assert "apt-get install libegl1 xvfb" in capsys.readouterr().err


def test_what_may_be_installed_is(bootstrap: ModuleType, commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = commands / "log"
    fake(commands, "dpkg-query", "exit 0")
    fake(commands, "apt-cache", '[ "$2" != libglib2.0-0 ]')
    fake(commands, "apt-get", f'echo "$@" >> {log}')
    monkeypatch.setattr(bootstrap, "apt_command", lambda: [str(commands / "apt-get")])
    bootstrap.install_system_packages(["libglib2.0-0", "libegl1"])
    update, install = log.read_text().splitlines()
    assert update.startswith("update")
    assert install.split()[-2:] == ["libglib2.0-0t64", "libegl1"]


def test_a_driver_counts_only_when_it_answers(bootstrap: ModuleType, commands: Path) -> None:
    fake(commands, "nvidia-smi", "exit 9")
    assert not bootstrap.nvidia_driver_answers()
    fake(commands, "nvidia-smi", "echo GPU 0")
    assert bootstrap.nvidia_driver_answers()


@pytest.mark.parametrize(("gpu", "wanted"), [(True, "onnxruntime-gpu[cuda,cudnn]=="), (False, "onnxruntime==")])
def test_exactly_one_onnxruntime_is_left(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, gpu: bool, wanted: str
) -> None:
    calls: list[tuple[str, ...]] = []
    monkeypatch.setattr(bootstrap, "pip", lambda *arguments: calls.append(arguments))
    monkeypatch.setattr(bootstrap, "is_installed", lambda name: True)
    bootstrap.use_onnxruntime(gpu)
    assert calls[0] == ("uninstall", "-y", "onnxruntime", "onnxruntime-gpu")
    assert calls[1][-1].startswith(wanted)


@pytest.mark.parametrize(
    ("made", "wanted", "enough"),
    [("test", (), True), ("runtime", (), True), ("test", ("test",), True), ("runtime", ("test",), False)],
)
def test_an_installation_serves_those_that_need_less(
    bootstrap: ModuleType, tmp_path: Path, made: str, wanted: tuple[str, ...], enough: bool
) -> None:
    stamp = tmp_path / f"installed-{made}.stamp"
    stamp.write_text("as it is now")
    assert bootstrap.has(stamp, wanted, "as it is now") is enough
    assert not bootstrap.has(stamp, wanted, "as it was")


def test_the_right_onnxruntime_is_left_alone(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "pip", lambda *arguments: pytest.fail("pip must not run"))
    monkeypatch.setattr(bootstrap, "is_installed", lambda name: name == "onnxruntime")
    bootstrap.use_onnxruntime(gpu=False)


@pytest.mark.parametrize(
    ("environment", "shown"), [({}, False), ({"DISPLAY": ":0"}, True), ({"WAYLAND_DISPLAY": "wayland-0"}, True)]
)
def test_a_display_is_asked_for(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], shown: bool
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert bootstrap.has_display() is shown


def test_without_a_job_it_explains_itself() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "packaging" / "bootstrap.py"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "bootstrap.py run" in done.stdout


@pytest.mark.parametrize(("walls", "code"), [(0, 0), (3, 1)])
def test_every_check_is_run_and_one_failure_is_enough(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, walls: int, code: int
) -> None:
    story = tmp_path / "story"
    for name in ("ruff", "mypy", "lint-imports", "python"):
        fake(tmp_path, name, f'echo {name} "$@" $OMP_NUM_THREADS >> {story}; exit {walls if "-" in name else 0}')
    monkeypatch.setattr(bootstrap, "BIN", tmp_path)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert bootstrap.test(["-k", "piano"]) == code
    lines = story.read_text().splitlines()
    assert [line.split()[0] for line in lines] == ["ruff", "ruff", "mypy", "lint-imports", "python", "python"]
    assert lines[-2:] == [
        "python -m pytest -n auto --maxprocesses 4 --dist loadfile -m not realtime -k piano 1",
        "python -m pytest -m realtime -k piano 1",
    ]
