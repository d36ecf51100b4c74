"""What a call gives, for each kind of callee, and what its arguments tell the callee's parameters."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Optional

from codemod.flow.attributes import attribute
from codemod.flow.binding import update
from codemod.flow.frame import Frame, attribute_of_class, lookup_global
from codemod.library import ALPHABET, CALLS, CONVERTER, METHODS, MODEL, OUTPUT, PSEUDO, SAME
from codemod.values import (
    OTHER,
    Class,
    Deferred,
    External,
    Func,
    Instance,
    Map,
    Meaning,
    Mixed,
    Seq,
    Several,
    Tup,
    Value,
    constants,
    element,
    item,
    join,
    join_all,
    origins,
    with_item,
)


@dataclass(frozen=True)
class Arguments:
    """What a call hands over; `keywords[None]` is what `**` brings."""

    node: ast.Call
    positional: list[Value]
    keywords: dict[Optional[str], Value]
    expressions: tuple[ast.expr, ...] = ()  # of the positional values

    def get(self, position: int, name: str) -> Value:
        """A parameter's argument, given either way."""
        if name in self.keywords:
            return self.keywords[name]
        return self.positional[position] if position < len(self.positional) else None

    def all(self) -> list[tuple[ast.expr, Value]]:
        named = zip((each.value for each in self.node.keywords), self.keywords.values())
        return [*zip(self.expressions, self.positional), *named]

    def after(self, count: int) -> Arguments:
        return replace(self, positional=self.positional[count:])


def apply(frame: Frame, node: ast.Call, function: Value, arguments: Arguments) -> Value:
    """The value of a call."""
    if isinstance(function, Meaning):
        return _library(frame, node, function, arguments)
    if isinstance(function, Several):
        return join_all([apply(frame, node, each, arguments) for each in function.values])
    if isinstance(function, Func):
        return _function(frame, function, arguments)
    if isinstance(function, Class):
        return _instantiate(frame, function, arguments)
    if isinstance(function, Instance):
        return _called_instance(frame, function, arguments)
    if isinstance(function, External):
        return _external(frame, node, function.name, arguments)
    if isinstance(function, Deferred):
        return _deferred(frame, node, function, arguments)
    if isinstance(function, Mixed):
        return function if isinstance(node.func, ast.Attribute) and node.func.attr in SAME[MODEL] else OTHER
    if function is None:
        return None
    return _unknown(frame, node, arguments)


def _library(frame: Frame, node: ast.Call, function: Meaning, arguments: Arguments) -> Value:
    owner, _, method = function.kind.rpartition(".")
    if owner in PSEUDO:
        if method in SAME.get(owner, ()):
            return Meaning(owner, function.origins)
        return Meaning(METHODS[owner, method], frozenset([node]))
    if function.kind == CONVERTER:
        return Tup((OTHER, OTHER, OTHER))
    frame.analysis.loaded(node, function.kind, arguments.get(0, "model_name"))
    return _stamp(CALLS.get(function.kind, OTHER), node)


def _deferred(frame: Frame, node: ast.Call, function: Deferred, arguments: Arguments) -> Value:
    """A function of a module that has not been read: it is read now if something of fair-esm's is handed to it."""
    if not any(origins(value) for _, value in arguments.all()):
        return OTHER
    frame.analysis.enter(function.path)
    return apply(frame, node, lookup_global(frame.analysis, function.path, function.name), arguments)


def _stamp(shape: object, node: ast.Call) -> Value:
    if isinstance(shape, tuple):
        return Tup(tuple(_stamp(part, node) for part in shape))
    return Meaning(shape, frozenset([node])) if isinstance(shape, str) else OTHER


def _function(frame: Frame, function: Func, arguments: Arguments) -> Value:
    """Hand the arguments to the parameters' cells; what comes back is what all returns agree on."""
    cells, signature = frame.analysis.cells, function.node.args  # type: ignore[attr-defined]
    names = [argument.arg for argument in (*signature.posonlyargs, *signature.args)]
    positional = list(function.given)
    for position, value in enumerate(arguments.positional):
        starred = isinstance(dict(enumerate(arguments.expressions)).get(position), ast.Starred)
        positional.extend([value] * max(1, len(names) - len(positional)) if starred else [value])
    for name, value in zip(names, positional):
        cells.write(("param", function.node, name), value)
    if signature.vararg and len(positional) > len(names):
        rest = Tup(tuple(positional[len(names) :]))
        cells.write(("param", function.node, signature.vararg.arg), rest)
    _keywords(frame, function, arguments, names)
    return cells.read(("return", function.node))


def _keywords(frame: Frame, function: Func, arguments: Arguments, names: list[str]) -> None:
    cells, signature = frame.analysis.cells, function.node.args  # type: ignore[attr-defined]
    known = {*names, *(argument.arg for argument in signature.kwonlyargs)}
    for name, value in [*function.keywords, *arguments.keywords.items()]:
        if name in known:
            cells.write(("param", function.node, name), value)
        elif name is None and isinstance(value, Map):
            for key, each in value.items:
                if key in known:
                    cells.write(("param", function.node, key), each)
        elif signature.kwarg and name is not None:
            cells.write(("param", function.node, signature.kwarg.arg), Map(((name, value),)))


