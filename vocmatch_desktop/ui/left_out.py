"""Which files indexing left out, and why."""

from __future__ import annotations

from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from vocmatch_desktop.library.records import NotTaken

REASON_PX = 320


class LeftOutList(QTreeWidget):
    """One row a file: its reason, and where it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeaderLabels([self.tr("Reason"), self.tr("File")])
        self.setAccessibleName(self.tr("Files that were left out"))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setMinimumHeight(400)
        self.header().resizeSection(0, REASON_PX)

    def show_files(self, left_out: tuple[NotTaken, ...]) -> None:
        """Replaces what is shown."""
        self.clear()
        for item in left_out:
            row = QTreeWidgetItem([item.reason, str(item.path)])
            row.setToolTip(1, str(item.path))
            self.addTopLevelItem(row)
