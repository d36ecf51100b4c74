"""What is said of programs that train: random numbers, mixed precision, and parameters that a loss does not reach.

fair-esm makes a model with random weights before it reads the file's, so that torch's generator has moved on when the
model is there: after `torch.manual_seed(0)`, `torch.rand(1)` is 0.3752 behind a fair-esm load of two layers, and 0.4963
behind transformers', as behind none (measured with 5.24). New layers and shuffling start from other numbers, which is
not wrong, but no run from before is repeated.

Up to transformers 4.51 (`EsmEmbeddings` of 4.51.3 and 4.52.4), rotary models have position embeddings too,
which get no gradient: DistributedDataParallel raises an error unless it is told to look for such parameters.

Under `torch.autocast` eager attention gives fair-esm's bits, and SDPA rounds elsewhere: the last hidden state behind
6 layers differs by 1.9e-3 in float16 and 1.3e-2 in bfloat16, as much as either from float32 (CPU, 5.24).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from codemod.deciding.bonds import reach
from codemod.deciding.decide import Decided
from codemod.flow.analysis import Analysis
from codemod.program.source import Source

_SEEDS = frozenset(("manual_seed", "seed_everything", "set_seed", "seed_all"))
_SEED = re.compile(r"\b(?:manual_seed|seed_everything|set_seed|seed_all)\(")
_RANDOM = re.compile(
    r"\b(?:Linear|Bilinear|Conv[123]d|LSTM|GRU|RNN|Embedding|MultiheadAttention|Transformer\w*|Dropout|random_split"
    r"|RandomSampler|WeightedRandomSampler|randn?|randn?_like|randint|randperm|bernoulli|multinomial|\w*(?:normal|uniform)_)"
    r"\(|\bshuffle\s*=\s*True"
)
_PARALLEL = re.compile(r"\bDistributedDataParallel\b|\bstrategy\s*=\s*[\"']ddp[\"']")
_MIXED = re.compile(r"\bautocast\b|\bprecision\b|\bfp16\b|\bbf16\b")
_HALF = frozenset(("True", "16", "16-mixed", "bf16", "bf16-mixed", "fp16"))
_UNUSED = re.compile(r"\bfind_unused_parameters\b")

_SEEDED = (
    "{}, line {}, sets a seed before a model is loaded: fair-esm drew random numbers while it loaded, transformers "
    "does not, so new layers and shuffling start from other numbers than before"
)
_DISTRIBUTED = (
    "{} trains in parallel processes: transformers up to 4.51 keeps position embeddings that ESM-2 does not use, so "
    "give find_unused_parameters=True there"
)
_ROUNDED = (
    "{}, line {}, runs in mixed precision: numbers agree to its rounding there (2e-3 in float16, 2e-2 in bfloat16); "
    'attn_implementation="eager" in from_pretrained keeps fair-esm\'s to the bit'
)


def remarks(analysis: Analysis, decided: Sequence[Decided]) -> tuple[str, ...]:
    """Notes on the programs whose models are migrated, and on what imports them."""
    uses = [use for each in decided if each.migrated for use in each.group.uses]
    loads = [(use.source, use.node) for use in uses if use.node in analysis.calls]
    if not loads:
        return ()
    files = {use.source.path for use in uses}

    def near(words: re.Pattern[str]) -> list[Source]:
        """The files with such words that import the migrated ones, or are among them."""
        found = [source for source in analysis.project.sources if words.search(source.program)]
        return [source for source in found if reach(analysis, source.path) & files]

    seeded = near(_SEED)
    said = [_SEEDED.format(*place) for place in _seeds(seeded, loads)[:1] if _is_random(seeded, loads)]
    missing = [source.path for source in near(_PARALLEL) if not _UNUSED.search(source.program)]
    halves = [(source.path, line) for source in near(_MIXED) for line in _halves(source)]
    said += [*map(_DISTRIBUTED.format, missing[:1]), *(_ROUNDED.format(*place) for place in halves[:1])]
    return tuple(said)


def _halves(source: Source) -> list[int]:
    """The lines that ask for mixed precision: `torch.autocast("cuda")`, `Trainer(precision=16)`, `fp16=True`."""
    names = [each.lineno for each in source.nodes if isinstance(each, (ast.Name, ast.Attribute))
             and (each.id if isinstance(each, ast.Name) else each.attr) == "autocast"]  # fmt: skip
    options = [each.value.lineno for each in source.nodes if isinstance(each, ast.keyword)
               and each.arg in ("precision", "fp16", "bf16", "mixed_precision")
               and ast.unparse(each.value).strip("'") in _HALF]  # fmt: skip
    return sorted([*names, *options])


def _is_random(seeded: Sequence[Source], loads: Sequence[tuple[Source, ast.AST]]) -> bool:
    return any(_RANDOM.search(each.program) for each in [*seeded, *(source for source, _ in loads)])


def _seeds(seeded: Sequence[Source], loads: Sequence[tuple[Source, ast.AST]]) -> list[tuple[str, int]]:
    """Where a seed may be set before one of the loads, unless it is set anew behind that in the same scope."""
    seeds = [(source, node) for source in seeded for node in source.nodes if isinstance(node, ast.Call) and _sets(node)]
    found = []
    for home, load in loads:
        scope, place = home.scope_of(load), home.span(load)
        near = [node for source, node in seeds if source is home and source.scope_of(node) is scope]
        if not any(home.span(node) > place for node in near):
            found += [(source.path, node.lineno) for source, node in seeds]
    return found


def _sets(call: ast.Call) -> bool:
    """Models are made on the CPU, whose generator `torch.cuda`'s functions leave alone."""
    name = ast.unparse(call.func)
    return name.rpartition(".")[2] in _SEEDS and "cuda" not in name
