"""The imports of a file: which of fair-esm's go, which of the target's come, and where.

Emitted text names what it needs with `⟦package.Name⟧` and `⟦:function⟧` (see `codemod.rule`); here they become local
names. A name the module already imports is used as it is; a name that is taken gets a prefix.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Optional, Union

from codemod.program.source import FunctionNode, Source
from codemod.records import Edit

MARKER = re.compile("⟦(:?)([\\w.]+)⟧")
_EMITTED = Path(__file__).parents[1] / "emitted"
#: Modules of the standard library that emitted code uses.
STANDARD = ("functools", "pathlib", "re", "shlex")
ImportStatement = Union[ast.Import, ast.ImportFrom]


@dataclass(frozen=True)
class Helper:
    """A function of `codemod/emitted/`: its text, and the modules it imports."""

    name: str
    text: str
    needs: tuple[str, ...]

    @property
    def lazy(self) -> str:
        """The text with its own imports of other packages below the docstring."""
        head, docstring, body = self.text.split("\n", 2)
        imports = [f"    import {need}" for need in self.needs if need not in STANDARD]
        return "\n".join([head, docstring, *imports, body])

    @staticmethod
    @cache
    def read(name: str) -> Helper:
        code = (_EMITTED / f"{name}.py").read_text(encoding="utf-8")
        tree = ast.parse(code)
        needs = tuple(alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names)
        function = next(node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef)))
        return Helper(name, code[code.index(f"{_KEYWORD[type(function)]} {function.name}") :], needs)


_KEYWORD = {ast.FunctionDef: "def", ast.ClassDef: "class"}


class Names:
    """Local names for what emitted text needs in one module."""

    def __init__(
        self, source: Source, edits: Sequence[Edit], leaving: frozenset[str], starred: frozenset[str] = frozenset()
    ) -> None:
        """`leaving` are names whose fair-esm import goes away; `starred` names that star imports bring."""
        self.source, texts = source, [edit.text for edit in edits]
        self.tried = tried_torch(source, edits)
        found = {match.groups() for text in texts for match in MARKER.finditer(text)}
        self.helpers = [Helper.read(name) for kind, name in sorted(found) if kind and not self._has(name)]
        wanted = {name for kind, name in found if not kind} | {need for each in self.helpers for need in each.needs}
        self._taken = ((self._bound - _only_modules(source, wanted & self._bound)) | starred) - leaving
        self.local = {dotted: self._name(dotted) for dotted in sorted(wanted)}
        self.functions = {name: name if self._has(name) else self._free(name) for kind, name in found if kind}

    def resolve(self, text: str) -> str:
        """Emitted text with local names."""
        return MARKER.sub(lambda match: (self.functions if match[1] else self.local)[match[2]], text)

    def helper_text(self, lazy: bool) -> str:
        """The functions to add, under their local names; `lazy` ones import what they need when they run."""
        texts = [each.lazy if lazy else each.text for each in self.helpers]
        pairs = zip(self.helpers, texts)
        named = [text.replace(f" {each.name}(", f" {self.functions[each.name]}(", 1) for each, text in pairs]
        return "\n\n".join(named)

    @cached_property
    def for_helpers(self) -> list[str]:
        """Import lines that the helper functions need at the module's top level."""
        return self._lines({need for each in self.helpers for need in each.needs})

    def for_edits(self, served: frozenset[str]) -> list[str]:
        """Import lines that the rewritten expressions need, beside what they find in their functions."""
        return self._lines(self.local.keys() - {need for each in self.helpers for need in each.needs} - served)

    def lines_for(self, texts: Iterable[str], served: frozenset[str]) -> list[str]:
        """Import lines for what these emitted texts need of other packages."""
        return self._lines({dotted for text in texts for dotted in of_packages(text)} - served)

    def _lines(self, wanted: Iterable[str]) -> list[str]:
        """Import lines for what the module lacks, standard library first."""
        dotted = sorted(each for each in wanted if each not in self._imported)
        packages: dict[str, list[str]] = {}
        lines = []
        for each in dotted:
            package, _, name = each.rpartition(".")
            if package:
                shown = name if self.local[each] == name else f"{name} as {self.local[each]}"
                packages.setdefault(package, []).append(shown)
            else:
                renamed = "" if self.local[each] == each else f" as {self.local[each]}"
                lines.append(f"import {each}{renamed}")
        lines += [f"from {package} import {', '.join(sorted(names))}" for package, names in packages.items()]
        return sorted(lines, key=import_order)

    @cached_property
    def _bound(self) -> frozenset[str]:
        return frozenset(name for names in self.source.bindings.values() for name in names)

    @cached_property
    def _imported(self) -> dict[str, str]:
        """What the module imports at its top level, or tries to: dotted name to local name."""
        found: dict[str, str] = {"torch": "torch"} if self.tried else {}
        for node in self.source.tree.body:
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.update({f"{node.module}.{alias.name}": alias.asname or alias.name for alias in node.names})
            elif isinstance(node, ast.Import):
                plain = [alias for alias in node.names if alias.asname or "." not in alias.name]
                found.update({alias.name: alias.asname or alias.name for alias in plain})
        return found

    def _name(self, dotted: str) -> str:
        if dotted in self._imported:
            return self._imported[dotted]
        return self._free(dotted.rpartition(".")[2])

    def _free(self, name: str) -> str:
        while name in self._taken:
            name = f"Hf{name}" if name[0].isupper() else f"{name}_"
        return name

    def _has(self, name: str) -> bool:
        """Whether an earlier run has added this very function."""
        helper, text = Helper.read(name), self.source.text.replace("\r\n", "\n")
        return helper.text.strip() in text or helper.lazy.strip() in text


