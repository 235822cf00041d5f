from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QClipboard, QDragEnterEvent, QDropEvent, QFontMetricsF, QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.ui import drag
from vocmatch_desktop.ui.drag import Dropped
from vocmatch_desktop.ui.drag_chip import DragChip, elided
from vocmatch_desktop.ui.drop_zone import DropZone
from vocmatch_desktop.ui.folders import drop_words
from vocmatch_desktop.ui.theme import Theme

COPY = Qt.DropAction.CopyAction
NO_BUTTON, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def urls(*paths: Path | str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) if isinstance(path, Path) else QUrl(path) for path in paths])
    return mime


def test_a_finished_file_travels_as_its_url(qapp: QApplication, sound: Path) -> None:
    assert [Path(url.toLocalFile()) for url in drag.mime_for([sound]).urls()] == [sound]


@pytest.mark.parametrize("name", ["Night Bus.wav.partial", "gone.wav"])
def test_unfinished_and_missing_files_stay_here(qapp: QApplication, tmp_path: Path, name: str) -> None:
    if name.endswith(".partial"):
        (tmp_path / name).write_bytes(b"half")
    with pytest.raises(NotFound):
        drag.mime_for([tmp_path / name])


@pytest.mark.parametrize("name", ["Ночь 🌙.wav", "100% #1 & more.wav", "שלום.wav", "two\nlines.wav"])
def test_hard_names_survive_the_journey(qapp: QApplication, tmp_path: Path, sound: Path, name: str) -> None:
    path = sound.rename(tmp_path / name)
    assert drag.dropped(drag.mime_for([path])).sounds == (path,)


@pytest.fixture
def clipboard(qapp: QApplication) -> Iterator[QClipboard]:
    """The clipboard, emptied afterwards: the offscreen platform would free it after Python has ended, and crash."""
    yield QGuiApplication.clipboard()
    QGuiApplication.clipboard().clear()


def test_copied_files_can_be_pasted_in_file_managers(clipboard: QClipboard, sound: Path) -> None:
    drag.copy_files([sound])
    mime = clipboard.mimeData()
    assert [Path(url.toLocalFile()) for url in mime.urls()] == [sound]
    assert bytes(mime.data("x-special/gnome-copied-files").data()).decode().startswith("copy\nfile:///")


