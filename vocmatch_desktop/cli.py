"""The `vocmatch` command: every capability of the window, from a shell.

The commands stand in `vocmatch_desktop.commands`; this file gathers them and draws the line between what a person is
told and what is a bug. Exit codes: 0 done, 1 a bug, 2 a `UserError` or bad usage, 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Sequence
from datetime import datetime

import typer

from vocmatch_desktop.commands.output import one_line, say, tolerate_any_name
from vocmatch_desktop.errors import UserError
from vocmatch_desktop.settings import Places

COMMANDS = (
    *("gui", "demo", "record", "library", "matching", "audition", "melody", "separate", "export"),
    *("models", "evaluate", "bench", "doctor"),
)
"""Modules of `vocmatch_desktop.commands`; each has `register(app)` and imports its room only when its command runs."""

BUG, REFUSED, STOPPED = 1, 2, 130


def build_app() -> typer.Typer:
    """The typer application with every command registered."""
    app = typer.Typer(
        help="Sing a take, find the beats of your own library that go with it.",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name in COMMANDS:
        importlib.import_module(f"vocmatch_desktop.commands.{name}").register(app)
    return app


def run(arguments: Sequence[str], app: typer.Typer | None = None, prog_name: str = "vocmatch") -> int:
    """Runs one command line and gives its exit code; nothing but `SystemExit` and signals leaves it."""
    try:
        code = (app or build_app())(list(arguments), prog_name=prog_name, standalone_mode=False)
    except UserError as error:
        return _refuse(str(error))
    except typer.TyperException as error:
        return _refuse(error.format_message())
    except (KeyboardInterrupt, typer.Abort):
        say("Stopped.")
        return STOPPED
    except Exception as error:  # noqa: BLE001 - the boundary: everything else is a bug and goes to the log
        return _record_bug(error)
    if code == STOPPED:
        say("Stopped.")
    return int(code or 0)


def main() -> None:
    """Entry point of the `vocmatch` command."""
    import multiprocessing

    multiprocessing.freeze_support()
    tolerate_any_name()
    sys.exit(run(sys.argv[1:]))


def _refuse(sentence: str) -> int:
    say(sentence)
    return REFUSED


def _record_bug(error: Exception) -> int:
    log = Places.from_environment().logs / "vocmatch.log"
    story = "".join(traceback.format_exception(error))
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{datetime.now().astimezone().isoformat()} {' '.join(sys.argv)}\n{story}\n")
        where = f"The details are in {log}."
    except OSError as unwritable:
        where = f"The log {log} cannot be written ({unwritable.strerror}). {one_line(story)}"
    say(f"VocMatch ran into a bug ({type(error).__name__}: {error}). {where}")
    return BUG
