"""Runs many programs in one process, so that torch and transformers are imported once.

    python worker.py JOBS.json REPORT.json [NAME ...]

Each job is `{"name", "folder", "argv"}`: a script (or `-m MODULE`) with its arguments, run in its folder as if alone.
The packages named at the end cannot be imported. Uses only the standard library, so that any Python can be asked.
"""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.metadata
import io
import json
import os
import platform
import runpy
import sys
import time
import traceback
from pathlib import Path
from typing import Any

PACKAGES = ("torch", "transformers", "tokenizers", "huggingface_hub", "numpy", "fair-esm")


class Forbidden(importlib.abc.MetaPathFinder):
    """Refuses to find the named packages, whatever is installed."""

    def __init__(self, names: list[str]) -> None:
        self.names = names

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"{fullname} is not there: this run must do without it", name=fullname)


def main(jobs_file: str, report_file: str, *forbidden: str) -> None:
    sys.meta_path.insert(0, Forbidden(list(forbidden)))
    jobs = json.loads(Path(jobs_file).read_text())
    runs = {job["name"]: run(job) for job in jobs}
    Path(report_file).write_text(json.dumps({"versions": versions(), "runs": runs}, indent=1))


def run(job: dict[str, Any]) -> dict[str, Any]:
    """One program's exit status (`error` is None when it ended well), its stdout and its CPU seconds."""
    started = time.process_time()
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors), alone(job["folder"], job["argv"]):
        error = ended(job["argv"])
    if error and errors.getvalue():
        error = f"{errors.getvalue()[-1000:]}\n{error}"
    return {"error": error, "stdout": output.getvalue(), "seconds": time.process_time() - started}


def ended(argv: list[str]) -> str | None:
    """Run it; None if it ended well, else the traceback or the exit status."""
    try:
        if argv[0] == "-m":
            runpy.run_module(argv[1], run_name="__main__", alter_sys=True)
        elif argv[0].endswith(".ipynb"):
            run_notebook(argv[0])
        else:
            runpy.run_path(argv[0], run_name="__main__")
    except SystemExit as exit:
        return f"exit status {exit.code}" if exit.code else None
    except Exception:
        return traceback.format_exc()
    return None


def run_notebook(path: str) -> None:
    """The code cells in order, in one namespace; magics are no part of what is compared."""
    space = {"__name__": "__main__"}
    for number, cell in enumerate(json.loads(Path(path).read_text(encoding="utf-8"))["cells"]):
        if cell["cell_type"] == "code":
            lines = "".join(cell["source"]).splitlines()
            code = "\n".join(line for line in lines if not line.startswith(("%", "!")))
            exec(compile(code, f"{path}[{number}]", "exec"), space)


@contextlib.contextmanager
def alone(folder: str, argv: list[str]):
    """The folder, arguments and import path of one program; modules of its folder are forgotten afterwards."""
    before = os.getcwd(), sys.argv, list(sys.path)
    folder = os.path.realpath(folder)
    os.chdir(folder)
    sys.argv = argv[1:] if argv[0] == "-m" else argv
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        os.chdir(before[0])
        sys.argv, sys.path[:] = before[1], before[2]
        _forget(folder)


def versions() -> dict[str, str]:
    """What ran: Python and the packages that matter, "-" where one is missing."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "-"
    return found


def _forget(folder: str) -> None:
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(folder + os.sep):
            del sys.modules[name]


if __name__ == "__main__":
    main(*sys.argv[1:])
