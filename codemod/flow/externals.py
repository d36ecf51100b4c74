"""What calls of the built-ins and of other packages give, as far as it matters here."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from codemod.flow.arguments import Arguments
from codemod.flow.attributes import attribute, instance_of
from codemod.flow.awaiting import AWAITING
from codemod.flow.by_name import OWNERS, namespace, set_by_name
from codemod.flow.calls import apply, call_function, stamp, unknown
from codemod.flow.chosen import any_class
from codemod.flow.frame import Frame
from codemod.flow.imports import imported_by_name
from codemod.flow.items import overlaid
from codemod.flow.joining import element, join, join_all
from codemod.flow.tokens import BATCH, hand_over, made
from codemod.flow.values import (
    OTHER,
    UNSEEN,
    Class,
    Func,
    Instance,
    Map,
    Meaning,
    Mixed,
    Module,
    Seq,
    Tup,
    Value,
    constants,
    hints,
)
from codemod.flow.wrapping import wrapped
from codemod.library import ALPHABET, CHECKPOINTS, CONVERTER, FOLD, MODEL, OUTPUT, PSEUDO, WITHOUT_COUNTERPART


def external(frame: Frame, node: ast.Call, name: str, arguments: Arguments) -> Value:
    tokens, last = made(frame, name, arguments), name.rpartition(".")[2]
    if tokens is not None:
        return tokens
    hand_over(frame, node, arguments, name)
    if name in _TAKES_APART:
        for expression, value in arguments.all():
            if isinstance(value, Meaning) and value.kind in (OUTPUT, MODEL, ALPHABET):
                frame.analysis.escape(value, expression, f"is taken apart by {last}()")
    if name in _EXTERNAL:
        return _EXTERNAL[name](frame, node, arguments)
    if last in _ANYWHERE:
        return _ANYWHERE[last](frame, node, arguments)
    module = wrapped(frame, name, arguments)
    if module is not None:
        return module
    if name in _HARMLESS:
        return OTHER
    return unknown(frame, node, arguments)


def _getattr(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    names = constants(arguments.get(1, "name"))
    base = arguments.get(0, "object")
    if isinstance(base, Meaning) and base.kind not in PSEUDO:
        if names and len(names) == 1:
            return attribute(frame, node, base, str(next(iter(names))))
        return Meaning(f"{base.kind}.*", frozenset([node]), base.via)
    if isinstance(base, Module) and not names:
        return any_class(frame, base)
    return join_all(attribute(frame, node, base, str(name)) for name in names) if names else OTHER


def _import_module(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    names = constants(arguments.get(0, "name"))
    if names and len(names) == 1:
        return imported_by_name(frame.analysis, frame.source.path, str(next(iter(names))), node)
    return OTHER


def _hub(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    given, model = arguments.get(0, "repo_or_dir"), arguments.get(1, "model")
    repository, names = hints(given) or frozenset(), constants(model) or frozenset()
    local = [ast.unparse(each.value) for each in node.keywords if each.arg == "source"] == ["'local'"]
    cloned = local and bool(names) and names <= {*CHECKPOINTS, *WITHOUT_COUNTERPART}
    if not cloned and not any(_is_ours(each) for each in repository):
        return unknown(frame, node, arguments)
    if not cloned and (constants(given) is None or len(repository) > 1):
        return Mixed(frozenset([node]))
    certain = not cloned or _stands_in(frame, node, names)
    frame.analysis.loaded(node, "torch.hub.load" if certain else "torch.hub.load.local", model)
    folds = bool(names) and all(str(each).startswith("esmfold") for each in names)
    return stamp(FOLD if folds else (MODEL, ALPHABET), node)


def _is_ours(repository: object) -> bool:
    return str(repository).partition(":")[0] == "facebookresearch/esm"


def _stands_in(frame: Frame, node: ast.Call, names: frozenset[object]) -> bool:
    """Whether a local clone stands in for fair-esm's repository: its checkpoint is loaded from there otherwise."""
    choice = next((each for each in frame.source.ancestors(node) if isinstance(each, ast.If)), None)
    loads = [each for each in ast.walk(choice) if isinstance(each, ast.Call) and len(each.args) == 2] if choice else []
    written = [[getattr(argument, "value", None) for argument in each.args] for each in loads
               if ast.unparse(each.func) == ast.unparse(node.func)]  # fmt: skip
    return any(_is_ours(repository) and names == {name} for repository, name in written)


