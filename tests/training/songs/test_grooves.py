from __future__ import annotations

import io
import zipfile
from pathlib import Path

import mido
import numpy as np
import pytest

from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.training.songs import grooves
from vocmatch_desktop.training.songs.material import Material, find_material

_HEADER = "drummer,session,id,style,bpm,beat_type,time_signature,midi_filename,audio_filename,duration,split\n"

_PATTERNS = """# drum-machine-patterns

### Rock 1

4/4, quarter note 112-139

#### Measure A

|Drum|01|02|03|04|05|06|07|08|09|10|11|12|13|14|15|16|
|----|--|--|--|--|--|--|--|--|--|--|--|--|--|--|--|--|
|AC  |  |  |  |  | X|  |  |  |  |  |  |  | X|  |  |  |
|SD  |  |  |  |  | X|  |  |  |  |  |  |  | X|  |  |  |
|BD  | X|  |  |  |  |  | X|  | X|  |  |  |  |  |  |  |

#### Break

|Drum|01|02|03|04|05|06|07|08|09|10|11|12|13|14|15|16|
|----|--|--|--|--|--|--|--|--|--|--|--|--|--|--|--|--|
|LT  |  |  |  |  |  |  |  |  |  |  |  |  | X| X| X| X|

### Shuffle 1

4/4, quarter note 100

#### Measure A

|Drum|01|02|03|04|05|06|07|08|09|10|11|12|
|----|--|--|--|--|--|--|--|--|--|--|--|--|
|BD  | X|  |  |  |  |  |  |  |  |  |  |  |
"""


def _played(strokes: list[tuple[float, int]]) -> bytes:
    file = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack()
    tick = 0
    for beat, number in strokes:
        track.append(mido.Message("note_on", channel=9, note=number, velocity=90, time=round(beat * 480) - tick))
        track.append(mido.Message("note_off", channel=9, note=number, time=24))
        tick = round(beat * 480) + 24
    file.tracks.append(track)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def _material(folder: Path) -> Material:
    """One drummer of each split, with a groove of five bars, a fill and a damaged file."""
    beat = [(i + 0.02 * (i % 2), 36 if i % 2 == 0 else 40) for i in range(20)]
    rows = _HEADER
    (folder / "midi").mkdir()
    with zipfile.ZipFile(folder / grooves.ARCHIVE, "w") as archive:
        for drummer in ("drummer1", "drummer3", "drummer5"):
            for index, kind in enumerate(("beat", "fill", "beat")):
                name = f"{drummer}/session1/{index}_rock_100_{kind}_4-4.mid"
                rows += f"{drummer},{drummer}/session1,{name},rock/groove1,100,{kind},4-4,{name},x.wav,12.0,train\n"
                content = _played(beat if kind == "beat" else [(0.5, 58), (1.5, 22)]) if index < 2 else b"MThd"
                archive.writestr(f"groove/{name}", content)
        archive.writestr("groove/info.csv", rows)
    with zipfile.ZipFile(folder / grooves.PATTERNS, "w") as archive:
        archive.writestr("drum_machine_patterns/README.md", _PATTERNS)
    return Material(folder, {})


def test_a_performance_keeps_its_microtiming_and_speaks_general_midi(tmp_path: Path) -> None:
    drummers = grooves.drummers(_material(tmp_path), "train")
    groove = drummers.choose(("rock",), 110, 4, np.random.default_rng(1))
    assert groove is not None
    assert (groove.name, groove.bars) == ("drummer1/session1/0_rock_100_beat_4-4", 4)
    assert [(round(h.beat, 2), h.number) for h in groove.hits[:2]] == [(0.0, 36), (1.02, 38)]
    (fill,) = drummers.fills(groove, 110, np.random.default_rng(1))
    assert [h.number for h in fill.hits] == [43, 42]


def test_drummers_never_leave_their_split(tmp_path: Path) -> None:
    material = _material(tmp_path)
    played = {
        split: {p.drummer for p in grooves.drummers(material, split).performances}
        for split in ("train", "valid", "test")
    }
    assert played == {"train": {"drummer1"}, "valid": {"drummer5"}, "test": {"drummer3"}}


@pytest.mark.parametrize(("bpm", "beats_per_bar"), [(180, 4), (60, 4), (100, 3)])
def test_nobody_plays_what_is_too_far_from_how_it_was_played(tmp_path: Path, bpm: float, beats_per_bar: int) -> None:
    drummers = grooves.drummers(_material(tmp_path), "train")
    assert drummers.choose(("rock",), bpm, beats_per_bar, np.random.default_rng(1)) is None


def test_patterns_are_read_with_accents_and_breaks_as_fills() -> None:
    rock, fill = grooves.read_patterns(_PATTERNS)
    assert (rock.name, rock.style, rock.bpm, rock.bars) == ("machine/Rock 1", "rock", 125.5, 1)
    assert [(h.beat, h.number) for h in rock.hits] == [(0.0, 36), (1.0, 38), (1.5, 36), (2.0, 36), (3.0, 38)]
    assert rock.hits[1].velocity > rock.hits[2].velocity
    assert fill.fill
    assert [h.beat for h in fill.hits] == [3.0, 3.25, 3.5, 3.75]


def test_a_missing_archive_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"groove\.zip"):
        grooves.drummers(Material(tmp_path, {}), "train")


def test_the_materials_grooves_can_be_read_in_every_split(material: Path) -> None:
    for split in ("train", "valid", "test"):
        drummers = grooves.drummers(find_material(material), split)
        groove = drummers.choose(("rock",), 100, 4, np.random.default_rng(3))
        assert groove is not None
        assert groove.bars >= 1
        assert {hit.number for hit in groove.hits} <= {36, 37, 38, 42, 43, 44, 46, 47, 49, 50, 51, 53}
