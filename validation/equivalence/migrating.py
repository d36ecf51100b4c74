"""Migrates a copy by the documented command, and reads what it reports: contract version 1 is all that is known."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from validation.records import CannotAnswer

_SAID = 5


@dataclass(frozen=True)
class Migrated:
    """What codemod did to a copy."""

    uses: int
    rewritten: int
    left: int
    changed: tuple[str, ...]
    why_left: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.rewritten} of {self.uses} uses rewritten, {self.left} left, in {', '.join(self.changed) or '-'}"

    @property
    def why(self) -> str:
        """Why uses were left, the first few, each on a line of its own."""
        if not self.uses:
            return " it found no use of fair-esm"
        more = f"\n  and {len(self.why_left) - _SAID} more" if len(self.why_left) > _SAID else ""
        return "".join(f"\n  {line}" for line in self.why_left[:_SAID]) + more


def migrate(copy: Path, report: Path, to: str = "hf") -> Migrated:
    """Apply codemod to the copy, in place.

    Raises CannotAnswer where it fails, and where it changes no use.
    """
    command = [sys.executable, "-m", "codemod", "--apply", "--allow-dirty", "--quiet", "--to", to,
               "--json", str(report), str(copy)]  # fmt: skip
    paths = (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", ""))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, env=environment)
    if done.returncode or not report.exists():
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise CannotAnswer(f"codemod could not migrate the copy: {last}")
    found = _read(json.loads(report.read_text(encoding="utf-8")))
    if not found.rewritten:
        raise CannotAnswer(f"codemod left everything, so there is nothing to compare:{found.why}")
    return found


def _read(report: dict[str, Any]) -> Migrated:
    summary, files = report["summary"], report["files"]
    left = (f"{file['path']}:{item['line']}: {item['why']}" for file in files for item in file["leftovers"])
    changed = tuple(file["path"] for file in files if file["edits"])
    return Migrated(summary["uses_found"], summary["uses_rewritten"], summary["uses_left"], changed, tuple(left))