def _only_modules(source: Source, names: set[str]) -> set[str]:
    """The names that the whole program uses for the module of that name, in whatever function it imports it."""
    if not names:
        return names
    other = {each.id for each in source.nodes if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load)}
    other |= {each.arg for each in source.nodes if isinstance(each, ast.arg)}
    other |= {each.name for each in source.nodes if isinstance(each, (ast.FunctionDef, ast.ClassDef))}
    aliases = [each for each in source.nodes if isinstance(each, ast.alias)]
    plainly = [node for node in source.imports if isinstance(node, ast.Import)]
    modules = {each for node in plainly for each in node.names if not each.asname}
    other |= {each.asname or each.name.partition(".")[0] for each in aliases if each not in modules}
    return names - other


def named_in(text: str) -> set[str]:
    """The dotted names in emitted text."""
    return {dotted for kind, dotted in MARKER.findall(text) if not kind}


def of_packages(text: str) -> set[str]:
    """The dotted names in emitted text that are another package's than the standard library."""
    return {dotted for dotted in named_in(text) if dotted.partition(".")[0] not in STANDARD}


def imported_names(source: Source) -> set[str]:
    """The local names that a module's own imports bind."""
    aliases = [node for node in source.nodes if isinstance(node, ast.alias)]
    return {(alias.asname or alias.name).partition(".")[0] for alias in aliases}


def import_order(line: str) -> tuple[bool, bool, str]:
    """Standard library first, plain imports before `from`, then by name."""
    return not is_standard(line), line.startswith("from"), line


def is_standard(line: str) -> bool:
    """Whether an import line is of the standard library."""
    return line.split()[1] in STANDARD


def statement_of(source: Source, alias: ast.alias) -> ImportStatement:
    """The import statement an alias stands in."""
    statement = source.parents[alias]
    assert isinstance(statement, (ast.Import, ast.ImportFrom))
    return statement


def asks(source: Source, statement: ImportStatement) -> bool:
    """Whether the statement asks if its package is installed: a handler of its `try` takes the ImportError."""
    tried = source.parents[statement]
    handlers = tried.handlers if isinstance(tried, ast.Try) and statement in tried.body else []
    caught = [ast.unparse(each.type) if each.type else "Exception" for each in handlers]
    return any(re.search(r"\b(ImportError|ModuleNotFoundError|Exception)\b", each) for each in caught)


def tried_torch(source: Source, edits: Sequence[Edit]) -> Optional[ast.Import]:
    """A module's import of torch that asks whether it is there, above these edits, all of them in functions."""
    inner = [source.span(each) for each in source.tree.body if isinstance(each, (*FunctionNode, ast.ClassDef))]
    if not edits or not all(any(start <= each.start < stop for start, stop in inner) for each in edits):
        return None
    first = min(each.start for each in edits)
    tried = (each for statement in source.tree.body if isinstance(statement, ast.Try) for each in statement.body)
    plain = (each for each in tried if isinstance(each, ast.Import) and ast.unparse(each) == "import torch")
    return next((each for each in plain if asks(source, each) and source.span(each)[1] <= first), None)


def written(alias: ast.alias, statement: ImportStatement) -> str:
    """The local name an alias binds."""
    return alias.asname or (alias.name if isinstance(statement, ast.ImportFrom) else alias.name.partition(".")[0])


def clashes(names: Names) -> Optional[str]:
    """A module that a helper function imports and whose name means something else here."""
    for each in names.helpers:
        for need in each.needs:
            if names.local[need] != need:
                return need
    return None
