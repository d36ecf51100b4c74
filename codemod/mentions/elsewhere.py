"""fair-esm outside Python: its command line in scripts, its code in documents. Listed, never edited."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from codemod.manifests.lines import lines
from codemod.manifests.names import is_manifest
from codemod.mentions.fetches import INSTALLS, Pattern, asked, fetched, only_brings
from codemod.notebooks.read import Notebook, raw_cells
from codemod.records import LINE_END, Leftover

COMMAND = "command_line"
DOCUMENT = "documentation"

#: A file without any of these mentions nothing that is listed here.
WORDS = (
    b"esm-extract", b"esm-fold", b"extract.py", b"fold.py", b"esmfold_inference.py", b"-m esm", b"import esm",
    b"from esm", b"facebookresearch/esm", b"fair-esm", b"fair_esm", b"Fair-esm", b"Fair-ESM", b"FAIR-ESM",
    b"variant-prediction", b"inverse_folding/", b"esm.scripts", b'import("esm', b"import('esm", b", esm",
    b"PYTHONPATH", b"ln -s", b"esm.pretrained.",
)  # fmt: skip
_WORDS = re.compile("|".join(re.escape(word.decode()) for word in WORDS))

_PROSE = re.compile(r"(?:.*/)?(?:[^/]*\.(?:md|markdown|mdx|rst|txt)|(?:README|INSTALL|CHANGELOG)[^/.]*)", re.I)
#: Programs are read as Python, notebooks by `notebook_mentions`; lock files repeat what a manifest says.
_NOT_HERE = re.compile(r".*(?:\.(?:pyi?|ipynb|lock)|lock\.(?:json|ya?ml))", re.I)
_COMMENT = re.compile(r"\s*(?:#|//|rem\s|::)", re.I)


_EXTRACT = "this runs fair-esm's esm-extract: run extract.py of this tool's README, with the same arguments, instead"
_NO_MODEL = "this runs fair-esm's esm-extract on a checkpoint that transformers does not have: choose an ESM-2 one"
_FOLD = "this runs fair-esm's esm-fold: use transformers' EsmForProteinFolding (facebook/esmfold_v1) instead"
_VARIANTS = "this runs fair-esm's variant prediction: write it with transformers' EsmForMaskedLM instead"
_INVERSE = "this runs fair-esm's inverse folding, which transformers does not have: give it an environment of its own"
_MODULE = "this runs a module of fair-esm: it is gone once fair-esm is not installed"
_INLINE = "this imports fair-esm: load the model with transformers (EsmModel.from_pretrained) instead"
_EXAMPLE = "this example imports fair-esm: show the migrated code instead"
_RAW = "a raw cell, which does not run, holds code of fair-esm: write it anew if you still need it"
_HUB = "this example loads fair-esm through torch.hub: show EsmModel.from_pretrained instead"
_NAMED = "a function of fair-esm's is named here, to be imported by its name: name one of yours that loads the model"
TOLD = "readers are told to install fair-esm: name what the migrated code needs instead"

#: What is only said to people.
_SAID = (_EXAMPLE, _HUB, TOLD)

#: Nobody writes a longer command: the line is data, and the patterns would take their time over it.
_LONGEST = 8192
#: Where a command may start, with the folder it is in.
_AT = r"(?<![\w.-])(?P<script>(?:[^\s\"'`=;&|()]{0,200}/)?"
#: What a person gives these commands: an option, a variable, a checkpoint, a file of sequences.
_ARGUMENT = r")[\"'`]?\s+[\"']?(?:--?\w|[$<{%]|esm\w*\d|\S+\.(?:pt|fasta|faa?)\b)"
_OPTIONS = r"\s.*--(?:repr_layers|toks_per_batch|truncation_seq_length|include[ =]+(?:mean|per_tok|bos|contacts))\b"
_PYTHON = r"python[\d.]*[\"']?\s+(?:-\w+\s+)*"
_THEIRS = r"(?:pretrained|data|model|modules|inverse_folding|esmfold|rotary_embedding|multihead_attention|constants)"
_EVOLUTIONARYSCALE = r"(?:sdk|models|tokenization|utils|layers|widgets|ESM3|ESMC)\b"
_IMPORT = (
    rf"(?:import\s+(?:[\w.]+(?:\s+as\s+\w+)?\s*,\s*)*esm(?:\.{_THEIRS}[\w.]*)?(?:\s+as\s+\w+)?(?=\s*(?:[,;#\"']|\\n|$))"
    rf"|from\s+esm(?:\.{_THEIRS}[\w.]*)?\s+import\s+\(?\s*(?!{_EVOLUTIONARYSCALE})[\w*])"
)

#: The script's path in a checkout of fair-esm's repository.
_SCRIPT = r"esm[\w.-]*/scripts/extract\.py"
#: Where pip puts fair-esm's commands: `env/bin/esm-extract`.
_INSTALLED = re.compile(r"(?:\S*[/\\])?(?:bin|Scripts)[/\\]esm-(extract|fold)(?:\.exe)?")
_COMMANDS = tuple(
    Pattern(re.compile(regex), why)
    for regex, why in (
        (rf"{_AT}(?:esm-extract|extract\.py))[\"'`]?\s+[\"']?esm(?:1_t|_msa|_if)\w+", _NO_MODEL),
        (rf"{_AT}esm-extract{_ARGUMENT}", _EXTRACT),
        (rf"{_AT}extract\.py)[\"'`]?(?:\s+[\"']?esm\w*\d|{_OPTIONS})", _EXTRACT),
        (rf"{_PYTHON}{_AT}{_SCRIPT})", _EXTRACT),
        (rf"\w=[\"']?(?P<script>[^\s\"'=;]{{0,200}}{_SCRIPT})", _EXTRACT),
        (r"(?P<script>)\w=[\"']?[^\s\"'=;]{0,200}bin/esm-extract\b", _EXTRACT),
        (rf"{_AT}esm-fold{_ARGUMENT}", _FOLD),
        (rf"{_AT}(?:esmfold_inference|esm[\w.-]*/scripts/fold)\.py)[\"'`]?\s+[\"']?[-$<{{]", _FOLD),
        (rf"{_AT}variant-prediction/predict\.py)[\"'`]?\s", _VARIANTS),
        (rf"{_AT}inverse_folding/(?:sample_sequences|score_log_likelihoods)\.py)[\"'`]?\s", _INVERSE),
        (rf"{_PYTHON}-m\s+(?P<script>esm\.scripts\.extract)\b", _EXTRACT),
        (rf"{_PYTHON}-m\s+(?P<script>esm\.scripts\.fold)\b", _FOLD),
        (rf"{_PYTHON}-m\s+(?P<script>esm(?!\.{_EVOLUTIONARYSCALE})(?:\.\w+)*)(?![\w-])", _MODULE),
        (rf"(?P<script>){_PYTHON}-c\s.*\b{_IMPORT}", _INLINE),
    )
)
_STATEMENT = re.compile(rf"\s*(?:>>>\s*|\d*\s*>\s*)?{_IMPORT}")
#: From R (reticulate) and Julia (PyCall, PythonCall).
_BRIDGE = re.compile(r"\b(?:py)?import\(\s*[\"']esm[\"']\s*\)")
#: A function by its dotted name, as hydra's `_target_: esm.pretrained.esm2_t6_8M_UR50D`.
_DOTTED = re.compile(
    r"[:=]\s*[\"']?esm\.pretrained\.(?:esm\w*\d\w*|load_model_and_alphabet\w*)[\"']?\s*,?\s*(?:[}#].*)?$"
)
_FROM_HUB = re.compile(r"torch\.hub\.load\(\s*[\"']facebookresearch/esm")
_INSTALLS = re.compile(
    r"(?<![\w.-])(?:pip[\d.]*|conda|mamba|micromamba|uv|poetry|pdm|pipenv)\s+(?:install|add)\s[^#;|&]*?"
    r"(?:(?<![\w./-])fair[-_]esm(?![\w/-])|git\+\S*facebookresearch/esm(?![\w-]))"
)
_REQUIREMENT = re.compile(
    r"(?<![\w./:-])fair[-_]esm[`*]*\s*(?:[=~!<>]=|[<>])\s*\d"
    r"|^\s*[-*|]\s+[`*\[]*fair[-_]esm[`*\]]*(?:\([^)]*\))?\s*(?:\||\(|v?\d|$)"
    r"|^\s*(?:[\w.-]+,[ \t]*)*fair[-_]esm(?:,[ \t]*[\w.-]+)*\s*(?:#.*)?$"
    r"|<br>\s*fair[-_]esm\s*(?:<br>|$)"
    r"|\b(?:requires?|needs?|install)\s+(?:the\s+)?[`*\[]*fair[-_]esm(?![\w/-])",
    re.I,
)
#: What only fair-esm has, for a document that imports something called esm.
_FAIR = re.compile(
    r"esm\.pretrained\.(?:esm|load_model)|load_model_and_alphabet|get_batch_converter|repr_layers|fair[-_]esm"
    r"|facebookresearch/esm|\besm(?:1|1b|1v|2)_t\d|\besm_(?:msa|if)1|\besmfold_v\d"
)


def mentions(path: str, text: str, programs: Collection[str] = ()) -> Iterator[Leftover]:
    """What a file that is neither Python nor a notebook still says of fair-esm, one for each line.

    `programs` are the Python files of the repository: a command that runs one of them is not fair-esm's, and what
    documents a copy of fair-esm belongs to the copy. `pip install` in scripts is the manifests' and not repeated.
    """
    if _NOT_HERE.fullmatch(path) or not _WORDS.search(text) or of_a_copy(path, programs):
        return
    manifest = is_manifest(path)
    prose = bool(_PROSE.fullmatch(path)) and not manifest
    fair = bool(_FAIR.search(text))
    for number, line in _logical(text):
        if _WORDS.search(line) and (prose or not _COMMENT.match(line)):
            why = command(line, programs) or (_code(line, prose) if fair else "")
            why = why or (_NAMED if not prose and _DOTTED.search(line) else "")
            why = why or fetched(line, fair, manifest) or ("" if manifest else _installs(line, prose))
            if why:
                yield Leftover(path, number, DOCUMENT if why in _SAID or (prose and only_brings(why)) else COMMAND, why)


def notebook_mentions(path: str, notebook: Notebook, programs: Collection[str] = ()) -> Iterator[Leftover]:
    """What a notebook's shell lines and cells of other languages run of fair-esm; lines count in its `source`."""
    for start, stop in notebook.commands:
        first = notebook.line(start)
        for number, line in _logical(notebook.source[start:stop]):
            why = "" if _COMMENT.match(line) else command(line, programs) or _code(line, prose=False)
            if why:
                yield Leftover(path, first + number - 1, COMMAND, why)
    if any(_STATEMENT.match(line) for cell in raw_cells(notebook.text) for line in cell.splitlines()):
        yield Leftover(path, 1, DOCUMENT, _RAW)
    told = (each.why for cell in raw_cells(notebook.text, "markdown") for each in mentions("cell.md", cell, programs))
    yield from (Leftover(path, 1, DOCUMENT, f"in a text cell {why}") for why in dict.fromkeys(told))


