"""The other program in a drag: `drag_partner.py receive` prints what is dropped on it, `give PATH` hands a file out.

Prints one JSON object a line: first {"at": [x, y]} (where the mouse has to go), then {"urls": […], "action": …}.
"""

from __future__ import annotations

import json
import sys

from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer, QUrl
from PySide6.QtGui import QDrag, QDragEnterEvent, QDropEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget


def say(**values: object) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


class Receiver(QWidget):
    """A DAW's track: takes files as copies only."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and event.possibleActions() == Qt.DropAction.CopyAction:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        urls = [url.toString() for url in event.mimeData().urls()]
        say(urls=urls, action=event.dropAction().name)


class Giver(QWidget):
    """A file manager: hands a file or folder out."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(self._path)])
        drag = QDrag(self)
        drag.setMimeData(mime)
        drag.exec(Qt.DropAction.CopyAction)


def main() -> None:
    application = QApplication(sys.argv[:1])
    window = Receiver() if sys.argv[1] == "receive" else Giver(sys.argv[2])
    window.setWindowTitle("partner")
    window.setGeometry(1240, 200, 300, 300)
    window.show()

    def ready() -> None:
        centre = window.mapToGlobal(QPoint(150, 150))
        say(at=[centre.x(), centre.y()])

    QTimer.singleShot(800, ready)
    application.exec()


if __name__ == "__main__":
    main()
