"""A small Hub on 127.0.0.1 that speaks what huggingface_hub asks of the real one, and the ways in which that fails."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Optional
from urllib.parse import unquote, urlsplit

PROBLEMS = {"repository": (404, "RepoNotFound"), "revision": (404, "RevisionNotFound"), "gated": (401, "GatedRepo")}


class FakeHub(ThreadingHTTPServer):
    """Repositories by name, each a folder at one commit; large files are redirected to a store, as LFS files are.

    Faults to switch on: `gated` repositories; `cut` ends the next responses of the store after so many bytes each;
    `damage` is put in place of a stored file's first bytes; `broken` answers everything with that status.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories: dict[str, tuple[str, Path]] = {}
        self.requests: list[str] = []
        self.gated: set[str] = set()
        self.cut: list[int] = []
        self.damage = b""
        self.broken: Optional[int] = None
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def store(self) -> str:
        """Under another name, as the real store: huggingface_hub follows redirects within the hub by itself."""
        return f"http://localhost:{self.server_address[1]}"

    def publish(self, name: str, folder: Path, commit: str) -> None:
        self.repositories[name] = (commit, folder)

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def asked(self, words: str) -> list[str]:
        """The requests that hold these words, as `METHOD path`."""
        return [request for request in self.requests if words in request]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeHub

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.requests.append(f"{self.command} {path}")
        if self.server.broken:
            return self._send(self.server.broken)
        for pattern, method in _ROUTES:
            found = re.fullmatch(pattern, path)
            if found:
                return method(self, **found.groupdict())
        return self._send(200)

    def _info(self, name: str, revision: str) -> None:
        folder = self._folder(name, revision)
        if folder:
            siblings = [{"rfilename": file.name, **_entry(file)} for file in sorted(folder.iterdir())]
            commit = self.server.repositories[name][0]
            self._json({"id": name, "modelId": name, "sha": commit, "siblings": siblings, "tags": [], "downloads": 0})

    def _tree(self, name: str, revision: str) -> None:
        folder = self._folder(name, revision)
        if folder:
            self._json([{"type": "file", "path": file.name, **_entry(file)} for file in sorted(folder.iterdir())])

    def _file(self, name: str, revision: str, file: str) -> None:
        folder = self._folder(name, revision)
        if not folder:
            return
        if name in self.server.gated:
            self._problem("gated")
            return
        path, commit = folder / file, self.server.repositories[name][0]
        if not path.is_file():
            self._send(404, headers={"X-Error-Code": "EntryNotFound"})
            return
        content = path.read_bytes()
        if _is_large(path):
            self._send(302, headers={
                "Location": f"{self.server.store}/store/{name}/{file}", "X-Repo-Commit": commit,
                "X-Linked-Etag": f'"{_sha256(content)}"', "X-Linked-Size": str(len(content)),
            })
            return
        self._send(200, content, {"X-Repo-Commit": commit, "ETag": f'"{_git_id(content)}"'})

    def _stored(self, name: str, file: str) -> None:
        content = (self.server.repositories[name][1] / file).read_bytes()
        content = self.server.damage + content[len(self.server.damage):]
        start = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        begin = int(start[1]) if start else 0
        headers = {"ETag": f'"{_sha256(content)}"'}
        if start:
            headers["Content-Range"] = f"bytes {begin}-{len(content) - 1}/{len(content)}"
        self._send(206 if start else 200, content[begin:], headers, cut=True)

    def _folder(self, name: str, revision: str) -> Optional[Path]:
        commit, folder = self.server.repositories.get(name, ("", Path()))
        if not commit:
            self._problem("repository")
        elif revision not in ("main", commit):
            self._problem("revision")
        else:
            return folder
        return None

    def _problem(self, kind: str) -> None:
        status, code = PROBLEMS[kind]
        self._send(status, headers={"X-Error-Code": code, "X-Error-Message": code})

    def _json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _send(
        self, status: int, body: bytes = b"", headers: Optional[dict[str, str]] = None, cut: bool = False
    ) -> None:
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        if cut and self.server.cut:
            self.wfile.write(body[: self.server.cut.pop(0)])
            self.close_connection = True
            return
        self.wfile.write(body)


_NAME = r"(?P<name>[\w.-]+/[\w.-]+)"
_ROUTES = (
    (rf"/api/models/{_NAME}/revision/(?P<revision>[^/]+)", _Handler._info),
    (rf"/api/models/{_NAME}/tree/(?P<revision>[^/]+)", _Handler._tree),
    (rf"/{_NAME}/resolve/(?P<revision>[^/]+)/(?P<file>.+)", _Handler._file),
    (rf"/store/{_NAME}/(?P<file>.+)", _Handler._stored),
)


def _entry(path: Path) -> dict[str, object]:
    content = path.read_bytes()
    found: dict[str, object] = {"size": len(content), "oid": _git_id(content), "blobId": _git_id(content)}
    if _is_large(path):
        found["lfs"] = {"oid": _sha256(content), "sha256": _sha256(content), "size": len(content), "pointerSize": 130}
    return found


def _is_large(path: Path) -> bool:
    return path.suffix == ".safetensors"


def _git_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
