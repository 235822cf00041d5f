"""A small studio for the commands that rank."""

from __future__ import annotations

from pathlib import Path

import pytest

from vocmatch_desktop.audio import files
from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.library.records import FoundFile
from vocmatch_desktop.services.listening import listen
from vocmatch_desktop.synth.mixing import render
from vocmatch_desktop.synth.takes import TAKES, perform
from vocmatch_desktop.types import Audio

SECONDS = 30


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two beats, a take sung over the second, their library and a list of pairs."""
    folder = tmp_path_factory.mktemp("studio")
    for name, take in (("other", TAKES[0]), ("own", TAKES[1])):
        song = render(take.beat)
        files.write(folder / f"{name}.flac", Audio(song.samples[: SECONDS * song.rate], song.rate), subtype="PCM_16")
    files.write(folder / "idea.wav", perform(TAKES[1]))
    with Catalogue(folder / "library.db") as catalogue:
        for path in sorted(folder.glob("*.flac")):
            stat = path.stat()
            catalogue.store(listen(FoundFile(path, stat.st_size, stat.st_mtime_ns)).event)
    (folder / "pairs.csv").write_text("take,beat,group\nidea.wav,own.flac,a\nidea.wav,other.flac,b\n")
    return folder
