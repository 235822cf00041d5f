from __future__ import annotations

import os
import time
from pathlib import Path

from vocmatch_desktop.services.leftovers import IN_USE_S, sweep


def test_only_old_partial_files_of_the_folder_go(tmp_path: Path) -> None:
    old, fresh, whole = (tmp_path / name for name in ("old.wav.partial", "fresh.wav.partial", "whole.wav"))
    folder, deeper = tmp_path / "folder.partial", tmp_path / "deeper" / "old.wav.partial"
    folder.mkdir()
    deeper.parent.mkdir()
    for path in (old, fresh, whole, deeper):
        path.touch()
    long_ago = time.time() - IN_USE_S - 1
    for path in (old, whole, folder, deeper):
        os.utime(path, (long_ago, long_ago))
    assert sweep([tmp_path, tmp_path / "not there"]) == (old,)
    assert all(path.exists() for path in (fresh, whole, folder, deeper))
