"""Finding the files that matter among ten thousand that do not, beside ripgrep, git grep and a plain read.

    python tests/benchmarks/bench_scan.py [--files 10000] [--users 0] [--rounds 7]

The tree is copied from this interpreter's site-packages, with `--users` modules that import esm planted in it, and
committed to git. Each contender is a process of its own; the table gives the median of its rounds in wall and
CPU seconds (of the process and its children). Cold rounds first ask the kernel to drop every file's pages.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).parents[2]
USER = "import esm\n\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\n"
FOREIGN = {"_vendor", "vendor", "site-packages", "__pycache__"}
OURS = """
from pathlib import Path
from codemod.files.discovery import discover
from codemod.files.scan import scan
found = discover([Path('.')])
print(len(scan(found.root, found.files, [b'esm'])), 'of', len(found.files))
"""
PEAK = "print(*(line for line in open('/proc/self/status') if line.startswith('VmHWM')))"
READ = """
import os
size = 0
buffer = bytearray(1 << 20)
for folder, _, names in os.walk('.'):
    for name in names:
        if name.endswith('.py'):
            descriptor = os.open(f'{folder}/{name}', os.O_RDONLY)
            while part := os.readv(descriptor, (buffer,)):
                size += part
            os.close(descriptor)
print(size)
"""
CONTENDERS = {
    "python, doing nothing": [sys.executable, "-c", "pass"],
    "plain read of all bytes": [sys.executable, "-c", READ],
    "codemod: discover + scan": [sys.executable, "-c", OURS],
    "rg -l '\\besm\\b' -tpy": ["rg", "-l", r"\besm\b", "-tpy"],
    "git grep -lwF esm": ["git", "grep", "-lwF", "esm"],
    "grep -rlwF esm": ["grep", "-rlwF", "--include=*.py", "esm", "."],
}


class Cost(NamedTuple):
    wall: float  # seconds
    cpu: float  # seconds, user and system, children included


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--users", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = plant(Path(folder), options.files, options.users)
        size = sum(path.stat().st_size for path in files)
        print(f"{len(files)} Python files, {size / 1e6:.0f} MB, {options.users} users; {machine()}\n")
        print(f"{'':28}{'wall s':>8}{'CPU s':>8}   {'cold wall s':>11}{'CPU s':>8}")
        for name, command in CONTENDERS.items():
            if shutil.which(command[0]):
                print(row(name, rounds(command, folder, options.rounds), rounds(command, folder, 3, files)))
        print("\npeak memory of the codemod:", flush=True)
        subprocess.run([sys.executable, "-c", OURS + PEAK], cwd=folder, env=environment(), check=True)


def plant(root: Path, wanted: int, users: int) -> list[Path]:
    """Copy that many modules, plant the users evenly among them, commit everything; the files."""
    sources = list(modules(Path(sysconfig.get_path("purelib")), wanted))
    if len(sources) < wanted:
        print(f"only {len(sources)} modules are installed here; {wanted} were asked for", file=sys.stderr)
    folders = []
    for source, name in sources:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, root / name)
        folders.append((root / name).parent)
    for n in range(users):
        (folders[n * len(folders) // users] / f"user_{n}.py").write_text(USER)
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=b", "commit", "-qm", "all"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    return sorted(root.rglob("*.py"))


def modules(installed: Path, wanted: int) -> Iterator[tuple[Path, Path]]:
    """Modules in a fixed order, and their names; none where the codemod would not look."""
    for source in sorted(installed.rglob("*.py")):
        name = source.relative_to(installed)
        if wanted and source.is_file() and not FOREIGN & set(name.parts) and b"esm" not in source.read_bytes():
            wanted -= 1
            yield source, name


def rounds(command: list[str], folder: str, count: int, cold: list[Path] | None = None) -> Cost:
    costs = []
    for _ in range(count + 1):
        for path in cold or ():
            drop(path)
        costs.append(measure(command, folder))
    return Cost(*map(statistics.median, zip(*costs[1:])))


def measure(command: list[str], folder: str) -> Cost:
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return Cost(time.perf_counter() - began, usage.ru_utime + usage.ru_stime)


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(PROJECT)}


def drop(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def row(name: str, hot: Cost, cold: Cost) -> str:
    return f"{name:28}{hot.wall:8.2f}{hot.cpu:8.2f}   {cold.wall:11.2f}{cold.cpu:8.2f}"


def machine() -> str:
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
