"""The repository's modules that hold a model, and what reaches into them by the names of parameters, or by dtype."""

from __future__ import annotations

import ast

from codemod.flow.analysis import Analysis
from codemod.pairs import value_target
from codemod.source import Source
from codemod.values import Class, Instance

#: Methods of a torch or Lightning module.
_METHODS = ("named_parameters", "state_dict", "load_state_dict", "half", "bfloat16", "double", "load_from_checkpoint")
#: How Lightning's checkpoints are named where the same run has written them.
_OWN_RUN = ("None", "'best'", "'last'", "best_model_path", "last_model_path")


def reached_into(analysis: Analysis, source: Source, node: ast.Attribute) -> frozenset[ast.AST]:
    """The loads of the models in `net` where `net.state_dict` and its like are read."""
    base = analysis.values.get(node.value)
    if not isinstance(base, (Instance, Class)) or node.attr not in _METHODS:
        return frozenset()
    call = source.parents[node]
    if value_target(source, call) is not None or (isinstance(call, ast.Call) and any(map(_is_own, call.args))):
        return frozenset()
    return analysis.held_models(base.node, node.attr)


def restored(analysis: Analysis, node: ast.Call) -> frozenset[ast.AST]:
    """The loads of the models in `net` in Lightning's `trainer.test(net, ckpt_path=file)`."""
    paths = [each.value for each in node.keywords if each.arg == "ckpt_path"]
    if not paths or _is_own(paths[0]):
        return frozenset()
    given = [analysis.values.get(each) for each in (*node.args, *(keyword.value for keyword in node.keywords))]
    modules = [each.node for each in given if isinstance(each, Instance)]
    return frozenset(load for each in modules for load in analysis.held_models(each, "load_from_checkpoint"))


def _is_own(path: ast.expr) -> bool:
    return ast.unparse(path).endswith(_OWN_RUN)
