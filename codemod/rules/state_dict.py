"""Read what was trained on fair-esm's model into transformers' model, whose parameters have other names.

Before: `net.load_state_dict(torch.load("tuned.pt"))`
After:  `net.load_state_dict(transformers_names(torch.load("tuned.pt"), net))`, which reads old files and new ones

To `fastesm2` the call stays: what was trained on the old model is an error there, and must be trained again.

Left alone: `strict=False` with `--to fastesm2`, programs that look at the names of parameters, parts of the model that
are modules of their own elsewhere, modules that are sharded, and what optimizers save, which goes by the order.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Optional

from codemod.library import MODEL
from codemod.program.source import Source
from codemod.rule import Answer, Left, Site, helper, of_group, rewrites
from codemod.uses.shapes import is_cheap
from codemod.uses.state_dicts import HELPER, is_looked_at, is_of_this_run, line_of_name

_NAMES = "parameters have other names in transformers"
_OTHER_WEIGHTS = "what was trained on fair-esm's model does not fit FastESM2_650, and strict=False would not say so"
_LOOKED_AT = f"the names in this state dict may be looked at, and {_NAMES}"
_ANSWER = f"what load_state_dict gives back is looked at: {_NAMES}"
_WRITTEN = "{}, line {}, has a name of fair-esm's parameters, or a part of one: " + _NAMES
_TAKEN_OUT = "{}, line {}, makes a part of the model a part of something else: its tensors keep fair-esm's names there"
_SHARDED = "{} shards modules: what it saves and restores must be migrated by hand"
#: Parts of the model whose tensors have other names inside them.
_PARTS = (f"{MODEL}.layers", f"{MODEL}.lm_head")
_SHARDS = re.compile(r"FullyShardedDataParallel|\bFSDP\b|\bfully_shard\b|\bauto_wrap\b|\bdeepspeed\b")


@rewrites(f"{MODEL}.load_state_dict()", "holder.load_state_dict()")
def restored(site: Site) -> Answer:
    call = site.node
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Attribute)
    named = [each.value for each in call.keywords if each.arg == "state_dict"]
    state = next((each for each in (*call.args[:1], *named) if not isinstance(each, ast.Starred)), None)
    hindrance = _hindrance(site)
    if state is None or not is_cheap(call.func.value):
        yield Left(f"what is restored, or into what, has no plain expression here: {_NAMES}")
    elif hindrance:
        yield Left(hindrance)
    elif is_of_this_run(site.source, state, _given(site)) or (site.target.to == "fastesm2" and not _is_lenient(call)):
        return  # a file of the old model is an error there: its names are others
    elif site.target.to == "fastesm2":
        yield Left(_OTHER_WEIGHTS)
    elif _is_lenient(call) and not isinstance(site.source.parents[call], ast.Expr):
        yield Left(_ANSWER)
    else:
        start, stop = site.source.span(state)
        yield site.insert(start, f"{helper(HELPER)}(")
        yield site.insert(stop, f", {site.code(call.func.value)})")


def _is_lenient(call: ast.Call) -> bool:
    """Whether names may be missing or left over: where `load_state_dict` is strict, neither is, and it says nothing."""
    strict = [*call.args[1:2], *(each.value for each in call.keywords if each.arg in ("strict", None))]
    return not all(isinstance(each, ast.Constant) and each.value is True for each in strict)


@rewrites(f"{MODEL}.state_dict()", "holder.state_dict()")
def kept(site: Site) -> Answer:
    call = site.node
    assert isinstance(call, ast.Call)
    hindrance = _hindrance(site)
    if call.args or call.keywords or is_looked_at(site.analysis.project.sources, site.source, call, _whole(site)):
        yield Left(_LOOKED_AT)
    elif hindrance:
        yield Left(hindrance)


@of_group
def _given(site: Site) -> frozenset[ast.AST]:
    """The calls that give a state dict, of models that are known."""
    return frozenset(use.node for use in site.group.uses if use.key.endswith(".state_dict()"))


@of_group
def _whole(_: Site) -> set[ast.AST]:
    """Expressions that are known to keep a state dict whole: filled as the calls of a group are looked at."""
    return set()


@of_group
def _hindrance(site: Site) -> Optional[str]:
    """Why tensors may not be known by the names that the model gives them, in the group's files and their imports."""
    return next(_hindrances(site), None)


def _hindrances(site: Site) -> Iterator[str]:
    project = site.analysis.project
    known = {source.path: source for source in project.sources}
    near = project.reach((use.source.path for use in site.group.uses), known.__contains__)
    for source in (known[path] for path in near if path in known):
        line, shards = line_of_name(source), _SHARDS.search(source.program)
        if line:
            yield _WRITTEN.format(source.path, line)
        if shards:
            yield _SHARDED.format(shards[0])
    for use in site.group.uses:
        if use.key in _PARTS and _is_kept(use.source, use.node):
            yield _TAKEN_OUT.format(use.source.path, use.line)


def _is_kept(source: Source, node: ast.AST) -> bool:
    """Whether a part of the model goes where it may become part of another module."""
    parent = source.parents[node]
    if isinstance(parent, ast.Subscript):
        return _is_kept(source, parent)
    looked_at = isinstance(parent, (ast.Attribute, ast.For, ast.comprehension, ast.Expr))
    return not looked_at and not (isinstance(parent, ast.Call) and parent.func is node)
