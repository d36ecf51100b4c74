"""Remote code before it runs: which files, what they import, and whether they are those trusted earlier."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from validation.records import Failed

LOCK = "trusted-code.json"
FIRST, SAME, ACCEPTED = "first seen, now trusted", "trusted earlier", "changed, accepted"


@dataclass(frozen=True)
class CodeFile:
    """One Python file of a checkpoint; `downloads` are the repositories it asks the hub for when imported."""

    name: str
    sha256: str
    imports: tuple[str, ...]
    downloads: tuple[str, ...]


def code_files(folder: Path) -> tuple[CodeFile, ...]:
    """Every Python file below the folder: transformers follows relative imports, so each may run.

    Raises Failed for a file that is not Python.
    """
    return tuple(_read(folder, path) for path in sorted(folder.rglob("*.py")))


def compare(files: tuple[CodeFile, ...], key: str, lock: Path, accept: bool) -> str:
    """FIRST, SAME or ACCEPTED; raises Failed where the code is not the trusted one and was not accepted.

    The lock file is written when something new is trusted.
    """
    known = read_lock(lock)
    now = {item.name: item.sha256 for item in files}
    before = known.get(key)
    if before == now:
        return SAME
    if before is not None and not accept:
        raise Failed(
            f"the remote code of {key} is not what was trusted earlier ({_difference(before, now)}): "
            "read it, then accept it with --trust-new-code"
        )
    lock.write_text(json.dumps({**known, key: now}, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return FIRST if before is None else ACCEPTED


def read_lock(lock: Path) -> dict[str, dict[str, str]]:
    """Model -> file -> sha256; empty where there is no lock file. Raises Failed where it cannot be read."""
    if not lock.exists():
        return {}
    try:
        found: dict[str, dict[str, str]] = json.loads(lock.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Failed(f"{lock} is not JSON: {error}; restore it or delete it") from error
    return found


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read(folder: Path, path: Path) -> CodeFile:
    content = path.read_bytes()
    name = path.relative_to(folder).as_posix()
    try:
        tree = ast.parse(content, filename=name)
    except (SyntaxError, ValueError) as error:
        raise Failed(f"remote code {name} cannot be parsed by Python {error}") from error
    downloads = tuple(sorted(set(_downloads(tree))))
    return CodeFile(name, hashlib.sha256(content).hexdigest(), _imports(tree), downloads)


def _imports(tree: ast.Module) -> tuple[str, ...]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(item.name.split(".")[0] for item in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or "").split(".")[0])
    return tuple(sorted(names))


def _downloads(tree: ast.AST) -> Iterator[str]:
    """Literal arguments of `from_pretrained` that run at import: not those inside a function or under `if`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.If)):
            continue
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "from_pretrained":
            yield from (str(item.value) for item in node.args[:1] if isinstance(item, ast.Constant))
        yield from _downloads(node)


def _difference(before: dict[str, str], now: dict[str, str]) -> str:
    changed: list[Any] = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
    return ", ".join(f"{name} {before.get(name, 'new')[:12]} -> {now.get(name, 'gone')[:12]}" for name in changed)
