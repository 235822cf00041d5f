import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from openpyxl import load_workbook

from vocmatch_desktop import cli
from vocmatch_desktop.commands.output import to_json
from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.evaluation import basic_pitch, melody, melody_methods, melody_metrics
from vocmatch_desktop.evaluation.dataset import BadDataset
from vocmatch_desktop.evaluation.melody_dataset import NoteList, read_takes
from vocmatch_desktop.services.reports import Unread

RATE = 16_000
TUNE = ((0.2, 0.7, 60.0), (0.8, 1.3, 62.0), (1.4, 2.0, 64.0), (2.2, 2.6, 60.0))


def notes(rows=TUNE) -> NoteList:
    values = np.array(rows, np.float64).reshape(-1, 3)
    return NoteList(values[:, :2], values[:, 2])


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three sung tunes with their tables, transposed; a stray table and a stray sound."""
    folder = tmp_path_factory.mktemp("takes")
    for number in range(3):
        sound = np.zeros(int(2.9 * RATE))
        for onset, offset, pitch in TUNE:
            span = slice(int(onset * RATE), int(offset * RATE))
            time = np.arange(span.stop - span.start) / RATE
            tone = sum(np.sin(2 * np.pi * k * 440 * 2 ** ((pitch + number - 69) / 12) * time) / k for k in range(1, 8))
            sound[span] = 0.2 * tone * np.minimum(1, np.minimum(time, time[::-1]) / 0.02)
        soundfile.write(folder / f"{number}.wav", sound, RATE)
        rows = "\n".join(f"{a},{b},{pitch + number}" for a, b, pitch in TUNE)
        (folder / f"{number}.csv").write_text(f"onset_s,offset_s,pitch\n{rows}\n")
    (folder / "stray.csv").write_text("name,age\n")
    soundfile.write(folder / "alone.wav", np.zeros(100), RATE)
    return folder


def test_the_same_notes_score_one_and_a_late_copy_less():
    assert melody_metrics.scores(notes(), notes()).tolist() == [1, 1, 1]
    assert melody_metrics.scores(notes(), notes().shifted(0.08, 0, 0)).tolist() == [0, 0, 0]
    assert melody_metrics.scores(notes(), notes().shifted(0, 0, 0.7)).tolist() == [1, 0, 0]
    assert melody_metrics.scores(notes(), notes().shifted(0, -0.2, 0)).tolist() == [1, 1, 0]


def test_nothing_found_scores_zero_and_nothing_to_find_scores_one():
    assert melody_metrics.scores(notes(), notes(())).tolist() == [0, 0, 0]
    assert melody_metrics.scores(notes(()), notes()).tolist() == [0, 0, 0]
    assert melody_metrics.scores(notes(()), notes(())).tolist() == [1, 1, 1]


def test_trimming_takes_a_habit_away_but_only_one_the_other_fold_shares():
    truth = [notes()] * 4
    same_habit = [notes().shifted(0.06, -0.03, 0.6)] * 4
    trimmed, fitted = melody_metrics.trimmed_scores(truth, same_habit)
    assert trimmed.min() == 1
    assert fitted[0].onset_s == pytest.approx(-0.06)
    assert fitted[0].pitch == pytest.approx(-0.6)
    opposite = [notes().shifted(0.04, 0, 0), notes().shifted(-0.04, 0, 0)] * 2
    assert melody_metrics.trimmed_scores(truth, opposite)[0][:, 0].max() == 0


def test_intervals_enclose_the_mean_and_are_narrow_where_takes_agree():
    figures = melody_metrics.figures(np.array([[0.2, 0.5, 0.1], [0.8, 0.5, 0.3]] * 5))
    low, high = figures.intervals["con_f1"]
    assert low < figures.values["con_f1"] == 0.5 < high
    assert figures.intervals["conp_f1"] == (0.5, 0.5)


def test_only_pairs_are_read_by_name(takes):
    found = read_takes(takes)
    assert [take.name for take in found] == ["0", "1", "2"]
    assert len(found[1].notes) == len(TUNE)
    assert found[1].notes.pitch[0] == 61


@pytest.mark.parametrize("row", ["0.5,0.4,60", "0.5,nan,60", "half,1,60", "0.5"])
def test_a_bad_table_is_named(tmp_path, row):
    soundfile.write(tmp_path / "a.wav", np.zeros(100), RATE)
    (tmp_path / "a.csv").write_text(f"onset_s,offset_s,pitch\n{row}\n")
    with pytest.raises(BadDataset, match=r"a\.csv"):
        read_takes(tmp_path)


def test_no_pairs_and_no_folder_are_said(tmp_path):
    with pytest.raises(BadDataset, match="no annotated take"):
        read_takes(tmp_path)
    with pytest.raises(NotFound):
        read_takes(tmp_path / "nowhere")


def test_an_evaluation_scores_clean_tones_high_and_writes_its_workbook(takes, tmp_path):
    workbook = tmp_path / "report.xlsx"
    evaluation = melody.run(melody.EvaluateMelodySpec(takes, workbook=workbook), Unread())
    told = json.loads(to_json(melody.as_json(evaluation)))
    assert told["method"] == "vocmatch"
    assert told["takes"] == 3
    assert told["conp_f1"] > 0.9
    assert told["trimmed"]["conpoff_f1"] > 0.9
    assert abs(told["onset_bias_ms"]) < 20
    assert abs(told["pitch_bias_cents"]) < 10
    book = load_workbook(workbook)
    assert book.sheetnames == ["methods", "takes"]
    assert [row[0].value for row in book["takes"]][1:] == ["0.wav", "1.wav", "2.wav"]


def test_a_method_that_is_not_installed_says_how_to_install_it(takes, monkeypatch):
    monkeypatch.setattr(basic_pitch, "find_model", lambda: None)
    absent = [method for method in melody_methods.baselines() if method.listen is None]
    assert {method.remedy for method in absent} == {"pip install --no-deps basic-pitch"}
    monkeypatch.setattr(melody, "baselines", lambda: tuple(absent))
    evaluation = melody.run(melody.EvaluateMelodySpec(takes, baselines=True), Unread())
    assert melody.as_json(evaluation)["methods"][1]["installed"] is False


def test_without_mir_eval_it_says_so(takes, monkeypatch):
    monkeypatch.setattr(melody_metrics, "find_spec", lambda name: None)
    with pytest.raises(melody_metrics.NoScoring, match="mir_eval"):
        melody.run(melody.EvaluateMelodySpec(takes), Unread())


def test_the_baselines_hear_clean_tones_too(takes):
    take = read_takes(takes)[0]
    for method in melody_methods.baselines():
        if method.listen is not None:
            assert melody_metrics.scores(take.notes, method.listen(take.path))[0] > 0.7, method.name


def test_basic_pitch_makes_notes_of_activations_as_published():
    """One clear note with an onset, and one without an onset that only its energy shows."""
    note, onset = np.zeros((200, 88), np.float32), np.zeros((200, 88), np.float32)
    note[20:60, 40] = 0.9
    onset[20, 40] = 0.95
    note[100:150, 50] = np.hanning(50)
    events = sorted(basic_pitch._events(note, onset, 0.6, 0.4))
    assert [key for _, _, key in events] == [40, 50]
    assert abs(events[0][0] - 20) <= 1
    assert abs(events[0][1] - 60) <= 1
    assert 100 < events[1][0] < events[1][1] < 150


def test_the_shell_prints_figures_and_biases(takes, capsys, tmp_path):
    assert cli.run(["evaluate", "melody", str(takes), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"con_f1", "conp_f1", "conpoff_f1", "onset_bias_ms", "trimmed", "methods"} <= set(told)
    assert cli.run(["evaluate", "melody", str(takes)]) == 0
    assert "trimmed" in capsys.readouterr().out
    assert cli.run(["evaluate", "melody", str(tmp_path)]) == 2
    assert "onset_s,offset_s,pitch" in capsys.readouterr().err
