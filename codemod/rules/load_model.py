"""Load the same checkpoint from the Hub: `EsmModel` (or `EsmForMaskedLM` where logits are read) and its tokenizer.

Before: `model, alphabet = esm.pretrained.esm2_t33_650M_UR50D()`
After:  `model = EsmModel.from_pretrained("facebook/esm2_t33_650M_UR50D", add_pooling_layer=False)` and
        `alphabet = AutoTokenizer.from_pretrained("facebook/esm2_t33_650M_UR50D")`

Left alone: checkpoints without a counterpart, local `.pt` files that are not named after a published
checkpoint (`python -m codemod convert` makes folders of them), and with `--to fastesm2` names chosen at run time.
"""

from __future__ import annotations

import ast
from typing import Optional

from codemod.library import CHECKPOINTS, LOADERS, WITHOUT_COUNTERPART
from codemod.local_weights import cached, file_name, folder_of, published
from codemod.openness import hints
from codemod.rule import Answer, Left, Site, helper, name, rewrites
from codemod.values import constants, origins

FASTESM2, REVISION = "Synthyra/FastESM2_650", "42f08b077713e49fb546aa8f3b01606cf74919f7"
_FACTORIES = [f"esm.pretrained.{each}()" for each in (*CHECKPOINTS, *WITHOUT_COUNTERPART)]
_LOADERS = [f"esm.pretrained.{each}()" for each in LOADERS[:3]]


@rewrites(*_FACTORIES, *_LOADERS, "torch.hub.load()", "esm.pretrained.*()")
def load_model(site: Site) -> Answer:
    where = _hub_id(site)
    if isinstance(where, Left):
        yield where
        return
    default = _default(site) if site.target.to == "fastesm2" else None
    if default is not None:
        yield site.replace(default, f'"{FASTESM2}"')
        where = site.code(_argument(site) or default)
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
    targets = _targets(statement, site.node)
    if targets is None or not site.source.starts_line(statement):
        yield site.replace(site.node, _pair(site, model, tokenizer))
        return
    start, stop = site.source.span(statement)
    lines = [f"{site.code(target)} = {text}" for target, text in zip(targets, (model, tokenizer)) if _kept(target)]
    yield site.edit(start, stop, f"\n{site.source.indent(statement)}".join(lines))


@rewrites(*(each[:-2] for each in _FACTORIES))
def factory(site: Site) -> Answer:
    """A factory handed around uncalled becomes the Hub id of its checkpoint; where it is called, that is loaded."""
    checkpoint = site.use.key.rpartition(".")[2]
    if checkpoint in WITHOUT_COUNTERPART:
        yield Left(WITHOUT_COUNTERPART[checkpoint])
    elif site.target.to == "fastesm2":
        yield Left(_CHOICE)
    elif not any(site.node in use.links and use.key.endswith("()") for use in site.group.uses):
        yield Left("the factory is handed on, and where it is called cannot be seen")
    else:
        yield site.replace(site.node, f'"{CHECKPOINTS[checkpoint].hub}"')


@rewrites("esm.pretrained.*")
def chosen_factory(site: Site) -> Answer:
    """`getattr(esm.pretrained, name)`, called later, becomes the Hub id of the checkpoint of that name."""
    given = site.node.args if isinstance(site.node, ast.Call) else []
    optional = len(given) == 3 and isinstance(given[2], ast.Constant) and given[2].value is None
    chosen = given[1] if len(given) == 2 or optional else None
    calls = [use for use in site.group.uses if site.node in use.links and use.key == "esm.pretrained.*()"]
    if chosen is None or not calls:
        yield Left("the factory is handed on, and where it is called cannot be seen")
        return
    known = constants(site.value(chosen))
    where = _named(site, frozenset(map(str, known or "?")), chosen)
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
    yield Left(_CONVERT)


@rewrites("torch.hub.load.local()")
def local_clone(site: Site) -> Answer:
    yield Left("torch.hub takes fair-esm's code from a local clone: compare that with fair-esm 2.0.0 first")


def _hub_id(site: Site) -> str | Left:
    """An expression for the Hub id."""
    names, call = site.analysis.names(site.node), site.node
    if names & WITHOUT_COUNTERPART.keys():
        return _without(names)
    held = isinstance(call, ast.Call) and call.func not in origins(site.value(call.func)) and not _by_name(site)
    if held and site.target.to != "fastesm2":
        return site.code(call.func)  # type: ignore[attr-defined]  # a variable that held a factory holds its Hub id
    if any(each.endswith(".pt") for each in site.analysis.paths(call)) and site.target.to != "fastesm2":
        return _folder(site)
    if site.use.key == "esm.pretrained.load_model_and_alphabet_local()" and not names <= CHECKPOINTS.keys():
        return Left(_CONVERT)
    return _named(site, names, _argument(site))


_CONVERT = (
    "local fair-esm weights: `python -m codemod convert WEIGHTS.pt FOLDER` turns ESM-2, ESM-1b and ESM-1v into a "
    "folder for from_pretrained; load that"
)


def _without(names: frozenset[str]) -> Left:
    return Left(WITHOUT_COUNTERPART[min(names & WITHOUT_COUNTERPART.keys())])


