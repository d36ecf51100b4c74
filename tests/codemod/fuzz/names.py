"""Names that nothing binds, in a handful of files that import each other: before a migration, and after."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Optional

from codemod.library import NAMES

ALWAYS = frozenset([*dir(builtins), "__file__", "__name__", "__path__", "__class__"])


def missing(texts: Mapping[str, str]) -> set[tuple[str, str]]:
    """`(path, name)` for names read but bound nowhere, and for names imported from a file that has none such."""
    modules = {PurePosixPath(path).stem: text for path, text in texts.items()}
    return {(path, name) for path, text in texts.items() for name in _missing(text, modules)}


def _missing(text: str, modules: Mapping[str, str]) -> Iterator[str]:
    table = symtable.symtable(text, "file", "exec")
    bound = _bound(text, modules) | ALWAYS
    yield from sorted(_global_reads(table) - bound)
    for node in ast.walk(ast.parse(text)):
        source = modules.get(node.module or "") if isinstance(node, ast.ImportFrom) else None
        if source is not None and isinstance(node, ast.ImportFrom):
            given = _bound(source, modules)
            yield from (f"{node.module}.{each.name}" for each in node.names if each.name not in {*given, "*"})
        elif isinstance(node, ast.Attribute) and _lacks(modules, node):
            yield ast.unparse(node)


def _lacks(modules: Mapping[str, str], node: ast.Attribute) -> bool:
    """Whether this is `module.name`, of a file that binds no such name."""
    source = modules.get(node.value.id) if isinstance(node.value, ast.Name) else None
    return source is not None and node.attr not in {*_bound(source, modules), "pretrained"}


def _global_reads(table: symtable.SymbolTable) -> set[str]:
    module = str(table.get_type()).rpartition(".")[2].lower() == "module"  # an enum since 3.13
    names = {each.get_name() for each in table.get_symbols() if each.is_referenced() and (module or each.is_global())}
    return names.union(*(_global_reads(child) for child in table.get_children()))


def _bound(text: str, modules: Mapping[str, str], seen: frozenset[str] = frozenset()) -> set[str]:
    """What a module binds at its top level or by `global`, star imports included."""
    table = symtable.symtable(text, "file", "exec")
    names = {each.get_name() for each in table.get_symbols() if each.is_assigned() or each.is_imported()}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Global):
            names.update(node.names)
        elif isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            names |= _starred(node.module, modules, seen)
    return names


def _starred(module: Optional[str], modules: Mapping[str, str], seen: frozenset[str]) -> set[str]:
    if module in modules and module not in seen:
        names = _bound(modules[module], modules, seen | {module})
        return {name for name in names if not name.startswith("_")}
    return set(NAMES.get(module or "", ()))
