"""Downloads: whole, right and resumable, from a server on this machine that misbehaves."""

from __future__ import annotations

import hashlib
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.request import Request, urlopen

import numpy as np
import pytest

from vocmatch_desktop.errors import Cancelled, DiskError, ModelError
from vocmatch_desktop.inference import store
from vocmatch_desktop.inference.download import Answer, download, https, is_url
from vocmatch_desktop.services.reports import Unread

CONTENT = np.random.default_rng(3).bytes(3_000_000)
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Behaviour:
    """What the server does with its next requests, and the ranges it was asked for."""

    dies_after: int | None = None
    announces: bool = True
    knows_ranges: bool = True
    ranges: list[str | None] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[tuple[str, Behaviour]]:
    behaviour = Behaviour()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/net.onnx":
                return self.send_error(404)
            asked = self.headers.get("Range")
            behaviour.ranges.append(asked)
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and behaviour.knows_ranges else 0
            if start >= len(CONTENT):
                return self.send_error(416)
            self.send_response(206 if start else 200)
            if behaviour.announces:
                self.send_header("Content-Length", str(len(CONTENT) - start))
            self.end_headers()
            end = None if behaviour.dies_after is None else start + behaviour.dies_after
            self.wfile.write(CONTENT[start:end])
            self.close_connection = True
            return None

        def log_message(self, *_: object) -> None:
            """Keeps quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = False
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}/net.onnx", behaviour
        listening.shutdown()
        thread.join()


def on_loopback(request: Request) -> Answer:
    assert request.full_url.startswith("http://127.0.0.1:")
    answer: Answer = urlopen(request, timeout=5)
    return answer


def fetched(url: str, folder: Path, digest: str = DIGEST) -> Path:
    return download(url, folder / "cache" / "net.onnx", digest, Unread(), fetch=on_loopback)


def test_a_file_arrives_whole(server: tuple[str, Behaviour], tmp_path: Path) -> None:
    url, behaviour = server
    path = fetched(url, tmp_path)
    assert path.read_bytes() == CONTENT
    assert fetched(url, tmp_path) == path
    assert behaviour.ranges == [None]
    assert [each.name for each in path.parent.iterdir()] == ["net.onnx"]


def test_a_broken_download_goes_on_where_it_stopped(server: tuple[str, Behaviour], tmp_path: Path) -> None:
    url, behaviour = server
    behaviour.dies_after = 1_000_000
    for megabytes in ("1.0", "2.0"):
        with pytest.raises(ModelError, match=rf"broke off after {megabytes} of 3\.0 MB"):
            fetched(url, tmp_path)
    behaviour.dies_after = None
    assert fetched(url, tmp_path).read_bytes() == CONTENT
    assert behaviour.ranges == [None, "bytes=1000000-", "bytes=2000000-"]


def test_a_server_without_ranges_begins_anew(server: tuple[str, Behaviour], tmp_path: Path) -> None:
    url, behaviour = server
    behaviour.dies_after, behaviour.knows_ranges = 500_000, False
    with pytest.raises(ModelError, match="broke off"):
        fetched(url, tmp_path)
    behaviour.dies_after = None
    assert fetched(url, tmp_path).read_bytes() == CONTENT


def test_a_server_that_announces_no_length(server: tuple[str, Behaviour], tmp_path: Path) -> None:
    url, behaviour = server
    behaviour.announces = False
    assert fetched(url, tmp_path).read_bytes() == CONTENT


def test_all_of_it_was_there_already(server: tuple[str, Behaviour], tmp_path: Path) -> None:
    url, _ = server
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "net.onnx.part").write_bytes(CONTENT)
    assert fetched(url, tmp_path).read_bytes() == CONTENT


def test_another_file_than_promised_is_not_kept(server: tuple[str, Behaviour], tmp_path: Path) -> None:
    url, _ = server
    with pytest.raises(ModelError, match=f"SHA-256 is {DIGEST}"):
        fetched(url, tmp_path, "0" * 64)
    assert list((tmp_path / "cache").iterdir()) == []


def test_what_goes_wrong_is_a_sentence(
    server: tuple[str, Behaviour], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, _ = server
    with pytest.raises(ModelError, match=r"127\.0\.0\.1 answered 404"):
        fetched(url + "x", tmp_path)
    with pytest.raises(ModelError, match="cannot be reached"):
        fetched("http://127.0.0.1:9/net.onnx", tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskError, match="cannot be written"):
        download(url, tmp_path / "file" / "net.onnx", DIGEST, Unread(), fetch=on_loopback)
    monkeypatch.setattr(store.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(DiskError, match="MB free"):
        fetched(url, tmp_path)


def test_cancelling_keeps_what_arrived(server: tuple[str, Behaviour], tmp_path: Path) -> None:
    class Impatient(Unread):
        def __call__(self, fraction: float, what: str) -> None:
            if fraction > 0.5:
                raise Cancelled

    url, behaviour = server
    with pytest.raises(Cancelled):
        download(url, tmp_path / "net.onnx", DIGEST, Impatient(), fetch=on_loopback)
    kept = (tmp_path / "net.onnx.part").stat().st_size
    assert kept > len(CONTENT) / 2
    assert download(url, tmp_path / "net.onnx", DIGEST, Unread(), fetch=on_loopback).read_bytes() == CONTENT
    assert behaviour.ranges[-1] == f"bytes={kept}-"


def test_only_https_leaves_the_machine(server: tuple[str, Behaviour], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not an https address"):
        download(server[0], tmp_path / "net.onnx", DIGEST, Unread())
    with pytest.raises(ModelError, match="not an https address"):
        https(Request("file:///etc/passwd"))
    assert server[1].ranges == []


@pytest.mark.parametrize(
    ("text", "answer"), [("https://a.org/x", True), ("C:\\x.onnx", False), ("C://x", False), ("x.onnx", False)]
)
def test_addresses_and_paths(text: str, answer: bool) -> None:
    assert is_url(text) is answer


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for this machine, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    about = ["-days", "2", "-nodes", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    pair = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", *about, *pair]
    subprocess.run(command, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return both


def test_https_is_checked_and_never_left(certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/net.onnx" else 302)
            self.send_header("Location", "http://127.0.0.1:9/net.onnx" if self.path == "/down" else "/net.onnx")
            self.send_header("Content-Length", str(len(CONTENT)) if self.path == "/net.onnx" else "0")
            self.end_headers()
            if self.path == "/net.onnx":
                self.wfile.write(CONTENT)

        def log_message(self, *_: object) -> None:
            """Keeps quiet."""

    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(certificate)
    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.socket = secure.wrap_socket(listening.socket, server_side=True)
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            url = f"https://localhost:{listening.server_port}"
            with pytest.raises(ModelError, match="localhost cannot be reached"):  # nobody vouches for it
                download(f"{url}/net.onnx", tmp_path / "net.onnx", DIGEST, Unread())
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            for name in ("net.onnx", "elsewhere"):
                path = download(f"{url}/{name}", tmp_path / name, DIGEST, Unread())
                assert path.read_bytes() == CONTENT
            with pytest.raises(ModelError, match="not https"):
                download(f"{url}/down", tmp_path / "down.onnx", DIGEST, Unread())
        finally:
            listening.shutdown()
            thread.join()
