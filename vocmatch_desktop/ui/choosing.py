"""Asking the system for files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from vocmatch_desktop.audio.files import AUDIO_SUFFIXES


def choose_sounds(parent: QWidget, title: str) -> tuple[Path, ...]:
    """Sound files that somebody chose, none if they thought better of it."""
    kinds = " ".join(f"*{suffix}" for suffix in sorted(AUDIO_SUFFIXES))
    words = QCoreApplication.translate("Choosing", "Sound ({0})").format(kinds)
    chosen, _ = QFileDialog.getOpenFileNames(parent, title, "", words)
    return tuple(map(Path, chosen))