def command(line: str, programs: Collection[str] = ()) -> str:
    """Why a shell command will not run without fair-esm; empty for one that will."""
    # a list of words, as in CMD ["esm-extract", "esm2_t33_650M_UR50D"], reads like the words alone
    spaced = re.sub(r"[\"'],\s*[\"']", " ", line)
    for pattern in _COMMANDS:
        match = pattern.regex.search(spaced)
        if match and not _own(match["script"], programs):
            return pattern.why
    return ""


def script(path: str, programs: Collection[str] = ()) -> str:
    """Why a path in a program, for a command that is put together elsewhere, will not run without fair-esm."""
    installed = _INSTALLED.fullmatch(path)
    if installed:
        return _FOLD if installed[1] == "fold" else _EXTRACT
    return _EXTRACT if re.fullmatch(rf"(?:\S*/)?{_SCRIPT}", path) and not _own(path, programs) else ""


def runs(leftover: Leftover) -> bool:
    """Whether a program, script or recipe still runs fair-esm; a document tells people to, an install brings it."""
    return leftover.rule == COMMAND and not _PROSE.fullmatch(leftover.path) and not only_brings(leftover.why)


def install(line: str) -> bool:
    """Whether a shell command installs fair-esm."""
    return bool(_INSTALLS.search(re.sub(r"[\"'],\s*[\"']", " ", line)))


