"""What a migration changes in meaning, said before anything else."""

from __future__ import annotations

from collections.abc import Sequence

from codemod.decide import Decided
from codemod.flow.analysis import Analysis
from codemod.library import CHECKPOINTS, MODEL, OUTPUT

_FASTESM_WIDTH = 1280


def notes(to: str, decided: Sequence[Decided], analysis: Analysis) -> tuple[str, ...]:
    """One sentence each, in the order of their weight."""
    keys = {use.key for each in decided if each.migrated for use in each.group.uses}
    if not keys:
        return ()
    if to == "stub":
        return ("every function that needs fair-esm raises NotImplementedError until its replacement is written",)
    said = list(_fastesm2(decided, analysis)) if to == "fastesm2" else ["the numbers stay the same: same checkpoints"]
    if f"{OUTPUT}[contacts]" in keys or f"{MODEL}.predict_contacts()" in keys:
        said.append("contacts cost a second pass through the model")
    if to == "hf":
        said.append("transformers 4.56 to 5.2 are wrong for <mask> in padded batches: install <4.56 or >=5.3")
    return tuple(said)


def _fastesm2(decided: Sequence[Decided], analysis: Analysis) -> list[str]:
    names = {
        name
        for each in decided
        if each.migrated
        for use in each.group.uses
        if use.node in analysis.calls
        for name in analysis.names(use.node)
        if name in CHECKPOINTS
    }
    said = ["embeddings change: FastESM2_650 has other weights, so models trained on the old ones must be retrained"]
    for name in sorted(names):
        width = CHECKPOINTS[name].width
        if width != _FASTESM_WIDTH:
            said.append(f"the width changes from {width} ({name}) to {_FASTESM_WIDTH}: files saved before are stale")
    said.append("the model runs in float16; what it returns is made float32 again")
    return said
