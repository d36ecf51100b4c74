"""Every use of fair-esm in the repository: expressions whose value or name comes from it.

A use has a key that says what it is, for one rule to answer: `esm.pretrained.esm2_t6_8M_UR50D()` (a call of a name),
`esm.data.Alphabet` (a mention), `esm.Model.num_layers` (an attribute of a value), `esm.Model.lm_head=` (a store),
`esm.Output[logits]` (a subscript), `len(esm.Alphabet)`, and the uses nobody can prove: `escape`, `mixed`, `word`,
`string`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from codemod.flow.analysis import Analysis
from codemod.flow.datasets import made
from codemod.flow.joining import join_all
from codemod.flow.stubbed import is_stub
from codemod.flow.values import (
    OTHER,
    UNSEEN,
    External,
    Func,
    Meaning,
    Mixed,
    Value,
    constants,
    is_unseen,
    meanings,
    origins,
)
from codemod.library import (
    ALPHABET,
    BLOCKS,
    DATASET,
    FOLD,
    LAYERS,
    MODEL,
    OUTPUT,
    PSEUDO,
    SAME,
    UNCHANGED,
    WORDS,
)
from codemod.program.source import Source
from codemod.uses.asking import (
    as_value,
    asks_for_attribute,
    chosen_factories,
    in_string,
    in_strings,
    named_class,
    text_of,
)
from codemod.uses.evaluated import named_in_text
from codemod.uses.modules import callee, changes_dtype, is_alike, sets_mode
from codemod.uses.reaching import through_attribute, through_call, through_state_dict
from codemod.uses.taken_apart import LOOKERS, compared, iterated, looked_at, split, unpacked
from codemod.uses.unseen import is_own, is_unbound, starred_root
from codemod.uses.use import Use


def find_uses(analysis: Analysis) -> list[Use]:
    """All uses in the files that were analysed, in order; imports are not among them."""
    mine = [source for source in analysis.project.sources if not analysis.project.copy_of(source.path)]
    uses = [use for source in mine for use in _in_source(analysis, source)]
    return sorted(uses, key=lambda use: (use.source.path, use.source.span(use.node)))


def _in_source(analysis: Analysis, source: Source) -> Iterator[Use]:
    for node in source.nodes:
        find = _FINDERS.get(type(node))
        if find is not None:
            yield from find(analysis, source, node)
        for links, why in named_in_text(analysis, source, node):
            yield Use(source, node, "string", None, links, why)
        if node in analysis.escapes:
            value, why = analysis.escapes[node]
            yield Use(source, node, "escape", next(meanings(value), None), origins(value), f"{_named(value)} {why}")


def _named(value: Value) -> str:
    kinds = sorted({_WORDS_FOR.get(meaning.kind, meaning.kind) for meaning in meanings(value)})
    return " and ".join(kinds) or "a value that is sometimes fair-esm's"


_WORDS_FOR = {
    MODEL: "the model",
    ALPHABET: "the alphabet",
    OUTPUT: "the model's output",
    FOLD: "the folding model",
}


def _name(analysis: Analysis, source: Source, node: ast.expr) -> Iterator[Use]:
    yield from _mention(analysis, source, node)


def _constant(analysis: Analysis, source: Source, node: ast.Constant) -> Iterator[Use]:
    yield from _mention(analysis, source, node)
    if why := in_string(source, node):
        yield Use(source, node, "string", None, frozenset(), why)


def _formatted(analysis: Analysis, source: Source, node: ast.FormattedValue) -> Iterator[Use]:
    yield from _text(analysis, source, node, node.value)


def _text(analysis: Analysis, source: Source, node: ast.Call | ast.FormattedValue, where: ast.expr) -> Iterator[Use]:
    if value := text_of(analysis, source, node):
        why = f"the text of {_named(value)} is worked with, which is another in transformers"
        yield Use(source, where, "class_name", None, origins(value), why)


def _attribute(analysis: Analysis, source: Source, node: ast.Attribute) -> Iterator[Use]:
    yield from _mention(analysis, source, node)
    base = analysis.values.get(node.value)
    if isinstance(base, Mixed) and not is_alike(source, node):
        yield _mixed(source, node, base, f".{node.attr}")
        return
    if named := named_class(analysis, source, node):
        why = f"the name of {_named(named)}'s class is looked at, which is another in transformers"
        yield Use(source, node, "class_name", None, origins(named), why)
    state = through_state_dict(analysis, source, node)
    if state:
        yield Use(source, source.parents[node], f"holder.{node.attr}()", None, state)
        return
    reaching = [each for each in through_attribute(analysis, source, node) if each[0]]
    yield from (Use(source, node, "holder", None, held, why) for held, why in reaching[:1])
    if reaching:
        return
    if isinstance(base, Meaning) and base.kind in PSEUDO:
        yield from _member(source, node, base)
    elif analysis.values.get(node) in (None, UNSEEN, OTHER) and _is_word(analysis, source, node, base):
        yield _word(analysis, source, node, node.value, f".{node.attr}")


def _is_word(analysis: Analysis, source: Source, node: ast.Attribute, base: Value) -> bool:
    listed = node.attr in WORDS["attributes"] and not is_own(analysis, base, node.attr)
    return listed or bool(starred_root(source, node))


def _member(source: Source, node: ast.Attribute, base: Meaning) -> Iterator[Use]:
    unchanged = node.attr in (*SAME.get(base.kind, ()), *UNCHANGED.get(base.kind, ())) or base.kind == LAYERS
    if not isinstance(node.ctx, ast.Load):
        yield Use(source, node, f"{base.kind}.{node.attr}=", base, base.origins)
    elif base.kind == MODEL and node.attr == "training" and not sets_mode(source):
        why = "fair-esm's models come in training mode, transformers' do not: call .eval() or .train() before this"
        yield Use(source, node, "mode", base, base.origins, why)
    elif base.kind == MODEL and node.attr == "to" and changes_dtype(callee(source, node)):
        yield Use(source, node, f"{MODEL}.to(dtype)", base, base.origins)
    elif not unchanged:
        called = callee(source, node)
        key = f"{base.kind}.{node.attr}"
        yield Use(source, called or node, f"{key}()" if called else key, base, base.origins)


def _mention(analysis: Analysis, source: Source, node: ast.expr) -> Iterator[Use]:
    """A name of fair-esm's, where it is longest: `esm.pretrained.esm2_t6_8M_UR50D`, not the `esm` inside."""
    value = analysis.values.get(node)
    if not isinstance(value, Meaning) or value.kind in PSEUDO or node not in value.origins:
        return
    parent = source.parents[node]
    if parent in value.origins or _absorbed(analysis, node, parent):
        return
    called = callee(source, node)
    key = f"{value.kind}()" if called else value.kind
    if value.kind == "esm.pretrained" and asks_for_attribute(analysis, parent):
        yield Use(source, parent, "hasattr(esm.pretrained)", value, value.origins | chosen_factories(analysis, source))
    elif value.kind in ("esm", "esm.pretrained", "esm.data"):
        yield Use(source, node, "module", value, value.origins, as_value(source, node))
    else:
        yield Use(source, called or node, key, value, value.origins)


