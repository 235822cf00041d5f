"""The real studio, where its material is at hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import hashlib, sys
from dataclasses import replace
from pathlib import Path
from vocmatch_desktop.training.songs.material import find_material
from vocmatch_desktop.training.songs.render import Options, render_song
from vocmatch_desktop.training.songs.studio import open_studio

whole = find_material(Path(sys.argv[1]))
other = [name for name in whole.manifest if name.startswith("voices/") and not name.startswith("voices/olpc")]
quickly_heard = {name: row for name, row in whole.manifest.items() if name not in other}
studio = open_studio(replace(whole, manifest=quickly_heard), "train")
for number in (0, 1):
    song = render_song(number, 11, Options(8.0, dropping=False), studio)
    digest = hashlib.blake2b(song.mix.tobytes())
    for name in sorted(song.stems):
        digest.update(song.stems[name].tobytes())
    print(song.record.style, song.record.vocal_engine, digest.hexdigest())
"""


def _rendered(material: Path) -> str:
    """What a process of its own renders."""
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(material)], capture_output=True, text=True, check=True)
    return done.stdout


def test_two_processes_render_the_same_samples(material: Path) -> None:
    first = _rendered(material)
    assert len(first.split()) >= 6
    assert first == _rendered(material)
