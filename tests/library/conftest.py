"""Catalogues in real files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from vocmatch_desktop.library.catalogue import Catalogue

sys.path.append(str(Path(__file__).parent))  # where made_beats.py is found


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


@pytest.fixture
def catalogue(database: Path) -> Iterator[Catalogue]:
    with Catalogue(database) as catalogue:
        yield catalogue


@pytest.fixture
def beats(tmp_path: Path) -> Path:
    """An empty folder of beats."""
    folder = tmp_path / "Beats"
    folder.mkdir()
    return folder
