"""One worker process and the pipes to it, seen from the window's process."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from vocmatch_desktop.jobs import process
from vocmatch_desktop.jobs.protocol import Setup, ToWindow, ToWorker
from vocmatch_desktop.services.lifeline import deaf_to_ctrl_c


class Link:
    """Sends without ever blocking, before the process is started too; receives on the thread that looks after it."""

    def __init__(self, setup: Setup) -> None:
        context = multiprocessing.get_context("spawn")
        self._worker_commands, self._commands = context.Pipe(duplex=False)
        self._events, self._worker_events = context.Pipe(duplex=False)
        self._outbox: queue.SimpleQueue[ToWorker | None] = queue.SimpleQueue()
        self._sender = threading.Thread(target=self._send_all, name=f"{setup.name} sender", daemon=True)
        arguments = (setup, self._worker_commands, self._worker_events)
        self._process = context.Process(target=process.main, args=arguments, name=setup.name)
        self.pid: int | None = None

    def start(self) -> None:
        """Starts the process; raises OSError where the system refuses."""
        try:
            with deaf_to_ctrl_c():
                self._process.start()
        finally:
            self._worker_commands.close()  # the worker has its own ends; with ours open it could not see us go
            self._worker_events.close()
        self.pid = self._process.pid
        self._sender.start()

    def send(self, frame: ToWorker) -> None:
        """Queues a frame: a worker that is busy in C reads nothing, which must not hold up the window."""
        self._outbox.put(frame)

    def wait(self, wake: Connection, timeout_s: float | None) -> tuple[bool, bool]:
        """Waits for a frame, the process's end, `wake`, or `timeout_s`; gives (a frame is there, it has ended)."""
        ready = wait([self._events, self._process.sentinel, wake], timeout_s)
        return self._events in ready, self._process.sentinel in ready

    def receive(self) -> ToWindow | None:
        """The next frame; None when none will come."""
        try:
            frame: ToWindow = self._events.recv()
        except (EOFError, OSError):
            return None
        return frame

    def end(self) -> list[ToWindow]:
        """Ends the process and those it started, closes the pipes, and gives the frames it had still sent."""
        frames: list[ToWindow] = []
        if self.pid is not None:
            _kill_group(self._process, self.pid)
            self._process.join()
            while (frame := self.receive()) is not None:
                frames.append(frame)
            self._outbox.put(None)
            self._sender.join()
        for connection in (self._commands, self._events, self._worker_commands, self._worker_events):
            connection.close()
        self._process.close()
        self.pid = None
        return frames

    def _send_all(self) -> None:
        try:
            while (frame := self._outbox.get()) is not None:
                self._commands.send(frame)
        except OSError:
            pass  # the process has ended, as whoever waits for it sees too


def _kill_group(process: BaseProcess, pid: int) -> None:
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(pid)], capture_output=True, check=False)
    else:
        with suppress(ProcessLookupError, PermissionError):  # it ended, or had not made its group yet
            os.killpg(pid, signal.SIGKILL)  # before the join: until then the id cannot be another's
    process.kill()
