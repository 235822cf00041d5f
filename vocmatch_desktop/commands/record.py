"""`vocmatch record`: a take from the microphone, alone or to a click."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vocmatch_desktop.commands.options import Bpm, JsonFlag
from vocmatch_desktop.commands.output import emit, say
from vocmatch_desktop.errors import DiskError
from vocmatch_desktop.settings import Places, load

if TYPE_CHECKING:
    from vocmatch_desktop.services.record_take import RecordResult

Seconds = Annotated[float | None, typer.Option(min=0.1, help="Length of the take (default: until Ctrl-C).")]
DeviceName = Annotated[str | None, typer.Option("--device", help="The microphone (default: the one in the settings).")]
InputChannel = Annotated[int | None, typer.Option(min=1, help="Its channel, from 1.")]
CountIn = Annotated[int | None, typer.Option(min=0, max=8, help="Bars of clicks before the take (with --bpm).")]
OutFile = Annotated[Path | None, typer.Option("--out", help="A new WAV file (default: a take in your takes folder).")]


def register(app: typer.Typer) -> None:
    """Adds `record`."""
    app.command()(record)


def record(
    seconds: Seconds = None,
    device: DeviceName = None,
    input_channel: InputChannel = None,
    bpm: Bpm = None,
    count_in: CountIn = None,
    out: OutFile = None,
    json_: JsonFlag = False,
) -> None:
    """Records a take; Ctrl-C ends it and keeps it. With --bpm you hear a click, and the take knows its bars."""
    from vocmatch_desktop.services.record_take import RecordSpec, run

    places = Places.from_environment()
    target = _new_file(out)
    _tell_recovered(places)
    spec = RecordSpec(places, load(places.settings_file), seconds, device, input_channel, bpm, count_in, target)
    with _ctrl_c() as stopped:
        result = run(spec, stopped)
    if result.problem:
        say(result.problem)
    emit(result, as_json=json_, text=_in_words(result))


def _new_file(out: Path | None) -> Path | None:
    """Where to record to, absolute; raises what a person can mend before anything is sung."""
    if out is None:
        return None
    path = out.expanduser().absolute()
    if path.suffix.lower() != ".wav":
        raise typer.BadParameter("--out is a .wav file.")
    if path.exists():
        raise DiskError(f"{path} exists already.", "Choose another name: recordings never replace a file.")
    return path


def _tell_recovered(places: Places) -> None:
    from vocmatch_desktop.library.takes import TakeStore

    for take in TakeStore(places.takes).recover().recovered:
        say(f"Recovered “{take.name}” ({take.duration_s:.1f} s) that was not finished: {take.audio_path}")


@contextmanager
def _ctrl_c() -> Iterator[Callable[[], bool]]:
    """Turns Ctrl-C (and a polite kill) into a question that can be asked: the take is to be kept."""
    pressed: list[int] = []
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda caught, _: pressed.append(caught)) for number in signals]
    try:
        yield lambda: bool(pressed)
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


def _in_words(result: RecordResult) -> str:
    dropped = f", {result.overflows} dropped buffers" if result.overflows else ""
    return f"{result.path}\n{result.duration_s:.2f} s, peak {result.peak_dbfs:.1f} dBFS{dropped}"
