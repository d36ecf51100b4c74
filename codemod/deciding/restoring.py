"""Where a program restores what was trained on fair-esm's model, seen only once that model has given way.

What is followed holds its group back (`codemod.uses.reaching`). This finds what cannot be followed, beside models that
are migrated: names of fair-esm's parameters in strings, whole modules read from a file that are then given tokens, and
state dicts loaded into what nobody sees here, where modules hold a model.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from codemod.deciding.bonds import reach
from codemod.deciding.decide import Decided
from codemod.flow.analysis import Analysis
from codemod.flow.tokens import is_tokens
from codemod.flow.values import OTHER, External
from codemod.program.source import Source
from codemod.records import Leftover
from codemod.uses.reaching import made_by
from codemod.uses.state_dicts import is_ours

RULE = "restores"
#: `layers.32.self_attn.q_proj.weight` and its like (FAIR_ESM.md section 1); the last as LoRA's `target_modules`.
_NAMES = re.compile(
    r"(?:^|\.)(?:layers\.\d+\b|sentence_encoder\.|embed_tokens\.weight$|emb_layer_norm_(?:after|before)\.|lm_head\.dense\."
    r"|contact_head\.regression\.)|\bself_attn\.(?:[qkv]|out)_proj\b|^[qkv]_proj$"
)
_ANY = re.compile(
    r"\.load_state_dict\(|layers\.\d|sentence_encoder\.|embed_tokens\.w|emb_layer_norm_|lm_head\.d|contact_head\.r|[qkv]_proj|torch\.load\("
)
_NAMED = "fair-esm's names of parameters stand here ({!r}), and transformers has others: pick or map them by those"
_WHOLE = (
    "a whole module is read from a file: if fair-esm's model is in it, it needs fair-esm's classes. Save its state "
    "dict with fair-esm installed, and map the names to the new module's"
)
_UNSEEN = (
    "what is restored here cannot be seen: if it holds the model, or goes by its parameters as optimizers do, what was "
    "saved before does not fit"
)
_MODULE = re.compile(r"\b(?:nn\.Module|LightningModule|PreTrainedModel)\b")
_PASSED_ON = ("cpu", "cuda", "eval", "float", "to")


def restores(analysis: Analysis, decided: Sequence[Decided]) -> Iterator[Leftover]:
    """One answer a file and kind, in the files of migrated groups and in what imports them."""
    users = {use.source for each in decided if each.migrated for use in each.group.uses}
    files, hold = {source.path for source in users}, any(_MODULE.search(source.program) for source in users)
    for source in analysis.project.sources if files else ():
        if _ANY.search(source.program) and reach(analysis, source.path) & files:
            yield from _named(source)
            yield from _whole(analysis, source)
            yield from _unseen(analysis, source) if hold else ()


def _named(source: Source) -> Iterator[Leftover]:
    found = sorted((node.lineno, node.value) for node in source.nodes if isinstance(node, ast.Constant)
                   and isinstance(node.value, str) and _NAMES.search(node.value)
                   and not isinstance(source.parents[node], ast.Expr) and not is_ours(source, node))  # fmt: skip
    if found:
        yield Leftover.at(source.path, [line for line, _ in found], RULE, _NAMED.format(found[0][1]))


def _whole(analysis: Analysis, source: Source) -> Iterator[Leftover]:
    calls = [node for node in source.nodes if isinstance(node, ast.Call)]
    given = {ast.unparse(each.func) for each in calls if any(is_tokens(analysis.values.get(one)) for one in each.args)}
    lines = [each.lineno for each in calls if ast.unparse(each.func) == "torch.load" and _names(source, each) & given]
    if lines:
        yield Leftover.at(source.path, lines, RULE, _WHOLE)


def _unseen(analysis: Analysis, source: Source) -> Iterator[Leftover]:
    loads = [node for node in source.nodes if isinstance(node, ast.Attribute) and node.attr == "load_state_dict"]
    bases = [node.value for node in loads if analysis.values.get(node.value) in (None, OTHER)]
    lines = [each.lineno for each in bases if not _is_known(analysis, source, each)]
    if lines:
        yield Leftover.at(source.path, lines, RULE, _UNSEEN)


def _is_known(analysis: Analysis, source: Source, base: ast.expr) -> bool:
    """Whether an object is another package's: `head = torch.nn.Linear(320, 1)`, or no module by its name."""
    made = [analysis.values.get(call.func) for call in made_by(source, base)]
    others = made and all(isinstance(each, External) and not each.name.endswith("instantiate") for each in made)
    return bool(others) or re.search(r"sched|scaler|super\(", ast.unparse(base).lower()) is not None


def _names(source: Source, load: ast.expr) -> set[str]:
    """The variables that a load is assigned to: `net = torch.load(path).to(device)`."""
    node: ast.AST = load
    while True:
        parent = source.parents[node]
        if isinstance(parent, ast.Assign):
            return set(map(ast.unparse, parent.targets))
        passed_on = isinstance(parent, ast.Attribute) and parent.attr in _PASSED_ON
        if not passed_on and not (isinstance(parent, ast.Call) and parent.func is node):
            return set()
        node = parent
