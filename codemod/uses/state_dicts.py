"""What becomes of a state dict: whether it goes to files and back into modules whole, so that no name in it matters."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Optional, Union

from codemod.program.source import Source

HELPER = "transformers_names"
#: Parts of parameters' names, fair-esm's and transformers' (FAIR_ESM.md section 1), as programs write them in strings.
_NAMES = re.compile(
    r"\.?fc[12](?:\.\w*)?|(?:[\w.]*\.)?(?:(?:layers?|encoder|embeddings|attention|dense)\.|embed_tokens|embed_positions"
    r"|emb_layer_norm|self_attn|[qkv]_proj|out_proj|final_layer_norm|rot_emb|inv_freq|lm_head|contact_head|sentence_encoder"
    r")[\w.]*"
)
_TO_FILE = frozenset(("torch.save", "save_file", "safetensors.torch.save_file"))
_COPIES = frozenset(("copy.deepcopy", "deepcopy", "copy.copy", "dict", "OrderedDict", "collections.OrderedDict"))
Place = tuple[Source, ast.AST]
Step = Optional[Place]  # what a value is in next; None where its names may be looked at
_Stored = Union[ast.Name, ast.Attribute]


def line_of_name(source: Source) -> int:
    """The first line with a string that looks like a parameter's name, or a part of one; 0 where there is none."""
    texts = [node for node in source.nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    named = [node for node in texts if _NAMES.fullmatch(str(node.value)) and not is_ours(source, node)]
    return min((node.lineno for node in named), default=0)


def is_ours(source: Source, node: ast.AST) -> bool:
    """Whether a string stands in the function that an earlier run added."""
    return any(isinstance(each, ast.FunctionDef) and each.name == HELPER for each in source.ancestors(node))


def is_looked_at(sources: Sequence[Source], source: Source, node: ast.AST, whole: set[ast.AST]) -> bool:
    """Whether a state dict may go elsewhere than whole to files and back into modules, through copies and variables.

    `whole` are expressions of which it is known that they do not; those that are found join them.
    """
    seen: set[ast.AST] = set()
    todo: list[Step] = [(source, node)]
    for step in todo:  # grows as it goes
        if step is None:
            return True
        if step[1] not in seen and step[1] not in whole:
            seen.add(step[1])
            todo += _steps(sources, *step)
    whole |= seen
    return False


def _steps(sources: Sequence[Source], source: Source, node: ast.AST) -> Iterator[Step]:
    """Where an expression goes next; nowhere where it ends whole."""
    parent = source.parents[node]
    if isinstance(parent, ast.Call) and node in parent.args[:1]:
        name = ast.unparse(parent.func)
        if name in _COPIES:
            yield source, parent
        elif name not in _TO_FILE and not name.endswith(".load_state_dict"):
            yield None
    elif isinstance(parent, ast.Dict) or (isinstance(parent, ast.IfExp) and node is not parent.test):
        yield source, parent
    elif isinstance(parent, ast.Attribute) and parent.attr == "items":
        copy = _copied_by(source, source.parents[parent])
        yield (source, copy) if copy else None
    elif isinstance(parent, ast.Subscript) and isinstance(parent.slice, ast.Constant):
        yield from [(source, parent)] if isinstance(parent.ctx, ast.Load) else []
    elif isinstance(parent, (ast.Assign, ast.Tuple)) and (targets := _targets(source, node)):
        for target in targets:
            yield from _reads(sources, source, target)
    elif not _only_asks(parent):
        yield None


def _pairs(statement: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Each target of an assignment with what it is given; `a, b = 1, 2` gives two things."""
    value = statement.value if isinstance(statement, ast.Assign) else None
    for target in statement.targets if isinstance(statement, ast.Assign) else ():
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            yield from zip(target.elts, value.elts)
        elif value is not None:
            yield target, value


def _targets(source: Source, node: ast.AST) -> list[_Stored]:
    """The variables and attributes that an expression is given to; none where it is also given to something else."""
    targets = [target for target, value in _pairs(source.statement_of(node)) if value is node]
    stored = [each for each in targets if isinstance(each, (ast.Name, ast.Attribute))]
    return stored if stored == targets else []


def _copied_by(source: Source, items: ast.AST) -> Optional[ast.DictComp]:
    """The `{name: tensor.clone() for name, tensor in state.items()}` that a call of `.items()` is in."""
    loop = source.parents.get(items)
    whole = source.parents.get(loop) if isinstance(loop, ast.comprehension) and not loop.ifs else None
    if not isinstance(whole, ast.DictComp) or not isinstance(loop, ast.comprehension) or len(whole.generators) > 1:
        return None
    names = [each.id for each in getattr(loop.target, "elts", []) if isinstance(each, ast.Name)]
    plain = len(names) == 2 and isinstance(whole.key, ast.Name) and whole.key.id == names[0]
    return whole if plain and names[0] not in _names_in(whole.value) else None


def _names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _only_asks(parent: ast.AST) -> bool:
    """Whether an expression only asks if a state dict is there, or is dropped."""
    compared = isinstance(parent, ast.Compare) and all(isinstance(each, (ast.Is, ast.IsNot)) for each in parent.ops)
    return compared or isinstance(parent, (ast.Expr, ast.If, ast.Delete))


def _reads(sources: Sequence[Source], source: Source, target: _Stored) -> Iterator[Step]:
    """Where a variable or an attribute of this name is read."""
    if isinstance(target, ast.Attribute):
        named = ((each, node) for each in sources for node in each.attributes.get(target.attr, ()))
        yield from (each for each in named if isinstance(each[1].ctx, ast.Load))
        return
    scope = source.scope_of(target)
    loads = [node for node in source.names[target.id] if isinstance(node.ctx, ast.Load)]
    yield from ((source, node) for node in loads if scope is source.tree or scope in source.ancestors(node))
    word = re.compile(rf"\b{re.escape(target.id)}\b")
    if scope is source.tree and any(word.search(each.program) for each in sources if each is not source):
        yield None


def is_of_this_run(source: Source, node: ast.AST, made: Collection[ast.AST]) -> bool:
    """Whether what is restored was never in a file: `best`, where `best = deepcopy(net.state_dict())`.

    `made` are the calls of `.state_dict()` whose models are known.
    """
    if isinstance(node, ast.Name):
        stores = source.stores(node.id, node)
        given = [_value_of(source, each) for each in stores]
        values = [each for each in given if not (isinstance(each, ast.Constant) and each.value is None)]
        return bool(values) and all(
            not isinstance(each, ast.Name) and is_of_this_run(source, each, made) for each in values
        )
    if isinstance(node, ast.DictComp):
        items = node.generators[0].iter
        whole = isinstance(items, ast.Call) and _copied_by(source, items) is node
        return whole and is_of_this_run(source, items.func.value, made)  # type: ignore[attr-defined]
    copied = isinstance(node, ast.Call) and ast.unparse(node.func) in _COPIES and len(node.args) == 1
    return node in made or (copied and is_of_this_run(source, node.args[0], made))  # type: ignore[attr-defined]


def _value_of(source: Source, store: ast.Name) -> ast.AST:
    """What an assignment gives a variable; the variable itself where something else binds it."""
    pairs = _pairs(source.statement_of(store))
    return next((value for target, value in pairs if target is store), store)
