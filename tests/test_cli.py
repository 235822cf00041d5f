"""The boundary of the shell: exit codes, one line on stderr, nothing on stdout when something is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from vocmatch_desktop import cli
from vocmatch_desktop.errors import NotFound


def shell(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    without_display = {
        k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    command = [sys.executable, "-m", "vocmatch_desktop", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={**without_display, **environ}
    )


def app_that(raises: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.callback()
    def root() -> None:
        pass

    @app.command()
    def go() -> None:
        raise raises

    monkeypatch.setattr(cli, "build_app", lambda: app)


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    done = shell("--help")
    assert (done.returncode, done.stderr) == (0, "")
    code = "import sys; from vocmatch_desktop import cli; cli.build_app(); print([m for m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in ("scipy", "onnxruntime", "soundfile", "sounddevice", "PySide6", "sqlite_utils", "av"):
        assert f"'{heavy}'" not in loaded


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always a display")
def test_without_a_display_the_window_says_so() -> None:
    done = shell()
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("There is no display")


@pytest.mark.parametrize("arguments", [("nonsense",), ("gui", "--nonsense")])
def test_bad_usage_is_one_line_and_exit_2(arguments: tuple[str, ...]) -> None:
    done = shell(*arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_a_user_error_is_one_line_whatever_the_file_is_called(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app_that(NotFound("There is no file a\nb\x1b[2J.wav.", "Check the name."), monkeypatch)
    assert cli.run(["go"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "There is no file a\\nb\\x1b[2J.wav. Check the name.\n"


def test_a_bug_goes_to_the_log(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    app_that(ZeroDivisionError("oh\nno"), monkeypatch)
    assert cli.run(["go"]) == 1
    out, err = capsys.readouterr()
    log = home / "logs" / "vocmatch.log"
    assert (out, err.count("\n")) == ("", 1)
    assert str(log) in err
    assert "Traceback" in log.read_text("utf-8")
    assert "ZeroDivisionError" in log.read_text("utf-8")


def test_ctrl_c_ends_calmly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    app_that(KeyboardInterrupt(), monkeypatch)
    assert cli.run(["go"]) == 130
    assert capsys.readouterr().err == "Stopped.\n"
