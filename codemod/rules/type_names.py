"""Name transformers' classes in annotations and in `isinstance`.

Before: `def embed(model: esm.ESM2, alphabet: esm.Alphabet)`, `isinstance(model, MSATransformer)`
After:  `def embed(model: PreTrainedModel, alphabet: PreTrainedTokenizerBase)`, `False` (an MSA Transformer is never
        loaded there)
"""

from __future__ import annotations

import ast

from codemod.flow.datasets import handed_on
from codemod.flow.values import Meaning
from codemod.library import CHECKPOINTS, MODEL
from codemod.rule import Answer, Left, Site, name, rewrites

_CLASSES = {
    "esm.data.Alphabet": "transformers.PreTrainedTokenizerBase",
    "esm.data.BatchConverter": "functools.partial",
    "esm.model.esm2.ESM2": "transformers.PreTrainedModel",
    "esm.model.esm1.ProteinBertModel": "transformers.PreTrainedModel",
}


@rewrites(*_CLASSES)
def annotation(site: Site) -> Answer:
    if _in_annotation(site) and not _alone(site):
        yield Left("the class is part of a larger annotation, whose values are not followed: annotate plainly")
    elif _in_annotation(site) or _in_cast(site):
        yield from _named(site)
    elif _in_isinstance(site) and site.use.key != "esm.data.BatchConverter":
        yield from _asked(site)
    else:
        yield Left("a class of fair-esm's is used as a value")


def _asked(site: Site) -> Answer:
    """True or false, as it is for what is loaded; transformers has one class for all, which other models have too."""
    call = site.source.parents[site.node]
    value = site.value(call.args[0])  # type: ignore[attr-defined]
    loaded = _loaded_as(site, value) if isinstance(value, Meaning) and value.kind == MODEL else set()
    if not loaded:
        yield Left("what is asked here cannot be seen: transformers' class may be another model's or tokenizer's, too")
    elif loaded == {site.use.key}:
        yield from _named(site)
    elif loaded.isdisjoint({site.use.key, "?"}):
        yield site.replace(call, "False")
    else:
        yield Left("fair-esm has one class for ESM-2 and another for ESM-1b and ESM-1v: ask for the checkpoint instead")


def _loaded_as(site: Site, model: Meaning) -> set[str]:
    """The classes that fair-esm gives the checkpoints (`pretrained.load_model_and_alphabet_core`)."""
    names = site.analysis.checkpoints(model)
    esm2, esm1 = "esm.model.esm2.ESM2", "esm.model.esm1.ProteinBertModel"
    return {(esm2 if name.startswith("esm2_") else esm1) if name in CHECKPOINTS else "?" for name in names}


def _named(site: Site) -> Answer:
    """The class of transformers, once where `esm.ProteinBertModel | esm.ESM2` named two."""
    union = site.source.parents[site.node]
    if isinstance(union, ast.BinOp) and union.right is site.node and _class(site, union.left) == _CLASSES[site.use.key]:
        yield site.edit(site.source.span(union.left)[1], site.source.span(site.node)[1], "")
    else:
        yield site.replace(site.node, name(_CLASSES[site.use.key]))


def _class(site: Site, node: ast.expr) -> str:
    value = site.value(node)
    return _CLASSES.get(value.kind, "") if isinstance(value, Meaning) else ""


@rewrites("esm.data.FastaBatchedDataset")
def dataset(site: Site) -> Answer:
    if _in_annotation(site) or _is_plain_base(site):
        yield site.replace(site.node, "list")
    else:
        yield Left("a subclass or a handed-on FastaBatchedDataset: read the file with a function of your own")


@rewrites("esm.model.msa_transformer.MSATransformer")
def msa(site: Site) -> Answer:
    call = site.source.parents[site.node]
    if not (isinstance(call, ast.Call) and _in_isinstance(site)):
        yield Left("the MSA Transformer has no counterpart in transformers")
    elif isinstance(site.value(call.args[0]), Meaning):
        yield site.replace(call, "False")
    else:
        yield Left("what is asked here cannot be seen: it may be an MSA Transformer")


@rewrites(f"isinstance({MODEL})")
def instance(site: Site) -> Answer:
    """The class in the second argument is a use of its own."""
    yield from ()


def _in_annotation(site: Site) -> bool:
    child = site.node
    for parent in site.source.ancestors(site.node):
        if child in (getattr(parent, "annotation", None), getattr(parent, "returns", None)):
            return True
        if isinstance(parent, (ast.stmt, ast.Call)):
            return False
        child = parent
    return False


def _alone(site: Site) -> bool:
    """Whether the annotation says that the value itself is of the class; what a function returns is followed anyway."""
    parent = site.source.parents[site.node]
    while isinstance(parent, ast.BinOp) and isinstance(site.value(parent), Meaning):
        parent = site.source.parents[parent]
    optional = isinstance(parent, ast.Subscript) and site.code(parent.value).endswith("Optional")
    inner = site.source.parents[parent] if optional else parent
    returns = [getattr(each, "returns", None) for each in site.source.ancestors(site.node)]
    returned = any(each is not None and site.node in ast.walk(each) for each in returns)
    return returned or isinstance(inner, (ast.arg, ast.AnnAssign))


def _is_plain_base(site: Site) -> bool:
    """Whether this is the base of a class that only makes datasets, and every place where it makes one is seen."""
    owner = site.source.parents[site.node]
    if not isinstance(owner, ast.ClassDef) or owner not in site.analysis.datasets or site.analysis.heirs(owner):
        return False
    return not any(handed_on(site.analysis.values, each, owner) for each in site.analysis.project.sources)


def _in_cast(site: Site) -> bool:
    parent = site.source.parents[site.node]
    return isinstance(parent, ast.Call) and site.code(parent.func).endswith("cast") and parent.args[:1] == [site.node]


def _in_isinstance(site: Site) -> bool:
    parent = site.source.parents[site.node]
    return isinstance(parent, ast.Call) and site.code(parent.func) == "isinstance" and parent.args[1:] == [site.node]
