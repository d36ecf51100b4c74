"""Load the same checkpoint from the Hub: `EsmModel` (or `EsmForMaskedLM` where logits are read) and its tokenizer.

Before: `model, alphabet = esm.pretrained.esm2_t33_650M_UR50D()`
After:  `model = EsmModel.from_pretrained("facebook/esm2_t33_650M_UR50D", add_pooling_layer=False)` and
        `alphabet = AutoTokenizer.from_pretrained("facebook/esm2_t33_650M_UR50D")`

A local `.pt` file is read from the folder that `python -m codemod convert` makes of it, beside it.

Left alone: checkpoints without a counterpart, and with `--to fastesm2` local files and names chosen at run time.
"""

from __future__ import annotations

import ast
from typing import Optional

from codemod.flow.values import constants, hints
from codemod.library import CHECKPOINTS, LOADERS, WITHOUT_COUNTERPART
from codemod.rule import Answer, Left, Site, helper, name, rewrites
from codemod.rules._dead import dead_assignments
from codemod.rules._fetching import fetched_for_its_file
from codemod.rules._precision import other_default, precision
from codemod.rules._where import CHOICE, CONVERT, FASTESM2, REVISION, argument_of, hub_id, named
from codemod.uses.shapes import is_held
from codemod.uses.unread import is_thrown_away, unread

_FACTORIES = [f"esm.pretrained.{each}()" for each in (*CHECKPOINTS, *WITHOUT_COUNTERPART)]
_LOADERS = [f"esm.pretrained.{each}()" for each in LOADERS[:3]]
_LOADS = (*_FACTORIES, *_LOADERS, "torch.hub.load()", "esm.pretrained.*()")


@rewrites(*_LOADS)
def load_model(site: Site) -> Answer:
    where, why = hub_id(site), other_default(site) or fetched_for_its_file(site)
    if isinstance(where, Left) or why:
        yield where if isinstance(where, Left) else Left(why or "")
        return
    default = _default(site) if site.target.to == "fastesm2" else None
    if default is not None:
        yield site.replace(default, f'"{FASTESM2}"')
        where = site.code(argument_of(site) or default)
    elif site.target.to == "fastesm2" and (argument := argument_of(site)):
        yield from dead_assignments(site, [argument], _LOADS)
    model, tokenizer = _loaders(site, where)
    parent = site.source.parents[site.node]
    index = site.value(parent.slice) if isinstance(parent, ast.Subscript) and parent.value is site.node else None
    picks: dict[Optional[frozenset[object]], str] = {frozenset([0]): model, frozenset([1]): tokenizer}
    taken = picks.get(constants(index))
    if taken:
        yield site.replace(parent, taken)
        return
    if isinstance(parent, ast.Starred) and isinstance(site.source.parents[parent], ast.Call):
        yield site.replace(parent, f"{model}, {tokenizer}")
        return
    statement = site.source.statement_of(site.node)
    lines = _lines(site, _targets(statement, site.node), model, tokenizer)
    if lines is None or not site.source.starts_line(statement):
        yield site.replace(site.node, _pair(site, model, tokenizer))
        return
    start, stop = site.source.span(statement)
    yield site.edit(start, stop, f"\n{site.source.indent(statement)}".join(lines))


def _lines(site: Site, targets: Optional[list[ast.expr]], model: str, tokenizer: str) -> Optional[list[str]]:
    """A statement for each of the two; the first does not overwrite what names the checkpoint for the second."""
    if targets is None:
        return None
    dropped = [targets[1]] if unread(site.source, targets[1]) else [targets[0]] if is_thrown_away(targets[0]) else []
    kept = [each for each in targets if each not in dropped]
    lines = [f"{site.code(each)} = {text}" for each, text in zip(targets, (model, tokenizer)) if each in kept]
    overwriting = [_reads(site, each) for each in targets]
    if all(overwriting):
        return None
    return list(reversed(lines)) if overwriting[0] else lines


def _reads(site: Site, target: ast.expr) -> bool:
    """Whether the call reads a variable, or an attribute of it."""
    named = [each for each in ast.walk(site.node) if isinstance(each, (ast.Name, ast.Attribute, ast.Subscript))]
    return site.code(target) in map(site.code, named)


@rewrites(*(each[:-2] for each in _FACTORIES))
def factory(site: Site) -> Answer:
    """A factory handed around uncalled becomes the Hub id of its checkpoint; where it is called, that is loaded."""
    checkpoint = site.use.key.rpartition(".")[2]
    if checkpoint in WITHOUT_COUNTERPART:
        yield Left(WITHOUT_COUNTERPART[checkpoint])
    elif site.target.to == "fastesm2":
        yield Left(CHOICE)
    elif not any(use.key.endswith("()") for use in site.group.hanging_on(site.node)):
        yield Left("the factory is handed on, and where it is called cannot be seen")
    else:
        yield site.replace(site.node, f'"{CHECKPOINTS[checkpoint].hub}"')


