"""Tables for a person, whatever the names in them hold."""

from __future__ import annotations

import sys
import unicodedata
from typing import TYPE_CHECKING

from vocmatch_desktop.commands.output import one_line

if TYPE_CHECKING:
    from rich.table import Table

_OVERRIDES = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))


def shown(text: str) -> str:
    """Text on one line that cannot reach out of its place: right-to-left parts are isolated, overrides taken out."""
    plain = "".join(character for character in one_line(text) if unicodedata.bidirectional(character) not in _OVERRIDES)
    turns = any(unicodedata.bidirectional(character) in ("R", "AL") for character in plain)
    return f"\u2068{plain}\u2069" if turns else plain


def drawn(table: Table) -> str:
    """The table as text, as wide as the terminal."""
    from io import StringIO

    from rich.console import Console

    text = StringIO()
    width = Console().width if sys.stdout.isatty() else 200
    Console(file=text, width=width, force_terminal=False).print(table)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()).strip("\n")
