"""What reaches into a module that holds a model: by the names or the order of its parameters, by its parts, by dtype.

State dicts, checkpoints and whole modules that were saved before have fair-esm's names and do not load after; an
optimizer's state goes by the order of the parameters, which is another; who picks parameters or submodules by name,
kind or place picks others: transformers' layers have `query` for `q_proj`, and Dropout (of 0) where fair-esm has none.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemod.flow.analysis import Analysis
from codemod.flow.values import External, Instance, Meaning, Mixed, Value
from codemod.library import BLOCK, BLOCKS, MODEL
from codemod.program.ordering import computes_with_each, goes_by_order
from codemod.program.pairs import value_target
from codemod.program.source import Source
from codemod.uses.holders import has_method, held_by_receiver, held_models
from codemod.uses.modules import callee, changes_dtype

_NAMES = "parameters have other names in transformers"
_PARTS = "its submodules are others in transformers"
_ORDER = "transformers has other parameters, in another order"
_NUMBERS = "other precisions than float32 give other numbers"
_OTHER_DTYPE = re.compile(r"\.(?:half|bfloat16|double)\(|\b(?:float16|bfloat16|float64|dtype)\b")
STATE_DICTS = ("load_state_dict", "state_dict")
#: Methods of a module, torch's, Lightning's, DeepSpeed's or transformers'.
_METHODS = {
    **dict.fromkeys(("bfloat16", "double", "half", "to", "type"), _NUMBERS),
    **dict.fromkeys(("apply", "children", "get_submodule", "modules", "named_children", "named_modules"), _PARTS),
    **dict.fromkeys(("get_parameter", "from_pretrained", "load_checkpoint", "load_from_checkpoint", "load_state_dict",
                     "named_parameters", "save_checkpoint", "save_pretrained", "state_dict"), _NAMES),
    "parameters": _ORDER,
}  # fmt: skip
#: Functions of other packages, by the last two parts of their names; `*` for any module of theirs.
_FUNCTIONS = {
    **dict.fromkeys(("torch.save", "pickle.dump", "pickle.dumps", "joblib.dump", "dill.dump", "cloudpickle.dump"),
                    "a whole module that is loaded again must be made of the classes it was saved with"),
    **dict.fromkeys(("jit.script", "jit.trace", "onnx.export", "fx.symbolic_trace", "quantization.quantize_dynamic",
                     "*.get_peft_model", "*.inject_adapter_in_model"), _PARTS),
    "amp.initialize": _NUMBERS,
    **{f"Module.{method}": why for method, why in _METHODS.items()},  # `torch.nn.Module.state_dict(net)`
    **dict.fromkeys(("torch.load_model", "torch.save_model", "*.load_checkpoint", "*.load_checkpoint_and_dispatch",
                     "*.load_objects", "*.save_checkpoint"), _NAMES),
}  # fmt: skip
#: How checkpoints are named where the same run has written them, or where there are none.
_OWN_RUN = ("None", "False", "'best'", "'last'", "best_model_path", "last_model_path")

Found = Iterator[tuple[frozenset[ast.AST], str]]


def through_attribute(analysis: Analysis, source: Source, node: ast.Attribute) -> Found:
    """The loads of the models in `net` where `net.state_dict` and its like are read, with the reason."""
    why = _METHODS.get(node.attr)
    if why is None or not isinstance(node.ctx, ast.Load):
        return
    call, base = callee(source, node), analysis.values.get(node.value)
    if why == _ORDER:
        held = _parametrised(analysis, node)
        if held and call and goes_by_order(source, call):
            yield held, f".parameters() is picked from by place: {_ORDER}"
        elif held and call and _changes_each(source, call):
            yield held, f".parameters() are given another dtype: {_NUMBERS}"
        elif held and call and computes_with_each(source, call):
            yield held, f".parameters() are computed with: {_ORDER}, and EsmModel none for the head"
        return
    if isinstance(base, (Meaning, Mixed)) or (node.attr == "to" and not changes_dtype(call)):
        return
    own = call is not None and any(map(_is_own, call.args))
    if own or value_target(source, call or node) is not None:
        return
    yield held_by_receiver(analysis, source, node), f".{node.attr} of a module that holds the model: {why}"
    if node.attr == "load_state_dict" and not isinstance(base, Instance):
        yield _behind(analysis, source, node.value), f".{node.attr} of what goes through its parameters: {_ORDER}"


def through_state_dict(analysis: Analysis, source: Source, node: ast.Attribute) -> frozenset[ast.AST]:
    """The loads of the models in `net` in a call of `net.state_dict()` or `net.load_state_dict(...)`."""
    call = callee(source, node)
    if node.attr not in STATE_DICTS or call is None or any(map(_is_own, call.args)):
        return frozenset()
    return held_by_receiver(analysis, source, node)


def through_call(analysis: Analysis, source: Source, node: ast.Call, function: Value) -> Found:
    """The loads of the models in modules that a call of another package takes apart, with the reason."""
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    why = _taken_apart(function) if isinstance(function, External) else ""
    if why:
        values = [value for value in map(analysis.values.get, given) if not isinstance(value, Meaning)]
        held = frozenset(load for value in values for load in held_models(analysis, value))
        yield held, f"{ast.unparse(node.func)} of a module that holds the model: {why}"
    for keyword in node.keywords:
        if keyword.arg in ("ckpt_path", "resume_from_checkpoint") and not _is_own(keyword.value):
            why = f"{keyword.arg}= of a module that holds the model: {_NAMES}"
            yield _trained(analysis, source, node), why
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("load_state", "save_state"):
        calls = [each for each in _method_calls(source, node.func.value) if each.func.attr == "prepare"]  # type: ignore[attr-defined]
        held = frozenset(load for call in calls for load in _given_modules(analysis, call))
        yield held, f".{node.func.attr} of a module that holds the model: {_NAMES}"


def _taken_apart(function: External) -> str:
    near, last = function.name.split(".")[-2:] if "." in function.name else ("", function.name)
    return _FUNCTIONS.get(f"{near}.{last}") or _FUNCTIONS.get(f"*.{last}", "")


def _parametrised(analysis: Analysis, node: ast.Attribute) -> frozenset[ast.AST]:
    """The loads of the models whose parameters an attribute gives."""
    base = analysis.values.get(node.value)
    if isinstance(base, Meaning):
        return base.origins if base.kind in (MODEL, BLOCK, BLOCKS) else frozenset()
    if isinstance(base, Mixed):
        return base.origins
    return frozenset() if has_method(analysis, base, node.attr) else held_models(analysis, base)


def _behind(analysis: Analysis, source: Source, base: ast.expr) -> frozenset[ast.AST]:
    """The loads of the models that an object was made with: `optimizer = Adam(net.parameters())`, `ema = EMA(net)`."""
    found: set[ast.AST] = set()
    for call in made_by(source, base):
        found |= _given_modules(analysis, call)
        inner = [each for each in ast.walk(call) if isinstance(each, ast.Attribute)]
        names = [each for each in inner if each.attr in ("parameters", "named_parameters")]
        found |= {load for each in names for load in _parametrised(analysis, each)}
    return frozenset(found)


def _trained(analysis: Analysis, source: Source, node: ast.Call) -> frozenset[ast.AST]:
    """The loads behind what a trainer trains: `trainer.test(net)`, `Trainer(net).train()`, `Trainer(...).fit(net)`."""
    calls = [node]
    if isinstance(node.func, ast.Attribute):
        calls += made_by(source, node.func.value)
    statement = source.parents[node]
    for target in statement.targets if isinstance(statement, ast.Assign) else ():
        calls += _method_calls(source, target)
    return frozenset(load for call in calls for load in _given_modules(analysis, call))


def _given_modules(analysis: Analysis, call: ast.Call) -> frozenset[ast.AST]:
    """The loads of the models in the modules that a call is given."""
    given = [analysis.values.get(each) for each in (*call.args, *(keyword.value for keyword in call.keywords))]
    others = [each for each in given if not has_method(analysis, each, "load_from_checkpoint")]
    return frozenset(load for each in others for load in held_models(analysis, each))


def made_by(source: Source, base: ast.expr) -> list[ast.Call]:
    """The calls that a file gives a variable or an attribute of this name."""
    text = ast.unparse(base)
    stores = [each for each in source.nodes if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call)]
    return [each.value for each in stores if text in map(ast.unparse, each.targets)]  # type: ignore[misc]


def _method_calls(source: Source, base: ast.expr) -> list[ast.Call]:
    """The calls of methods of a variable or an attribute of this name."""
    text = ast.unparse(base)
    calls = [each for each in source.nodes if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)]
    return [each for each in calls if ast.unparse(each.func).rpartition(".")[0] == text]


def _changes_each(source: Source, call: ast.Call) -> bool:
    """Whether the loop over parameters writes another dtype into them: `p.data = p.data.half()`."""
    loop = source.parents[call]
    stores = [each for each in ast.walk(loop) if isinstance(each, ast.Assign)] if isinstance(loop, ast.For) else []
    written = [each for each in stores if any(ast.unparse(target).endswith(".data") for target in each.targets)]
    return any(_OTHER_DTYPE.search(ast.unparse(each.value)) for each in written)


def _is_own(path: ast.expr) -> bool:
    return ast.unparse(path).endswith(_OWN_RUN)
