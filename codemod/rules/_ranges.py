"""Layers that a `range` names: `range(model.num_layers + 1)`, `list(range(34))`, `[i for i in range(n)]`.

fair-esm numbers layers from 0, the embedding, to `num_layers`, the last one after its layer norm; so does transformers'
`hidden_states` (FAIR_ESM.md 0.2).
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Optional

from codemod.flow.values import External, constants
from codemod.library import NUM_LAYERS
from codemod.rule import Site

_MAKES = ("list", "tuple", "set", "sorted")


@dataclass(frozen=True)
class Count:
    """A number that is known, or known in relation to the model's own number of layers."""

    number: int
    of_model: bool = False

    def within(self, depth: Optional[int]) -> Optional[int]:
        """The number for a model of this depth; None where that is not known."""
        if not self.of_model:
            return self.number
        return None if depth is None else depth + self.number


def named_layers(site: Site, flag: ast.expr, depth: Optional[int]) -> Optional[list[int]]:
    """The numbers that a range gives, where its ends are known."""
    ends = _ends(site, flag)
    start, stop = (each.within(depth) for each in ends) if ends else (None, None)
    return list(range(start, stop)) if start is not None and stop is not None else None


def names_every_layer(site: Site, flag: ast.expr, depth: Optional[int]) -> bool:
    """Whether a range names every layer of the model, the embedding among them."""
    ends = _ends(site, flag)
    if ends is None or ends[0].within(depth) != 0:
        return False
    stop = ends[1].within(depth)
    return ends[1].of_model and ends[1].number >= 1 if stop is None or depth is None else stop > depth


def counts_layers(site: Site, layer: ast.AST, shallowest: int) -> bool:
    """Whether a variable runs through a range that ends within every model it can be."""
    if not isinstance(layer, ast.Name):
        return False
    source = site.source
    given = any(isinstance(each, ast.arg) and each.arg == layer.id for each in ast.walk(source.scope_of(layer)))
    stores = source.stores(layer.id, layer)
    return bool(stores) and not given and all(_ends_within(site, source.parents[each], shallowest) for each in stores)


def _ends_within(site: Site, binder: ast.AST, shallowest: int) -> bool:
    ends = _ends(site, binder.iter) if isinstance(binder, (ast.For, ast.comprehension)) else None
    if ends is None or ends[0].of_model or ends[0].number < 0:
        return False
    return ends[1].number <= (1 if ends[1].of_model else shallowest + 1)


def _ends(site: Site, node: ast.expr) -> Optional[tuple[Count, Count]]:
    """Where a range, or a list made of one, starts and stops."""
    arguments = node.args if isinstance(node, ast.Call) and not node.keywords else []
    function = site.code(node.func) if isinstance(node, ast.Call) and site.home(node) is site.source else ""
    if function in _MAKES and len(arguments) == 1:
        return _ends(site, arguments[0])
    if isinstance(node, ast.List) and len(node.elts) == 1 and isinstance(node.elts[0], ast.Starred):
        return _ends(site, node.elts[0].value)
    if isinstance(node, ast.ListComp) and _copies(node):
        return _ends(site, node.generators[0].iter)
    if function != "range" or len(arguments) not in (1, 2):
        return None
    ends = [_count(site, each) for each in arguments]
    start, stop = ends if len(ends) == 2 else [Count(0), ends[0]]
    return (start, stop) if start and stop else None


def _copies(node: ast.ListComp) -> bool:
    """`[i for i in ...]`."""
    each = node.generators[0]
    names = [part.id for part in (node.elt, each.target) if isinstance(part, ast.Name)]
    return len(node.generators) == 1 and not each.ifs and len(names) == 2 and names[0] == names[1]


def _count(site: Site, node: ast.expr) -> Optional[Count]:
    value = site.value(node)
    known = constants(value)
    if value == External(NUM_LAYERS):
        return Count(0, of_model=True)
    if known and len(known) == 1:
        (number,) = known
        return Count(number) if type(number) is int else None
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, (ast.Add, ast.Sub)):
        return None
    left, right = _count(site, node.left), _count(site, node.right)
    if left is None or right is None or right.of_model:
        return None
    return Count(left.number + (right.number if isinstance(node.op, ast.Add) else -right.number), left.of_model)
