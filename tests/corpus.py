"""Judge the codemod on many real repositories: `python -m tests.corpus FOLDER [--to hf] [--json FILE]`.

FOLDER holds one checkout for each repository, named OWNER+NAME. Each is copied and gone through: dry run, patch, apply,
apply again, undo. What must hold: no crash, no look-alike touched, changed files compile, no newly undefined name, the
second run changes nothing, undo brings back every byte, the patch gives what apply gives, and no file that still
reaches fair-esm goes unmentioned. Exit code 1 if anything does not.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.equivalence.reaches import api_words, kind, reaches
from tests.equivalence.static import problems_after

HERE = Path(__file__).resolve().parents[1]
SUMMARY = ("uses_found", "uses_rewritten", "uses_stubbed", "uses_left")
HEADS = ("files", "cand.", "chgd.", "found", "rewr.", "stub.", "left", "share", "problems", "CPU_s")
JOURNAL = ".codemod"
Tree = dict[str, bytes]


@dataclass
class Result:
    """What one repository showed; `seconds` is the CPU time of its dry run, start-up included."""

    repository: str
    kind: str = "?"
    files: int = 0
    candidates: int = 0
    changed: int = 0
    uses_found: int = 0
    uses_rewritten: int = 0
    uses_stubbed: int = 0
    uses_left: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    suspects: list[str] = field(default_factory=list)  # no proof of anything, but worth a look

    @property
    def share(self) -> str:
        return f"{self.uses_rewritten / self.uses_found:.0%}" if self.uses_found else "-"


@dataclass(frozen=True)
class Checkout:
    """A working copy, the tool run on it, and the reports that it wrote."""

    root: Path
    reports: Path
    to: str

    def codemod(self, name: str, *arguments: str) -> tuple[dict[str, Any] | None, str | None, float]:
        """Run the tool; its JSON report, what went wrong, and CPU seconds."""
        report = self.reports / f"{name}.json"
        command = [
            sys.executable,
            "-m",
            "codemod",
            *arguments,
            "--quiet",
            "--json",
            str(report),
            str(self.root),
        ]
        started = _children()
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
        seconds = _children() - started
        if done.returncode or "Traceback" in done.stderr:
            return (
                None,
                f"{name}: exit status {done.returncode}: {_last(done.stderr or done.stdout)}",
                seconds,
            )
        if not report.exists():
            return None, f"{name}: no JSON report", seconds
        return json.loads(report.read_text()), None, seconds

    def tree(self) -> Tree:
        """Every byte of the working copy, less the journal that `--undo` needs."""
        paths = (path for path in sorted(self.root.rglob("*")) if path.is_file() and not path.is_symlink())
        names = {path.relative_to(self.root): path for path in paths}
        return {name.as_posix(): path.read_bytes() for name, path in names.items() if name.parts[0] != JOURNAL}


def judge(original: Path, facts: dict[str, Any], to: str, scratch: Path) -> Result:
    """Go through one repository in a copy below `scratch`; `facts` is its entry in corpus.json, or empty."""
    checkout = Checkout(scratch / "copy" / original.name, scratch, to)
    shutil.copytree(original, checkout.root, ignore=shutil.ignore_patterns(".git"), symlinks=True)
    result = Result(original.name.replace("+", "/"), facts.get("kind", "?"))
    result.problems += list(_judge(checkout, original, facts, result))
    return result


def _judge(checkout: Checkout, original: Path, facts: dict[str, Any], result: Result) -> Iterator[str]:
    before = checkout.tree()
    patch = checkout.reports / "all.patch"
    dry, problem, result.seconds = checkout.codemod(
        "dry", "--to", checkout.to, "--dry-run", "--patch", str(patch)
    )
    yield from _differences("the dry run wrote", before, checkout.tree())
    if dry is None:
        yield problem or "dry run failed"
        return
    _count(result, dry["summary"])
    yield from _report_problems(dry, before)

    applied, problem, _ = checkout.codemod("apply", "--to", checkout.to, "--apply", "--allow-dirty")
    after = checkout.tree()
    if applied is None:
        yield problem or "apply failed"
        yield from _differences("a failed apply wrote", before, after)
        return
    result.changed = sum(before.get(name) != content for name, content in after.items())
    result.suspects += _half_migrated(checkout.root, before, after)
    yield from problems_after(original, checkout.root)
    yield from _touched(facts, before, after)
    yield from _unmentioned(checkout.root, after, applied)
    yield from _again(checkout, before, after, patch)


def _again(checkout: Checkout, before: Tree, after: Tree, patch: Path) -> Iterator[str]:
    _, problem, _ = checkout.codemod("second", "--to", checkout.to, "--apply", "--allow-dirty")
    if problem:
        yield problem
    second = checkout.tree()
    yield from _differences("the second run changed", after, second)
    if second != before:
        command = [sys.executable, "-m", "codemod", "--undo", "--quiet", str(checkout.root)]
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
        if done.returncode:
            yield f"undo: exit status {done.returncode}: {_last(done.stderr or done.stdout)}"
        yield from _differences("undo did not bring back", before, checkout.tree())
    if after != before and checkout.tree() == before:
        command = ["git", "apply", "--whitespace=nowarn", str(patch)]
        environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(checkout.root.parent)}
        done = subprocess.run(
            command, cwd=checkout.root, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            yield f"the patch does not apply: {_last(done.stderr)}"
        else:
            yield from _differences("the patch gives another", after, checkout.tree())


def _report_problems(report: dict[str, Any], before: Tree) -> Iterator[str]:
    summary = report["summary"]
    if summary["uses_found"] != sum(summary[name] for name in SUMMARY[1:]):
        yield f"the counts do not add up: { {name: summary[name] for name in SUMMARY} }"
    for file in report["files"]:
        if file["path"] not in before:
            yield f"the report names {file['path']}, which is not in the tree"
        if file["status"] == "error":
            yield f"{file['path']}: error: {'; '.join(item['why'] for item in file['leftovers'])}"
        yield from (f"{file['path']}: {item['why']}" for item in file["leftovers"] if "internal error" in item["why"])


def _touched(facts: dict[str, Any], before: Tree, after: Tree) -> Iterator[str]:
    """Look-alikes that were changed: a whole repository, or files of another package called esm."""
    changed = [name for name in after if before.get(name) != after[name]]
    if facts.get("kind") == "negative":
        yield from (f"look-alike touched: {name}" for name in changed)
    foreign = {*facts.get("local_esm_modules", ()), *facts.get("evolutionaryscale_files", ())}
    foreign -= set(facts.get("fair_esm_files", ()))
    yield from (f"another esm touched: {name}" for name in changed if name in foreign)


def _unmentioned(root: Path, after: Tree, report: dict[str, Any]) -> Iterator[str]:
    """Files that reach fair-esm after the migration, although the report lists no leftover in them."""
    left = {file["path"] for file in report["files"] if file["leftovers"]}
    for name in after:
        if name not in left and (found := reaches(root, name)):
            yield f"unmentioned {kind(name)} {name}: {'; '.join(found[:3])}{' ...' if len(found) > 3 else ''}"


def _half_migrated(root: Path, before: Tree, after: Tree) -> Iterator[str]:
    """Files that still use fair-esm's API and were changed, or import a module that was."""
    changed = {name for name in after if before.get(name) != after[name] and kind(name) == "code"}
    stems = {Path(name).stem.encode() for name in changed}
    for name in sorted(name for name in after if kind(name) == "code"):
        imports = name in changed or any(b"from " + stem + b" import" in after[name] for stem in stems)
        if imports and (found := api_words(root, name)):
            yield f"half migrated? {name} still says {'; '.join(found[:3])}"


