"""A batch converter that is made and called in one expression: `alphabet.get_batch_converter()(data)`."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Optional

from codemod.rule import Answer, Site
from codemod.uses.shapes import is_cheap


def pairs_of(site: Site, made: ast.Call, length: Sequence[ast.expr]) -> Optional[ast.expr]:
    """The pairs the new converter is called with; None where it is kept, or its length is more than a name."""
    outer = site.source.parents[made]
    at_once = isinstance(outer, ast.Call) and outer.func is made and len(outer.args) == 1 and not outer.keywords
    plain = all(isinstance(each, ast.Constant) or is_cheap(each) for each in length)
    pairs = outer.args[0] if at_once and isinstance(outer, ast.Call) else None
    return pairs if plain and not isinstance(pairs, ast.Starred) else None


def called_at_once(
    site: Site, function: str, alphabet: ast.expr, pairs: ast.expr, length: Optional[ast.expr]
) -> Answer:
    """`tokenize_batch(alphabet, data, max_residues=1022)`."""
    yield site.edit(site.source.span(site.node)[0], site.source.span(alphabet)[0], f"{function}(")
    yield site.edit(site.source.span(alphabet)[1], site.source.span(pairs)[0], ", ")
    if length is not None:
        yield site.insert(site.source.span(pairs)[1], f", max_residues={site.code(length)}")
