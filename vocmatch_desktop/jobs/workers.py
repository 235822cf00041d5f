"""The two workers of the window."""

from __future__ import annotations

from vocmatch_desktop.jobs.registry import WARM_NOW
from vocmatch_desktop.jobs.worker import Worker


def now_worker() -> Worker:
    """Match, audition, edits and live sessions: what somebody waits for. Start it after the window's first paint."""
    return Worker("now", warm=WARM_NOW)


def later_worker() -> Worker:
    """Indexing, fitting whole beats, batches: low priority, paused while recording."""
    return Worker("later", low_priority=True)
