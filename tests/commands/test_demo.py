from __future__ import annotations

import subprocess
import sys

from vocmatch_desktop.commands.demo import _tour_in_words
from vocmatch_desktop.services.demo import LibraryMade
from vocmatch_desktop.services.demo_stems import SongApart
from vocmatch_desktop.services.demo_tour import (
    AuditionMade,
    ExportMade,
    MatchTour,
    MelodyMade,
    Ranked,
    TakeMatch,
    TakeSung,
    Tour,
)


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
        separate=SongApart(
            tmp_path / "mix.wav", "six", "cpu", {"vocals": tmp_path, "other": tmp_path}, 10.0, -131.2, 4.0
        ),
        melody=MelodyMade(tmp_path / "a.mid", tmp_path / "a.wav", (), "Am", 90.0, 12.0, 40, 38),
        accompany=None,
        elapsed_s=12.34,
    )
    assert _tour_in_words(tour).splitlines() == [
        f"30 beats in {tmp_path / 'Beats'} (4 made now).",
        "“hum”: Night Bus ranked 2; best is Slow Tape, 81 (-2 st, ×1.020).",
        f"Hear it: {tmp_path / 'mix.wav'}",
        f"Taken apart: vocals, other, adding up to it within -131 dBFS: {tmp_path}",
        f"As a melody, 38 of 40 notes right: {tmp_path / 'a.mid'}",
        f"For a DAW: {tmp_path / 'session'}",
        "12.3 s.",
    ]


def test_a_demo_that_has_nowhere_to_lie_is_refused_in_one_line(home):
    (home / "file").write_text("in the way")
    command = [sys.executable, "-m", "vocmatch_desktop", "demo", "--out", str(home / "file" / "demo"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
