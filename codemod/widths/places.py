"""Where a number arrives: followed forwards through names, parameters and attributes to what uses it as a width."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemod.program.source import Source
from codemod.widths.axes import measures, measures_last_axis
from codemod.widths.code import Code, argument

#: Layers and indices that take the width of what is fed to them: (position, keyword).
_IN_FEATURES = {
    "Linear": (0, "in_features"),
    "Bilinear": (0, "in1_features"),
    "LSTM": (0, "input_size"),
    "GRU": (0, "input_size"),
    "RNN": (0, "input_size"),
    "Conv1d": (0, "in_channels"),
    "LayerNorm": (0, "normalized_shape"),
    "BatchNorm1d": (0, "num_features"),
    "MultiheadAttention": (0, "embed_dim"),
    "TransformerEncoderLayer": (0, "d_model"),
    "TransformerDecoderLayer": (0, "d_model"),
    "GCNConv": (0, "in_channels"),
    "GATConv": (0, "in_channels"),
    "SAGEConv": (0, "in_channels"),
    "IndexFlatL2": (0, "d"),
    "IndexFlatIP": (0, "d"),
}
#: Layers whose other widths are the user's own.
OWN_WIDTHS = (*(name for name in _IN_FEATURES if not name.startswith("Index")), "Dense", "Embedding")
#: Keras's layers say what they take in keywords.
_TAKEN = ("input_dim", "input_shape", "batch_input_shape")
#: Layers that give as many features as they take: what comes after them would have to follow.
BOTH_SIDES = ("MultiheadAttention", "TransformerEncoderLayer", "TransformerDecoderLayer")
MAKERS = ("zeros", "empty", "ones", "rand", "randn", "full", "memmap", "normal", "uniform", "randint")
_RESHAPERS = ("reshape", "view", "expand", "resize_")
_ASSERTS = ("assertEqual", "assert_equal", "assertEquals", "check_equal")
_HARMLESS = ("print", "info", "debug", "warning", "str", "int", "format", "write")
_DEEP = 8

IN_FEATURES, SHAPE, AXIS, CUT, OWN, OTHER = "in_features", "shape", "some axis", "cut", "own width", "other"
#: What says how wide something is; `AXIS` of an axis that may be another than the embeddings'.
TELLING = (IN_FEATURES, SHAPE, AXIS)


@dataclass(frozen=True)
class Place:
    """`node` is the number, or the name that carries it, where it is used; `call` what uses it."""

    kind: str
    source: Source
    node: ast.expr


def places(code: Code, source: Source, number: ast.expr) -> list[Place]:
    """Every place that a number reaches. Harmless uses (printing) are no places."""
    return list(_Follower(code).follow(source, number, 0))


def given_names(source: Source, number: ast.expr) -> list[str]:
    """What the code calls a number where it is written: variable, attribute, parameter, key, option, function."""
    node: ast.AST = number
    while isinstance(source.parents.get(node), (ast.BinOp, ast.IfExp, ast.Tuple, ast.List)):
        node = source.parents[node]
    parent = source.parents.get(node)
    if isinstance(parent, (ast.Assign, ast.AnnAssign)):
        targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
        return [name for target in targets for name in _target_name(target)]
    if isinstance(parent, ast.keyword):
        if parent.arg == "default":
            return _options(source.parents[parent])
        return [parent.arg] if parent.arg else []
    if isinstance(parent, ast.Return):
        return [each.name for each in source.ancestors(parent) if isinstance(each, ast.FunctionDef)][:1]
    if isinstance(parent, ast.arguments):
        return [each.arg for each, default in defaults(parent) if default is node]
    if isinstance(parent, ast.Dict):
        return [str(key.value) for key, value in zip(parent.keys, parent.values)
                if value is node and isinstance(key, ast.Constant)]  # fmt: skip
    return []


def defaults(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr]]:
    """Parameters with their defaults."""
    positional = [*arguments.posonlyargs, *arguments.args]
    yield from zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults)
    for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        if default is not None:
            yield parameter, default


class _Follower:
    def __init__(self, code: Code) -> None:
        self.code = code
        self.seen: set[ast.AST] = set()

    def follow(self, source: Source, node: ast.expr, depth: int) -> Iterator[Place]:
        if node in self.seen or depth > _DEEP:
            return
        self.seen.add(node)
        parent = source.parents[node]
        if isinstance(parent, ast.keyword) and isinstance(source.parents[parent], ast.Call):
            yield from self._called(source, source.parents[parent], node, depth)
        elif isinstance(parent, ast.Call) and node in parent.args:
            yield from self._called(source, parent, node, depth)
        elif isinstance(parent, ast.Compare):
            yield _compared(source, parent, node, node)
        elif isinstance(parent, (ast.Tuple, ast.List)):
            yield from self._listed(source, parent, node, depth)
        elif isinstance(parent, ast.Slice):
            yield Place(CUT if _is_of_the_last_axis(source, parent) else OTHER, source, node)
        elif isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Add, ast.Mult)):
            yield from self.follow(source, parent, depth + 1)
        elif not isinstance(parent, (ast.FormattedValue, ast.Expr)):
            yield from self._stored(source, parent, node, depth)

    def _stored(self, source: Source, parent: ast.AST, node: ast.expr, depth: int) -> Iterator[Place]:
        readers: list[tuple[Source, ast.expr]] = []
        if isinstance(parent, (ast.Assign, ast.AnnAssign)):
            for target in parent.targets if isinstance(parent, ast.Assign) else [parent.target]:
                readers += self._readers(source, target)
        elif isinstance(parent, ast.arguments):
            readers = self._defaulted(source, parent, node)
        elif isinstance(parent, ast.IfExp) and node is not parent.test:
            readers = [(source, parent)]
        elif not isinstance(parent, ast.Dict):
            yield Place(OTHER, source, node)
        for reader, each in readers:
            yield from self.follow(reader, each, depth + 1)

    def _readers(self, source: Source, target: ast.expr) -> list[tuple[Source, ast.expr]]:
        if isinstance(target, ast.Name):
            return list(self.code.loads(source, target))
        if isinstance(target, ast.Attribute):
            return [(source, each) for each in self.code.attribute_loads(source, target.attr)]
        return []

    def _defaulted(self, source: Source, parent: ast.arguments, node: ast.expr) -> list[tuple[Source, ast.expr]]:
        function = source.parents[parent]
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return []
        parameter = next(each for each, default in defaults(parent) if default is node)
        return [(source, each) for each in self.code.parameter_loads(source, function, parameter)]

    def _listed(self, source: Source, parent: ast.expr, node: ast.expr, depth: int) -> Iterator[Place]:
        """The last number of a shape is a width; other numbers in it are not."""
        above = source.parents[parent]
        last = getattr(parent, "elts", [None])[-1] is node
        if isinstance(above, ast.Compare) and last:
            yield _compared(source, above, parent, node)
        elif isinstance(above, (ast.Call, ast.keyword)):
            call = above if isinstance(above, ast.Call) else source.parents[above]
            shapes = called(call) in (*MAKERS, *_RESHAPERS, "Input") or getattr(above, "arg", None) in _TAKEN
            yield Place(SHAPE if last and shapes else OTHER, source, node)
        else:
            yield Place(OTHER, source, node)

    def _called(self, source: Source, call: ast.AST, node: ast.expr, depth: int) -> Iterator[Place]:
        assert isinstance(call, ast.Call)
        name = self.code.real_name(source, called(call))
        keyword = next((each.arg for each in call.keywords if each.value is node), None)
        if name in _IN_FEATURES and (keyword or call.args[0] is node):
            yield Place(IN_FEATURES if keyword in (None, _IN_FEATURES[name][1]) else OWN, source, node)
        elif name in OWN_WIDTHS:
            yield Place(IN_FEATURES if keyword in _TAKEN else OWN, source, node)
        elif name in (*MAKERS, *_RESHAPERS):
            yield Place(SHAPE if call.args and call.args[-1] is node else OTHER, source, node)
        elif name in _ASSERTS:
            yield _compared(source, call, node, node)
        elif name == "range":
            yield Place(CUT, source, node)
        elif name == "add_argument" and keyword == "default":
            for option in _options(call):
                yield from self._all(source, self.code.attribute_loads(source, option), depth)
        elif name not in _HARMLESS:
            yield from self._passed(source, call, node, depth)

    def _passed(self, source: Source, call: ast.Call, node: ast.expr, depth: int) -> Iterator[Place]:
        found = self.code.callee(source, call)
        parameter = argument(found[1], call, node, found[2]) if found else None
        if found and parameter:
            yield from self._all(found[0], self.code.parameter_loads(found[0], found[1], parameter), depth)
        else:
            yield Place(OTHER, source, node)

    def _all(self, source: Source, nodes: Iterator[ast.expr], depth: int) -> Iterator[Place]:
        for node in nodes:
            yield from self.follow(source, node, depth + 1)


def called(call: ast.AST) -> str:
    function = getattr(call, "func", None)
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _compared(source: Source, user: ast.Compare | ast.Call, operand: ast.expr, node: ast.expr) -> Place:
    """A number that a shape is compared with, alone or as the end of a tuple."""
    if not measures(source, user):
        return Place(OTHER, source, node)
    return Place(SHAPE if measures_last_axis(user, operand) else AXIS, source, node)


def _is_of_the_last_axis(source: Source, cut: ast.Slice) -> bool:
    """`x[:, :480]`, `x[..., 480:]`: rows are cut with fewer axes."""
    axes = source.parents[cut]
    return isinstance(axes, ast.Tuple) and axes.elts[-1] is cut


def _target_name(target: ast.expr) -> list[str]:
    if isinstance(target, ast.Name):
        return [target.id]
    if isinstance(target, ast.Attribute):
        return [target.attr]
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return [str(target.slice.value)]
    return []


def _options(call: ast.AST) -> list[str]:
    """The attribute names of an `add_argument` call."""
    if not isinstance(call, ast.Call) or called(call) != "add_argument":
        return []
    texts = [str(each.value) for each in call.args if isinstance(each, ast.Constant)]
    return [text.lstrip("-").replace("-", "_") for text in texts if text.startswith("--") or not text.startswith("-")]
