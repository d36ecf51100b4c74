"""A seed is set: fair-esm makes a model with random weights before it reads the file's, transformers does not.

So torch's generator has moved on when fair-esm's model is there: after `torch.manual_seed(0)`, `torch.rand(1)` is
0.3752 behind a fair-esm load of two layers, and 0.4963 behind transformers', as behind none (measured with 5.24). New
layers and shuffling start from other numbers, which is not wrong, but no run from before is repeated.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from codemod.program.source import Source
from codemod.remarks.programs import Programs

_NAMES = frozenset(("manual_seed", "seed_everything", "set_seed", "seed_all"))
_SETS = re.compile(rf"\b(?:{'|'.join(sorted(_NAMES))})\(")
_RANDOM = re.compile(
    r"\b(?:Linear|Bilinear|Conv[123]d|LSTM|GRU|RNN|Embedding|MultiheadAttention|Transformer\w*|Dropout|random_split"
    r"|RandomSampler|WeightedRandomSampler|randn?|randn?_like|randint|randperm|bernoulli|multinomial|\w*(?:normal|uniform)_)"
    r"\(|\bshuffle\s*=\s*True"
)
_SAID = (
    "{}, line {}, sets a seed: fair-esm draws random numbers while it loads a model, transformers does not, so new "
    "layers and shuffling behind a load start from other numbers than before"
)


def remarks(programs: Programs) -> Iterator[str]:
    """Where something random may follow a load that follows the seed."""
    seeded = programs.with_words(_SETS)
    if any(_RANDOM.search(each.program) for each in {*seeded, *(source for source, _ in programs.loads)}):
        yield from (_SAID.format(source.path, line) for source, line in _seeds(seeded, programs.loads))


def _seeds(seeded: Sequence[Source], loads: Sequence[tuple[Source, ast.AST]]) -> Iterator[tuple[Source, int]]:
    """Where a seed may be set before one of the loads, unless it is set anew behind that in the same scope."""
    seeds = [(source, node) for source in seeded for node in source.nodes if isinstance(node, ast.Call) and _sets(node)]
    for home, load in loads:
        scope, place = home.scope_of(load), home.span(load)
        near = [node for source, node in seeds if source is home and source.scope_of(node) is scope]
        if not any(home.span(node) > place for node in near):
            yield from ((source, node.lineno) for source, node in seeds)


def _sets(call: ast.Call) -> bool:
    """Models are made on the CPU, whose generator `torch.cuda`'s functions leave alone."""
    name = ast.unparse(call.func)
    return name.rpartition(".")[2] in _NAMES and "cuda" not in name
