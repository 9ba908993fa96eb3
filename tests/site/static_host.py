"""A stand-in for a host of static sites: files with ETag, max-age and gzip, no header of ours, counted as it sends.

The site lies at the root, or under a path, as it does where a project's pages are published beside others.
"""

from __future__ import annotations

import gzip
import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PACKED = {".whl", ".zip", ".png", ".woff2", ".npz", ".gz"}  # nothing is gained by compressing these again
WRITTEN = {".html", ".ipynb", ".js", ".json"}


@cache
def _gzipped(data: bytes) -> bytes:
    return gzip.compress(data, 6)


class Host:
    """What was asked of it, and how many bytes went out.

    ``renewed`` makes another release of the site: what is written in its files, and the names of its folders, change
    from the keys to the values, and nothing is found under the old names. While ``gate`` is closed no WebAssembly goes
    out: Python is not there yet.
    """

    def __init__(self, folder: Path, under: str = "") -> None:
        self.folder, self.under, self.down = folder, f"/{under}".rstrip("/"), False
        self.renewed: dict[str, str] = {}
        self.lock, self.gate = threading.Lock(), threading.Event()
        self.gate.set()
        self.clear()

    def clear(self) -> None:
        """Count from zero."""
        self.wire, self.asked, self.missing = 0, [], []

    def find(self, path: str) -> Path | None:
        """The file under an address, if there is one."""
        path = path.partition("?")[0]
        if not path.startswith(f"{self.under}/") or any(old in path for old in self.renewed):
            return None
        for old, new in self.renewed.items():
            path = path.replace(new, old)
        file = (self.folder / path[len(self.under) + 1 :]).resolve()
        file = file / "index.html" if file.is_dir() else file
        return file if file.is_file() and file.is_relative_to(self.folder.resolve()) else None

    def read(self, file: Path) -> bytes:
        """What the file holds in this release."""
        data = file.read_bytes()
        if file.suffix in WRITTEN:
            for old, new in self.renewed.items():
                data = data.replace(old.encode(), new.encode())
        return data


class Handler(SimpleHTTPRequestHandler):
    """Answers as static hosting does."""

    protocol_version = "HTTP/1.1"
    host: Host
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".wasm": "application/wasm", ".mjs": "text/javascript", ".js": "text/javascript", ".ipynb": "application/json",
        ".whl": "application/octet-stream", ".woff2": "font/woff2", ".svg": "image/svg+xml",
    }  # fmt: skip

    def do_GET(self) -> None:
        host, file = self.host, self.host.find(self.path)
        host.asked.append(self.path)
        if ".wasm" in self.path:
            host.gate.wait()
        if host.down:
            self.close_connection = True
            return self.connection.shutdown(socket.SHUT_RDWR)
        if file is None:
            host.missing.append(self.path)
            return self._answer(404, b"", {})
        data = host.read(file)
        tag = {"ETag": f'"{hashlib.sha256(data).hexdigest()[:16]}"', "Cache-Control": "max-age=600"}
        if self.headers.get("If-None-Match") == tag["ETag"]:
            return self._answer(304, None, tag)
        if file.suffix not in PACKED and "gzip" in self.headers.get("Accept-Encoding", ""):
            data, tag = _gzipped(data), tag | {"Content-Encoding": "gzip"}
        with host.lock:
            host.wire += len(data)
        self._answer(200, data, tag | {"Content-Type": self.guess_type(str(file))})

    def _answer(self, status: int, body: bytes | None, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if body is not None:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body:
            try:
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


@contextmanager
def hosted(folder: Path, under: str = "") -> Iterator[tuple[str, Host]]:
    """The site's address, and its host, while the context lasts."""
    host = Host(folder, under)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Served", (Handler,), {"host": host}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{host.under}/", host
    host.gate.set()
    server.shutdown()
    server.server_close()
