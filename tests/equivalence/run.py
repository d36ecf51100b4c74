"""Runs each program under fair-esm, migrates it, runs the result under transformers, and compares the two."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.equivalence.static import problems_after
from validation.equivalence.artefacts import Artefact, Totals, compare_files, compare_printed
from validation.equivalence.copies import files
from validation.equivalence.names import in_text
from validation.equivalence.twins import Twins, write_twins

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAMS = Path(__file__).parent / "programs"
HARDER = Path(__file__).parent / "harder"
FASTESM2 = Path(__file__).parent / "fastesm2"
LEFT = ": left: "
CODEMOD = ("-m", "codemod", "--apply", "--allow-dirty", "--quiet")


@dataclass(frozen=True)
class Program:
    """A folder of source files; `command.txt` says how to run it, `{out}` being where it may write.

    `before.txt`, where there is one, is a command that fills the folder with what fair-esm left there earlier.
    """

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    def argv(self, out: Path) -> list[str]:
        return [
            word.replace("{out}", str(out)) for word in shlex.split((self.folder / "command.txt").read_text())
        ]

    @property
    def before(self) -> list[str]:
        """What is run in the folder under fair-esm before anything is migrated; empty for most."""
        command = self.folder / "before.txt"
        return shlex.split(command.read_text()) if command.exists() else []

    @property
    def checkpoints(self) -> set[str]:
        """The checkpoints that the program's text names."""
        text = "\n".join(
            path.read_text() for path in self.folder.rglob("*.[pi]*") if path.suffix in (".py", ".ipynb")
        )
        return in_text(text)


@dataclass(frozen=True)
class Verdict(Totals):
    """What became of one program: same | differs | left (and works as before) | refused | broken (by itself)."""

    program: str
    outcome: str
    problems: tuple[str, ...] = ()
    artefacts: tuple[Artefact, ...] = ()

    @property
    def tensors(self) -> int:
        return sum(each.found.tensors for each in self.artefacts)

    @property
    def identical(self) -> int:
        return sum(each.found.identical for each in self.artefacts)

    def __str__(self) -> str:
        return "\n  ".join([f"{self.program}: {self.outcome}", *self.problems])


@dataclass(frozen=True)
class Proof:
    """All verdicts, and what each side ran on."""

    verdicts: tuple[Verdict, ...]
    before: dict[str, str]
    after: dict[str, str]


#: Migrates the folders in place; gives back, for each, why the tool is not to be trusted with it.
Migrate = Callable[[Sequence[Path], Path], "dict[str, list[str]]"]


def programs(folder: Path = PROGRAMS) -> list[Program]:
    """Every program in the folder: one that has a `command.txt`."""
    return [Program(path.parent) for path in sorted(folder.glob("*/command.txt"))]


def prove(
    scratch: Path, chosen: Sequence[Program], python: str = sys.executable, migrate: Migrate | None = None
) -> Proof:
    """Prove each program below `scratch`; the migrated side runs under `python`."""
    scratch = scratch.resolve()
    twins = write_twins(scratch / "twins", {name for program in chosen for name in program.checkpoints})
    copies = {side: _copies(chosen, scratch / side) for side in ("original", "migrated")}
    for side, folders in copies.items():
        earlier = [
            {"name": program.name, "folder": str(folder), "argv": program.before}
            for program, folder in zip(chosen, folders)
            if program.before
        ]
        if earlier:
            runs = run_jobs(sys.executable, earlier, scratch / f"{side}.earlier.json", twins)["runs"]
            assert not any(run["error"] for run in runs.values()), runs
    before = run_jobs(sys.executable, _jobs(chosen, scratch / "original"), scratch / "original.json", twins)
    tool = (migrate or apply_codemod)(copies["migrated"], scratch)
    whole = _jobs([program for program in chosen if not tool[program.name]], scratch / "migrated")
    left = _jobs([program for program in chosen if tool[program.name]], scratch / "migrated")
    after = run_jobs(python, whole, scratch / "migrated.json", twins, forbidden=("esm",))
    # What was left, wholly or in part, must go on working with fair-esm at hand.
    kept = run_jobs(sys.executable, left, scratch / "left.json", twins)["runs"] if left else {}
    verdicts = [
        _verdict(name, scratch, before["runs"][name], tool[name], {**after["runs"], **kept}[name])
        for name in (program.name for program in chosen)
    ]
    return Proof(tuple(verdicts), before["versions"], after["versions"])


