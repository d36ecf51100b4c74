"""Is fair-esm gone: the distribution, what `import esm` finds, and uses left in a repository."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterable
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any, Optional

from validation.records import CannotAnswer

#: Words that fair-esm's own modules hold and those of EvolutionaryScale's package of the same name do not.
MARKS = {"pretrained.py": "load_model_and_alphabet", "data.py": "FastaBatchedDataset"}


def distributions() -> tuple[str, ...]:
    """Installed distributions that are fair-esm, as `name version`; folders called esm do not count."""
    found = ((item.metadata["Name"] or "", item.version) for item in importlib.metadata.distributions())
    return tuple(f"{name} {version}" for name, version in found if normalised(name) == "fair-esm")


def normalised(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def what_esm_is() -> str:
    """In words, what `import esm` would find; nothing is imported."""
    try:
        spec = importlib.util.find_spec("esm")
    except (ImportError, ValueError):
        return "nothing"
    return described(spec)


def described(spec: Optional[ModuleSpec]) -> str:
    """`fair-esm at ...`, `nothing`, or another package of that name."""
    if spec is None:
        return "nothing"
    if spec.origin is None:
        return f"a folder called esm ({', '.join(_places(spec))}), no package"
    if is_fair_esm(Path(spec.origin).parent):
        return f"fair-esm at {Path(spec.origin).parent}"
    return f"another package called esm at {Path(spec.origin).parent}"


def is_fair_esm(folder: Path) -> bool:
    """Whether a package folder is fair-esm's (or a copy of it)."""
    return all(
        (folder / name).is_file() and mark in (folder / name).read_text(encoding="utf-8", errors="replace")
        for name, mark in MARKS.items()
    )


def scan(repository: Path) -> dict[str, Any]:
    """codemod's report, version 1, on a repository: every use that is left, dependency files included.

    Nothing is written. Raises CannotAnswer where codemod ends with an error.
    """
    command = [sys.executable, "-m", "codemod", str(repository), "--to", "hf", "--json", "-"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise CannotAnswer(f"codemod could not scan {repository}: {last}") from error
    return report


def places(report: dict[str, Any]) -> tuple[str, ...]:
    """`path:line` of every use that a report lists: what it would rewrite, and what it leaves."""
    found = (
        f"{file['path']}:{item['line']}"
        for file in report["files"]
        for item in (*file["edits"], *file["leftovers"])
    )
    return tuple(dict.fromkeys(found))


def _places(spec: ModuleSpec) -> Iterable[str]:
    return spec.submodule_search_locations or ()
