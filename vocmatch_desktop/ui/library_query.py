"""What is typed into the search box: words for the full-text search, and filters for what has a number.

`90-100` is a tempo range, `92bpm` a tempo, `am`, `F#m`, `Bb`, `8A` a key, `#lofi` a tag, `4*` at least four stars,
`is:missing` and `is:kept` what they say; anything else is words. Quotation marks keep a key's name a word: `"am"`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from vocmatch_desktop.types import Key

SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0
TEMPO_TOLERANCE = 1.0
"""`92bpm` finds 91…93: nobody knows a tempo's decimals by heart."""

_TOKEN = re.compile(r'"[^"]*"?|\S+')
_RANGE = re.compile(r"(\d{2,3}(?:\.\d+)?)(?:-|–|\.\.)(\d{2,3}(?:\.\d+)?)(?:bpm)?$")
_TEMPO = re.compile(r"(\d{2,3}(?:\.\d+)?)bpm$")
_STARS = re.compile(r"([1-5])[*★]$")
_CAMELOT = re.compile(r"(1[0-2]|[1-9])([ab])$")
_KEY = re.compile(r"[a-g](#|b|♯|♭)?m$|[a-g](#|♯|♭)$|[a-g]b$")
_CAPITAL_KEY = re.compile(r"[A-G]$")


@dataclass(frozen=True, slots=True)
class Query:
    """One search, taken apart; every filter must hold, keys are alternatives of each other."""

    words: str = ""
    bpm_from: float = SLOWEST_BPM
    bpm_to: float = FASTEST_BPM
    keys: tuple[Key, ...] = ()
    tags: tuple[str, ...] = ()
    stars: int = 0
    states: frozenset[str] = field(default_factory=frozenset)

    @property
    def everything(self) -> bool:
        """True where nothing is filtered out."""
        return self == Query()

    @property
    def has_tempo(self) -> bool:
        """True where a tempo was asked for."""
        return (self.bpm_from, self.bpm_to) != (SLOWEST_BPM, FASTEST_BPM)


def parse_query(text: str) -> Query:
    """Takes the typed text apart; whatever is no filter stays a word, in its order."""
    words: list[str] = []
    keys: list[Key] = []
    tags: list[str] = []
    states: set[str] = set()
    bpm, stars = (SLOWEST_BPM, FASTEST_BPM), 0
    for token in _TOKEN.findall(text):
        lower = token.casefold()
        if token.startswith('"'):
            words.append(token.strip('"'))
        elif key := _key(token):
            keys.append(key)
        elif lower.startswith("#") and len(lower) > 1:
            tags.append(lower[1:])
        elif lower in ("is:missing", "is:kept"):
            states.add(lower[3:])
        elif tempo := _tempo_range(lower):
            bpm = tempo
        elif found := _STARS.match(lower):
            stars = int(found[1])
        elif lower != "#":
            words.append(token)
    return Query(" ".join(filter(None, words)), *bpm, tuple(keys), tuple(tags), stars, frozenset(states))


def _tempo_range(token: str) -> tuple[float, float] | None:
    if found := _RANGE.match(token):
        low, high = sorted((float(found[1]), float(found[2])))
        return low, high
    if found := _TEMPO.match(token):
        return float(found[1]) - TEMPO_TOLERANCE, float(found[1]) + TEMPO_TOLERANCE
    return None


def _key(token: str) -> Key | None:
    """The key a token names; a single small letter is a word being typed, so a bare major key needs its capital."""
    lower = token.casefold()
    if found := _CAMELOT.match(lower):
        return _from_camelot(int(found[1]), minor=found[2] == "a")
    return Key.parse(lower) if _KEY.match(lower) or _CAPITAL_KEY.match(token) else None


def _from_camelot(number: int, minor: bool) -> Key:
    major = (number - 8) * 7 % 12  # 8B is C, every step a fifth up
    return Key((major - 3) % 12 if minor else major, minor)
