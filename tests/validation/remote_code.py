"""The real remote code of several revisions through the same checks, offline:

    python -m tests.validation.remote_code CLONE FOLDER PYTHON [PYTHON ...]

CLONE is a git clone of Synthyra/FastPLMs, which stays out of this repository; FOLDER receives one checkpoint for each
revision, that revision's code beside tiny random weights; each PYTHON is an interpreter with another transformers.
Prints which check caught what, as the README's table.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

from validation import synthetic

ROOT = Path(__file__).parents[2]
OLD, PLACED = "modeling_fastesm.py", "esm2/modeling_fastesm.py"
#: Commit of FastPLMs -> its date, and where the model's file lies there.
REVISIONS = {
    "7ff80c1": ("2024-12", OLD), "a125f7f": ("2025-03", OLD), "2de7d1f": ("2025-11, the pinned one", PLACED),
    "944e2eb": ("2026-02-12", PLACED), "748567d": ("2026-02-19", PLACED), "5d258fa": ("2026-03", PLACED),
    "HEAD": ("1.0", "src/fastplms/models/esm2/modeling_fastesm.py"),
}
#: What the class bodies ask the hub for.
TOKENIZERS = ("models--facebook--esm2_t6_8M_UR50D", "models--facebook--esm2_t33_650M_UR50D")
CHECKS = ("--only", "ENV-03", "--only", "ENV-04", "--keep-going", "--trust-new-code", "--device", "cpu")


def main(clone: Path, folder: Path, pythons: list[str]) -> None:
    """Build the folders, run every pair of code and interpreter, print a row for each revision."""
    tiny = synthetic.write(folder / "tiny", "tiny")
    home = folder / "home"
    for name in TOKENIZERS:
        _tokenizer(tiny, home / "hub" / name)
    _package(clone, folder / "package")
    print(f"| code | {' | '.join(map(_version, pythons))} |\n|-|{'-|' * len(pythons)}")
    for commit, (date, path) in REVISIONS.items():
        checkpoint = _checkpoint(clone, commit, path, tiny, folder)
        environment = {
            **os.environ, "HF_HOME": str(home), "PYTHONPATH": os.pathsep.join((str(ROOT), str(folder / "package/src"))),
        }
        said = [_said(python, checkpoint, environment) for python in pythons]
        print(f"| {commit} ({date}) | {' | '.join(said)} |", flush=True)


def _show(clone: Path, *words: str) -> bytes:
    return subprocess.run(["git", "-C", str(clone), *words], capture_output=True, check=True).stdout


def _checkpoint(clone: Path, commit: str, path: str, tiny: Path, folder: Path) -> Path:
    target = folder / f"code_{commit}"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(tiny, target)
    (target / OLD).write_bytes(_show(clone, "show", f"{commit}:{path}"))
    if commit == "944e2eb":  # from here on for a week the model's file imports a sibling
        (target / "embedding_mixin.py").write_bytes(_show(clone, "show", f"{commit}:esm2/embedding_mixin.py"))
    return target


def _package(clone: Path, target: Path) -> None:
    """Version 1.0 is a package that its model's file imports."""
    with tarfile.open(fileobj=io.BytesIO(_show(clone, "archive", "HEAD", "src"))) as archive:
        archive.extractall(target)


def _tokenizer(tiny: Path, hub: Path) -> None:
    """A cached repository in which a class body finds the tokenizer that it asks the hub for."""
    commit = "c" * 40
    (hub / "refs").mkdir(parents=True, exist_ok=True)
    (hub / "refs" / "main").write_text(commit)
    snapshot = hub / "snapshots" / commit
    snapshot.mkdir(parents=True, exist_ok=True)
    for name in ("vocab.txt", "tokenizer_config.json"):
        shutil.copyfile(tiny / name, snapshot / name)
    (snapshot / "special_tokens_map.json").write_text("{}")
    config = json.loads((tiny / "config.json").read_text())
    (snapshot / "config.json").write_text(json.dumps({**config, "model_type": "esm", "auto_map": {}}))


def _version(python: str) -> str:
    code = "import transformers; print(transformers.__version__)"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def _said(python: str, checkpoint: Path, environment: dict[str, str]) -> str:
    """What failed and why, or `passed` with the warnings about the path by hand."""
    report = checkpoint / "report.json"
    subprocess.run(
        [python, "-m", "validation", *CHECKS, "--model", str(checkpoint), "--json", str(report)],
        cwd=checkpoint.parent, env=environment, capture_output=True, check=False,
    )
    outcomes: list[dict[str, Any]] = json.loads(report.read_text())["outcomes"]
    report.unlink()
    failed = [f"{one['name']} {one['why'][:110]}" for one in outcomes if one["status"] == "failed"]
    by_hand = [text for one in outcomes for text in one["warnings"] if "output_attentions" in text]
    return "; ".join(failed) or f"passed{'; manual path warned' if by_hand else ''}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
