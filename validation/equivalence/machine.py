"""The interpreters of the two runs: what they are, and whether fair-esm is there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from validation.records import CannotAnswer

PACKAGES = ("torch", "transformers", "tokenizers", "numpy", "fair-esm")
_PROBE = f"""
import json, platform, sys
from importlib import metadata
found = {{"Python": platform.python_version()}}
for name in {PACKAGES!r}:
    try:
        found[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        pass
from importlib.util import find_spec
import os
esm = find_spec("esm")
folders = list(esm.submodule_search_locations or ()) if esm else []
fair = any(os.path.exists(os.path.join(folder, "rotary_embedding.py")) for folder in folders)
print(json.dumps({{"executable": sys.executable, "versions": found, "fair": fair}}))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python, the versions that matter, and whether `import esm` finds fair-esm there."""

    executable: str = sys.executable
    versions: Mapping[str, str] = field(default_factory=dict)
    has_fair_esm: bool = True

    def __str__(self) -> str:
        return ", ".join(f"{name} {version}" for name, version in self.versions.items())


def asked(executable: str) -> Interpreter:
    """Ask an interpreter what it is.

    Raises CannotAnswer where it does not run.
    """
    command = [executable, "-c", _PROBE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent)
        said = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.CalledProcessError, ValueError, IndexError) as error:
        raise CannotAnswer(f"{executable} does not run as a Python interpreter: {error}") from error
    return Interpreter(said["executable"], said["versions"], said["fair"])
