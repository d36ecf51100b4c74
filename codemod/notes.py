"""What a migration changes in meaning, said before anything else."""

from __future__ import annotations

import ast

from codemod.library import CHECKPOINTS, FASTESM2_WIDTH
from codemod.rewrite import Rewriting
from codemod.uses.use import Use


def notes(to: str, done: Rewriting) -> tuple[str, ...]:
    """One sentence each, in the order of their weight."""
    if not _migrated(done):
        return ()
    if to == "stub":
        return ("every function that needs fair-esm raises NotImplementedError until its replacement is written",)
    copies = [f"{folder}/ is a copy of fair-esm as released: only its users change" for folder in done.copies]
    said = _fastesm2(done) if to == "fastesm2" else _hf(done)
    return (*said, *done.remarks, *_clones(done), *done.weights, *copies)


def _migrated(done: Rewriting) -> list[Use]:
    return [use for each in done.decided if each.migrated for use in each.group.uses]


def _emitted(done: Rewriting) -> list[str]:
    made = [edits for each in done.decided if each.migrated for edits in each.edits.values()]
    return [edit.text for edits in made for edit in edits]


def _hf(done: Rewriting) -> list[str]:
    said = ["the numbers stay the same: same checkpoints"]
    if any(use.key.endswith(".state_dict()") for use in _migrated(done)):
        said.append(
            "state dicts saved from now on have transformers' names: programs elsewhere that read them must follow"
        )
    if any("predict_contacts(" in text for text in _emitted(done)):  # beside a call, not in its place
        said.append("contacts cost a second pass through the model")
    said.append("transformers 4.56 to 5.2 compute other numbers for padded batches and are refused: use <4.56 or >=5.3")
    return said


def _fastesm2(done: Rewriting) -> list[str]:
    said = ["embeddings change: FastESM2_650 has other weights, so models trained on the old ones must be retrained"]
    for name in sorted(done.checkpoints):
        width = CHECKPOINTS[name].width
        if width != FASTESM2_WIDTH:
            said.append(f"the width changes from {width} ({name}) to {FASTESM2_WIDTH}: files saved before are stale")
    left = _still_loading(done)
    if left:
        said.append(f"the old model is still loaded in {', '.join(left)}: do not mix its embeddings with the new ones")
    emitted = " ".join(_emitted(done))
    if "float16" in emitted:
        said.append("the model runs in float16; what it returns is made float32 again")
    if "float32" in emitted:
        said.append("a model that may be trained, or is taken apart, runs in float32")
    return said


_CLONE = "{}, line {}, loaded from a local clone of fair-esm, as an option may choose: now the Hub is asked anyway"


def _clones(done: Rewriting) -> list[str]:
    """The first load from a local clone of fair-esm's repository."""
    hub = [use for use in _migrated(done) if use.key.startswith("torch.hub.load")]
    calls = [(use, use.node) for use in hub if isinstance(use.node, ast.Call)]
    local = [use for use, call in calls if any(each.arg == "source" for each in call.keywords)]
    return [_CLONE.format(use.source.path, use.line) for use in local[:1]]


def _still_loading(done: Rewriting) -> list[str]:
    """The files that load a checkpoint by its function, in groups that are left."""
    uses = [use for each in done.decided if not each.migrated for use in each.group.uses]
    loads = {f"esm.pretrained.{name}()" for name in CHECKPOINTS}
    return sorted({use.source.path for use in uses if use.key in loads})
