"""What torch's wrappers and containers of modules give back: the modules in them, so that they can be followed.

A wrapper behaves like what it wraps, which is also its `.module`. `Sequential` and `ModuleList` are indexed like
tuples, `ModuleDict` like a dict. A fair-esm model by itself is followed through `ModuleList` and `ModuleDict` alone,
which never call it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Optional

from codemod.flow.arguments import Arguments
from codemod.flow.frame import Frame
from codemod.flow.values import OTHER, Class, Instance, Map, Seq, Several, Tup, Value, constants, held_by

if TYPE_CHECKING:
    from codemod.flow.analysis import Analysis

#: Functions and classes of torch and its helpers that take a module and give it back, by their last names: they are
#: imported in many ways.
_WRAPPERS = frozenset(
    ("AveragedModel", "DataParallel", "DistributedDataParallel", "FullyShardedDataParallel", "auto_model", "auto_wrap",
     "convert_sync_batchnorm", "fully_shard", "get_peft_model", "wrap")
)  # fmt: skip
_EXACT = frozenset(("torch.compile", "torch.jit.script", "torch.jit.trace"))  # `re.compile` is none
#: Functions that give it back in a tuple: where they take it, under which name, and how much follows it.
_WITH_OTHERS = {"apex.amp.initialize": (0, "models", 1), "deepspeed.initialize": (1, "model", 3)}
#: Methods of objects of other packages that give what they are handed: `accelerator.prepare(net, optimizer)`.
_METHODS = frozenset(("prepare", "prepare_model", "setup", "setup_module", "unwrap_model"))
#: What a wrapper calls the module inside it.
INSIDE = frozenset(("_forward_module", "_orig_mod", "module"))


def wrapped(frame: Frame, name: str, arguments: Arguments) -> Optional[Value]:
    """What a call of another package's function gives, where it wraps or holds a module; None where it does not."""
    last = name.rpartition(".")[2]
    if last in _CONTAINERS and name.startswith("torch."):
        return _CONTAINERS[last](frame, arguments)
    if last in _WRAPPERS or name in _EXACT:
        return _module(next((value for _, value in arguments.all()), None))
    if name in _WITH_OTHERS:
        place, keyword, others = _WITH_OTHERS[name]
        module = _module(arguments.get(place, keyword))
        return module and Tup((module, *[OTHER] * others))
    return None


def prepared(frame: Frame, name: str, arguments: Arguments) -> Optional[Value]:
    """What a method that nobody can see gives, where it gives back the modules that it is handed."""
    given = [_module(value) for value in arguments.positional] if name in _METHODS else []
    if not any(isinstance(each, Instance) and is_module(frame.analysis, each.node) for each in given):
        return None
    return given[0] if len(given) == 1 else Tup(tuple(each or OTHER for each in given))


def registered(frame: Frame, base: Value, name: str, arguments: Arguments) -> bool:
    """Whether a call is `net.add_module("encoder", encoder)`; then the module is in the other under that name."""
    value = arguments.get(1, "module")
    if not isinstance(base, Instance) or name not in ("add_module", "register_module") or not _module(value):
        return False
    for each in constants(arguments.get(0, "name")) or [name]:
        frame.analysis.cells.write(("attr", base.node, str(each)), value)
    return True


def _module(value: Value) -> Optional[Value]:
    """A module of the repository, or torch's container of some."""
    if isinstance(value, (Tup, Seq, Map)):
        return value if any(map(_module, held_by(value))) else None
    return value if isinstance(value, (Instance, Several)) else None


def is_module(analysis: Analysis, node: ast.ClassDef) -> bool:
    """Whether a class may be a torch module: some class of another package is behind it that is no plain one."""
    lineage = analysis.lineage(node)
    behind = [base for owner in lineage for base in owner.bases if not isinstance(analysis.values.get(base), Class)]
    return any(ast.unparse(base).rpartition(".")[2] not in _PLAIN for base in behind)


_PLAIN = frozenset(("ABC", "Dataset", "Enum", "Protocol", "Thread", "object"))


def _sequential(frame: Frame, arguments: Arguments) -> Optional[Value]:
    """It calls what it holds one after another: a model by itself would have to be called there."""
    if any(frame.analysis.is_bound(value) for value in arguments.positional):
        return None
    return Tup(tuple(arguments.positional))


def _list(frame: Frame, arguments: Arguments) -> Optional[Value]:
    modules = arguments.get(0, "modules")
    return modules if isinstance(modules, (Tup, Seq)) else Tup(()) if modules is None else None


def _dict(frame: Frame, arguments: Arguments) -> Optional[Value]:
    modules = arguments.get(0, "modules")
    return modules if isinstance(modules, Map) else Map(()) if modules is None else None


_CONTAINERS = {"ModuleDict": _dict, "ModuleList": _list, "Sequential": _sequential}