def _differences(what: str, before: Tree, after: Tree) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield f"{what} {name}"


def _count(result: Result, summary: dict[str, Any]) -> None:
    result.files, result.candidates = summary["files_seen"], summary["candidates"]
    for name in SUMMARY:
        setattr(result, name, summary[name])


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["(no message)"])[-1]


def table(results: list[Result]) -> str:
    """One row for each repository, the sum, then every problem."""
    layout = "{:<48} {:<4} {:>5} {:>5} {:>5} {:>5} {:>5} {:>5} {:>5} {:>5} {:>8} {:>6}"
    rows = [layout.format("repository", "kind", *HEADS)]
    for result in [*results, _sum(results)]:
        counts = (
            result.uses_found,
            result.uses_rewritten,
            result.uses_stubbed,
            result.uses_left,
            result.share,
        )
        sizes = (result.repository[:48], result.kind[:3], result.files, result.candidates, result.changed)
        rows.append(layout.format(*sizes, *counts, len(result.problems), f"{result.seconds:.2f}"))
    for result in results:
        rows += [f"{result.repository}: {problem}" for problem in [*result.problems, *result.suspects]]
    return "\n".join(rows)


def _sum(results: list[Result]) -> Result:
    total = Result("all", "")
    for name in ("files", "candidates", "changed", *SUMMARY, "seconds", "problems"):
        setattr(total, name, sum((getattr(result, name) for result in results), type(getattr(total, name))()))
    return total


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="one checkout for each repository, named OWNER+NAME")
    parser.add_argument("--to", default="hf", choices=("fastesm2", "hf", "stub"))
    parser.add_argument("--only", metavar="TEXT", help="repositories whose name contains this")
    parser.add_argument("--facts", type=Path, default=HERE.parent / "shared" / "corpus.json")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    entries = json.loads(arguments.facts.read_text()) if arguments.facts.exists() else []
    facts = {entry["repo"].replace("/", "+"): entry for entry in entries}
    results = []
    for original in sorted(arguments.folder.glob("*+*")):
        if (arguments.only or "") in original.name:
            with tempfile.TemporaryDirectory() as scratch:
                results.append(judge(original, facts.get(original.name, {}), arguments.to, Path(scratch)))
    print(table(results))
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(result) for result in results], indent=1))
    return 1 if any(result.problems for result in results) else 0


if __name__ == "__main__":
    raise SystemExit(main())
