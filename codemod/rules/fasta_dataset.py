"""Read FASTA files and batch by token count with two short functions, added to the module.

Before: `dataset = FastaBatchedDataset.from_file(path)`, `dataset.get_batch_indices(4096, extra_toks_per_seq=1)`
After:  `dataset = read_fasta(path)`, `batch_by_tokens(dataset, 4096, extra_toks_per_seq=1)`

The dataset becomes a list of (label, sequence) pairs: length, indexing, iteration and DataLoader stay as they are,
labels are whole header lines and duplicates are an AssertionError, as before. A subclass that only adds constructors
becomes a subclass of `list`.
"""

from __future__ import annotations

import ast

from codemod.flow.values import Meaning
from codemod.library import DATASET
from codemod.records import Edit
from codemod.rule import Answer, Left, Site, helper, rewrites
from codemod.uses.shapes import is_cheap, is_held, only_computes


@rewrites("esm.data.FastaBatchedDataset.from_file()")
def from_file(site: Site) -> Answer:
    assert isinstance(site.node, ast.Call)
    keywords = [each.arg for each in site.node.keywords]
    if len(site.node.args) + len(keywords) != 1:
        yield Left("from_file is called with more than the path")
        return
    yield site.replace(site.node.func, helper("read_fasta"))
    for keyword in site.node.keywords:
        yield site.edit(*_keyword_span(site, keyword), "path=")


@rewrites("esm.data.FastaBatchedDataset()")
def constructor(site: Site) -> Answer:
    assert isinstance(site.node, ast.Call)
    if site.node.keywords:
        yield _by_keywords(site, site.node)
        return
    if len(site.node.args) != 2:
        yield Left("the dataset is made without labels and sequences: write list(zip(labels, sequences))")
        return
    start, stop = site.source.span(site.node)
    yield site.edit(start, site.source.span(site.node.func)[1], f"{_list(site, site.node)}(zip")
    yield site.insert(stop, ")")


def _by_keywords(site: Site, call: ast.Call) -> Edit | Left:
    """`FastaBatchedDataset(sequence_strs=..., sequence_labels=...)`, where their order may be changed."""
    given = dict(zip(("sequence_labels", "sequence_strs"), call.args))
    given.update({each.arg or "**": each.value for each in call.keywords})
    if set(given) != {"sequence_labels", "sequence_strs"} or not all(map(is_cheap, given.values())):
        return Left("the dataset is made with keywords: write list(zip(labels, sequences))")
    labels, sequences = (site.code(given[name]) for name in ("sequence_labels", "sequence_strs"))
    return site.replace(call, f"{_list(site, call)}(zip({labels}, {sequences}))")


def _list(site: Site, call: ast.Call) -> str:
    """`list`, or the repository's own subclass of it."""
    return "list" if isinstance(site.value(call.func), Meaning) else site.code(call.func)


@rewrites(f"{DATASET}.get_batch_indices()")
def batch_indices(site: Site) -> Answer:
    assert isinstance(site.node, ast.Call)
    assert isinstance(site.node.func, ast.Attribute)
    start = site.source.span(site.node)[0]
    arguments = [*site.node.args, *(each.value for each in site.node.keywords)]
    if not arguments:
        yield Left("get_batch_indices is called without a number of tokens")
        return
    yield site.insert(start, f"{helper('batch_by_tokens')}(")
    first = site.node.args[0] if site.node.args else None
    begin = site.source.span(first)[0] if first else _keyword_span(site, site.node.keywords[0])[0]
    yield site.edit(site.source.span(site.node.func.value)[1], begin, ", ")


#: Where a column is in a pair, and what takes it out of the pairs.
_COLUMNS = {
    "sequence_labels": (0, "label for label, _"),
    "sequence_strs": (1, "sequence for _, sequence"),
}


@rewrites(f"{DATASET}.sequence_labels", f"{DATASET}.sequence_strs")
def column(site: Site) -> Answer:
    assert isinstance(site.node, ast.Attribute)
    if site.changed_in_place(site.node):
        yield Left("the dataset's columns are changed in place: build the list of (label, sequence) pairs instead")
        return
    place, pair = _COLUMNS[site.node.attr]
    item = site.source.parents[site.node]
    if not isinstance(item, ast.Subscript) or item.value is not site.node:
        yield site.replace(site.node, f"[{pair} in {site.code(site.node.value)}]")
    elif isinstance(item.slice, ast.Slice):
        yield site.insert(site.source.span(site.node)[0], f"[{pair} in ")
        yield site.after(site.node.value, "")
        yield site.insert(site.source.span(item)[1], "]")
    else:
        yield site.after(site.node.value, "")
        yield site.insert(site.source.span(item)[1], f"[{place}]")


@rewrites(f"{DATASET}[:]")
def rows(site: Site) -> Answer:
    """A slice of fair-esm's dataset is its labels and its sequences, not pairs."""
    whole = site.node
    assert isinstance(whole, ast.Subscript)
    assert isinstance(whole.slice, ast.Slice)
    ends = [each for each in (whole.slice.lower, whole.slice.upper, whole.slice.step) if each is not None]
    if not isinstance(whole.ctx, ast.Load) or not is_held(whole.value) or not all(map(only_computes, ends)):
        yield Left("a slice of the dataset is a tuple of labels and sequences: take the columns apart in sight")
    else:
        columns = [f"[{pair} in {site.code(whole)}]" for _, pair in _COLUMNS.values()]
        yield site.replace(whole, f"({', '.join(columns)})")


@rewrites("esm.data.read_fasta()")
def read_fasta(site: Site) -> Answer:
    assert isinstance(site.node, ast.Call)
    if len(site.node.args) != 1 or site.node.keywords:
        yield Left("read_fasta drops gaps or inserts here: Bio.SeqIO.parse and str.replace do that in sight")
    elif site.target.old_fair_esm or _cuts_headers(site):
        yield Left("the headers were written for fair-esm before 2.0.0, which kept their `>`: read them in sight")
    else:
        yield site.replace(site.node.func, helper("iterate_fasta"))


def _cuts_headers(site: Site) -> bool:
    """Whether the first character of a header is cut off: `for header, _ in read_fasta(path): header[1:]`."""
    loop = site.source.parents[site.node]
    target = getattr(loop, "target", None) if isinstance(loop, (ast.For, ast.comprehension)) else None
    first = target.elts[0] if isinstance(target, ast.Tuple) and target.elts else None
    scope = site.source.scope_of(site.node)
    slices = [each for each in ast.walk(scope) if isinstance(each, ast.Subscript) and _from_second(each.slice)]
    named = [each for cut in slices for each in ast.walk(cut.value) if isinstance(each, ast.Name)]
    return isinstance(first, ast.Name) and any(each.id == first.id for each in named)


def _from_second(node: ast.expr) -> bool:
    return isinstance(node, ast.Slice) and isinstance(node.lower, ast.Constant) and node.lower.value == 1


def _keyword_span(site: Site, keyword: ast.keyword) -> tuple[int, int]:
    """The span of `name=`."""
    start = site.source.offset(keyword.lineno, keyword.col_offset)
    return start, site.source.span(keyword.value)[0]
