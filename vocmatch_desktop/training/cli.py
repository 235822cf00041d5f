"""The commands of training: one a task, each in its room's `command` module."""

from __future__ import annotations

import importlib
import sys

import typer

from vocmatch_desktop import cli
from vocmatch_desktop.commands.output import tolerate_any_name

TASKS = ("songs", "probe", "notes", "separation")
"""Packages of `vocmatch_desktop.training`; each has a module `command` with `register(app)`."""


def build_app() -> typer.Typer:
    """The typer application with every task registered."""
    app = typer.Typer(
        help="Makes training material, trains models and exports them to ONNX with their cards.",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name in TASKS:
        importlib.import_module(f"vocmatch_desktop.training.{name}.command").register(app)
    app.callback()(_tasks)
    return app


def main() -> None:
    """Entry point of `python -m vocmatch_desktop.training`."""
    tolerate_any_name()
    sys.exit(cli.run(sys.argv[1:], build_app(), "python -m vocmatch_desktop.training"))


def _tasks() -> None:
    """Makes training material, trains models and exports them to ONNX with their cards."""
