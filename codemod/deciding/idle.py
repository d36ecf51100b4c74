"""Functions and classes of a program that nothing in the repository calls.

What looks like fair-esm's in one of them is given nothing by anybody here, so it holds nothing back; it is listed by
itself. Only a program's, seen whole: a package may be installed, and then others call it. Any mention of the name
anywhere, in whatever language, and any way of calling things by names that are put together counts as a call.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Optional, Union

from codemod.files.candidates import PROGRAMS
from codemod.files.repository import Repository
from codemod.program.source import Source
from codemod.uses.unseen import starred_root
from codemod.uses.use import Use

Definition = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef]

#: Files that make a package of what is beside them, and how they say so.
_PACKAGES = {"setup.py": "", "setup.cfg": "", "pyproject.toml": r"\[project\]|\[build-system\]|\[tool\.(?:poetry|flit)"}
#: Whoever writes this may call anything without naming it.
_ANYTHING = ("import_module", "__import__", "getmembers", "__subclasses__", "pkgutil", "runpy", "SourceFileLoader")
#: Whoever writes this may call anything of a file that it names, or of its own.
_BY_NAME = re.compile(r"\b(?:globals|locals|vars|dir|eval|exec|Fire|getattr)\(|__dict__|__all__|\bmodules\[")
_PLAIN_BASES = ("object", "nn.Module", "torch.nn.Module", "Module", "ABC")


def without_idle(repository: Repository, uses: Sequence[Use]) -> list[Use]:
    """The uses, with what is on objects of unknown origin in idle functions under a label of its own."""
    found: defaultdict[Definition, list[Use]] = defaultdict(list)
    for use in uses:
        definition = _definition(use.source, use.node) if use.key == "word" else None
        if definition is not None and not starred_root(use.source, use.node):
            found[definition].append(use)
    if not found or not repository.is_whole or not _is_program(repository):
        return list(uses)
    for use in uses:  # beside one that is known, what is not may well come from it
        if use.key != "word":
            found.pop(_definition(use.source, use.node), None)  # type: ignore[arg-type]
    homes = {definition: inside[0].source for definition, inside in found.items()}
    alone = dict(_alone(repository, homes))
    calm = {use: alone[each] for each, inside in found.items() if each in alone for use in inside}
    return [_idle(use, calm[use]) if use in calm else use for use in uses]


def _idle(use: Use, name: str) -> Use:
    what, _, _ = use.why.partition(", but")
    return replace(use, key="idle", why=f"{what}, but nothing in this repository calls {name}: look at it by hand")


def _definition(source: Source, node: ast.AST) -> Optional[Definition]:
    """The function or class of a module that a node is in, where a call by its name is the only way to run it."""
    path = source.path.rpartition("/")[2]
    if path.endswith((".ipynb", "_test.py")) or path.startswith(("test", "conftest", "__init__")):
        return None
    inside = [node, *source.ancestors(node)]
    outermost = inside[-2] if len(inside) > 1 else node
    if not isinstance(outermost, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or outermost.decorator_list:
        return None
    if outermost.name.lower().startswith(("test", "__")):
        return None
    bases = [ast.unparse(each) for each in getattr(outermost, "bases", ())]
    registered = bool(getattr(outermost, "keywords", ())) or not set(bases) <= set(_PLAIN_BASES)
    return None if registered or node is outermost else outermost


def _is_program(repository: Repository) -> bool:
    for path in repository.files:
        marks = _PACKAGES.get(path.rpartition("/")[2])
        if marks is not None:
            decoded = repository.decoded(path) if marks else None
            if not marks or decoded is None or re.search(marks, decoded.text):
                return False
    return True


def _alone(repository: Repository, homes: Mapping[Definition, Source]) -> Iterator[tuple[Definition, str]]:
    """The definitions that nothing names, with their names."""
    stems = {source.path: _stem(source.path) for source in homes.values()}
    names = {each.name for each in homes} | set(stems.values()) | set(_ANYTHING)
    files = {path: data.decode("utf-8", "replace") for path, data in _search(repository, names).items()}
    programs = {path: text for path, text in files.items() if path.endswith(PROGRAMS)}
    if any(word in text for text in programs.values() for word in _ANYTHING):
        return
    for definition, source in homes.items():
        near = [text for path, text in programs.items() if path == source.path or _says(text, stems[source.path])]
        if any(map(_BY_NAME.search, near)):
            continue
        rest = _without(source, definition)
        others = [text for path, text in files.items() if path != source.path]
        if not any(_says(text, definition.name) for text in (*others, rest)):
            yield definition, definition.name


def _search(repository: Repository, words: Iterable[str]) -> Mapping[str, bytes]:
    return repository.search([each.encode() for each in sorted(words)], ("",))


def _without(source: Source, definition: Definition) -> str:
    """A file without the definition; a second one of its name still counts."""
    start, stop = source.span(definition)
    return source.program[:start] + source.program[stop:]


def _says(text: str, word: str) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", text) is not None


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]
