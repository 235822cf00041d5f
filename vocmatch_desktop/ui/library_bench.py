"""How long the table takes to sort and filter, for `vocmatch bench`."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt

from vocmatch_desktop.types import Key, Match, Parts, Transform
from vocmatch_desktop.ui.library_model import LibraryModel
from vocmatch_desktop.ui.library_rows import SORTABLE, Column, Row

ROWS = 10_000
REPEATS = 3
QUERIES = ("90-100", "am", "#soul", "4*", "8A 80-120 3*")


def table_milliseconds(rows: int = ROWS) -> dict[str, float]:
    """The slowest sort and filter, and a ranking, of a table of synthetic rows, ms, medians of three runs.

    Sorting is measured after a change, when nothing that was derived from the rows is kept any more.
    """
    model = LibraryModel()
    library = synthetic_rows(rows)
    model.load(library)
    matches = tuple(
        Match(row.id, 100 - 100 * place / rows, Parts(), Transform()) for place, row in enumerate(library[::-1])
    )

    def sort(column: Column) -> None:
        model.put(library[:1])
        model.sort(column, Qt.SortOrder.DescendingOrder)

    def filter_(query: str) -> None:
        model.set_query(query)
        model.set_query("")

    return {
        "sort": max(_median_ms(lambda column=column: sort(column)) for column in sorted(SORTABLE)),
        "filter": max(_median_ms(lambda query=query: filter_(query)) for query in QUERIES),
        "rank": _median_ms(lambda: model.set_matches(matches)),
    }


def synthetic_rows(count: int) -> list[Row]:
    """Beats of every key and tempo with tags and ratings, the same in every run."""
    rng = np.random.default_rng(20260101)
    tags = ("lo-fi", "soul", "trap", "house", "drill", "ambient")
    words = ("Amber", "River", "Dust", "Neon", "Coral", "Tin", "Lunar", "Paper", "Velvet", "Echo")
    titles = rng.integers(len(words), size=(count, 2))
    keys, stars, tag = rng.integers(24, size=count), rng.integers(6, size=count), rng.integers(len(tags), size=count)
    bpm, length = rng.uniform(60, 170, count), rng.uniform(60, 280, count)
    return [
        Row(
            id=place + 1,
            title=f"{words[titles[place, 0]]} {words[titles[place, 1]]} {place}",
            path=Path(f"beat {place}.wav"),
            duration_s=float(length[place]),
            bpm=float(bpm[place]),
            key=Key.from_index(int(keys[place])),
            rating=int(stars[place]),
            tags=(tags[tag[place]],),
        )
        for place in range(count)
    ]


def _median_ms(do: Callable[[], None]) -> float:
    taken = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        do()
        taken.append(1000 * (time.perf_counter() - start))
    return sorted(taken)[len(taken) // 2]
