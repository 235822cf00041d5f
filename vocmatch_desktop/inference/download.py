"""A file from the net, by HTTPS and with a given SHA-256; a download that broke off goes on where it stopped."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import closing
from email.message import Message
from http.client import HTTPException
from pathlib import Path
from typing import IO, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from vocmatch_desktop.errors import DiskError, ModelError
from vocmatch_desktop.inference.cards import sha256
from vocmatch_desktop.inference.store import require_space
from vocmatch_desktop.types import Report

TIMEOUT_S = 30.0
BLOCK_BYTES = 2**18
LARGEST = 2 * 2**30
_PARTIAL, _RANGE_WRONG = 206, 416


class Answer(Protocol):
    """What a server says."""

    status: int
    headers: Message

    def read(self, size: int, /) -> bytes:
        """The next bytes, none at the end."""

    def close(self) -> None:
        """Ends the connection."""


Fetch = Callable[[Request], Answer]
"""Sends a request; raises what urllib raises."""


def is_url(text: str) -> bool:
    """Whether `text` is an address, of any kind, rather than a path (a Windows drive is one letter)."""
    return "://" in text and len(urlsplit(text).scheme) > 1


def https(request: Request) -> Answer:
    """Sends a request by HTTPS, redirects included; certificates are those of the system and of certifi."""
    if urlsplit(request.full_url).scheme != "https":
        raise ModelError(f"{request.full_url} is not an https address.", "Only https is safe to fetch models from.")
    answer: Answer = build_opener(HTTPSHandler(context=_certificates()), _HttpsOnly).open(request, timeout=TIMEOUT_S)
    return answer


def download(url: str, path: Path, digest: str, report: Report, *, fetch: Fetch = https) -> Path:
    """Fetches `url` to `path`; gives `path`, whose SHA-256 is `digest`.

    What arrived of a download that broke off stays in `path` + ".part", for the next call.

    Raises:
        ModelError: no connection, refused by the server, broken off, too large, or the hash differs (then nothing is
            kept). DiskError: no space, no permission. Cancelled: by `report`; what arrived is kept.
    """
    if path.is_file() and sha256(path) == digest:
        return path
    part = path.with_name(path.name + ".part")
    host = urlsplit(url).hostname or url
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _fetch_rest(url, part, report, fetch)
        report(1.0, "Checking the file")
        found = sha256(part)
        if found == digest:
            return part.replace(path)
        part.unlink()
    except HTTPError as error:
        raise ModelError(f"{host} answered {error.code} ({error.reason}).", "Check the address.") from error
    except (URLError, TimeoutError, ConnectionError, HTTPException, ssl.SSLError) as error:
        raise ModelError(f"{host} cannot be reached.", "Check the connection and run the same again.") from error
    except OSError as error:
        raise DiskError(f"{part} cannot be written.", "Check free space and permissions.") from error
    raise ModelError(
        f"What {host} sent is not the file it should be: its SHA-256 is {found}, not {digest}.",
        "Nothing was kept; check the address and the hash.",
    )


def _fetch_rest(url: str, part: Path, report: Report, fetch: Fetch) -> None:
    """Appends to `part` what it lacks of the file at `url`."""
    have = part.stat().st_size if part.is_file() else 0
    request = Request(url, headers={"User-Agent": "VocMatch", **({"Range": f"bytes={have}-"} if have else {})})
    try:
        answer = fetch(request)
    except HTTPError as error:
        if error.code != _RANGE_WRONG:
            raise
        error.close()
        return  # there is nothing behind what we have: the hash says whether it is right
    with closing(answer):
        if answer.status != _PARTIAL:
            have = 0
        total = have + _length(answer)
        if total > LARGEST:
            raise ModelError(f"The file is {total / 1e9:.1f} GB, and a model has 2 GB at most.", "Check the address.")
        require_space(part.parent, total - have, "the download")
        with part.open("ab" if have else "wb") as file:
            _copy(answer, file, have, total, report)


def _copy(answer: Answer, file: IO[bytes], have: int, total: int, report: Report) -> None:
    """Writes what comes; `have` of `total` bytes are there (total 0: the server does not say)."""
    while have <= LARGEST:
        report(min(1.0, have / total) if total else 0.0, f"Downloading, {have / 1e6:.0f} MB")
        block = _next_block(answer)
        if block is None or (not block and have < total):
            raise ModelError(
                f"The download broke off after {have / 1e6:.1f}{f' of {total / 1e6:.1f}' if total else ''} MB.",
                "Run the same again: it goes on where it stopped.",
            )
        if not block:
            return
        file.write(block)
        have += len(block)


def _next_block(answer: Answer) -> bytes | None:
    """The next bytes, none at the end, None where the connection died."""
    try:
        return answer.read(BLOCK_BYTES)
    except (HTTPException, TimeoutError, ConnectionError, ssl.SSLError):
        return None


def _length(answer: Answer) -> int:
    """Bytes the server announces; 0 where it does not."""
    told = answer.headers.get("Content-Length") or ""
    return int(told) if told.isdigit() else 0


def _certificates() -> ssl.SSLContext:
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class _HttpsOnly(HTTPRedirectHandler):
    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        if urlsplit(newurl).scheme != "https":
            raise ModelError(f"{req.host} sends on to {newurl}, which is not https.", "Use another address.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)
