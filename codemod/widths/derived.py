"""Whether a tensor is as wide as the embeddings: computed from the model's output in steps that keep its width.

A program that runs today tells the rest: what reaches a layer for `old` features is `old` wide, so a step may change
the other axes at will. What may give a width of its own (a layer, a function nobody knows) ends the proof.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Optional

from codemod.program.source import Source
from codemod.widths.axes import is_minus_one
from codemod.widths.code import Code

_KEYS = ("representations", "mean_representations")
#: Methods of tensors, arrays and containers.
_METHODS = frozenset(
    ["amax", "amin", "append", "astype", "clone", "contiguous", "copy", "cpu", "cuda", "detach", "double", "expand",
     "flatten", "float", "get", "half", "items", "masked_fill", "max", "mean", "min", "numpy", "permute", "relu",
     "repeat", "reshape", "requires_grad_", "squeeze", "std", "sum", "to", "tolist", "transpose", "type",
     "unsqueeze", "values", "view"]
)  # fmt: skip
#: Functions of torch and numpy, and builtins; what they join must all be embeddings.
_FUNCTIONS = frozenset(
    ["Tensor", "array", "asarray", "as_tensor", "cat", "concat", "concatenate", "dropout", "enumerate", "from_numpy",
     "gelu", "layer_norm", "leaky_relu", "list", "max", "mean", "normalize", "pad_sequence", "relu", "row_stack",
     "sigmoid", "silu", "softmax", "squeeze", "stack", "sum", "tanh", "tensor", "transpose", "tuple", "unsqueeze",
     "vstack", "zip"]
)  # fmt: skip
#: Of those, what leaves an axis out, or all of them.
_REDUCING = frozenset(["amax", "amin", "max", "mean", "min", "std", "sum"])
#: Layers that are as wide behind as in front.
KEEPING = frozenset(
    ["AlphaDropout", "BatchNorm1d", "Dropout", "Dropout1d", "ELU", "GELU", "GroupNorm", "Identity", "InstanceNorm1d",
     "LayerNorm", "LeakyReLU", "Mish", "PReLU", "RMSNorm", "ReLU", "SELU", "SiLU", "Sigmoid", "Softmax", "Tanh"]
)  # fmt: skip
#: What makes an array that is filled later.
_MAKERS = frozenset(
    ["defaultdict", "dict", "empty", "empty_like", "full", "list", "memmap", "ones", "tuple", "zeros", "zeros_like"]
)  # fmt: skip


def is_derived(code: Code, source: Source, expression: ast.expr) -> bool:
    """Whether every value the expression can have comes from `output["representations"]` in this file."""
    return _Deriver(code, source).of(expression) is True


class _Deriver:
    """True: an embedding; None: nothing yet (an empty list, an array to be filled); False: anything else."""

    def __init__(self, code: Code, source: Source) -> None:
        self.code, self.source, self.known = code, source, code.bindings(source)
        self.seen: set[ast.AST] = set()

    def of(self, node: ast.AST) -> Optional[bool]:
        if node in self.seen:
            return None
        self.seen.add(node)
        if isinstance(node, ast.Subscript):
            key = node.slice.value if isinstance(node.slice, ast.Constant) else None
            return True if key in _KEYS else self.of(node.value)
        if isinstance(node, ast.Call):
            return self._called(node)
        if isinstance(node, ast.BinOp):
            return not isinstance(node.op, ast.MatMult) and True in (self.of(node.left), self.of(node.right))
        if isinstance(node, ast.Constant):
            return None
        parts = _parts(node)
        return self._all(parts) if parts is not None else self._named(node)

    def _named(self, node: ast.AST) -> Optional[bool]:
        if isinstance(node, ast.Attribute) and node.attr in ("T", "data", "mT", "values"):
            return self.of(node.value)
        bound = [binding.value for binding in self.known.of(node)]
        return self._all(bound) if bound else False

    def _all(self, nodes: Iterable[ast.AST]) -> Optional[bool]:
        found = {self.of(node) for node in nodes}
        return False if False in found else True if True in found else None

    def _called(self, call: ast.Call) -> Optional[bool]:
        name = self.code.real_name(self.source, _last(call.func))
        method = isinstance(call.func, ast.Attribute) and not _is_module(call.func.value)
        if name in _REDUCING and isinstance(call.func, ast.Attribute) and _ends_the_width(call, method):
            return False
        if method and isinstance(call.func, ast.Attribute) and name in _METHODS:
            return self.of(call.func.value)
        if not method and name in _FUNCTIONS and call.args:
            return self.of(call.args[0]) if name not in ("zip", "enumerate") else self._all(call.args)
        if not method and name in _MAKERS:
            return None
        return self.of(call.args[0]) if call.args and self._keeps(call.func) else False

    def _keeps(self, layer: ast.expr) -> bool:
        """Whether all that a callable can be is a layer that keeps the width."""
        made = [binding.value for binding in self.known.of(layer)]
        return bool(made) and all(keeps_width(self.code, self.source, each) for each in made)


def keeps_width(code: Code, source: Source, layer: ast.AST) -> bool:
    """`nn.LayerNorm(...)` and its like."""
    return isinstance(layer, ast.Call) and code.real_name(source, _last(layer.func)) in KEEPING


def _ends_the_width(call: ast.Call, method: bool) -> bool:
    """Whether `x.mean()`, `x.sum(-1)`, `np.max(x, axis=-1)` reduce the last axis: that of the embeddings."""
    axes = call.args if method else call.args[1:]
    axes = [*axes, *(each.value for each in call.keywords if each.arg in ("dim", "axis"))]
    return not axes or is_minus_one(axes[0])


def _parts(node: ast.AST) -> Optional[list[ast.expr]]:
    """The expressions that one is made of, each of which must be an embedding."""
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.SetComp)):
        return [node.elt]
    if isinstance(node, ast.DictComp):
        return [node.value]
    if isinstance(node, ast.Dict):
        return node.values
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return node.elts
    if isinstance(node, (ast.Starred, ast.NamedExpr, ast.Await)):
        return [node.value]
    return [node.operand] if isinstance(node, ast.UnaryOp) else None


def _is_module(node: ast.expr) -> bool:
    """`torch`, `np`, `F`, `nn.utils.rnn`: what functions are read of."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in ("F", "jnp", "nn", "np", "numpy", "tf", "torch")


def _last(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
