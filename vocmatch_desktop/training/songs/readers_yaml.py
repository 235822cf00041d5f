"""The little of YAML that MedleyDB's metadata is written in: nested mappings of plain values, and lists of them.

No dependency is worth this: keys indented by spaces, one a line, values bare or quoted, `[a, b]` or `- a` for lists.
Anything beyond (anchors, multi-line text) is read as the text that stands there.
"""

from __future__ import annotations

from collections.abc import Iterator

Tree = dict[str, "str | list[str] | Tree"]


def read_tree(text: str) -> Tree:
    """The document as nested dictionaries; leaves are strings or lists of strings."""
    lines = _Lines(text)
    return _mapping(lines, 0)


class _Lines:
    """The document's lines that say something, one look ahead."""

    def __init__(self, text: str) -> None:
        self._lines: Iterator[tuple[int, str]] = (
            (len(line) - len(line.lstrip()), line.strip())
            for line in text.splitlines()
            if line.strip() and not line.lstrip().startswith(("#", "---", "..."))
        )
        self.head = next(self._lines, None)

    def pop(self) -> str:
        """The line at hand without its indent; moves on."""
        if self.head is None:
            raise EOFError
        line = self.head[1]
        self.head = next(self._lines, None)
        return line


def _mapping(lines: _Lines, indent: int) -> Tree:
    tree: Tree = {}
    while lines.head is not None and lines.head[0] >= indent:
        key, colon, value = lines.pop().partition(":")
        if colon:
            tree[_plain(key)] = _value(value.strip()) if value.strip() else _nested(lines, indent)
    return tree


def _nested(lines: _Lines, indent: int) -> str | list[str] | Tree:
    """What a key without a value on its own line holds: a list, a mapping, or nothing."""
    if lines.head is None:
        return ""
    deeper, line = lines.head
    if line.startswith("- ") and deeper >= indent:  # YAML allows a list to stand at its key's own indent
        items = []
        while lines.head is not None and lines.head[1].startswith("- ") and lines.head[0] == deeper:
            items.append(_plain(lines.pop()[2:]))
        return items
    return _mapping(lines, deeper) if deeper > indent else ""


def _value(text: str) -> str | list[str]:
    if text.startswith("[") and text.endswith("]"):
        return [_plain(item) for item in text[1:-1].split(",") if item.strip()]
    return _plain(text)


def _plain(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
