"""Ctrl-C in the terminal, logging out and shutting down close the window as its own button does."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier

ENDINGS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interrupts(QObject):
    """Calls `close` when the process is asked to end, until `release`.

    Python runs a signal's handler between two of its instructions, and Qt's event loop executes none while nothing
    happens: so the signal's number is written to a socket that wakes the loop.
    """

    def __init__(self, close: Callable[[], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._close = close
        self._heard, self._told = socket.socketpair()
        for end in (self._heard, self._told):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._heard.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._obey)
        self._wakeup_before = signal.set_wakeup_fd(self._told.fileno())
        self._before = {number: signal.signal(number, _leave_to_the_loop) for number in ENDINGS}

    def release(self) -> None:
        """Gives the signals back to whom they belonged."""
        signal.set_wakeup_fd(self._wakeup_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._notifier.setEnabled(False)
        self._heard.close()
        self._told.close()

    def _obey(self) -> None:
        self._heard.recv(64)
        self._close()


def _leave_to_the_loop(number: int, frame: object) -> None:
    """The socket has told the loop already."""
