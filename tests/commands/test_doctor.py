from __future__ import annotations

import json
import subprocess
import sys

from vocmatch_desktop.commands.doctor import _diagnosis_in_words
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


def test_doctor_answers_with_one_json_object(home):
    command = [sys.executable, "-m", "vocmatch_desktop", "doctor", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    (line,) = done.stdout.splitlines()
    checks = json.loads(line)["checks"]
    assert {"name", "ok", "detail", "fix"} == set(checks[0])
    assert str(home) in next(check["detail"] for check in checks if check["name"] == "Folder data")
