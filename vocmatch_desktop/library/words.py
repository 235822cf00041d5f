"""The words a beat is found by, and what people type turned into a full-text query.

SQLite's FTS5 does the work: its tokenizer folds case and diacritics ("sao" finds "São") and splits at everything that
is neither letter nor digit. Words match from their beginning, keys whole. Nothing that can be typed is a syntax error:
every word is quoted, and what holds no letter or digit (an emoji, "♪") is looked for as it stands.
"""

from __future__ import annotations

import re
import sqlite3

from vocmatch_desktop.types import Key

_LETTERS = re.compile(r"[^\W_]")
_SPACED_KEY = re.compile(r"\b([a-g][#♯♭b]?)\s+(min|minor|maj|major)\b", re.IGNORECASE)
_SIGNED_KEY = re.compile(r"[a-g][#♯♭](m|min|minor|maj|major)?", re.IGNORECASE)
_PITCH_CLASSES = ("c", "c#/db", "d", "d#/eb", "e/fb", "f/e#", "f#/gb", "g", "g#/ab", "a", "a#/bb", "b/cb")


def key_words(key: Key) -> str:
    """Every way of writing a key that is searched for, as tokens: "8a minor am amin aminor"."""
    mode = "minor" if key.minor else "major"
    words = [key.camelot.lower(), mode]
    # No letter alone for minor keys: who types "C" means C major.
    for name in _PITCH_CLASSES[key.tonic].split("/"):
        words += [name + ending for ending in (("m", "min", "minor") if key.minor else ("", "maj", "major"))]
    return " ".join(dict.fromkeys(_spelt_out(word) for word in words))


def search(connection: sqlite3.Connection, text: str) -> list[int]:
    """Ids of the tracks that have all words of `text`, the best first; all tracks, by title, where it has none."""
    joined = _SPACED_KEY.sub(r"\1\2", text.replace("\0", " "))
    terms = [term for word in joined.split() if (term := word.replace('"', ""))]
    words = [term for term in terms if _LETTERS.search(term)]
    signs = [term for term in terms if not _LETTERS.search(term)]
    sql = "SELECT track.id FROM search JOIN track ON track.id = search.rowid WHERE track.removed IS NULL"
    arguments: list[str] = []
    if words:
        sql += " AND search MATCH ?"
        arguments.append(" AND ".join(map(_matching, words)))
    for sign in signs:
        sql += " AND instr(search.title || ' ' || search.tags || ' ' || search.words, ?)"
        arguments.append(_storable(sign))
    # A hit in the title counts most, then tags, then folders and artists.
    sql += " ORDER BY bm25(search, 8, 4, 1, 2), search.title" if words else " ORDER BY search.title"
    return [row[0] for row in connection.execute(sql, arguments)]


def _matching(word: str) -> str:
    key = f'keys : "{_spelt_out(_storable(word).lower())}"'
    if _SIGNED_KEY.fullmatch(word):  # to the tokenizer "a#" is the letter a
        return key
    return f'({{title tags words}} : "{_storable(word)}"* OR {key})'


def _spelt_out(word: str) -> str:
    """Accidentals are no letters to the tokenizer: "f♯m" becomes "fsharpm"."""
    plain = word.replace("#", "sharp").replace("♯", "sharp").replace("♭", "flat")
    return re.sub(r"^([a-g])b(?=$|m$|min|maj)", r"\1flat", plain)


def _storable(text: str) -> str:
    """Half a surrogate pair, as names of undecodable bytes hold, cannot be stored as text."""
    return text.encode("utf-8", "replace").decode("utf-8")
