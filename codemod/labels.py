"""What stands in brackets behind a place that is left, where it is not the name of a rule: `--explain` knows it too."""

from __future__ import annotations

import re
from typing import Optional

LABELS = {
    "imports": """An import of fair-esm stays because something still needs it.

It goes by itself with the last use it serves: finish the places that are named, and run again.""",
    "dependencies": """A dependency file, or a list in a program, asks for fair-esm, or for what is too old.

fair-esm stays declared while something in the repository uses it, and is replaced by what the migrated code needs as
soon as no use is left: run again then. A form that is not edited, and a version tied to others, change by hand.""",
    "undeclared": """A dependency file declares torch, and none of the repository's declares transformers.

fair-esm was installed by hand, or came through torch.hub. Declare what the migrated code needs beside torch.""",
    "documentation": """A document tells its readers to install or run fair-esm. Only a person can rewrite it.""",
    "command_line": """A script, recipe or string runs fair-esm's own programs, or installs it.

`esm-extract` and `esm-fold` come with fair-esm alone; call a script of your own that uses the migrated code.""",
    "messages": """An error, a help text or a comment of a migrated program tells people to install fair-esm.

The program no longer needs it. Name what it needs now, as the dependency files do.""",
    "unreadable": """The file could not be read as a program, so nothing is known of it.

Mend what the line names (a syntax error, the encoding, the file's rights) and run again, or leave the file out with
`--exclude`.""",
    "widths": """A number that follows from the width of the embeddings, or may.

The new model's embeddings have another width. What is proven to follow is rewritten; this one could be something else.
Look at it, and change it together with what it meets.""",
    "stale_artefacts": """Files of embeddings or models that were saved with the old model.

They are found by their names and read as if they were new, but hold other numbers, and perhaps another width. Delete
them, or save the new ones under another name.""",
    "checkpoints": """Several checkpoints become one, because FastESM2_650 stands for all of them.

A choice among them chooses nothing any more, an ensemble of them averages the same numbers, and what compares them
compares nothing. Take it out, or run with `--to hf`, which keeps each.""",
    "module": """fair-esm's module is a value: it has a second name, is imported by a call, or is looked at.

What is read of it may be rewritten all the same; this line needs fair-esm still. Take it out, or let it ask for
transformers, when nothing else is left.""",
    "old_names": """A string has the name of a checkpoint whose place FastESM2_650 has taken.

Files, caches, tables and reports under that name hold the new model's numbers from now on, and cannot be told from the
old ones. Give them another name; a default that nothing reads any more can go.""",
    "weights": """fair-esm's weights are fetched, or torch.hub is told where to keep them.

The migrated code reads the Hugging Face cache: set HF_HOME where TORCH_HOME was set, give `cache_dir=`, and fill the
cache with `hf download facebook/NAME` where the program runs without a network.""",
    "word": """A name that only fair-esm's objects have, on an object whose origin cannot be seen.

It may be handed over by a program outside this repository. If it is fair-esm's, migrate it by hand; if not, it can
stay. Until that is known, what it may share values with is left too.""",
    "idle": """What looks like fair-esm's, in a function or class of a program that nothing in the repository calls.

Nobody hands it anything, so it holds nothing else back. Take it out if it is dead; if something outside calls it,
migrate it by hand. It still reads what fair-esm's objects have.""",
    "mixed": """A value that is fair-esm's in one case and something else in another.

Rewriting it would break the other case. Give the two cases two variables or two functions, and run again.""",
    "escape": """A value of fair-esm's goes where this tool cannot follow it: into other people's code, or a container.

Nobody can say what is done with it there, so nothing that shares it is rewritten.""",
    "mode": """The model is asked whether it is in training mode, and nothing here has said in which it is.

fair-esm's models come in training mode, transformers' in evaluation mode; no number differs by it. Call `.eval()` or
`.train()` first, and run again.""",
    "class_name": """The name of a class is compared or looked up: `type(model).__name__ == "ESM2"`.

The migrated model is of another class (`EsmModel`, or `EsmForMaskedLM` where tokens are predicted). Ask for what the
code needs instead, or change the name by hand.""",
    "holder": """What reaches into a module that holds the model, by names or order of parameters or by its parts.

They are others in transformers. State dicts, optimizer states and whole modules saved before do not load after: convert
the checkpoint (`python -m codemod convert`), or map the names. Parameters and submodules picked by name, kind or place
(`list(net.parameters())[-8:]`, LoRA's `target_modules`) are others too: pick them by what they are called now.""",
    "restores": """Something is read back that was trained on fair-esm's model, beside a model that has been migrated.

Parameters have other names now. Map the names of what was saved before (`python -m codemod convert` does it for a
language model alone), or train anew. A module that was pickled whole must first be read with fair-esm installed, and
its state dict saved.""",
    "unbound": """A line that fails today: the name it reads is defined nowhere.

It is left as it is; take it out, or define the name.""",
    "string": """fair-esm is named in a string that code acts on (`mock.patch("esm...")`, `find_spec("esm")`).

Change it to what the migrated code uses.""",
    "indirect": """A method of fair-esm's is called through a variable: `f = model.forward; f(tokens)`.

Call it directly, and run again.""",
}

_OURS = re.compile(r"\besm\b|(?: of |\()the [a-z ]+\)?$|^torch\.hub")
_WITHOUT = """{} has no proven counterpart in transformers.

The use is left, and with it everything that shares its values; see what is left for you in the report, or run with
`--to stub` to have it raise an error that says what to do."""


def label_page(label: str) -> Optional[str]:
    """What a label means and what to do; None for one that is never written."""
    if label in LABELS:
        return LABELS[label]
    return _WITHOUT.format(label) if _OURS.search(label) else None
