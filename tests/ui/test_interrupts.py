from __future__ import annotations

import signal

import pytest
from pytestqt.qtbot import QtBot

from vocmatch_desktop.ui.interrupts import ENDINGS, Interrupts


@pytest.mark.parametrize("number", ENDINGS)
def test_a_signal_closes_the_window_and_is_given_back(qtbot: QtBot, number: signal.Signals) -> None:
    before, closed = signal.getsignal(number), []
    interrupts = Interrupts(lambda: closed.append(number))
    signal.raise_signal(number)
    qtbot.waitUntil(lambda: closed == [number])
    interrupts.release()
    assert signal.getsignal(number) is before