def _own(script: str, programs: Collection[str]) -> bool:
    """Whether the repository has the script that is run, as far as its path can be told."""
    tail = re.sub(r".*[$}\])]\w*/|^\W+", "", script)
    return script.endswith(".py") and any(f"/{program}".endswith(f"/{tail}") for program in programs)


def of_a_copy(path: str, programs: Collection[str]) -> bool:
    """Whether the file lies in a folder that holds fair-esm's own package."""
    folders = (path[: slash.start()] for slash in re.finditer("/", path))
    return any(f"{folder}/{home}pretrained.py" in programs for folder in folders for home in ("", "esm/"))


def _code(line: str, prose: bool) -> str:
    if _STATEMENT.match(line) or _BRIDGE.search(line):
        return _EXAMPLE if prose else _INLINE
    return (_HUB if prose else _INLINE) if _FROM_HUB.search(line) else ""


def _installs(line: str, prose: bool) -> str:
    if prose:
        return TOLD if install(line) or _REQUIREMENT.search(line) else ""
    return INSTALLS if install(line) else asked(line)


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their backslash continuations, each with the number of its first line."""
    pending, first = "", 1
    for number, line in enumerate(lines(text), 1):
        if line.stop - line.start > _LONGEST:
            continue
        first = first if pending else number
        pending += text[line.start : line.stop]
        if pending.endswith("\\") and line.next < len(text) and len(pending) < _LONGEST:
            pending = pending[:-1]
            continue
        yield first, LINE_END.sub(" ", pending)
        pending = ""
