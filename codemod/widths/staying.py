"""Numbers that are as large as an embedding and are something else: another encoder's width, a layer's own, a size."""

from __future__ import annotations

import ast
import re

from codemod.program.source import Source
from codemod.widths.encoders import ENCODERS, ESM, names
from codemod.widths.numbers import Number, about_embeddings
from codemod.widths.places import OWN_WIDTHS, called, given_names

#: Widths of a network's own layers.
_INNER = re.compile(r"ffn|ff_|feed|inner|hidden|mlp|^out", re.IGNORECASE)
#: A file in which embeddings of proteins are handled.
_SPEAKS = re.compile(r"(?<![a-z])esm|embeddings?\b|representations|(?<![a-z])plm(?![a-z])", re.IGNORECASE)


def speaks_of_embeddings(source: Source) -> bool:
    """Whether a file has to do with embeddings at all; what is in any other is no width of theirs."""
    return _SPEAKS.search(source.program) is not None


def stays(number: Number) -> bool:
    """Whether a number follows from something else than ESM."""
    inner = any(_INNER.search(name) for name in given_names(number.source, number.whole))
    return inner or _of_another_encoder(number) or _of_the_layer_before(number)


def _of_another_encoder(number: Number) -> bool:
    """Whether its line names an encoder of just this width, and not ESM."""
    source, line = number.source, number.line
    stop = source.line_starts[line] if line < len(source.line_starts) else len(source.text)
    words = re.findall(r"[A-Za-z_][\w-]+", source.program[source.line_starts[line - 1] : stop])
    others = [each for each in ENCODERS if each.width == number.value]
    return any(names(each, word) for each in others for word in words) and not any(names(ESM, word) for word in words)


def _of_the_layer_before(number: Number) -> bool:
    """Whether a layer that is made before, in the same function or class, gives that many features itself."""
    source, home = number.source, number.source.scope_of(number.literal)
    layer = source.parents.get(number.literal)
    if not isinstance(layer, ast.Call) or called(layer) not in OWN_WIDTHS or about_embeddings(source, number.whole):
        return False
    before = [each for each in source.nodes if isinstance(each, ast.Call) and called(each) in OWN_WIDTHS
              and source.span(each) < source.span(layer) and source.scope_of(each) is home]  # fmt: skip
    return any(_gives(each, number.value) for each in before)


def _gives(layer: ast.Call, width: int) -> bool:
    own = [*layer.args[1:2], *(each.value for each in layer.keywords if (each.arg or "").startswith(("out", "hidden")))]
    return any(isinstance(each, ast.Constant) and each.value == width for each in own)
