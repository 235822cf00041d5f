"""What the shell prints: one JSON object on stdout, one line on stderr, a progress bar only on a terminal."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_BREAKS = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")


class ShellReport:
    """The report of a job that runs in the shell's own process.

    `show(fraction, what)` draws progress; `partials(event)` takes early results (None: they are not wanted).
    """

    def __init__(
        self, show: Callable[[float, str], None] | None = None, partials: Callable[[Any], None] | None = None
    ) -> None:
        self._show = show
        self._partials = partials

    def __call__(self, fraction: float, what: str) -> None:
        """Draws that `fraction` (0…1) is done and `what` is being done."""
        if self._show is not None:
            self._show(fraction, what)

    def partial(self, event: Any) -> None:
        """Hands on a part of the result."""
        if self._partials is not None:
            self._partials(event)


@contextmanager
def progress(partials: Callable[[Any], None] | None = None) -> Iterator[ShellReport]:
    """Gives the report for one job: a bar on stderr where that is a terminal, nothing when it is piped."""
    if not sys.stderr.isatty():
        yield ShellReport(partials=partials)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)

        def show(fraction: float, what: str) -> None:
            bar.update(task, completed=fraction, description=_escape(one_line(what)))

        yield ShellReport(show, partials)


def emit(result: Any, *, as_json: bool, text: str) -> None:
    """Prints a command's result once, at its end: `result` as JSON, or `text` for a person."""
    line = to_json(result) if as_json else text
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # `vocmatch … | head` has read enough; Python would complain again when it flushes at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(sentence: str) -> None:
    """Prints exactly one line to stderr."""
    sys.stderr.write(one_line(sentence) + "\n")
    sys.stderr.flush()


def one_line(text: str) -> str:
    """`text` with its line breaks and control characters spelt out, so that a file's name cannot forge a line."""
    return _BREAKS.sub(lambda match: match.group().encode("unicode_escape").decode("ascii"), text)


def to_json(result: Any) -> str:
    """`result` as one JSON object: dataclasses as objects, paths absolute, numbers finite.

    Levels of −∞ become the floor `SILENCE_DB`; a NaN is a bug and raises ValueError. Characters that stdout cannot
    carry (names that are no valid UTF-8 included) are escaped.
    """
    data = plain(result)
    if not isinstance(data, dict):
        raise TypeError(f"a command's result must be an object, not {type(result).__name__}")
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(data, allow_nan=False)
    return text


def plain(value: Any) -> Any:
    """`value` made of nothing but dicts, lists, strings, finite numbers, booleans and None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Path):
        return str(value.absolute())
    if isinstance(value, str | bool | int | None):
        return value
    if isinstance(value, float):
        return _finite(value)
    if hasattr(value, "tolist"):  # NumPy's scalars and arrays
        return plain(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    raise TypeError(f"{type(value).__name__} cannot be printed as JSON")


def tolerate_any_name() -> None:
    """Lets stdout and stderr carry any file name, whatever the terminal's encoding."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _finite(number: float) -> float:
    from vocmatch_desktop.types import SILENCE_DB  # brings NumPy, which `--help` does without

    if math.isnan(number):
        raise ValueError("a result holds NaN")
    return max(number, SILENCE_DB) if math.isinf(number) and number < 0 else number


def _escape(text: str) -> str:
    return text.replace("[", r"\[")
