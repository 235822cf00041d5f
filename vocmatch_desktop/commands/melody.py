"""`vocmatch melody`: a vocal as notes, as a MIDI file and as a piano of the vocal's own length."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vocmatch_desktop.commands.given import GivenTake, given_take
from vocmatch_desktop.commands.options import Bpm, FirstBeat, JsonFlag
from vocmatch_desktop.commands.output import emit, progress

if TYPE_CHECKING:
    from vocmatch_desktop.services.melody import Melody, MelodySpec, WrittenMelody
    from vocmatch_desktop.types import Key

GRIDS = ("off", "1/4", "1/8", "1/8T", "1/16", "1/16T", "1/32")

Vocal = Annotated[Path, typer.Argument(metavar="VOCAL", help="A recorded vocal, or a take's folder.")]
Out = Annotated[Path | None, typer.Option(help="Folder for the files (default: beside the vocal).")]
Quantize = Annotated[str, typer.Option(help=f"Grid: {', '.join(GRIDS)}. Needs --bpm.")]
Strength = Annotated[float, typer.Option(min=0.0, max=1.0, help="How far notes move towards the grid.")]
Snap = Annotated[Literal["off", "soft", "hard"], typer.Option(help="Move notes into the key.")]
KeyName = Annotated[str | None, typer.Option("--key", help="The key, such as Am or Eb (default: the one heard).")]
Sensitivity = Annotated[float, typer.Option(min=0.0, max=1.0, help="More gives more and shorter notes.")]
MinNote = Annotated[float, typer.Option(min=20.0, max=1000.0, help="The shortest note, milliseconds.")]
Lowest = Annotated[int, typer.Option(min=0, max=127, help="Lowest MIDI number; lower notes move up by octaves.")]
Highest = Annotated[int, typer.Option(min=0, max=127, help="Highest MIDI number; higher notes move down.")]
Legato = Annotated[float, typer.Option(min=0.0, max=1.0, help="How much of short gaps between notes is closed.")]
BendFlag = Annotated[bool, typer.Option("--bend", help="Add the voice's slides and vibrato as pitch bend.")]


def register(app: typer.Typer) -> None:
    """Adds `melody`."""
    app.command()(melody)


def melody(
    vocal: Vocal,
    out: Out = None,
    quantize: Quantize = "off",
    snap: Snap = "off",
    bpm: Bpm = None,
    first_beat: FirstBeat = None,
    strength: Strength = 1.0,
    key: KeyName = None,
    sensitivity: Sensitivity = 0.5,
    min_note: MinNote = 60.0,
    low: Lowest = 0,
    high: Highest = 127,
    legato: Legato = 0.0,
    bend: BendFlag = False,
    json_: JsonFlag = False,
) -> None:
    """Turns a vocal into notes, a MIDI file and a piano of the vocal's own length."""
    from vocmatch_desktop.melody.bends import bends
    from vocmatch_desktop.melody.notes import NoteOptions
    from vocmatch_desktop.melody.shape import ShapeOptions
    from vocmatch_desktop.services import melody as service
    from vocmatch_desktop.services.reports import Stage

    if high - low < 11:
        raise typer.BadParameter("--low and --high must leave an octave.")
    given = given_take(vocal, bpm, first_beat)
    spec = service.MelodySpec(
        take=given.audio,
        notes=NoteOptions(sensitivity, min_note / 1000),
        shape=ShapeOptions(snap, _key(key), _grid(quantize, given), strength, low, high, legato),
        bpm=given.bpm,
        first_beat_s=given.first_beat_s,
    )
    with progress() as report:
        heard = service.run(spec, Stage(report, 0.0, 0.8))
        writing = service.TakeLongSpec(
            take=given.audio,
            stem=given.title,
            notes=heard.notes,
            folder=(out or given.audio.parent).expanduser().absolute(),
            bpm=given.bpm,
            key=spec.shape.key or heard.key,
            bends=bends(heard.contour, heard.found, heard.notes) if bend else (),
        )
        written = service.run_take_long(writing, Stage(report, 0.8, 1.0))
    emit(_as_json(spec, heard, written), as_json=json_, text=_text(heard, written))


def _key(name: str | None) -> Key | None:
    from vocmatch_desktop.types import Key

    if name is None:
        return None
    try:
        return Key.parse(name)
    except ValueError as error:
        raise typer.BadParameter("--key is a key such as Am, F#m or Eb.") from error


def _grid(name: str, given: GivenTake) -> float | None:
    """A grid such as "1/16" or "1/8T" in beats (quarters); None for "off"."""
    if name not in GRIDS:
        raise typer.BadParameter(f"--quantize is one of {', '.join(GRIDS)}.")
    if name == "off":
        return None
    if given.bpm is None:
        raise typer.BadParameter("--quantize needs --bpm: without a tempo there is no grid.")
    return float(Fraction(name.removesuffix("T")) * 4 * (Fraction(2, 3) if name.endswith("T") else 1))


def _as_json(spec: MelodySpec, heard: Melody, written: WrittenMelody) -> dict[str, object]:
    from vocmatch_desktop.services.melody import DEFAULT_BPM

    return {
        "midi": written.midi,
        "audio": written.piano,
        "notes": heard.notes,
        "key": (spec.shape.key or heard.key).name,
        "tempo_bpm": spec.bpm or DEFAULT_BPM,
        "tempo_known": spec.bpm is not None,
        "tuning": heard.tuning,
        "duration_s": heard.audio.duration_s,
    }


def _text(heard: Melody, written: WrittenMelody) -> str:
    count = len(heard.notes)
    notes = "No notes: I hear no singing in it." if count == 0 else f"{count} notes in {heard.key.name}."
    return f"{notes}\n{written.midi}\n{written.piano}"