def apply_codemod(folders: Sequence[Path], scratch: Path, to: str = "hf") -> dict[str, list[str]]:
    """Migrate each folder by the documented command, twice; why a folder is not fully migrated, by its name."""
    problems: dict[str, list[str]] = {folder.name: [] for folder in folders}
    snapshots = []
    for turn in ("first", "second"):
        reports = {folder.name: scratch / f"{folder.name}.{turn}.json" for folder in folders}
        jobs = [
            {
                "name": folder.name,
                "folder": str(REPOSITORY),
                "argv": [*CODEMOD, "--to", to, "--json", str(reports[folder.name]), str(folder)],
            }
            for folder in folders
        ]
        runs = run_jobs(sys.executable, jobs, scratch / f"codemod-{turn}.json")["runs"]
        for folder in folders:
            found = _tool_problems(runs[folder.name]["error"], reports[folder.name])
            problems[folder.name] += (
                found if turn == "first" else [each for each in found if LEFT not in each]
            )
        snapshots.append({folder.name: _contents(folder) for folder in folders})
    for name in problems:
        if snapshots[0][name] != snapshots[1][name]:
            problems[name].append("codemod: the second run changed something")
    return {name: list(dict.fromkeys(found)) for name, found in problems.items()}


def run_jobs(
    python: str, jobs: list[dict], report: Path, twins: Twins | None = None, forbidden: Iterable[str] = ()
) -> dict:
    """Run the jobs in one process of `python`; its report, see `worker.py`."""
    todo = report.with_suffix(".jobs.json")
    todo.write_text(json.dumps(jobs))
    environment = {**os.environ, **(twins.environment if twins else {}), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.setdefault("OMP_NUM_THREADS", "2")
    worker = Path(__file__).with_name("worker.py")
    command = [python, "-W", "ignore", str(worker), str(todo), str(report), *forbidden]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{shlex.join(command)}: exit status {done.returncode}\n{done.stderr[-2000:]}")
    return json.loads(report.read_text())


def _verdict(name: str, scratch: Path, before: dict, tool: list[str], after: dict) -> Verdict:
    if before["error"]:
        return Verdict(name, "broken", (f"under fair-esm: {before['error']}",))
    left = tuple(problem for problem in tool if LEFT in problem)
    problems = [problem for problem in tool if LEFT not in problem]
    problems += problems_after(scratch / "original" / name, scratch / "migrated" / name)
    problems += [] if left else _dependencies_left(scratch / "migrated" / name)
    if after["error"]:
        outcome = "refused" if _names_transformers(after["error"]) and not problems else "differs"
        return Verdict(name, outcome, (*left, *problems, f"after: {after['error']}"))
    outputs = [files(_out(scratch / side, name)) for side in ("original", "migrated")]
    printed = compare_printed(*(_printed(run, scratch) for run in (before, after)))
    artefacts = (*compare_files(*outputs), *printed)
    problems += [] if outputs[0] else ["the program wrote nothing"]
    problems += [problem for each in artefacts for problem in each.found.problems]
    outcome = "differs" if problems else "left" if left else "same"
    return Verdict(name, outcome, (*left, *problems), artefacts)


def _tool_problems(error: str | None, report: Path) -> list[str]:
    if error:
        return [f"codemod: {error}"]
    if not report.exists():
        return ["codemod: no JSON report"]
    files = json.loads(report.read_text())["files"]
    return [
        f"{file['path']}:{leftover['line']}{LEFT}{leftover['why']} [{leftover['rule']}]"
        for file in files
        for leftover in file["leftovers"]
    ]


def _dependencies_left(folder: Path) -> list[str]:
    files = [path for path in sorted(folder.glob("requirements*.txt")) if "fair-esm" in path.read_text()]
    return [f"{path.name}: still asks for fair-esm" for path in files]


def _names_transformers(error: str) -> bool:
    """Whether it ended in an ImportError that says that this version of transformers will not do."""
    return re.search(r"^ImportError: .*\btransformers\b", error, re.MULTILINE) is not None


def _copies(chosen: Sequence[Program], parent: Path) -> list[Path]:
    for program in chosen:
        shutil.copytree(program.folder, parent / program.name, dirs_exist_ok=True)
        _out(parent, program.name).mkdir(parents=True, exist_ok=True)
    return [parent / program.name for program in chosen]


def _jobs(chosen: Sequence[Program], parent: Path) -> list[dict]:
    return [
        {
            "name": program.name,
            "folder": str(parent / program.name),
            "argv": program.argv(_out(parent, program.name)),
        }
        for program in chosen
    ]


def _out(parent: Path, name: str) -> Path:
    return parent.with_name(f"{parent.name}-out") / name


def _printed(run: dict, scratch: Path) -> str:
    return run["stdout"].replace(f"{scratch}/migrated", f"{scratch}/original")


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
