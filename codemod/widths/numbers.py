"""Integer literals that can be a width, alone or as one term of a sum written out."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from codemod.program.source import Source
from codemod.widths.places import given_names

#: Words of code that handles embeddings, and with them the words that make a name a width's.
_EMBEDDING = r"embed|(?<![a-z])esm|(?<![a-z])emb(?![a-z])|(?<![a-z])plm|represent|feat"
_ABOUT = re.compile(_EMBEDDING, re.IGNORECASE)
_NAMES = re.compile(
    rf"({_EMBEDDING}|(?<![a-z])repr|protein|(?<![a-z])lm(?![a-z])).*(dim|size|len|width|num|channel)"
    r"|^(num|n|dim|d|size)_?(feat\w*|embed\w*|emb|esm\w*|plm|input|model|in)$"
    r"|^in(put)?_?(c|ch|dim|feat|features|size|channels|width)s?$|^(esm|plm)\w*_embed\w*$",
    re.IGNORECASE,
)
#: Widths of the model's own inner layers.
_INNER = re.compile(r"ffn|ff_|feed|inner|hidden|mlp", re.IGNORECASE)


@dataclass(frozen=True)
class Number:
    """`literal` is what an edit would change; `whole` the sum it stands in, or itself; `value` that sum."""

    source: Source
    literal: ast.Constant
    whole: ast.expr
    value: int

    @property
    def line(self) -> int:
        return self.literal.lineno

    @property
    def spelled(self) -> bool:
        """Whether the sum is written out (`768 + 2560`)."""
        return self.whole is not self.literal

    @property
    def names_a_width(self) -> bool:
        """Whether what it is called says embedding, feature or input width."""
        return any(map(is_width_name, given_names(self.source, self.whole)))

    @property
    def about_embeddings(self) -> bool:
        return about_embeddings(self.source, self.whole)


def is_width_name(name: str) -> bool:
    """Whether a name says that its value is the width of embeddings or of what is fed to a model."""
    return _NAMES.search(name) is not None and not _INNER.search(name)


def numbers(source: Source, wanted: Collection[int], old: int) -> Iterator[Number]:
    """Every literal that is one of the wanted numbers, or the term `old` of a sum of literals."""
    for node in source.nodes if _holds(source, wanted, old) else ():
        if isinstance(node, ast.Constant) and type(node.value) is int:
            whole = _whole(source, node)
            if whole is node and node.value in wanted:
                yield Number(source, node, node, node.value)
            elif whole is not node and node.value == old:
                yield Number(source, node, whole, _total(whole))


def about_embeddings(source: Source, node: ast.AST) -> bool:
    """Whether the lines of a statement (its comment too) or the name of a function or class around it speak of them."""
    if isinstance(node, ast.expr):
        first, last = node.lineno, node.end_lineno or node.lineno
        start = source.line_starts[first - 1]
        stop = source.line_starts[last] if last < len(source.line_starts) else len(source.text)
        if _ABOUT.search(source.program[start:stop]):
            return True
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return any(isinstance(each, kinds) and _ABOUT.search(each.name) for each in source.ancestors(node))


def _holds(source: Source, wanted: Collection[int], old: int) -> bool:
    """Whether the text has one of the numbers, so that files without are not walked."""
    found = {int(each.replace("_", "")) for each in re.findall(r"(?<![\w.])\d[\d_]{0,6}(?![\w.])", source.program)}
    return old in found or not found.isdisjoint(wanted)


def _whole(source: Source, node: ast.expr) -> ast.expr:
    whole = node
    parent = source.parents.get(node)
    while isinstance(parent, ast.BinOp) and _is_sum(parent):
        whole, parent = parent, source.parents.get(parent)
    return whole


def _is_sum(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add) and _is_sum(node.left) and _is_sum(node.right)
    return isinstance(node, ast.Constant) and type(node.value) is int


def _total(node: ast.expr) -> int:
    if isinstance(node, ast.BinOp):
        return _total(node.left) + _total(node.right)
    return int(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, int) else 0