@rewrites("esm.pretrained.*")
def chosen_factory(site: Site) -> Answer:
    """`getattr(esm.pretrained, name)`, called later, becomes the Hub id of the checkpoint of that name."""
    given = site.node.args if isinstance(site.node, ast.Call) else []
    optional = len(given) == 3 and isinstance(given[2], ast.Constant) and given[2].value is None
    chosen = given[1] if len(given) == 2 or optional else None
    calls = [use for use in site.group.hanging_on(site.node) if use.key == "esm.pretrained.*()"]
    if chosen is None or not calls:
        yield Left("the factory is handed on, and where it is called cannot be seen")
        return
    known = constants(site.value(chosen))
    where = named(site, frozenset(map(str, known or "?")), chosen)
    yield where if isinstance(where, Left) else site.replace(site.node, where)


@rewrites("hasattr(esm.pretrained)")
def known_checkpoint(site: Site) -> Answer:
    """`hasattr(esm.pretrained, name)`, a guard of `getattr(esm.pretrained, name)`, asks for checkpoints on the Hub."""
    loads = [use for use in site.group.uses if use.key == "esm.pretrained.*()"]
    assert isinstance(site.node, ast.Call)
    if not loads or site.target.to == "fastesm2":
        yield Left("this asks what fair-esm has, and no load of this file follows it by name")
    else:
        yield site.replace(site.node, f"{helper('has_checkpoint')}({site.code(site.node.args[1])})")


@rewrites("esm.pretrained.load_model_and_alphabet_core()")
def load_core(site: Site) -> Answer:
    yield Left(CONVERT)


@rewrites("torch.hub.load.local()")
def local_clone(site: Site) -> Answer:
    yield Left("torch.hub takes fair-esm's code from a local clone: compare that with fair-esm 2.0.0 first")


def _default(site: Site) -> Optional[ast.expr]:
    """The literal default of the parameter that names the checkpoint, where it is all the parameter is ever given.

    A caller that writes the name out, even the same one, would go on handing over fair-esm's.
    """
    argument, scope = argument_of(site), site.source.scope_of(site.node)
    if not isinstance(argument, ast.Name) or not isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    if ("param", scope, argument.id) in site.analysis.cells.given:
        return None
    named = [each for each in ast.walk(scope) if isinstance(each, ast.Name) and each.id == argument.id]
    plain = [*scope.args.posonlyargs, *scope.args.args]
    defaults = dict(zip(reversed([each.arg for each in plain]), reversed(scope.args.defaults)))
    defaults.update({each.arg: value for each, value in zip(scope.args.kwonlyargs, scope.args.kw_defaults) if value})
    default = defaults.get(argument.id)
    only = isinstance(default, ast.Constant) and hints(site.value(argument)) == frozenset([default.value])
    return default if only and len(named) == 1 else None


def _loaders(site: Site, where: str) -> tuple[str, str]:
    """Emitted code for model and tokenizer."""
    tokenizer, headed = name("transformers.AutoTokenizer"), site.group.predicts_tokens
    if site.target.to == "fastesm2":
        pinned = f'{where}, revision="{REVISION}"'
        dtype = f"torch_dtype={name('torch')}.{precision(site)}"
        remote = f"{name('transformers.AutoModel')}.from_pretrained({pinned}, trust_remote_code=True, {dtype})"
        stock = f"{name('transformers.EsmModel')}.from_pretrained({pinned}, add_pooling_layer=False, {dtype})"
        # AutoTokenizer reads the config, which names remote code: transformers 5 stops there and asks whether to run it
        own = name("transformers.EsmTokenizer")
        return remote if site.target.remote_code else stock, f"{own}.from_pretrained({pinned})"
    kind = name("transformers.EsmForMaskedLM" if headed else "transformers.EsmModel")
    options = "" if headed else ", add_pooling_layer=False"
    options += ', attn_implementation="eager"' if site.group.shows_attention and site.target.eager else ""
    return f"{kind}.from_pretrained({where}{options})", f"{tokenizer}.from_pretrained({where})"


def _pair(site: Site, model: str, tokenizer: str) -> str:
    """A tuple of both; the value of a whole `return` gets a line for each."""
    statement = site.source.statement_of(site.node)
    if not isinstance(statement, ast.Return) or statement.value is not site.node:
        return f"({model}, {tokenizer})"
    indent = site.source.indent(statement)
    return f"(\n{indent}    {model},\n{indent}    {tokenizer},\n{indent})"


def _targets(statement: ast.stmt, call: ast.AST) -> Optional[list[ast.expr]]:
    """The two targets of `model, alphabet = load()`, where both can be named by themselves."""
    if not isinstance(statement, ast.Assign) or statement.value is not call or len(statement.targets) != 1:
        return None
    target = statement.targets[0]
    if not isinstance(target, (ast.Tuple, ast.List)) or len(target.elts) != 2:
        return None
    return target.elts if all(map(is_held, target.elts)) else None
