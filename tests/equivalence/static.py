"""What can be said about migrated source without running it."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from pyflakes import messages
from pyflakes.checker import Checker

MAGIC = re.compile(r"^(\s*)[%!?].*")
UNDEFINED = (messages.UndefinedName, messages.UndefinedLocal, messages.UndefinedExport)


def syntax_problem(source: str, name: str) -> str | None:
    """Why Python would not compile the source, or None."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as problem:
        return f"{name}: {problem}"
    return None


def undefined_names(source: str, name: str) -> set[str]:
    """Names that pyflakes finds undefined; empty for source that does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return set()
    found = Checker(tree, filename=name).messages
    return {str(message.message_args[0]) for message in found if isinstance(message, UNDEFINED)}


def python_source(path: Path) -> str | None:
    """The Python text of a module or of a notebook's code cells (magics blanked); None if it cannot be read."""
    try:
        if path.suffix == ".ipynb":
            return "\n".join(_cells(json.loads(path.read_text(encoding="utf-8-sig"))))
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def problems_after(before: Path, after: Path) -> list[str]:
    """Compare two versions of one tree: what no longer compiles, and names that became undefined."""
    found = []
    for path in sorted(after.rglob("*")):
        if path.suffix not in (".py", ".ipynb") or not path.is_file():
            continue
        name = path.relative_to(after).as_posix()
        old, new = python_source(before / name), python_source(path)
        if new is not None and new != old:
            found += _problems_of(name, old or "", new)
    return found


def _problems_of(name: str, old: str, new: str) -> Iterator[str]:
    if (problem := syntax_problem(new, name)) and not syntax_problem(old, name):
        yield f"does not compile: {problem}"
    for undefined in sorted(undefined_names(new, name) - undefined_names(old, name)):
        yield f"{name}: undefined name {undefined!r}"


def _cells(notebook: dict) -> Iterator[str]:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            lines = "".join(cell["source"]).split("\n")
            if not lines[0].startswith("%%"):
                yield "\n".join(MAGIC.sub(r"\1pass", line) for line in lines)
