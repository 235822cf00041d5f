"""Files going out to a DAW and coming in from a file manager.

What DAWs taught: only finished, durable files as URLs, only ever a copy, and the clipboard and the file manager as a
way around for those that take no drops.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QRectF, Qt, QUrl
from PySide6.QtGui import QColor, QDesktopServices, QDrag, QFontMetricsF, QGuiApplication, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from vocmatch_desktop.audio.files import AUDIO_SUFFIXES
from vocmatch_desktop.errors import NotFound

PARTIAL_SUFFIX = ".partial"
CHIP_WIDTH = 260.0
CHIP_HEIGHT = 30.0


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was dropped on the window: folders and sound files; `others` are files that hold no sound we read."""

    folders: tuple[Path, ...] = ()
    sounds: tuple[Path, ...] = ()
    others: tuple[Path, ...] = ()

    @property
    def wanted(self) -> bool:
        """True where there is anything to take in."""
        return bool(self.folders or self.sounds)


def mime_for(paths: Sequence[Path]) -> QMimeData:
    """The URLs of files that are whole; raises NotFound where one is not there or still being written."""
    for path in paths:
        if path.name.endswith(PARTIAL_SUFFIX) or not path.is_file():
            raise NotFound(f"{path.name} is not there.", "It may have been moved; relocate it from its row's menu.")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path.absolute())) for path in paths])
    return mime


def drag_files(source: QWidget, paths: Sequence[Path]) -> bool:
    """Drags finished files out of `source` until they are dropped; True where a program took them. Raises NotFound."""
    if not paths:
        return False
    drag = QDrag(source)
    drag.setMimeData(mime_for(paths))
    drag.setPixmap(drag_pixmap(source, paths))
    drag.setHotSpot(QPoint(-12, -8))
    return drag.exec(Qt.DropAction.CopyAction, Qt.DropAction.CopyAction) == Qt.DropAction.CopyAction


def drag_pixmap(source: QWidget, paths: Sequence[Path]) -> QPixmap:
    """A chip with the file's name, drawn in the widget's own colours and at its screen's resolution."""
    name = paths[0].name if len(paths) == 1 else f"{paths[0].name}  +{len(paths) - 1}"
    metrics = QFontMetricsF(source.font())
    text = metrics.elidedText(f"⋮⋮  {' '.join(name.split())}", Qt.TextElideMode.ElideMiddle, CHIP_WIDTH - 24)
    width, ratio = metrics.horizontalAdvance(text) + 24, source.devicePixelRatioF()
    pixmap = QPixmap(round(width * ratio), round(CHIP_HEIGHT * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QColor(0, 0, 0, 0))
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(source.font())
        painter.setPen(source.palette().highlight().color())
        painter.setBrush(source.palette().alternateBase())
        chip = QRectF(0.5, 0.5, width - 1, CHIP_HEIGHT - 1)
        painter.drawRoundedRect(chip, 6, 6)
        painter.setPen(source.palette().windowText().color())
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
    return pixmap


def copy_files(paths: Sequence[Path]) -> None:
    """Puts files on the clipboard as a file manager's Copy does; raises NotFound."""
    mime = mime_for(paths)
    urls = "\n".join(url.toString(QUrl.ComponentFormattingOption.FullyEncoded) for url in mime.urls())
    mime.setData("x-special/gnome-copied-files", f"copy\n{urls}".encode())
    mime.setText("\n".join(str(path) for path in paths))
    QGuiApplication.clipboard().setMimeData(mime)


def copy_text(text: str) -> None:
    """Puts a path on the clipboard."""
    QGuiApplication.clipboard().setText(text)


def show_in_folder(path: Path) -> None:
    """Opens the file manager at a file, selected where the system can do that; raises NotFound."""
    if not path.exists():
        raise NotFound(f"{path} is not there.", "Relocate it from its row's menu.")
    if sys.platform == "win32":
        subprocess.Popen(["explorer", f"/select,{path}"])
    elif sys.platform == "darwin":
        subprocess.Popen(["open", "-R", str(path)])
    else:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))


def dropped(mime: QMimeData) -> Dropped:
    """Sorts the local files of a drop; anything that is not a local file is left out."""
    paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    folders = [path for path in paths if path.is_dir()]
    sounds = [path for path in paths if path.suffix.lower() in AUDIO_SUFFIXES and path.is_file()]
    taken = {*folders, *sounds}
    return Dropped(tuple(folders), tuple(sounds), tuple(path for path in paths if path not in taken))
