"""Layer numbers as keys of saved dictionaries: `torch.load(file)["mean_representations"][36]`.

They are no longer FastESM2_650's, whose last layer is 33. Writers and readers of one repository keep the old number
together, so that its programs agree with each other; whoever else reads the files has to be told.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from codemod.program.source import Source
from codemod.records import Leftover
from codemod.widths.artefacts import RULE

#: What fair-esm's extract.py calls them in its files, and who follows it.
_SAVED = ("representations", "mean_representations", "bos_representations")
WORD = b"representations"


def layer_keys(sources: Mapping[str, Source], read: frozenset[ast.AST], depth: int, new: int) -> Iterator[Leftover]:
    """One answer a file, at the first place that is not a read of the model's own output (`read`)."""
    why = f"the key stays {depth}, the old checkpoint's last layer: in new files it means FastESM2_650's layer {new}"
    for path, source in sorted(sources.items()):
        found = [node for node in source.nodes if node not in read and _is_key(node, depth)]
        lines = {node.lineno for node in found if isinstance(node, ast.expr)}
        if lines:
            yield Leftover.at(path, lines, RULE, why)


def _is_key(node: ast.AST, depth: int) -> bool:
    """`file["mean_representations"][36]`, or what is stored there: a dict or a comprehension by layers."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Subscript):
        return _names_saved(node.value.slice) and _may_be(node.slice, depth)
    if not isinstance(node, ast.Dict):
        return False
    pairs = zip(node.keys, node.values)
    return any(key is not None and _names_saved(key) and _by_layers(value, depth) for key, value in pairs)


def _by_layers(value: ast.expr, depth: int) -> bool:
    keys = [each for each in value.keys if each is not None] if isinstance(value, ast.Dict) else []
    return isinstance(value, ast.DictComp) or any(_may_be(each, depth) for each in keys)


def _names_saved(key: ast.expr) -> bool:
    return isinstance(key, ast.Constant) and key.value in _SAVED


def _may_be(layer: ast.expr, depth: int) -> bool:
    return isinstance(layer, (ast.Name, ast.Attribute)) or (isinstance(layer, ast.Constant) and layer.value == depth)
