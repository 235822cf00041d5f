from __future__ import annotations

import json
import subprocess
import sys

from vocmatch_desktop.commands.demo import _diagnosis_in_words, _row_in_words, _tour_in_words
from vocmatch_desktop.services.bench import Row
from vocmatch_desktop.services.demo import LibraryMade
from vocmatch_desktop.services.demo_tour import AuditionMade, ExportMade, MatchTour, Ranked, TakeMatch, TakeSung, Tour
from vocmatch_desktop.services.doctor import Check


def test_a_diagnosis_says_what_to_do_and_ends_with_a_verdict():
    text = _diagnosis_in_words((Check("Library", True, "3 beats"), Check("Display", False, "none", "Log in.")))
    assert text.splitlines() == [
        "ok  Library  3 beats",
        "!   Display  none",
        "             → Log in.",
        "",
        "1 of 2 checks needs a look.",
    ]
    assert _diagnosis_in_words((Check("Library", True, "3 beats"),)).endswith("Everything works.")


def test_a_row_says_when_it_was_not_measured():
    assert "12.35 ms" in _row_in_words(Row("paint", 12.3456, "ms"))
    assert _row_in_words(Row("loop", None, "ms", "no microphone")).endswith("not measured  (no microphone)")


def test_the_tour_says_which_beat_came_first_and_where_to_hear_it(tmp_path):
    ranked = Ranked(1, 3, "Slow Tape", tmp_path, 81.4, -2, 1.02, 4.0)
    found = TakeMatch(tmp_path, "hum", "Night Bus", 2, True, (ranked,), 0.4)
    sung = TakeSung(tmp_path, "hum", "Night Bus", None, 0, 1.0, 3.0)
    tour = Tour(
        library=LibraryMade(tmp_path, tmp_path / "Beats", 30, 4, 0, 9.0),
        take=sung,
        takes=(sung,),
        match=MatchTour(0, (found,)),
        auditions=(AuditionMade(tmp_path / "mix.wav", 12.0),),
        export=ExportMade(tmp_path / "session", (), 90.0, "Am"),
        separate=None,
        melody=None,
        accompany=None,
        elapsed_s=12.34,
    )
    assert _tour_in_words(tour).splitlines() == [
        f"30 beats in {tmp_path / 'Beats'} (4 made now).",
        "“hum”: Night Bus ranked 2; best is Slow Tape, 81 (-2 st, ×1.020).",
        f"Hear it: {tmp_path / 'mix.wav'}",
        f"For a DAW: {tmp_path / 'session'}",
        "12.3 s.",
    ]


def test_doctor_answers_with_one_json_object(home):
    command = [sys.executable, "-m", "vocmatch_desktop", "doctor", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    (line,) = done.stdout.splitlines()
    checks = json.loads(line)["checks"]
    assert {"name", "ok", "detail", "fix"} == set(checks[0])
    assert str(home) in next(check["detail"] for check in checks if check["name"] == "Folder data")


def test_a_demo_that_has_nowhere_to_lie_is_refused_in_one_line(home):
    (home / "file").write_text("in the way")
    command = [sys.executable, "-m", "vocmatch_desktop", "demo", "--out", str(home / "file" / "demo"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
