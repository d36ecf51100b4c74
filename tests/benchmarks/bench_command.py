"""The whole command on a large tree, beside search tools, a linter, ast-grep and libcst's own runner.

    python tests/benchmarks/bench_command.py [--files 10000] [--users 35] [--rounds 5] [--part tree|lines|start]

The tree is copied from this interpreter's site-packages and committed to git; `--users` files beside them use fair-esm,
each a real module with a program at its end (users.py). Each contender is a process of its own; rounds are
interleaved, and the table gives the least of them (neighbours on a shared machine only ever add), CPU seconds with
children included, and the largest resident set. Slow contenders run once, libcst's on a slice (`1/50`), scaled by
bytes. Nothing is asserted: targets stand beside what was measured.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench_scan import FOREIGN, PROJECT, READ, machine
from users import SHARED, sharer, user

SLICE = 50
CODEMOD = [sys.executable, "-m", "codemod", "--to", "hf"]
TRIVIAL = """
import libcst
from libcst.codemod import VisitorBasedCodemodCommand
class Rename(VisitorBasedCodemodCommand):
    def leave_Name(self, original_node, updated_node):
        return updated_node.with_changes(value="fair") if original_node.value == "esm" else updated_node
"""
PARSE = """
import sys, libcst
for path in sys.argv[1:]:
    libcst.parse_module(open(path, 'rb').read())