def test_showing_a_file_that_is_gone_says_so(qapp: QApplication, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        drag.show_in_folder(tmp_path / "gone.wav")


def test_drops_are_sorted_into_folders_sounds_and_others(tmp_path: Path, sound: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("words")
    drop = drag.dropped(urls(tmp_path, sound, text, tmp_path / "gone.wav", "https://example.org/x.wav"))
    assert drop == Dropped((tmp_path,), (sound,), (text, tmp_path / "gone.wav"))


def test_the_picture_under_the_pointer_is_sharp_and_not_too_wide(qtbot: QtBot, tmp_path: Path) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    picture = drag.drag_pixmap(widget, [tmp_path / f"{'long name ' * 30}.wav"])
    assert picture.devicePixelRatio() == widget.devicePixelRatioF()
    assert 40 < picture.width() / picture.devicePixelRatio() <= drag.CHIP_WIDTH + 1


class Zone(QWidget):
    """A widget that takes drops and remembers them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.resize(300, 200)
        self.taken: list[Dropped] = []
        self.zone = DropZone(self, theme, drop_words, self.taken.append)


@pytest.fixture
def zone(qtbot: QtBot, theme: Theme) -> Zone:
    made = Zone(theme)
    qtbot.addWidget(made)
    made.show()
    return made


def enter(zone: Zone, mime: QMimeData) -> bool:
    event = QDragEnterEvent(QPoint(10, 10), COPY | Qt.DropAction.MoveAction, mime, NO_BUTTON, NO_KEY)
    QApplication.sendEvent(zone, event)
    return event.isAccepted()


def test_a_folder_lights_the_zone_and_is_taken_as_a_copy(zone: Zone, tmp_path: Path) -> None:
    mime = urls(tmp_path)
    assert enter(zone, mime)
    assert zone.zone.isVisible()
    assert zone.zone.geometry() == zone.rect()
    drop = QDropEvent(QPointF(10, 10), COPY | Qt.DropAction.MoveAction, mime, NO_BUTTON, NO_KEY)
    QApplication.sendEvent(zone, drop)
    assert drop.dropAction() == COPY
    assert zone.taken == [Dropped((tmp_path,))]
    assert not zone.zone.isVisible()


def test_what_holds_no_sound_is_refused(zone: Zone, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    assert not enter(zone, urls(tmp_path / "a.txt"))
    assert not zone.zone.isVisible()


def test_the_words_say_what_a_drop_does(tmp_path: Path) -> None:
    assert drop_words(Dropped(folders=(tmp_path,))) == "Add to the library"
    assert drop_words(Dropped(sounds=(tmp_path, tmp_path))) == "Add 2 beats"
    assert drop_words(Dropped(others=(tmp_path,))) == ""


@pytest.fixture
def chip(qtbot: QtBot, theme: Theme) -> DragChip:
    made = DragChip(theme)
    qtbot.addWidget(made)
    made.resize(220, 36)
    made.show()
    return made


def pull(qtbot: QtBot, chip: DragChip) -> None:
    qtbot.mousePress(chip, Qt.MouseButton.LeftButton, pos=QPoint(14, 18))
    qtbot.mouseMove(chip, QPoint(80, 18))
    qtbot.mouseRelease(chip, Qt.MouseButton.LeftButton, pos=QPoint(80, 18))


def test_the_chip_drags_only_a_whole_file(
    qtbot: QtBot, chip: DragChip, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dragged: list[list[Path]] = []
    monkeypatch.setattr("vocmatch_desktop.ui.drag_chip.drag_files", lambda _source, paths: dragged.append(paths))
    chip.show_busy("fitting … 40 %", 0.4)
    pull(qtbot, chip)
    assert dragged == []
    chip.show_file(sound)
    pull(qtbot, chip)
    assert dragged == [[sound]]


def test_the_chip_drags_several_files_together(
    qtbot: QtBot, chip: DragChip, sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dragged: list[list[Path]] = []
    monkeypatch.setattr("vocmatch_desktop.ui.drag_chip.drag_files", lambda _source, paths: dragged.append(paths))
    other = tmp_path / "drums.wav"
    chip.show_files((sound, other))
    assert chip.accessibleName() == "Drag Night Bus.wav +1 out"
    assert "drums.wav" in chip.toolTip()
    pull(qtbot, chip)
    assert dragged == [[sound, other]]
    chip.show_files((sound, other), "2 stems")
    assert "2 stems" in chip.accessibleName()


def test_a_file_that_vanished_is_said_and_not_dragged(qtbot: QtBot, chip: DragChip, tmp_path: Path) -> None:
    chip.show_file(tmp_path / "gone.wav")
    with qtbot.waitSignal(chip.failed) as failed:
        pull(qtbot, chip)
    assert isinstance(failed.args[0], NotFound)


def test_the_chip_says_what_it_holds(chip: DragChip, sound: Path) -> None:
    chip.show_busy("fitting … 40 %", 0.4)
    assert chip.accessibleName() == "fitting … 40 %"
    chip.show_file(sound)
    assert "Night Bus.wav" in chip.accessibleName()
    assert str(sound) in chip.toolTip()


def test_the_spinner_turns_only_while_it_is_seen(qtbot: QtBot, chip: DragChip) -> None:
    chip.show_busy("fitting", 0.1)
    assert chip._spin.isActive()
    chip.hide()
    assert not chip._spin.isActive()
    chip.show()
    assert chip._spin.isActive()
    chip.show_nothing("")
    assert not chip._spin.isActive()


def test_enter_asks_for_a_file_that_is_not_there_and_ctrl_c_copies_one(
    qtbot: QtBot, chip: DragChip, sound: Path
) -> None:
    chip.show_nothing("click to make it")
    with qtbot.waitSignal(chip.file_wanted):
        qtbot.keyClick(chip, Qt.Key.Key_Return)
    chip.show_file(sound)
    with qtbot.waitSignal(chip.copy_wanted) as copied:
        qtbot.keyClick(chip, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert copied.args == [sound]


def test_names_are_shown_as_they_are(chip: DragChip, tmp_path: Path) -> None:
    chip.show_file(tmp_path / "<b>loud</b>\nmix.wav")
    assert "&lt;b&gt;loud&lt;/b&gt;" in chip.toolTip()
    assert not chip.grab().isNull()


def test_tempo_and_key_stay_when_a_name_is_long(qapp: QApplication, theme: Theme) -> None:
    metrics = QFontMetricsF(theme.font())
    name = "A very - long title - 92.5 BPM - F#m.wav"
    width = metrics.horizontalAdvance(name) * 0.8
    shown = elided(name, metrics, width)
    assert shown.startswith("A very")
    assert shown.endswith("… - 92.5 BPM - F#m.wav")
    assert metrics.horizontalAdvance(shown) <= width
    assert elided(name, metrics, 1000) == name


def test_the_chip_does_not_show_the_mark_of_a_fitting(chip: DragChip) -> None:
    path = Path("/fitted/Night Bus - 90 BPM - Am [87a19b8a].wav")
    chip.show_file(path)
    assert chip.accessibleName() == "Drag Night Bus - 90 BPM - Am.wav out"
    assert path.name in chip.toolTip()
