"""What a person is told.

A `UserError` carries a kind, the values its sentence needs and a remedy; the shell and the window show `str(error)`.
Everything else that is raised is a bug: traceback to the log, exit code 1.
"""

from __future__ import annotations


class Cancelled(Exception):
    """Raised inside a job by `report(...)` when its result is no longer wanted."""


class UserError(Exception):
    """Something a person can act on.

    `message` is one plain sentence that says what is wrong; `remedy` one that says what to do about it (may be empty).
    `kind` is a stable snake_case name for code and tests; never match on message text.
    """

    kind = "user_error"

    def __init__(self, message: str, remedy: str = "", **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.values = values

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.remedy, self.values)


def _rebuild(cls: type[UserError], message: str, remedy: str, values: dict[str, object]) -> UserError:
    return cls(message, remedy, **values)


class UnreadableAudio(UserError):
    """A file that is no sound, is damaged, or holds none."""

    kind = "unreadable_audio"


class NoSinging(UserError):
    """A take in which no voice was heard."""

    kind = "no_singing"


class LibraryError(UserError):
    """The library's database is locked, damaged, read-only or from a newer version."""

    kind = "library"


class NotFound(UserError):
    """A file, folder, beat or take that does not exist."""

    kind = "not_found"


class DeviceError(UserError):
    """No microphone, no output, or one that vanished."""

    kind = "device"


class DiskError(UserError):
    """No space left or no permission to write."""

    kind = "disk"


class ModelError(UserError):
    """A model or execution provider that cannot be used."""

    kind = "model"


class UnfitFormat(UserError):
    """A file format that cannot hold a sound's channels or rate."""

    kind = "unfit_format"