def _absorbed(analysis: Analysis, node: ast.expr, parent: ast.AST) -> bool:
    """Whether the parent expression is the longer mention (an attribute, or `getattr`)."""
    outer = analysis.values.get(parent)
    if not isinstance(outer, Meaning) or outer.kind in PSEUDO or parent not in outer.origins:
        return False
    return isinstance(parent, ast.Attribute) or (isinstance(parent, ast.Call) and parent.func is not node)


def _call(analysis: Analysis, source: Source, node: ast.Call) -> Iterator[Use]:
    yield from _text(analysis, source, node, node)
    function = analysis.values.get(node.func)
    if isinstance(function, Mixed):
        if not is_alike(source, node.func):
            yield _mixed(source, node, function, "()")
    elif isinstance(function, Meaning):
        yield from _call_of(analysis, source, node, function)
    elif bases := join_all(made(analysis.datasets, function)):
        yield Use(source, node, "esm.data.FastaBatchedDataset()", next(meanings(bases)), origins(bases) | {node})
    elif isinstance(function, External) and function.name in LOOKERS:
        yield from looked_at(analysis, source, node, function.name.rpartition(".")[2])
    elif node in analysis.calls:
        kind = FOLD if isinstance(analysis.values.get(node), Meaning) else MODEL
        yield Use(source, node, f"{analysis.calls[node][0]}()", Meaning(kind, frozenset([node])), frozenset([node]))
    elif not isinstance(function, Func) and not is_stub(function):
        for keyword in node.keywords:
            if keyword.arg in WORDS["keywords"]:
                yield _word(analysis, source, node, node.func, f"{keyword.arg}=")
                break
    yield from _mention(analysis, source, node)
    reaching = [each for each in through_call(analysis, source, node, function) if each[0]]
    yield from (Use(source, node, "holder", None, held, why) for held, why in reaching[:1])
    for argument, why in in_strings(analysis, node, function):
        yield Use(source, argument, "string", None, frozenset(), why)


