"""What an expression means, given what is known so far."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from codemod.flow.arguments import Arguments
from codemod.flow.attributes import attribute
from codemod.flow.binding import assign
from codemod.flow.calls import apply
from codemod.flow.frame import Frame
from codemod.flow.items import item, overlaid
from codemod.flow.joining import element, join, join_all
from codemod.flow.optional import chosen
from codemod.flow.tokens import some_of
from codemod.flow.values import OTHER, Const, Func, Map, Meaning, Mixed, Seq, Tup, Value, constants
from codemod.library import BLOCKS, INSTANCES, LAYERS, OUTPUT


def evaluate(frame: Frame, node: ast.expr) -> Value:
    """The value of an expression; it is kept for every node, joined over all the times it is asked."""
    value = _EVALUATORS.get(type(node), _children)(frame, node)
    return frame.analysis.keep(node, value)


def _name(frame: Frame, node: ast.Name) -> Value:
    value = frame.lookup(node.id)
    if isinstance(value, Meaning) and value.via and not value.origins:
        return Meaning(value.kind, frozenset([node]), value.via)
    return value


def _constant(frame: Frame, node: ast.Constant) -> Value:
    if node.value is None:
        return None
    return Const(frozenset([node.value])) if isinstance(node.value, (str, int, float, bool)) else OTHER


def _attribute(frame: Frame, node: ast.Attribute) -> Value:
    return attribute(frame, node, evaluate(frame, node.value), node.attr)


def _subscript(frame: Frame, node: ast.Subscript) -> Value:
    whole = evaluate(frame, node.value)
    base = frame.analysis.contents(whole)
    if isinstance(whole, Mixed):
        evaluate(frame, node.slice)
        return OTHER  # the subscript itself is a use that nobody can prove
    key = evaluate(frame, node.slice) if isinstance(node.slice, ast.expr) else OTHER
    if some_of(whole):
        return whole
    if isinstance(base, Meaning):
        wanted = constants(key)
        if base.kind == OUTPUT and wanted == frozenset(["representations"]):
            return Meaning(LAYERS, frozenset([node]))
        return base if isinstance(node.slice, ast.Slice) and base.kind == BLOCKS else element(base)
    if isinstance(node.slice, ast.Slice):
        return Seq(element(base)) if isinstance(base, (Tup, Seq)) else item(base, OTHER)
    return item(base, key)


def _display(frame: Frame, node: ast.Tuple | ast.List) -> Value:
    values = [evaluate(frame, each) for each in node.elts]
    if any(isinstance(each, ast.Starred) for each in node.elts):
        return Seq(join_all(values))
    return Tup(tuple(values))


def _starred(frame: Frame, node: ast.Starred) -> Value:
    return element(evaluate(frame, node.value))


def _dict(frame: Frame, node: ast.Dict) -> Value:
    items: dict[object, Value] = {}
    rest: Value = None
    for key, value in zip(node.keys, node.values):
        known = constants(evaluate(frame, key)) if key else None
        meaning = evaluate(frame, value)
        if known and len(known) == 1:
            items[next(iter(known))] = meaning
        else:
            merged = overlaid(Map(tuple(items.items()), rest), Map((), meaning) if key else meaning)
            items, rest = dict(merged.items), merged.rest
    return Map(tuple(sorted(items.items(), key=lambda pair: repr(pair[0]))), rest)


def _comprehension(frame: Frame, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Value:
    outer, frame.maybe, maybe = dict(frame.env), 0, frame.maybe
    for generator in node.generators:
        assign(frame, generator.target, element(evaluate(frame, generator.iter)))
        for condition in generator.ifs:
            evaluate(frame, condition)
    if isinstance(node, ast.DictComp):
        evaluate(frame, node.key)
        result: Value = Map((), evaluate(frame, node.value))
    else:
        result = Seq(evaluate(frame, node.elt))
    frame.env, frame.maybe = outer, maybe
    return result


def _either(frame: Frame, node: ast.IfExp) -> Value:
    evaluate(frame, node.test)
    branches = [node.body, node.orelse]
    return chosen(frame, branches, join(*_if_reached(frame, branches)))


def _if_reached(frame: Frame, nodes: list[ast.expr]) -> list[Value]:
    """Expressions of which each may be passed over: a name that one binds may still be what it was."""
    frame.maybe += 1
    values = [evaluate(frame, each) for each in nodes]
    frame.maybe -= 1
    return values


def _any_of(frame: Frame, node: ast.BoolOp) -> Value:
    value = join_all([evaluate(frame, node.values[0]), *_if_reached(frame, node.values[1:])])
    return chosen(frame, node.values, value)


def _walrus(frame: Frame, node: ast.NamedExpr) -> Value:
    value = evaluate(frame, node.value)
    assign(frame, node.target, value)
    return value


def _lambda(frame: Frame, node: ast.Lambda) -> Value:
    frame.analysis.define(frame, node)
    return Func(node)


def _awaited(frame: Frame, node: ast.Await) -> Value:
    return evaluate(frame, node.value)


def _yield(frame: Frame, node: ast.Yield) -> Value:
    value = evaluate(frame, node.value) if node.value else None
    frame.analysis.cells.write(("return", frame.scope), Seq(value))
    return OTHER


def _yield_from(frame: Frame, node: ast.YieldFrom) -> Value:
    frame.analysis.cells.write(("return", frame.scope), Seq(element(evaluate(frame, node.value))))
    return OTHER


def _joined(frame: Frame, node: ast.JoinedStr) -> Value:
    parts = [evaluate(frame, each.value if isinstance(each, ast.FormattedValue) else each) for each in node.values]
    plain = all(not isinstance(each, ast.FormattedValue) or each.format_spec is None for each in node.values)
    known = [constants(part) for part in parts]
    if plain and all(values and len(values) == 1 for values in known):
        return Const(frozenset(["".join(str(next(iter(values))) for values in known if values)]))
    return OTHER


def _sum(frame: Frame, node: ast.BinOp) -> Value:
    left, right = evaluate(frame, node.left), evaluate(frame, node.right)
    if isinstance(node.op, ast.BitOr) and isinstance(left, Meaning) and isinstance(right, Meaning):
        alike = left.kind in INSTANCES and INSTANCES[left.kind] == INSTANCES.get(right.kind)
        return replace(left, via=left.via | right.via) if alike else OTHER
    if isinstance(node.op, ast.Add) and isinstance(left, (Tup, Seq)) and isinstance(right, (Tup, Seq)):
        exact = isinstance(left, Tup) and isinstance(right, Tup)
        return Tup((*left.items, *right.items)) if exact else Seq(join(element(left), element(right)))  # type: ignore[union-attr]
    if isinstance(node.op, ast.Add) and isinstance(left, Const) and isinstance(right, Const):
        pairs = {a + b for a in left.values for b in right.values if isinstance(a, str) and isinstance(b, str)}
        return join_all(Const(frozenset([pair]), left.open or right.open) for pair in pairs) if pairs else OTHER
    return OTHER


def _children(frame: Frame, node: ast.expr) -> Value:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            evaluate(frame, child)
    return OTHER


def _call(frame: Frame, node: ast.Call) -> Value:
    function = evaluate(frame, node.func)
    given = [part for each in node.args for part in _given(frame, each)]
    keywords = {each.arg: evaluate(frame, each.value) for each in node.keywords}
    positional, expressions = [value for _, value in given], tuple(each for each, _ in given)
    return apply(frame, node, function, Arguments(node, positional, keywords, expressions))


def _given(frame: Frame, node: ast.expr) -> list[tuple[ast.expr, Value]]:
    """A positional argument, or what `*` makes of a tuple whose length is known."""
    value = evaluate(frame, node)
    spread = frame.analysis.values.get(node.value) if isinstance(node, ast.Starred) else None
    if isinstance(node, ast.Starred) and isinstance(spread, Tup):
        return [(node.value, item) for item in spread.items]
    return [(node, value)]


_EVALUATORS: dict[type, Callable[..., Value]] = {
    ast.Attribute: _attribute,
    ast.Await: _awaited,
    ast.BinOp: _sum,
    ast.BoolOp: _any_of,
    ast.Call: _call,
    ast.Constant: _constant,
    ast.Dict: _dict,
    ast.DictComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.IfExp: _either,
    ast.JoinedStr: _joined,
    ast.Lambda: _lambda,
    ast.List: _display,
    ast.ListComp: _comprehension,
    ast.Name: _name,
    ast.NamedExpr: _walrus,
    ast.SetComp: _comprehension,
    ast.Starred: _starred,
    ast.Subscript: _subscript,
    ast.Tuple: _display,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
}
