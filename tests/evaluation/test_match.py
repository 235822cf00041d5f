import json

import numpy as np
import pytest
import soundfile
from openpyxl import load_workbook

from vocmatch_desktop.commands.output import to_json
from vocmatch_desktop.errors import NotFound, UnreadableAudio
from vocmatch_desktop.evaluation import match
from vocmatch_desktop.evaluation.dataset import BadDataset, read_pairs
from vocmatch_desktop.evaluation.match import EvaluateMatchSpec
from vocmatch_desktop.evaluation.ranking import METRICS
from vocmatch_desktop.evaluation.workbook import OWN_FILL
from vocmatch_desktop.services.reports import Unread


@pytest.fixture(scope="session")
def evaluated(songs, tmp_path_factory):
    workbook = tmp_path_factory.mktemp("report") / "report.xlsx"
    spec = EvaluateMatchSpec(songs / "pairs.csv", (songs / "more",), baselines=True, workbook=workbook)
    return match.run(spec, Unread())


def test_the_program_finds_the_songs_and_stands_beside_what_it_has_to_beat(evaluated):
    rows = {row.name: row for row in evaluated.rows}
    assert next(iter(rows)) == match.OURS
    assert {"bpm_and_camelot", "pitch_class_profile", "plain_chroma", "chance", "leak_probe"} <= set(rows)
    ours = rows[match.OURS]
    assert (ours.figures.pool, ours.figures.queries) == (4, 3)
    assert ours.without_distractors.pool == 3
    assert ours.figures.values["r_at_1"] == 1.0
    assert rows["chance"].figures.values["r_at_1"] == pytest.approx(0.25)


def test_its_json_has_the_metrics_on_top_and_a_row_a_method(evaluated):
    shown = json.loads(to_json(match.as_json(evaluated)))
    assert set(METRICS) | {"intervals", "pool", "queries", "without_distractors", "leak_probe", "methods"} <= set(shown)
    assert shown["leak_probe"]["method"] == "leak_probe"
    assert [row["method"] for row in shown["methods"]] == [row.name for row in evaluated.rows]
    assert shown["intervals"]["mrr"][0] <= shown["mrr"] <= shown["intervals"]["mrr"][1]


def test_the_spreadsheet_has_a_sheet_a_take_with_its_own_beats_green(evaluated):
    book = load_workbook(evaluated.workbook)
    assert book.sheetnames[0] == "methods"
    assert len(book.sheetnames) == 1 + 3
    sheet = book.worksheets[2]
    assert [cell.value for cell in sheet[1]][:4] == ["rank", "beat", "group", "score"]
    groups = [row[2].value for row in sheet.iter_rows(min_row=2)]
    green = [row[1].fill.start_color.rgb.endswith(OWN_FILL) for row in sheet.iter_rows(min_row=2)]
    assert sum(green) == 1
    assert green[groups.index("song 1")]
    assert not evaluated.workbook.with_name("report.xlsx.partial").exists()


def test_a_take_without_voice_counts_as_not_found(songs):
    table = songs / "silent.csv"
    soundfile.write(songs / "silence.wav", np.zeros(8 * 22_050), 22_050)
    table.write_text("take,beat,group\nsilence.wav,0.backing.wav,a\n0.voice.wav,1.backing.wav,b\n")
    found = match.run(EvaluateMatchSpec(table), Unread())
    assert found.rankings[0] is None
    assert found.rows[0].figures.queries == 2
    assert found.rows[0].without_distractors is None


def test_a_beat_may_be_cut_out_of_its_file_and_counts_once_each_way(songs):
    table = songs / "cut.csv"
    head = "take,beat,group,take_from_s,take_to_s,beat_from_s,beat_to_s\n"
    row = "0.voice.wav,0.backing.wav,a,0,6,{},{}\n"
    table.write_text(head + row.format("8", "16") + row.format("8", "16") + row.format("", ""))
    pairs = read_pairs(table)
    assert len(pairs.queries) == 3
    assert [candidate.beat.name for candidate in pairs.pool] == ["0.backing.wav 8–16 s", "0.backing.wav"]


def test_lists_that_cannot_be_used_are_said_to_be_so(songs, tmp_path):
    with pytest.raises(NotFound):
        read_pairs(tmp_path / "nothing.csv")
    table = songs / "bad.csv"
    table.write_text("voice,beat\na,b\n")
    with pytest.raises(BadDataset):
        read_pairs(table)
    table.write_text("take,beat,group,take_from_s\n0.voice.wav,0.backing.wav,a,soon\n")
    with pytest.raises(BadDataset, match="soon"):
        read_pairs(table)
    table.write_text("take,beat,group\ngone.wav,0.backing.wav,a\n")
    with pytest.raises(NotFound, match=r"gone\.wav"):
        read_pairs(table)
    with pytest.raises(NotFound):
        read_pairs(songs / "pairs.csv", [songs / "no such folder"])
    table.write_text("take,beat,group\npairs.csv,0.backing.wav,a\n")
    with pytest.raises(UnreadableAudio):
        match.run(EvaluateMatchSpec(table), Unread())