def _partial(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    function = arguments.get(0, "func")
    if isinstance(function, Func) and len(function.given) < 8:
        given = (*function.given, *arguments.positional[1:])
        keywords = tuple((name, value) for name, value in arguments.keywords.items() if name)
        return Func(function.node, given, (*function.keywords, *keywords))
    return unknown(frame, node, arguments)


def _data_loader(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    """Its batches are what the collate function gives."""
    collate = arguments.get(6, "collate_fn")
    if isinstance(collate, Meaning) and collate.kind == CONVERTER:
        return Seq(BATCH)
    if isinstance(collate, Func):
        return Seq(call_function(frame, collate, replace(arguments, positional=[OTHER], keywords={})))
    return OTHER


def _mapped(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    function = arguments.get(0, "func")
    if isinstance(function, (Func, Class)):
        rows = [element(each) for each in arguments.positional[1:]]
        given = apply(frame, node, function, replace(arguments, positional=rows, keywords={}))
        return Seq(given)
    return unknown(frame, node, arguments)


def _sequence(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    """The same items in the same order; nothing is known of those of an argument of which nothing is known."""
    value = arguments.get(0, "iterable")
    return value if isinstance(value, (Tup, Seq)) else Seq(element(value)) if node.args or node.keywords else Tup(())


def _reordered(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    return Seq(element(arguments.get(0, "iterable")))


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
    promised = instance_of(arguments.get(0, "typ"), node.args[0]) if node.args else None
    return promised if promised is not None and value in (None, UNSEEN, OTHER) else value


def _dict(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    base = arguments.get(0, "iterable")
    named = tuple((name, value) for name, value in arguments.keywords.items() if name)
    start = base if isinstance(base, Map) else Map((), OTHER if base is not None else None)
    merged = join(start, Map(named)) if named else start
    more = arguments.keywords.get(None, Map(()))
    return overlaid(merged, more) if isinstance(merged, Map) else merged


def _setattr(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    """A module that is set on another is in it under any name; a value of fair-esm's is not followed."""
    return None if set_by_name(frame, node, arguments) else unknown(frame, node, arguments)


def _vars(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    base = arguments.get(0, "object")
    return namespace(frame, node, base) if isinstance(base, OWNERS) else unknown(frame, node, arguments)


def _globals(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    return namespace(frame, node, Module(frame.source.path))


def _super(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    scope = frame.source.scopes.get(frame.scope) if not isinstance(frame.scope, ast.Module) else None
    if isinstance(scope, ast.ClassDef):
        bases = frame.analysis.lineage(scope)[1:]
        return Instance(bases[0]) if bases else OTHER
    return OTHER


_Given = Callable[[Frame, ast.Call, Arguments], Value]
_EXTERNAL: dict[str, _Given] = {
    **AWAITING,
    "builtins.__import__": _import_module,
    "builtins.dict": _dict,
    "builtins.enumerate": _enumerate,
    "builtins.getattr": _getattr,
    "builtins.globals": _globals,
    "builtins.iter": _sequence,
    "builtins.list": _sequence,
    "builtins.map": _mapped,
    "builtins.next": _next,
    "builtins.reversed": _reordered,
    "builtins.setattr": _setattr,
    "builtins.sorted": _reordered,
    "builtins.super": _super,
    "builtins.tuple": _sequence,
    "builtins.vars": _vars,
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
