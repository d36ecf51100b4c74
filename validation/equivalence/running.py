"""Runs the user's command in a copy: its own process group, its own caches, no network."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from validation.equivalence import guard
from validation.equivalence.machine import Interpreter
from validation.equivalence.twins import Twins

_NOWHERE = f"http://127.0.0.1:{guard.NOWHERE}"
_SETTINGS = {
    "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1",
    "WANDB_MODE": "offline", "http_proxy": _NOWHERE, "https_proxy": _NOWHERE, "HTTP_PROXY": _NOWHERE,
    "HTTPS_PROXY": _NOWHERE, "no_proxy": "localhost,127.0.0.1", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONIOENCODING": "utf-8", "NVIDIA_TF32_OVERRIDE": "0", "COLUMNS": "120",
}  # fmt: skip
#: These would lead past the caches or the interpreter that a run is given.
_REMOVED = ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "TRANSFORMERS_CACHE", "PYTORCH_TRANSFORMERS_CACHE",
            "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "NO_PROXY", "all_proxy", "ALL_PROXY")  # fmt: skip
_GRACE = 5.0


@dataclass(frozen=True)
class Side:
    """The folder of one run: the copy and, beside it, caches, temporary files and what was printed."""

    root: Path
    name: str

    @property
    def copy(self) -> Path:
        return self.root / self.name

    @property
    def twins(self) -> Twins:
        return Twins(self.root / "caches")


@dataclass(frozen=True)
class Run:
    """How one run ended; `notes` are the guard's, see `guard.py`."""

    status: int
    stdout: str
    stderr: str
    seconds: float
    notes: tuple[str, ...] = ()

    @property
    def last_lines(self) -> str:
        """The end of what it said, errors first."""
        said = self.stderr.strip() or self.stdout.strip() or "it said nothing"
        return "\n".join(said.splitlines()[-12:])

    def noted(self, kind: str) -> tuple[str, ...]:
        """What the guard noted of one kind, each once; an empty word stands for the bare fact."""
        found = (note.partition(" ") for note in self.notes)
        return tuple(dict.fromkeys(what for first, _, what in found if first == kind))


def run(side: Side, command: str, interpreter: Interpreter, original: Path, forbid: bool = False) -> Run:
    """Run a shell command in the copy; `forbid`: fair-esm cannot be imported.

    Everything that it started is gone when this returns or raises, KeyboardInterrupt included.
    """
    for folder in ("tmp", "bin", "guard"):
        (side.root / folder).mkdir(exist_ok=True)
    shutil.copyfile(guard.__file__, side.root / "guard" / "sitecustomize.py")
    _wrappers(side.root / "bin", interpreter)
    began = time.perf_counter()
    environment = _environment(side, interpreter, original, forbid)
    with _process(command, side, environment) as process:
        status = process.wait()
    seconds = time.perf_counter() - began
    out_text, err_text, log = (_text(side.root / name) for name in ("stdout", "stderr", "log"))
    return Run(status, out_text, err_text, seconds, tuple(log.splitlines()))


def redirected(command: str, repository: Path, copy: Path) -> str:
    """The command with the repository's own absolute paths leading into the copy."""
    for path in sorted({str(repository.absolute()), str(repository.resolve())}, key=len, reverse=True):
        command = command.replace(path, str(copy))
    return command


def _environment(side: Side, interpreter: Interpreter, original: Path, forbid: bool) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _REMOVED}
    paths = redirected(os.environ.get("PYTHONPATH", ""), original, side.copy)
    found = os.pathsep.join((str(side.root / "bin"), str(Path(interpreter.executable).parent), os.environ["PATH"]))
    return {
        **kept, **_SETTINGS, **side.twins.environment,
        "PATH": found,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(side.root / "guard"), paths))),
        "XDG_CACHE_HOME": str(side.root / "tmp"), "MPLCONFIGDIR": str(side.root / "tmp"),
        "TMPDIR": str(side.root / "tmp"), "TEMP": str(side.root / "tmp"), "TMP": str(side.root / "tmp"),
        "PWD": str(side.copy),
        "EQUIVALENCE_LOG": str(side.root / "log"), "EQUIVALENCE_ORIGINAL": str(original),
        "EQUIVALENCE_COPY": str(side.copy), "EQUIVALENCE_FORBIDDEN": "1" if forbid else "",
    }  # fmt: skip


def _wrappers(folder: Path, interpreter: Interpreter) -> None:
    """`python` means this interpreter. No links: a virtual environment's Python is known by its place."""
    if sys.platform == "win32":
        (folder / "python.bat").write_text(f'@"{interpreter.executable}" %*\n', encoding="utf-8")
        return
    for name in ("python", "python3"):
        path = folder / name
        path.write_text(f'#!/bin/sh\nexec {shlex.quote(interpreter.executable)} "$@"\n', encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)


@contextmanager
def _process(command: str, side: Side, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with (side.root / "stdout").open("wb") as out, (side.root / "stderr").open("wb") as err:
        process = subprocess.Popen(  # the user's own command line, as the user's own shell would read it
            command, shell=True, cwd=side.copy, env=dict(environment), stdin=subprocess.DEVNULL,
            stdout=out, stderr=err, start_new_session=True,
        )  # fmt: skip
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """The whole group, as also what runs in the background would go on writing."""
    for number, seconds in ((signal.SIGTERM, _GRACE), (getattr(signal, "SIGKILL", signal.SIGTERM), None)):
        try:
            os.killpg(process.pid, number) if hasattr(os, "killpg") else process.terminate()
        except (ProcessLookupError, PermissionError):
            break
        _wait(process, seconds)
    process.wait()


def _wait(process: subprocess.Popen[bytes], seconds: Optional[float]) -> None:
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace") if path.exists() else ""

