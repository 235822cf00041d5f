"""The same items in the same order, errors in their place, and nothing left running."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count

import pytest

from vocmatch_desktop.analysis.ahead import ahead


def test_the_same_items_come_in_the_same_order() -> None:
    assert list(ahead(iter(range(50)), 3)) == list(range(50))
    assert list(ahead(iter(()), 3)) == []


def test_an_error_comes_where_it_happened() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("damaged")

    items = ahead(broken(), 4)
    assert next(items) == 1
    with pytest.raises(ValueError, match="damaged"):
        next(items)


def test_no_more_than_that_is_prepared_and_closing_ends_the_thread() -> None:
    numbers = count()
    items = ahead(numbers, 3)
    next(items)
    items.close()  # type: ignore[attr-defined]  # generators have it
    assert next(numbers) <= 4
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]
