"""`--to stub`: a function that needs fair-esm raises NotImplementedError; elsewhere a stub object does so on use.

Only where a name of fair-esm's is used does anything change: what is made from it fails there, before it can go
further. A function is kept up to the first statement that needs fair-esm, so that what it does before (reading a
cached file) still works; from there on it raises.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Optional, Union

from codemod.deciding.decide import Decided
from codemod.library import CALLS, FOLD, PSEUDO, REMOVED, STUB
from codemod.program.source import Source
from codemod.records import Edit
from codemod.rule import helper
from codemod.uses.group import Group
from codemod.uses.use import Use

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]


def decide_stub(groups: Sequence[Group], refused: Mapping[Use, str]) -> list[Decided]:
    """Every group with a name of fair-esm's in it is stubbed; the rest is left with its reason.

    `refused` holds uses that an earlier attempt found impossible to write down.
    """
    return [_decide(group, {use: refused[use] for use in group.uses if use in refused}) for group in groups]


def _decide(group: Group, refusals: dict[Use, str]) -> Decided:
    entries = [use for use in group.uses if _is_entry(use)]
    if not entries:
        return Decided(group, {}, {use: use.why or "nothing here names fair-esm itself" for use in group.uses})
    edits: dict[Use, list[Edit]] = {use: [] for use in group.uses}
    for use in entries:
        edits[use] = [_stub(use)]
    return Decided(group, edits, refusals | {use: use.why for use in group.uses if use.key == "string"})


def _is_entry(use: Use) -> bool:
    """Whether the use names fair-esm, rather than a value made from it."""
    base = use.key.rstrip("=()")
    named = use.value is not None and base.rpartition(".")[0] not in PSEUDO and base not in PSEUDO
    looked_at = use.key.endswith("]") or use.key.startswith(("len(", "isinstance(", "iter(", "in("))
    return named and not use.why and not looked_at


def _stub(use: Use) -> Edit:
    source = use.source
    if _in_annotation(source, use.node):
        return Edit(*source.span(use.node), "object", "stub")
    function = _function(source, use.node)
    if function is None:
        return Edit(*source.span(use.node), _object(use), "stub")
    statement = next(each for each in function.body if _contains(source, each, use.node))
    start, stop = source.span(statement)[0], source.span(function.body[-1])[1]
    return Edit(start, stop, f'raise NotImplementedError("{_message(function)}")', "stub")


def _message(function: Function) -> str:
    return (
        f"{function.name} {REMOVED}: "
        "port it to transformers (AutoModel.from_pretrained and its tokenizer)"
    )


def _object(use: Use) -> str:
    name = use.key.rstrip("()")
    hub = name.startswith("torch.hub.load")
    if hub:
        name = "facebookresearch/esm"
    if name.startswith("hasattr("):
        return "False"
    if _is_base(use.source, use.node):
        return helper(STUB)
    made = f'{helper(STUB)}("{name}")'
    folds = use.value is not None and use.value.kind == FOLD
    pair = (hub and not folds) or (use.key.endswith("()") and isinstance(CALLS.get(name), tuple))
    if not pair:
        return made
    parent = use.source.parents[use.node]
    bare = isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Tuple)
    return f"{made}, {made}" if bare else f"({made}, {made})"


def _function(source: Source, node: ast.AST) -> Optional[Function]:
    """The innermost function whose body (not its header) holds the node."""
    for parent in source.ancestors(node):
        is_function = isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef))
        if is_function and any(_contains(source, each, node) for each in parent.body):  # type: ignore[attr-defined]
            return parent  # type: ignore[return-value]
    return None


def _contains(source: Source, outer: ast.AST, inner: ast.AST) -> bool:
    start, stop = source.span(outer)
    first, last = source.span(inner)
    return start <= first and last <= stop


def _in_annotation(source: Source, node: ast.AST) -> bool:
    return any(_annotates(parent, child) for child, parent in _upwards(source, node))


def _annotates(parent: ast.AST, child: ast.AST) -> bool:
    return child in (getattr(parent, "annotation", None), getattr(parent, "returns", None))


def _upwards(source: Source, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    child = node
    for parent in source.ancestors(node):
        yield child, parent
        if isinstance(parent, ast.stmt):
            return
        child = parent


def _is_base(source: Source, node: ast.AST) -> bool:
    parent = source.parents[node]
    return isinstance(parent, ast.ClassDef) and node in parent.bases
