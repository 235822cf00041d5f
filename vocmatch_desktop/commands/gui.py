"""`vocmatch gui`, and `vocmatch` alone: the window."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import typer

from vocmatch_desktop.errors import UserError


class NoDisplay(UserError):
    """There is no screen to open the window on."""

    kind = "no_display"


def register(app: typer.Typer) -> None:
    """Adds `gui`, and opens the window where no command is named."""

    @app.callback(invoke_without_command=True)
    def vocmatch(context: typer.Context) -> None:
        """Sing a take, find the beats of your own library that go with it."""
        if context.invoked_subcommand is None:
            raise typer.Exit(open_window())

    @app.command()
    def gui() -> None:
        """Opens the window."""
        raise typer.Exit(open_window())


def open_window() -> int:
    """Opens the window and gives its exit code when it is closed; raises `NoDisplay`."""
    if not has_display():
        raise NoDisplay("There is no display to open the window on.", "Try `vocmatch demo`, which needs none.")
    from vocmatch_desktop.ui.app import run

    return int(run())


def has_display(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Whether Qt can be expected to open a window: X11 or Wayland on Unix, always on Windows and macOS."""
    if platform in ("win32", "darwin") or environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
