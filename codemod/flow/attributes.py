"""What `base.name` means for each kind of base."""

from __future__ import annotations

import ast

from codemod.flow.by_name import OWNERS, namespace
from codemod.flow.frame import Frame, attribute_of_class, lookup_global
from codemod.flow.joining import join_all
from codemod.flow.stubbed import is_stub
from codemod.flow.tokens import TOKEN_IDS
from codemod.flow.values import (
    OTHER,
    Class,
    Deferred,
    External,
    Func,
    Instance,
    Map,
    Meaning,
    Mixed,
    Module,
    Seq,
    Several,
    Tup,
    Value,
    is_unseen,
)
from codemod.flow.wrapping import INSIDE
from codemod.library import ALPHABET, ATTRIBUTES, INSTANCES, METHODS, MODEL, PSEUDO, SAME, canonical


def attribute(frame: Frame, node: ast.AST, base: Value, name: str) -> Value:
    """What `base.name` means; `node` is where it is written."""
    if isinstance(base, Meaning):
        return _member(frame, node, base, name)
    if isinstance(base, Module) and not frame.analysis.entered(base.path):
        submodule = frame.analysis.project.submodule(base.path, name)
        return Module(submodule) if submodule else Deferred(base.path, name)
    if isinstance(base, OWNERS) and name == "__dict__":
        return namespace(frame, node, base)
    if isinstance(base, Module):
        submodule = frame.analysis.project.submodule(base.path, name)
        value = lookup_global(frame.analysis, base.path, name)
        return Module(submodule) if submodule and value == OTHER else value
    if isinstance(base, External):
        return External(f"{base.name}.{name}")
    if isinstance(base, (Instance, Class)):
        return _bound(frame, base, name, attribute_of_class(frame.analysis, base.node, name))
    if isinstance(base, Several):
        return join_all([attribute(frame, node, each, name) for each in base.choices])
    if isinstance(base, (Tup, Seq, Map)) and name in INSIDE:
        return base
    if isinstance(base, Mixed):
        return base if name in SAME[MODEL] else OTHER
    if isinstance(base, Func) and name not in _OF_FUNCTIONS and not name.startswith("__"):
        given = frame.analysis.cells.read(("return", base.node))
        frame.analysis.escape(given, node, f"is what a function returns, which is called as .{name}")
    return base if is_unseen(base) else OTHER


def instance_of(annotation: Value, node: ast.AST) -> Value:
    """What a parameter annotated with one of fair-esm's classes is; None where the annotation is anything else."""
    kind = INSTANCES.get(annotation.kind) if isinstance(annotation, Meaning) else None
    return Meaning(kind, frozenset([node])) if kind else None


#: What a cached function has beside what all functions have; `ray` and `celery` give `.remote` and `.delay`.
_OF_FUNCTIONS = ("cache_clear", "cache_info", "cache_parameters", "clear", "func", "args", "keywords")


def _member(frame: Frame, node: ast.AST, base: Meaning, name: str) -> Value:
    if base.kind == MODEL and name == "num_layers":
        return frame.analysis.depth(base)
    if (base.kind, name) in ATTRIBUTES:
        return Meaning(ATTRIBUTES[base.kind, name], base.origins)
    if name in SAME.get(base.kind, ()) or (base.kind, name) in METHODS:
        return Meaning(f"{base.kind}.{name}", base.origins)
    if base.kind in PSEUDO:
        return External(f"{ALPHABET}.{name}") if base.kind == ALPHABET and name in TOKEN_IDS else OTHER
    known = canonical(f"{base.kind}.{name}")
    return Meaning(known, frozenset([node]), base.via) if known else OTHER


def _is_method(frame: Frame, base: Value, name: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a class binds the function, by its definition or by an assignment in the class's body."""
    home = frame.analysis.owners.get(function)
    if home is None or isinstance(home.scopes[function], ast.ClassDef) or not isinstance(base, (Class, Instance)):
        return True
    bodies = [statement for each in frame.analysis.lineage(base.node) for statement in each.body]
    assigned = [target for each in bodies if isinstance(each, ast.Assign) for target in each.targets]
    return any(isinstance(target, ast.Name) and target.id == name for target in assigned)


def _bound(frame: Frame, base: Value, name: str, value: Value) -> Value:
    if isinstance(value, Func) and isinstance(value.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        if not _is_method(frame, base, name, value.node):
            return value  # a function that was stored on the instance
        decorators = {ast.unparse(each).rpartition(".")[2] for each in value.node.decorator_list}
        if decorators & {"property", "cached_property"}:
            return frame.analysis.cells.read(("return", value.node))
        if "staticmethod" not in decorators and isinstance(base, Instance):
            return Func(value.node, (base,), value.keywords)
        if "classmethod" in decorators and isinstance(base, Class):
            return Func(value.node, (base,), value.keywords)
    if value is None and is_stub(base):
        return base
    if value is None and not frame.analysis.settled and name not in SAME[MODEL]:
        frame.analysis.cells.postpone()
        return None
    if value is None and name in INSIDE and isinstance(base, Instance):
        return base
    return OTHER if value is None else value
