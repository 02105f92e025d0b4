"""A server that offers any files as firmware, and damages what a test tells it to.

    server = UpdateServer(folder)          # what it offers: *.py of the folder
    server.damage("run.py")                # this file comes with a byte changed

Manifests are made and signed by the product's own firmware.releases.
"""

from __future__ import annotations

import json
import threading
import time
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from firmware import releases
from stations import keys
from tests.serving import free_port


class UpdateServer:
    def __init__(self, folder: Path, key: str) -> None:
        self.folder, self.key = folder, key
        self.signs_with = key
        self.is_stale = False  # answers with another question's manifest
        self.fetched: list[str] = []
        self.reports: list[dict[str, object]] = []
        self._damaged: set[str] = set()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._reply(*server._get(self.path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self._reply(*server._post(self.path, json.loads(body)))

            def _reply(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words: object) -> None:
                pass

        self._claim = ExitStack()
        port = self._claim.enter_context(free_port())
        self._http = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def release(self) -> releases.Release:
        return releases.release(sorted(self.folder.glob("*.py"), key=lambda path: path.name))

    def damage(self, name: str) -> None:
        self._damaged.add(name)

    def stop(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
        self._claim.close()

    def _post(self, path: str, said: dict[str, object]) -> tuple[int, bytes]:
        if path == "/firmware/report":
            self.reports.append(said)
            return 200, f"OK {time.time_ns() // 1_000_000} {self.release.version}".encode()
        if path != "/api/v1/readings/":
            return 404, b"no such page"
        return 200, json.dumps({"acknowledged": len(list(said["readings"]))}).encode()  # type: ignore[call-overload]

    def _get(self, path: str) -> tuple[int, bytes]:
        url = urlsplit(path)
        name = url.path.rpartition("/")[2]
        if url.path.startswith("/update/"):
            return 200, b"OK"
        if not url.path.startswith("/firmware/"):
            return 404, b"no such page"
        self.fetched.append(name)
        if name == "manifest":
            nonce = "0ther" if self.is_stale else parse_qs(url.query)["nonce"][0]
            text = releases.manifest(self.release, nonce, keys.digest(self.signs_with))
            return 200, text.encode()
        content = (self.folder / name).read_bytes()
        return 200, content[:-1] + b"#" if name in self._damaged else content