def _instantiate(frame: Frame, function: Class, arguments: Arguments) -> Value:
    made = Instance(function.node)
    constructor = attribute_of_class(frame.analysis, function.node, "__init__")
    if isinstance(constructor, Func):
        _function(frame, Func(constructor.node, (made,)), arguments)
    else:
        _fields(frame, function, arguments)
    return made


def _fields(frame: Frame, function: Class, arguments: Arguments) -> None:
    """A class without a constructor in sight may be a dataclass: its fields are its parameters."""
    names = [each.target.id for each in function.node.body
             if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)]  # fmt: skip
    for name, value in [*zip(names, arguments.positional), *arguments.keywords.items()]:
        if name in names:
            frame.analysis.cells.write(("attr", function.node, name), value)
        else:
            frame.analysis.escape(value, arguments.node, "is handed to a constructor this tool cannot see")


def _called_instance(frame: Frame, function: Instance, arguments: Arguments) -> Value:
    for name in ("__call__", "forward"):
        method = attribute_of_class(frame.analysis, function.node, name)
        if isinstance(method, Func):
            return _function(frame, Func(method.node, (function,)), arguments)
    return _unknown(frame, arguments.node, arguments)


def _unknown(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    """A callee nobody can see: what is handed over escapes, and functions may be called with anything."""
    method = _method(frame, node, arguments)
    if method is not None:
        return method[0]
    name = ast.unparse(node.func)
    for expression, value in arguments.all():
        frame.analysis.escape(value, expression, f"is handed to {name}(), which this tool cannot see")
        if isinstance(value, Func):
            _function(frame, value, replace(arguments, positional=[OTHER] * 9, keywords={}))
    return OTHER


def _method(frame: Frame, node: ast.Call, arguments: Arguments) -> Optional[tuple[Value]]:
    """Methods of containers and of instances that no class here defines; None where it is neither."""
    if not isinstance(node.func, ast.Attribute):
        return None
    base, name = frame.evaluate(node.func.value), node.func.attr
    if isinstance(base, (Instance, Several)) and name in SAME[MODEL]:
        return (base,)
    if isinstance(base, (Tup, Seq, Map)) and name in _CONTAINER:
        return (_CONTAINER[name](frame, node.func.value, base, arguments),)
    return None


def _grow(frame: Frame, target: ast.expr, base: Value, arguments: Arguments) -> Value:
    new = arguments.positional[-1] if arguments.positional else None
    update(frame, target, with_item(base, OTHER, new))
    return None


def _extend(frame: Frame, target: ast.expr, base: Value, arguments: Arguments) -> Value:
    new = join_all(arguments.positional)
    if isinstance(base, Map):
        merged = join(base, new) if isinstance(new, Map) else base
        named = tuple((name, value) for name, value in arguments.keywords.items() if name)
        update(frame, target, join(merged, Map(named)) if named else merged)
    else:
        update(frame, target, with_item(base, OTHER, element(new)))
    return None


def _get(frame: Frame, target: ast.expr, base: Value, arguments: Arguments) -> Value:
    key = arguments.get(0, "key")
    return join(item(base, OTHER if key is None else key), arguments.get(1, "default"))


def _items(frame: Frame, target: ast.expr, base: Value, arguments: Arguments) -> Value:
    return Seq(Tup((element(base), base.all()))) if isinstance(base, Map) else OTHER


def _values(frame: Frame, target: ast.expr, base: Value, arguments: Arguments) -> Value:
    return Seq(base.all()) if isinstance(base, Map) else OTHER


def _keys(frame: Frame, target: ast.expr, base: Value, arguments: Arguments) -> Value:
    return Seq(element(base))


def _copy(frame: Frame, target: ast.expr, base: Value, arguments: Arguments) -> Value:
    return base


_CONTAINER: dict[str, Callable[[Frame, ast.expr, Value, Arguments], Value]] = {
    "add": _grow,
    "append": _grow,
    "copy": _copy,
    "extend": _extend,
    "get": _get,
    "insert": _grow,
    "items": _items,
    "keys": _keys,
    "pop": _get,
    "setdefault": _get,
    "update": _extend,
    "values": _values,
}


def _external(frame: Frame, node: ast.Call, name: str, arguments: Arguments) -> Value:
    last = name.rpartition(".")[2]
    if name in _TAKES_APART:
        for expression, value in arguments.all():
            if isinstance(value, Meaning) and value.kind in (OUTPUT, MODEL, ALPHABET):
                frame.analysis.escape(value, expression, f"is taken apart by {last}()")
    if name in _EXTERNAL:
        return _EXTERNAL[name](frame, node, arguments)
    if last in _ANYWHERE:
        return _ANYWHERE[last](frame, node, arguments)
    if name in _HARMLESS:
        return OTHER
    return _unknown(frame, node, arguments)


def _getattr(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    names = constants(arguments.get(1, "name"))
    base = arguments.get(0, "object")
    if isinstance(base, Meaning) and base.kind not in PSEUDO:
        if names and len(names) == 1:
            return attribute(frame, node, base, str(next(iter(names))))
        return Meaning(f"{base.kind}.*", frozenset([node]), base.via)
    return join_all(attribute(frame, node, base, str(name)) for name in names) if names else OTHER


def _import_module(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    names = constants(arguments.get(0, "name"))
    if names and len(names) == 1:
        return frame.analysis.imported_by_name(frame.source.path, str(next(iter(names))), node)
    return OTHER


def _hub(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    repository = constants(arguments.get(0, "repo_or_dir")) or frozenset()
    if not any(str(each).partition(":")[0] == "facebookresearch/esm" for each in repository):
        return _unknown(frame, node, arguments)
    if len(repository) > 1:
        return Mixed(frozenset([node]))
    frame.analysis.loaded(node, "torch.hub.load", arguments.get(1, "model"))
    return _stamp((MODEL, ALPHABET), node)


def _partial(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    function = arguments.get(0, "func")
    if isinstance(function, Func) and len(function.given) < 8:
        given = (*function.given, *arguments.positional[1:])
        keywords = tuple((name, value) for name, value in arguments.keywords.items() if name)
        return Func(function.node, given, (*function.keywords, *keywords))
    return _unknown(frame, node, arguments)


def _data_loader(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    """Its batches are what the collate function gives."""
    collate = arguments.get(6, "collate_fn")
    if isinstance(collate, Meaning) and collate.kind == CONVERTER:
        return Seq(Tup((OTHER, OTHER, OTHER)))
    if isinstance(collate, Func):
        return Seq(_function(frame, collate, replace(arguments, positional=[OTHER], keywords={})))
    return OTHER


def _mapped(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    function = arguments.get(0, "func")
    if isinstance(function, (Func, Class)):
        rows = [element(each) for each in arguments.positional[1:]]
        given = apply(frame, node, function, replace(arguments, positional=rows, keywords={}))
        return Seq(given)
    return _unknown(frame, node, arguments)


def _sequence(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    value = arguments.get(0, "iterable")
    return value if isinstance(value, (Tup, Seq)) else Seq(element(value)) if value is not None else Tup(())


def _enumerate(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    return Seq(Tup((OTHER, element(arguments.get(0, "iterable")))))


def _zip(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    return Seq(Tup(tuple(element(each) for each in arguments.positional)))


def _next(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    return element(arguments.get(0, "iterator"))


def _first(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    return arguments.get(0, "x")


def _cast(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    value = arguments.get(1, "val")
    promised = frame.analysis.promised(arguments.get(0, "typ"), node.args[0]) if node.args else None
    return promised if promised is not None and value in (None, OTHER) else value


def _dict(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    base = arguments.get(0, "iterable")
    named = tuple((name, value) for name, value in arguments.keywords.items() if name)
    start = base if isinstance(base, Map) else Map((), OTHER if base is not None else None)
    return join(start, Map(named)) if named else start


def _super(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    scope = frame.source.scopes.get(frame.scope) if not isinstance(frame.scope, ast.Module) else None
    if isinstance(scope, ast.ClassDef):
        bases = frame.analysis.lineage(scope)[1:]
        return Instance(bases[0]) if bases else OTHER
    return OTHER


_Given = Callable[[Frame, ast.Call, Arguments], Value]
_EXTERNAL: dict[str, _Given] = {
    "builtins.__import__": _import_module,
    "builtins.dict": _dict,
    "builtins.enumerate": _enumerate,
    "builtins.getattr": _getattr,
    "builtins.iter": _sequence,
    "builtins.list": _sequence,
    "builtins.map": _mapped,
    "builtins.next": _next,
    "builtins.reversed": _sequence,
    "builtins.sorted": _sequence,
    "builtins.super": _super,
    "builtins.tuple": _sequence,
    "builtins.zip": _zip,
    "copy.copy": _first,
    "copy.deepcopy": _first,
    "functools.partial": _partial,
    "importlib.import_module": _import_module,
    "torch.hub.load": _hub,
    "torch.no_grad": lambda frame, node, arguments: OTHER,
    "typing.cast": _cast,
}
_TAKES_APART = frozenset(
    f"builtins.{name}"
    for name in ("dict", "enumerate", "iter", "list", "map", "next", "reversed", "set", "sorted", "tuple", "zip")
)
#: By their last name, since they are imported in many ways.
_ANYWHERE: dict[str, _Given] = {
    "DataLoader": _data_loader,
    "importorskip": _import_module,
    "tqdm": _sequence,
    "trange": _sequence,
}
#: Callees that only look.
_HARMLESS = frozenset(
    f"builtins.{name}"
    for name in ("print", "len", "isinstance", "type", "id", "bool", "hasattr", "callable", "repr", "str", "any", "all")
)
