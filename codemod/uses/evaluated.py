"""Programs kept as text (`eval`, `exec`) and names looked up as text (`globals()[name]`).

What such text names must stay imported: no edit can reach into it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Optional

from codemod.flow.analysis import Analysis
from codemod.flow.frame import lookup_global
from codemod.flow.values import External, Meaning, hints, origins
from codemod.library import NAMES
from codemod.program.imports import statement_of, written
from codemod.program.source import Source

_RUN = frozenset(f"builtins.{name}" for name in ("eval", "exec", "compile"))
_TABLES = frozenset(f"builtins.{name}" for name in ("globals", "locals", "vars"))
_ROOT = re.compile(r"(?<![\w.])[^\W\d]\w*")  # a name that is no attribute


def named_in_text(analysis: Analysis, source: Source, node: ast.AST) -> Iterator[tuple[frozenset[ast.AST], str]]:
    """The fair-esm imports that text evaluated here names, with why they stay."""
    text = _text(analysis, node)
    if text is None:
        return
    for word in sorted({word for piece in _pieces(analysis, text) for word in _ROOT.findall(piece)}):
        imports = _imports(analysis, source, word)
        if imports:
            yield imports, f"text that is evaluated here names {word}, and no edit reaches into it"


def unread_text(analysis: Analysis, source: Source) -> Optional[int]:
    """The line of text that is evaluated and of which nothing is seen: it may name anything the file imports."""
    texts = [text for text in (_text(analysis, node) for node in source.nodes) if text is not None]
    unread = (each.lineno for each in texts if not any(map(_ROOT.search, _pieces(analysis, each))))
    return min(unread, default=None)


def _text(analysis: Analysis, node: ast.AST) -> Optional[ast.expr]:
    """The text that a call evaluates, or the key under which a subscript looks up a name."""
    if isinstance(node, ast.Call):
        function = analysis.values.get(node.func)
        runs = isinstance(function, External) and function.name in _RUN
        return node.args[0] if runs and node.args else None
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Call) and not node.value.args:
        table = analysis.values.get(node.value.func)
        return node.slice if isinstance(table, External) and table.name in _TABLES else None
    return None


def _pieces(analysis: Analysis, text: ast.expr) -> set[str]:
    """The parts of the text that can be seen, in whatever way it is put together."""
    found: set[object] = {each.value for each in ast.walk(text) if isinstance(each, ast.Constant)}
    for part in ast.walk(text):
        found |= hints(analysis.values.get(part)) or frozenset()
    return {each for each in found if isinstance(each, str)}


def _imports(analysis: Analysis, source: Source, word: str) -> frozenset[ast.AST]:
    """The import aliases that bring a name into a file, in whatever scope or through other modules; what it holds."""
    own = [(alias, name) for alias, (home, name) in analysis.aliases.items() if home is source]
    found: set[ast.AST] = {alias for alias, name in own if word in _brought(source, alias, name)}
    value = lookup_global(analysis, source.path, word)
    found |= value.via if isinstance(value, Meaning) else frozenset()
    named = [analysis.values.get(each) for each in source.names.get(word, ())]
    return frozenset(found.union(*map(origins, named)))


def _brought(source: Source, alias: ast.alias, name: str) -> tuple[str, ...]:
    return NAMES.get(name[:-2], ()) if alias.name == "*" else (written(alias, statement_of(source, alias)),)
