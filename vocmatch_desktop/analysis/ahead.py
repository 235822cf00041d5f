"""Prepares the next items of a stream in a thread of its own while the present ones are worked on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterator[Item], depth: int) -> Iterator[Item]:
    """The same items (none of them None), up to `depth` prepared before they are asked for.

    It pays where both sides leave the interpreter's lock. What `items` raises is raised here, in its place.
    """
    with ThreadPoolExecutor(1, "ahead") as thread:
        pending = deque(thread.submit(next, items, None) for _ in range(depth))
        while (item := pending.popleft().result()) is not None:
            pending.append(thread.submit(next, items, None))
            yield item