"""


class Cost(NamedTuple):
    wall: float  # seconds
    cpu: float  # seconds, user and system, children included
    peak: float  # MiB of the largest process


class Contender(NamedTuple):
    name: str
    command: list[str]
    slow: bool = False


CONTENDERS = (
    Contender("python, doing nothing", [sys.executable, "-c", "pass"]),
    Contender("plain read of all bytes", [sys.executable, "-c", READ]),
    Contender("rg -l '\\besm\\b' -tpy", ["rg", "-l", r"\besm\b", "-tpy"]),
    Contender("git grep -lwF esm", ["git", "grep", "-lwF", "esm"]),
    Contender("codemod --dry-run", CODEMOD),
    Contender(
        "ruff, 1 rule, no cache", ["ruff", "check", "--isolated", "--select", "F401", "--no-cache", "-q", "."], True
    ),
    Contender("ast-grep, 1 pattern", ["ast-grep", "run", "-l", "py", "-p", "esm.pretrained.$F($$$)", "."], True),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--users", type=int, default=35)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--part", choices=("tree", "lines", "start"), action="append")
    options = parser.parse_args()
    print(f"{machine()}, {time.strftime('%Y-%m-%d')}; {', '.join(versions())}\n")
    parts = {"start": start, "tree": tree, "lines": lines}
    for name in options.part or parts:
        parts[name](options)


def start(options: argparse.Namespace) -> None:
    """What asking costs: `--help` and `--version`."""
    asked = [Contender("python, doing nothing", [sys.executable, "-c", "pass"])]
    asked += [Contender(f"codemod {word}", [*CODEMOD, word]) for word in ("--help", "--version")]
    show(interleaved(asked, PROJECT, 4 * options.rounds))
    print("target: 60 ms of CPU\n")


def tree(options: argparse.Namespace) -> None:
    """The whole table, without a user and with `--users` of them."""
    for users in (0, options.users):
        with planted(options.files, users) as root:
            costs = interleaved([each for each in CONTENDERS if usable(each)], root, options.rounds)
            if users:
                costs |= runner(root)
            show(costs)
            targets(costs, users, root)


def lines(options: argparse.Namespace) -> None:
    """Whether the cost is a straight line: in files without a user, in users, and in users of one shared model."""
    print(f"{'':24}{'CPU s':>8}{'ms each':>10}")
    counts = [*(("files", 10**n) for n in (2, 3, 4)), *(("users", 10**n) for n in (0, 1, 2, 3))]
    for what, count in [*counts, *(("sharers", 10**n) for n in (1, 2, 3))]:
        files, users = (min(count, options.files), 0) if what == "files" else (count, count)
        with planted(0 if what == "sharers" else files, users, what == "sharers") as root:
            cost = interleaved([CONTENDERS[4]], root, min(3, options.rounds))[CONTENDERS[4].name]
        print(f"{count:>12,} {what:11}{cost.cpu:8.2f}{1000 * cost.cpu / count:10.2f}", flush=True)


class planted:
    """A committed tree of that many modules, users among them; a context."""

    def __init__(self, wanted: int, users: int, shared: bool = False) -> None:
        self.wanted, self.users, self.shared = wanted, users, shared

    def __enter__(self) -> Path:
        self._folder = tempfile.TemporaryDirectory()
        root = Path(self._folder.name)
        (root / "programs").mkdir()
        paths = self._modules(root)
        paths += self._sharers(root) if self.shared else self._users(root, paths)
        for words in (
            ["init", "-q"],
            ["add", "-A"],
            ["-c", "user.name=a", "-c", "user.email=b", "commit", "-qm", "all"],
        ):
            subprocess.run(["git", *words], cwd=root, check=True)
        size = sum(path.stat().st_size for path in paths)
        print(f"{len(paths):,} Python files, {size / 1e6:.0f} MB, {self.users} of them users", flush=True)
        return root

    def _modules(self, root: Path) -> list[Path]:
        paths = []
        for source, name in modules(self.wanted):
            paths.append(root / "library" / name)
            paths[-1].parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, paths[-1])
        return paths

    def _users(self, root: Path, paths: list[Path]) -> list[Path]:
        """Each is one of the modules with a program of its own at its end."""
        chosen = paths[:: max(1, len(paths) // self.users)][: self.users] if self.users else []
        texts = [path.read_text("utf-8") if path.stat().st_size < 40_000 else "" for path in chosen]
        return [
            _written(root / "programs" / f"uses_esm_{n}.py", f"{around}\n{user(n)}") for n, around in enumerate(texts)
        ]

    def _sharers(self, root: Path) -> list[Path]:
        """They import one module, and use its model."""
        programs = [_written(root / "programs" / f"shares_{n}.py", sharer(n)) for n in range(self.users)]
        return [_written(root / "programs" / "nets.py", SHARED), *programs]

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


def _written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def modules(wanted: int) -> Iterator[tuple[Path, Path]]:
    """Modules in an order that mixes packages, always the same; none that names esm, none in a vendored folder."""
    installed = Path(sysconfig.get_path("purelib"))
    for source in sorted(installed.rglob("*.py"), key=lambda path: str(path)[::-1]):
        name = source.relative_to(installed)
        usable = wanted and source.is_file() and not (FOREIGN | {"esm"}) & set(name.parts)
        if usable and not re.search(rb"\besm\b|fair.esm", data := source.read_bytes()) and readable(data):
            wanted -= 1
            yield source, name


def readable(data: bytes) -> bool:
    return b"coding" not in data[:200] and not data.startswith(b"\xef\xbb\xbf") and data.isascii()


def usable(contender: Contender) -> bool:
    return shutil.which(contender.command[0], path=environment()["PATH"]) is not None


def interleaved(contenders: list[Contender], root: Path, rounds: int) -> dict[str, Cost]:
    """The least of the rounds; one that warms up is not counted, slow contenders run once."""
    costs: dict[str, list[Cost]] = {each.name: [] for each in contenders}
    for number in range(rounds + 1):
        for each in contenders:
            if number == 1 or not each.slow:
                costs[each.name].append(measure(each.command, root))
    return {name: Cost(*map(min, zip(*(found[1:] or found)))) for name, found in costs.items()}


#: Starts the command from a small process: a child counts the memory of the one it was forked from as its own.
LAUNCHER = """
import os, subprocess, sys, time
quiet, began = subprocess.DEVNULL, time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=quiet, stderr=quiet)
_, _, usage = os.wait4(process.pid, 0)
print(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""


def measure(command: list[str], root: Path) -> Cost:
    launcher = [sys.executable, "-I", "-S", "-c", LAUNCHER, *command]
    done = subprocess.run(launcher, cwd=root, env=environment(), capture_output=True, text=True, check=True)
    return Cost(*map(float, done.stdout.split()))


def runner(root: Path) -> dict[str, Cost]:
    """libcst's own runner with a trivial codemod on a slice, and a bare parse of the users, scaled to the tree."""
    paths = sorted(path for path in root.rglob("*.py"))
    part, whole = paths[::SLICE], sum(path.stat().st_size for path in paths)
    scale = whole / sum(path.stat().st_size for path in part)
    (root / "trivial.py").write_text(TRIVIAL)
    command = [sys.executable, "-m", "libcst.tool", "codemod", "-x", "trivial.Rename", "-j", "1", "--hide-progress"]
    cost = measure([*command, *map(str, part)], root)
    users = [path for path in paths if b"esm" in path.read_bytes() and re.search(rb"\besm\b", path.read_bytes())]
    parse = measure([sys.executable, "-c", PARSE, *map(str, users)], root)
    (root / "trivial.py").unlink()
    return {
        f"libcst.tool codemod, 1/{SLICE} scaled": Cost(cost.wall * scale, cost.cpu * scale, cost.peak),
        "libcst, bare parse of the users": parse,
    }


def show(costs: dict[str, Cost]) -> None:
    print(f"| {'':36} | wall s | CPU s | peak MiB |\n|-|-:|-:|-:|")
    for name, cost in costs.items():
        print(f"| {name:36} | {cost.wall:.2f} | {cost.cpu:.2f} | {cost.peak:.0f} |")
    print(flush=True)


def targets(costs: dict[str, Cost], users: int, root: Path) -> None:
    """What issue 5 asks for, beside what was measured in the same run."""
    ours, python = costs["codemod --dry-run"], costs["python, doing nothing"]
    ruff, rg = costs.get("ruff, 1 rule, no cache"), costs.get("rg -l '\\besm\\b' -tpy")
    if not users and rg:
        print(f"CPU   {ours.cpu:.2f} s, target {2.5 * rg.cpu + python.cpu:.2f} (2.5 x rg + start-up) and 0.45")
        print(f"wall  {ours.wall:.2f} s, target {2 * rg.wall + python.wall:.2f} (2 x rg + start-up)")
        print(f"peak  {ours.peak:.0f} MiB, target 40\n")
    if users:
        cst = next(cost for name, cost in costs.items() if "codemod, 1/" in name)
        parse = costs["libcst, bare parse of the users"]
        print(f"CPU   {ours.cpu:.2f} s, target 2.0; ruff {ruff.cpu if ruff else float('nan'):.2f}")
        print(f"libcst's runner takes {cst.cpu / ours.cpu:,.0f} x the CPU, target 1,000")
        print(f"peak  {ours.peak:.0f} MiB, target 80")
        alone = measure(CODEMOD, users_only(root)).cpu - python.cpu
        print(f"the users alone: {alone / (parse.cpu - python.cpu):.1f} x libcst's bare parse, target 3.5\n")


def users_only(root: Path) -> Path:
    """The same users with no other file around them, in a folder of their own."""
    folder = root / ".users"
    folder.mkdir()
    for n, path in enumerate(sorted(root.rglob("*.py"))):
        if re.search(rb"\besm\b", path.read_bytes()):
            shutil.copyfile(path, folder / f"user_{n}.py")
    return folder


def versions() -> Iterator[str]:
    for command in (["rg", "--version"], ["git", "--version"], ["ruff", "--version"], ["ast-grep", "--version"]):
        if shutil.which(command[0], path=environment()["PATH"]):
            said = subprocess.run(command, env=environment(), capture_output=True, text=True).stdout
            yield said.splitlines()[0].split(" (")[0]
    from importlib.metadata import version

    yield f"libcst {version('libcst')}"


def environment() -> dict[str, str]:
    """Our own scripts' folder on the path (ruff, ast-grep), and the tool's checkout to import from.

    Compiled modules are kept, as where it is installed.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PYTHONPATH": str(PROJECT), "PATH": path}


if __name__ == "__main__":
    main()
