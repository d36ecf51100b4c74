"""Programs that ask what fair-esm has, choose from it by name, or name it in strings."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Optional

from codemod.flow.analysis import Analysis
from codemod.flow.values import External, Meaning, Value, constants
from codemod.library import ALPHABET, CONVERTER, FOLD, MODEL, STUB, canonical
from codemod.program.source import Source

_SHOWS = ("print", "debug", "info", "warning", "error", "exception", "critical", "log", "write", "warn")


def asks_for_attribute(analysis: Analysis, node: ast.AST) -> bool:
    """`hasattr(esm.pretrained, name)`."""
    function = analysis.values.get(node.func) if isinstance(node, ast.Call) and len(node.args) == 2 else None
    return function == External("builtins.hasattr")


def chosen_factories(analysis: Analysis, source: Source) -> frozenset[ast.AST]:
    """The factories of a file that are chosen by name: `getattr(esm.pretrained, name)`."""
    called = [(node, analysis.values.get(node)) for node in source.nodes if isinstance(node, ast.Call)]
    return frozenset(node for node, value in called if isinstance(value, Meaning) and value.kind == "esm.pretrained.*")


def in_strings(analysis: Analysis, node: ast.Call, function: Value) -> Iterator[tuple[ast.AST, str]]:
    """Names in a call's strings: `mock.patch("esm.pretrained.esm2_t6_8M_UR50D")`, `find_spec("esm")`; with why."""
    if isinstance(function, External) and function.name.rpartition(".")[2] in ("find_spec", "version", "distribution"):
        asked = constants(analysis.values.get(node.args[0])) if node.args else None
        if asked and asked & {"esm", "fair-esm", "fair_esm"}:
            yield node, "this asks whether fair-esm is installed"
    if isinstance(function, External) and function.name in ("torch.hub.list", "torch.hub.help") and node.args:
        repositories = constants(analysis.values.get(node.args[0])) or frozenset()
        if any(str(each).partition(":")[0] == "facebookresearch/esm" for each in repositories):
            yield node, "this asks torch.hub what fair-esm's repository has"
    for argument in node.args:
        known = constants(analysis.values.get(argument)) or ()
        for name in known:
            if isinstance(name, str) and name.startswith("esm.") and canonical(name) and _patches(node):
                yield argument, f"the string {name!r} names fair-esm"


def as_value(source: Source, node: ast.AST) -> str:
    """Why a module of fair-esm's that is a value stays: `e = esm`, `importlib.import_module("esm")`, `if esm:`."""
    function = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
    if function == "importorskip":
        return "this skips where fair-esm is not installed, which would be always: ask for transformers"
    parent = source.parents[node]
    if isinstance(parent, ast.Attribute):
        return f"{ast.unparse(parent)} has no proven counterpart in transformers"
    if isinstance(parent, (ast.Compare, ast.If, ast.IfExp, ast.BoolOp, ast.UnaryOp, ast.Assert)):
        return "this asks whether fair-esm is installed"
    if function:
        return "this imports fair-esm by a call: take it out with the last use of what it gives"
    return "fair-esm's module itself is a value here, beside what is rewritten: name it in its import alone"


def in_string(source: Source, node: ast.Constant) -> str:
    """Why a dotted name of fair-esm's in a string is a use: hydra imports the `_target_` of a dict, for one."""
    parent = source.parents[node]
    text = node.value if isinstance(node.value, str) and node.value.startswith("esm.pretrained.") else ""
    told = isinstance(parent, ast.Expr) or (isinstance(parent, ast.Call) and (_patches(parent) or _removed(parent)))
    return f"the string {text!r} names fair-esm" if text and canonical(text) and not told else ""


def _removed(call: ast.Call) -> bool:
    """Whether a call is what an earlier run with `--to stub` left."""
    return ast.unparse(call.func) == STUB


def _patches(node: ast.Call) -> bool:
    return ast.unparse(node.func).endswith(("patch", "patch.object", "patch.dict", "setattr", "setitem"))


def text_of(analysis: Analysis, source: Source, node: ast.Call | ast.FormattedValue) -> Optional[Meaning]:
    """The model or alphabet whose text a program works with, `"ESM2" in str(model)`, rather than shows it."""
    given: Optional[ast.expr] = None
    if isinstance(node, ast.FormattedValue):
        given = node.value
    elif isinstance(node.func, ast.Name) and node.func.id in ("str", "repr", "format") and node.args:
        given = _typed(node.args[0]) or node.args[0]
    value = _ours(analysis, given)
    worked_with = value and (isinstance(source.parents[node], ast.Attribute) or not _is_shown(source, node))
    return value if worked_with else None


def named_class(analysis: Analysis, source: Source, node: ast.Attribute) -> Optional[Meaning]:
    """The value in `type(model).__name__ == "ESM2"`, whose class has another name in transformers; shown, it may."""
    if node.attr not in ("__name__", "__qualname__", "__module__"):
        return None
    owner = node.value
    by_attribute = isinstance(owner, ast.Attribute) and owner.attr == "__class__"
    given = owner.value if isinstance(owner, ast.Attribute) and by_attribute else _typed(owner)
    value = _ours(analysis, given)
    return value if value and not _is_shown(source, node) else None


def _typed(node: ast.expr) -> Optional[ast.expr]:
    """What `type(...)` is asked of."""
    asks = isinstance(node, ast.Call) and ast.unparse(node.func) == "type" and len(node.args) == 1
    return node.args[0] if isinstance(node, ast.Call) and asks else None


def _ours(analysis: Analysis, node: Optional[ast.expr]) -> Optional[Meaning]:
    value = analysis.values.get(node) if node else None
    return value if isinstance(value, Meaning) and value.kind in (MODEL, ALPHABET, CONVERTER, FOLD) else None


def _is_shown(source: Source, node: ast.AST) -> bool:
    """Whether text is printed or logged with it: `print(f"loaded {type(model).__name__}")`."""
    around = list(source.ancestors(node))
    calls = [each for each in around if isinstance(each, ast.Call)]
    shows = bool(calls) and ast.unparse(calls[-1].func).rpartition(".")[2] in _SHOWS
    raised = any(isinstance(each, ast.Raise) for each in around)
    return (shows or raised) and not any(isinstance(each, (ast.Compare, ast.Subscript, ast.If)) for each in around)
