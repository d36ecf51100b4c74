"""Mixed precision: under `torch.autocast` eager attention gives fair-esm's bits, and SDPA rounds elsewhere.

The last hidden state behind 6 layers differs by 1.9e-3 in float16 and 1.3e-2 in bfloat16, as much as either from
float32 (CPU, transformers 5.24).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemod.program.source import Source
from codemod.remarks.programs import Programs

_WORDS = re.compile(r"\bautocast\b|\bprecision\b|\bfp16\b|\bbf16\b")
_OPTIONS = ("precision", "fp16", "bf16", "mixed_precision")
_HALF = frozenset(("True", "16", "16-mixed", "bf16", "bf16-mixed", "fp16"))
_SAID = (
    "{}, line {}, runs in mixed precision: numbers agree to its rounding there (2e-3 in float16, 2e-2 in bfloat16); "
    'attn_implementation="eager" in from_pretrained keeps fair-esm\'s to the bit'
)


def remarks(programs: Programs) -> Iterator[str]:
    """The lines that ask for it: `torch.autocast("cuda")`, `Trainer(precision=16)`, `fp16=True`."""
    for source in programs.with_words(_WORDS):
        lines = [*source.lines_of("autocast"), *_options(source)]
        yield from (_SAID.format(source.path, line) for line in sorted(lines))


def _options(source: Source) -> list[int]:
    given = [each for each in source.nodes if isinstance(each, ast.keyword) and each.arg in _OPTIONS]
    return [each.value.lineno for each in given if ast.unparse(each.value).strip("'") in _HALF]
