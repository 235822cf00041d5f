"""`vocmatch doctor`: what works on this machine, what does not, and what to do about it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from vocmatch_desktop.commands.options import JsonFlag
from vocmatch_desktop.commands.output import emit, progress
from vocmatch_desktop.settings import Places

if TYPE_CHECKING:
    from vocmatch_desktop.services.doctor import Check

Calibrate = Annotated[
    bool, typer.Option(help="Play clicks from loudspeaker to microphone, and remember how late they are heard.")
]


def register(app: typer.Typer) -> None:
    """Adds `doctor`."""
    app.command()(doctor)


def doctor(calibrate: Calibrate = False, json_: JsonFlag = False) -> None:
    """Says what works on this machine, what does not, and what to do about it."""
    from vocmatch_desktop.services.doctor import DoctorSpec, run

    with progress() as report:
        diagnosis = run(DoctorSpec(Places.from_environment(), os.environ, calibrate), report)
    emit(diagnosis, as_json=json_, text=_diagnosis_in_words(diagnosis.checks))


def _diagnosis_in_words(checks: tuple[Check, ...]) -> str:
    width = max(len(check.name) for check in checks)
    lines = []
    for check in checks:
        lines.append(f"{'ok' if check.ok else '! '}  {check.name:<{width}}  {check.detail}")
        if check.fix:
            lines.append(f"{'':<{width + 4}}  → {check.fix}")
    wrong = sum(not check.ok for check in checks)
    verb = "needs" if wrong == 1 else "need"
    verdict = f"{wrong} of {len(checks)} checks {verb} a look." if wrong else "Everything works."
    return "\n".join([*lines, "", verdict])
