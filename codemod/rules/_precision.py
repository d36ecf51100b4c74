"""In which precision FastESM2_650 is loaded, and what would change it behind the loader's back.

fair-esm computes in float32. FastESM2_650 is meant for float16, and float16 it stays where the model only embeds: what
is read of its output is made float32 again. Where the model may be trained (float16 gradients vanish and AdamW's steps
overflow without a scaler), where its parts are used by themselves (their float16 meets the program's float32) or where
the program asks for a dtype, the model is float32, and its output is as it comes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Optional

from codemod.library import MODEL
from codemod.program.source import Source
from codemod.rule import Site, of_group

_TRAINS = re.compile(
    r"\.backward\(|\boptim\b|optimizer|training_step|\w*Trainer\(|autograd|enable_grad|set_grad_enabled"
)
_ASKS = re.compile(r"\.dtype\b")
_FROZEN = ("no_grad", "inference_mode")
_PARTS = tuple(f"{MODEL}.{part}" for part in ("embed_tokens", "emb_layer_norm_after", "layers"))
#: What sets another default, and the settings that change neither number nor device.
_SETTERS = ("set_default_dtype", "set_default_tensor_type")
_USUAL = ("torch.float", "torch.float32", "torch.FloatTensor")


@of_group
def precision(site: Site) -> str:
    """`float16` or `float32`, the same for all of a group."""
    parts = any(key.startswith(_PARTS) for key in site.group.keys)
    asks = any(_asks(source) for source in {use.source for use in site.group.uses})
    return "float32" if parts or asks or _may_be_trained(site) else "float16"


def widened(site: Site) -> str:
    """What makes a tensor of the model's output float32, as fair-esm's is."""
    return ".float()" if site.target.to == "fastesm2" and precision(site) == "float16" else ""


def other_default(site: Site) -> Optional[str]:
    """Why the dtype that new parameters get cannot be told; fair-esm's model is made in it, transformers' is not."""
    lines = ((source.path, line) for source in site.analysis.project.sources for line in _defaults(source))
    where = next(lines, None)
    return where and f"{where[0]}:{where[1]} sets torch's default dtype, which only fair-esm's model follows"


def _may_be_trained(site: Site) -> bool:
    """Whether gradients can go through the model: it is called outside `no_grad`, and something here trains."""
    if all(_without_gradients(use.source, use.node) for use in site.group.calls):
        return False
    return any(_trains(source) for source in site.analysis.project.sources)


def _without_gradients(source: Source, call: ast.AST) -> bool:
    """Whether a call stands in `with torch.no_grad()` or in a function that is decorated with it."""
    return any(_freezes(each) for around in source.ancestors(call) for each in _contexts(around))


def _contexts(around: ast.AST) -> Iterator[ast.expr]:
    if isinstance(around, (ast.With, ast.AsyncWith)):
        yield from (item.context_expr for item in around.items)
    elif isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield from around.decorator_list


def _freezes(context: ast.expr) -> bool:
    """`torch.no_grad()`, or `@torch.no_grad` as a decorator; `inference_mode(False)` does not."""
    if isinstance(context, ast.Call):
        return _last_name(context.func) in _FROZEN and not (context.args or context.keywords)
    return _last_name(context) in _FROZEN


@lru_cache(maxsize=1 << 10)
def _trains(source: Source) -> bool:
    return _TRAINS.search(source.program) is not None


@lru_cache(maxsize=1 << 10)
def _asks(source: Source) -> bool:
    return _ASKS.search(source.program) is not None


@lru_cache(maxsize=1 << 10)
def _defaults(source: Source) -> tuple[int, ...]:
    """The lines that set another default than float32, or a default tensor type, and so device, of another kind."""
    calls = (each for each in source.nodes if isinstance(each, ast.Call)) if "set_default_" in source.program else ()
    return tuple(each.lineno for each in calls if _last_name(each.func) in _SETTERS and not _is_usual(each))


def _is_usual(call: ast.Call) -> bool:
    given = [*call.args, *(each.value for each in call.keywords)]
    return all(ast.unparse(each).strip("'").endswith(_USUAL) for each in given)


def _last_name(function: ast.expr) -> str:
    return ast.unparse(function).rpartition(".")[2]
