"""Requirements in programs that are no setup.py: Modal's images, nox sessions, Ray's environments, lists by name.

Modal installs what `Image.debian_slim().pip_install("torch", "fair-esm")` names where the program runs, so that a
migrated program fails there unless the call follows. Calls in one chain fill one image.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Callable

from codemod.manifests.conda import conda_write, match_spec
from codemod.manifests.entry import FAIR_ESM, FAIR_WORD, RULE, Entry, Section, requirement
from codemod.manifests.literals import Offsets, items
from codemod.records import Leftover, line_number

#: What installs its arguments: a method's name, and who speaks.
_INSTALLERS = {
    "pip_install": "pip",
    "uv_pip_install": "pip",
    "conda_install": "conda",
    "micromamba_install": "conda",
}
_SESSIONS = ("session", "s")  # nox: `session.install("fair-esm")`
#: Variables, arguments and keys that hold requirements.
_HOLDERS = re.compile(r"require|depend|pip|package|install|extras|(?:^|_)deps", re.I)
_ELSEWHERE = "fair-esm is named outside a list of requirements: name what the migrated code needs there"
#: Names fair-esm's repository as people do, not as pip does.
_SPOKEN = re.compile(r"(?!(?:[\w.-]+\s*@\s*)?git\+\S+$|\S+esm\.git$|fair[-_.]esm)", re.I)
#: PEP 723: the requirements of a script, in a comment.
_METADATA = re.compile(r"^#[ \t]*///[ \t]*script[ \t]*$.*?^#[ \t]*///[ \t]*$", re.M | re.S)


def read(path: str, text: str) -> Iterator[Section | Leftover]:
    """Sections for what installs or declares fair-esm or its neighbours; leftovers for requirements elsewhere."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    place, parents = Offsets(text), {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    seen: set[ast.AST] = set()
    for node in ast.walk(tree):
        kind = _installer(node)
        if kind and isinstance(node, ast.Call):
            root = _receiver(node)
            scope = f"image at {root.lineno}, {root.col_offset}"
            for elements in _installed(node):
                seen.update(elements)
                entries = [_kept_call(entry, elements) for entry in _items(text, elements, place, kind)]
                yield Section(tuple(entries), _writer(kind), scope)
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)) and _HOLDERS.search(_holder(node, parents)):
            kind = "conda" if _is_conda(parents[node]) else "pip"
            entries = list(_items(text, node.elts, place, kind))
            if len(entries) == sum(isinstance(each, ast.Constant) for each in node.elts):
                seen.update(node.elts)
                yield Section(tuple(entries), _writer(kind), f"list at {node.lineno}, {node.col_offset}")
    yield from _elsewhere(path, text, tree, seen)
    yield from _script_metadata(path, text)


def _installer(node: ast.AST) -> str:
    """How the arguments of a call are installed; empty for any other node."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return ""
    speaker = node.func.value
    nox = node.func.attr == "install" and isinstance(speaker, ast.Name) and speaker.id in _SESSIONS
    return "pip" if nox else _INSTALLERS.get(node.func.attr, "")


def _installed(call: ast.Call) -> Iterator[Sequence[ast.expr]]:
    """The arguments themselves, and each list among them."""
    yield call.args
    yield from (each.elts for each in call.args if isinstance(each, (ast.List, ast.Tuple)))


def _items(text: str, elements: Sequence[ast.expr], place: Offsets, kind: str) -> Iterator[Entry]:
    return items(text, elements, place, match_spec if kind == "conda" else requirement)


def _writer(kind: str) -> Callable[[str, str], str]:
    return conda_write if kind == "conda" else Section.write


def _is_conda(node: ast.AST) -> bool:
    """Whether a dictionary is a conda environment, as MLflow takes one: it names channels."""
    keys = [each.value for each in node.keys if isinstance(each, ast.Constant)] if isinstance(node, ast.Dict) else []
    return "channels" in keys


def _kept_call(entry: Entry, elements: Sequence[ast.expr]) -> Entry:
    """A call that would install nothing is for a person to take out of its chain."""
    return replace(entry, cut=None) if len(elements) == 1 else entry


def _receiver(node: ast.expr) -> ast.expr:
    """What the calls of one chain share: `modal` of `modal.Image.debian_slim().apt_install("git").pip_install("a")`."""
    while isinstance(node, (ast.Call, ast.Attribute)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node


def _holder(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> str:
    """The name that a list is given: of a variable, an argument, a key."""
    parent = parents[node]
    if isinstance(parent, ast.keyword):
        return parent.arg or ""
    if isinstance(parent, ast.Dict):
        keys = [key for key, value in zip(parent.keys, parent.values) if value is node]
        return str(keys[0].value) if isinstance(keys[0], ast.Constant) else _holder(parent, parents)
    targets = parent.targets if isinstance(parent, ast.Assign) else [getattr(parent, "target", None)]
    return next((each.id for each in targets if isinstance(each, ast.Name)), "")


def _elsewhere(path: str, text: str, tree: ast.AST, seen: set[ast.AST]) -> Iterator[Leftover]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in seen:
            found = requirement(node.value, 0, len(node.value)) if FAIR_WORD.search(node.value) else None
            exact = found and found.name == FAIR_ESM and found.stop == len(node.value) and found.spec != ""
            if exact and not _SPOKEN.match(node.value):
                yield Leftover(path, node.lineno, RULE, _ELSEWHERE)


def _script_metadata(path: str, text: str) -> Iterator[Leftover]:
    for block in _METADATA.finditer(text):
        found = FAIR_WORD.search(text, block.start(), block.end())
        if found:
            line = line_number(text, found.start())
            yield Leftover(path, line, RULE, "the script's requirements (PEP 723) name fair-esm: name what it needs")
