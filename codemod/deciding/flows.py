"""How fair-esm's values go through the files of a group, as the analysis found it: what reaches which file, as what."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from typing import Optional

from codemod.flow.analysis import Analysis
from codemod.flow.values import Meaning, meanings, origins
from codemod.library import FOLD, KINDS, MODEL, PSEUDO
from codemod.records import Flow
from codemod.uses.group import Group
from codemod.uses.use import Use

_LONGEST = 28  # characters of a name


def flows(analysis: Analysis, group: Group) -> tuple[Flow, ...]:
    """What is loaded in each file of a group, what reaches it from which file, and the imports between the files."""
    made = {use.node: use.source.path for use in group.uses}
    found = Counter(each for use in group.uses for each in _of_use(analysis, use, made))
    paths = {use.source.path for use in group.uses}
    imports = {
        Flow(other, path, "import", "")
        for path in paths
        for other in analysis.project.imports(path)
        if other in paths and other != path
    }
    counted = (Flow(each.start, each.stop, each.what, each.name, count) for each, count in found.items())
    return tuple(sorted([*counted, *imports]))


def _of_use(analysis: Analysis, use: Use, made: dict[ast.AST, str]) -> Iterator[Flow]:
    here = use.source.path
    value = use.value
    loaded = {each.kind for each in meanings(analysis.values.get(use.node)) if use.node in analysis.calls}
    if loaded & {MODEL, FOLD} and value is not None and value.kind not in PSEUDO:
        for name in sorted(analysis.names(use.node)):
            yield Flow(here, here, "load", "" if name == "?" else _short(name))
    homes = {analysis.aliases[each][0].path for each in (value.via if value else ()) if each in analysis.aliases}
    yield from (Flow(home, here, "import", _root(use.node)) for home in sorted(homes - {here}))
    if value is None or value.kind not in PSEUDO:
        return
    word = KINDS[value.kind]
    name = _carrier(analysis, use, value) or word
    for start in sorted({made[origin] for origin in use.links if origin in made}) or [here]:
        yield Flow(start, here, word, name)


def _carrier(analysis: Analysis, use: Use, value: Meaning) -> str:
    """The name that the value of a use has where it is used."""
    node: Optional[ast.AST] = use.node
    while node is not None:
        found = analysis.values.get(node)
        alike = isinstance(found, Meaning) and found.kind == value.kind and bool(origins(found) & value.origins)
        if alike and isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            return _short(use.source.code(node))
        node = _inner(node)
    return ""


def _inner(node: ast.AST) -> Optional[ast.AST]:
    """The expression that an attribute, a call or a subscript is made of; of a call such as `len(x)`, its argument."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("len", "isinstance"):
        return node.args[0] if node.args else None
    inner = getattr(node, "func", None) or getattr(node, "value", None)
    return inner if isinstance(inner, ast.AST) else None


def _root(node: ast.AST) -> str:
    while not isinstance(node, ast.Name):
        inner = _inner(node)
        if inner is None:
            return ""
        node = inner
    return _short(node.id)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."