def _call_of(analysis: Analysis, source: Source, node: ast.Call, function: Meaning) -> Iterator[Use]:
    if function.kind.rpartition(".")[0] in PSEUDO and not isinstance(node.func, ast.Attribute):
        why = f"{function.kind.rpartition('.')[2]} is called through a variable"
        yield Use(source, node, "indirect", function, function.origins | {node}, why)
    arguments = (analysis.values.get(each) for each in (*node.args, *(keyword.value for keyword in node.keywords)))
    mixed = next((value for value in arguments if isinstance(value, Mixed)), None)
    if mixed is not None and function.kind not in PSEUDO:
        yield _mixed(source, node, mixed, f"{ast.unparse(node.func)}()")
    indirect = node.func not in function.origins and function.kind.rpartition(".")[0] not in PSEUDO
    if function.kind in PSEUDO or indirect:
        yield Use(source, node, f"{function.kind}()", function, function.origins | {node})


def _subscript(analysis: Analysis, source: Source, node: ast.Subscript) -> Iterator[Use]:
    base = analysis.values.get(node.value)
    key = constants(analysis.values.get(node.slice)) or frozenset()
    only = next(iter(key)) if len(key) == 1 else ""
    if isinstance(base, Mixed):
        yield _mixed(source, node, base, "[...]")
    elif isinstance(base, Meaning) and base.kind in PSEUDO - {DATASET, LAYERS, BLOCKS}:
        store = "" if isinstance(node.ctx, ast.Load) else "="
        yield Use(source, node, f"{base.kind}[{only}]{store}", base, base.origins)
    elif isinstance(base, Meaning) and base.kind == DATASET and isinstance(node.slice, ast.Slice):
        yield Use(source, node, f"{DATASET}[:]", base, base.origins)
    elif is_unseen(base) and only in WORDS["keys"] and isinstance(node.ctx, ast.Load):
        yield _word(analysis, source, node, node.value, f"[{only!r}]")
    elif isinstance(base, External) and base.name == "sys.modules" and only == "esm":
        yield Use(source, node, "string", None, frozenset(), "sys.modules['esm'] is changed")


def _mixed(source: Source, node: ast.AST, value: Mixed, what: str) -> Use:
    why = f"{what} is used on a value that is fair-esm's in one case and something else in another"
    return Use(source, node, "mixed", None, value.origins, why)


def _word(analysis: Analysis, source: Source, node: ast.AST, owner: ast.expr, what: str) -> Use:
    if is_unbound(analysis, source, owner):
        why = f"{what} of {ast.unparse(owner)}, which is defined nowhere here: this line fails, migrated or not"
        return Use(source, node, "unbound", None, frozenset(), why)
    why = f"{what} looks like fair-esm's, but where the object comes from cannot be seen here"
    return Use(source, node, "word", None, frozenset(), why)


_FINDERS: dict[type, Callable[..., Iterator[Use]]] = {
    ast.Assign: split,
    ast.Dict: unpacked,
    ast.Starred: unpacked,
    ast.keyword: unpacked,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.Compare: compared,
    ast.Constant: _constant,
    ast.For: iterated,
    ast.FormattedValue: _formatted,
    ast.Name: _name,
    ast.Subscript: _subscript,
    ast.comprehension: iterated,
}

