"""`vocmatch melody` as a shell sees it: a sung take becomes files of exactly its length, and rubbish a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest
import soundfile

from vocmatch_desktop import cli
from vocmatch_desktop.audio import files
from vocmatch_desktop.synth.takes import TAKES, notes, perform


@pytest.fixture(scope="session")
def take(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return files.write(tmp_path_factory.mktemp("sung") / "idea ü.wav", perform(TAKES[1])).path


def melody(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    assert cli.run(["melody", *map(str, arguments), "--json"]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_a_take_becomes_notes_midi_and_a_piano_of_its_length(
    take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = melody(capsys, take, "--out", tmp_path, "--bpm", TAKES[1].bpm)
    vocal, piano = files.probe(take), files.probe(Path(made["audio"]))
    assert (piano.rate, piano.frames) == (vocal.rate, vocal.frames)
    assert np.abs(files.read(piano.path).samples).max() > 0.01
    midi = mido.MidiFile(made["midi"])
    assert midi.length == pytest.approx(vocal.duration_s, abs=0.01)
    assert sum(message.type == "note_on" for message in midi) == len(made["notes"])
    sung = notes(TAKES[1])
    right = sum(
        any(
            abs(ours["onset_s"] - note.onset_s) < 0.05 and abs(ours["pitch"] - note.pitch) < 0.5
            for ours in made["notes"]
        )
        for note in sung
    )
    assert right > 0.8 * len(sung)
    assert Path(made["midi"]).name == "idea ü_melody.mid"
    assert Path(made["audio"]).name == "idea ü_piano.wav"


def test_a_second_run_leaves_the_first_files_alone(
    take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = melody(capsys, take, "--out", tmp_path)
    second = melody(capsys, take, "--out", tmp_path, "--bend")
    assert Path(second["midi"]).name == "idea ü 2_melody.mid"
    assert Path(second["audio"]).name == "idea ü 2_piano.wav"
    assert Path(first["midi"]).read_bytes() != Path(second["midi"]).read_bytes()


def test_notes_can_be_drawn_to_a_grid_and_a_range(
    take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = melody(capsys, take, "--out", tmp_path, "--quantize", "1/8", "--bpm", "120", "--low", "60", "--high", "71")
    assert {round(note["onset_s"] / 0.25, 3) % 1 for note in made["notes"]} == {0.0}
    assert all(60 <= note["number"] <= 71 for note in made["notes"])


@pytest.mark.parametrize("rate", [8_000, 96_000])
def test_silence_is_a_valid_empty_result(tmp_path: Path, capsys: pytest.CaptureFixture[str], rate: int) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros((rate // 2, 2)), rate)
    made = melody(capsys, tmp_path / "silence.wav")
    assert made["notes"] == []
    assert files.probe(Path(made["audio"])).frames == rate // 2


def test_what_is_no_sound_is_a_sentence_and_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.wav").write_text("not a sound")
    assert cli.run(["melody", str(tmp_path / "notes.wav")]) == 2
    printed = capsys.readouterr()
    assert (printed.out, len(printed.err.splitlines())) == ("", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.wav"]


@pytest.mark.parametrize(
    "options", [["--quantize", "1/8"], ["--quantize", "1/7"], ["--key", "H"], ["--low", "60", "--high", "65"]]
)
def test_wishes_that_make_no_sense_are_refused(take: Path, options: list[str]) -> None:
    assert cli.run(["melody", str(take), *options]) == 2