def _folder(site: Site) -> str | Left:
    """The folder that `python -m codemod convert` writes beside a local copy of a published checkpoint."""
    argument = _argument(site)
    written = file_name(argument)
    download = cached(written) if written else None
    if download in CHECKPOINTS:
        return f'"{CHECKPOINTS[download].hub}"'
    folder = folder_of(site.code(argument)) if argument and written and published(written) else None
    return f"{folder}, local_files_only=True" if folder else Left(_CONVERT)


def _named(site: Site, names: frozenset[str], argument: Optional[ast.expr]) -> str | Left:
    """An expression for the Hub id of what `argument` names, where it can be any of `names`."""
    if names & WITHOUT_COUNTERPART.keys():
        return _without(names)
    if any(each.endswith(".pt") for each in names):
        return Left(_CONVERT)
    unknown = sorted(names - CHECKPOINTS.keys() - {"?"})
    if unknown:
        return Left(f"fair-esm has no checkpoint {unknown[0]!r}")
    if site.target.to == "fastesm2":
        return Left(_CHOICE) if "?" in names else f'"{FASTESM2}"'
    return _facebook(site, names, argument)


def _by_name(site: Site) -> bool:
    """Whether the checkpoint is an argument of the call, rather than the function that is called."""
    kind = site.analysis.calls[site.node][0].rpartition(".")[2]
    return kind in ("load", *LOADERS)


_CHOICE = "the checkpoint is chosen at run time, and FastESM2_650 is one checkpoint: --to hf keeps the choice"


def _default(site: Site) -> Optional[ast.expr]:
    """The literal default of the parameter that names the checkpoint, where it is all the parameter can be here."""
    argument, scope = _argument(site), site.source.scope_of(site.node)
    if not isinstance(argument, ast.Name) or not isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    named = [each for each in ast.walk(scope) if isinstance(each, ast.Name) and each.id == argument.id]
    plain = [*scope.args.posonlyargs, *scope.args.args]
    defaults = dict(zip(reversed([each.arg for each in plain]), reversed(scope.args.defaults)))
    defaults.update({each.arg: value for each, value in zip(scope.args.kwonlyargs, scope.args.kw_defaults) if value})
    default = defaults.get(argument.id)
    only = isinstance(default, ast.Constant) and hints(site.value(argument)) == frozenset([default.value])
    return default if only and len(named) == 1 else None


def _facebook(site: Site, names: frozenset[str], argument: Optional[ast.expr]) -> str | Left:
    if len(names) == 1 and names <= CHECKPOINTS.keys() and not isinstance(argument, (ast.Name, ast.Attribute)):
        (only,) = names
        return f'"{CHECKPOINTS[only].hub}"'
    if argument is None:
        return Left("the checkpoint's name is not in this call")
    text = site.code(argument)
    if not isinstance(argument, (ast.Name, ast.Attribute, ast.JoinedStr, ast.Subscript)) or "\n" in text:
        return Left("the checkpoint's name is an expression: give it a variable of its own first")
    hinted = names - {"?"}
    if hinted and all(CHECKPOINTS[each].hub == f"facebook/{each}" for each in hinted):
        return f'f"facebook/{{{text}}}"' if '"' not in text else f'"facebook/" + {text}'
    return f"{helper('hub_checkpoint')}({text})"


def _argument(site: Site) -> Optional[ast.expr]:
    """The expression that names the checkpoint; None for a factory."""
    call = site.node
    assert isinstance(call, ast.Call)
    kind = site.analysis.calls[call][0]
    if kind == "esm.pretrained.*":
        inner = call.func
        return inner.args[1] if isinstance(inner, ast.Call) and len(inner.args) > 1 else None
    if kind.rpartition(".")[2] in CHECKPOINTS:
        return None
    position = 1 if kind == "torch.hub.load" else 0
    given = [each.value for each in call.keywords if each.arg in ("model_name", "model")]
    return given[0] if given else call.args[position] if len(call.args) > position else None


def _loaders(site: Site, where: str) -> tuple[str, str]:
    """Emitted code for model and tokenizer."""
    tokenizer, headed = name("transformers.AutoTokenizer"), site.group.predicts_tokens
    if site.target.to == "fastesm2":
        pinned = f'{where}, revision="{REVISION}"'
        half = f"torch_dtype={name('torch')}.float16"
        remote = f"{name('transformers.AutoModel')}.from_pretrained({pinned}, trust_remote_code=True, {half})"
        stock = f"{name('transformers.EsmModel')}.from_pretrained({pinned}, add_pooling_layer=False, {half})"
        return remote if site.target.remote_code else stock, f"{tokenizer}.from_pretrained({pinned})"
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
    """The two targets of `model, alphabet = load()`, where both are plain names or attributes."""
    if not isinstance(statement, ast.Assign) or statement.value is not call or len(statement.targets) != 1:
        return None
    target = statement.targets[0]
    if not isinstance(target, (ast.Tuple, ast.List)) or len(target.elts) != 2:
        return None
    plain = all(isinstance(each, (ast.Name, ast.Attribute)) for each in target.elts)
    return target.elts if plain else None


def _kept(target: ast.expr) -> bool:
    return not (isinstance(target, ast.Name) and target.id == "_")
