"""Files that hold the old model's embeddings, as wide as the new ones or not.

Caches that are reused without a look, saved embeddings, trained models.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from codemod.program.source import Source
from codemod.records import Leftover
from codemod.widths.code import Code
from codemod.widths.encoders import ESM, names
from codemod.widths.origins import nearest

RULE = "stale_artefacts"
_TENSORS = (".pt", ".pth", ".npy", ".npz", ".pkl", ".pickle", ".h5", ".hdf5", ".safetensors", ".memmap", ".csv",
            ".tsv")  # fmt: skip
_MODELS = (".pth", ".pt", ".ckpt", ".pkl", ".joblib", ".h5", ".keras", ".safetensors", ".th", ".onnx")
_EMBEDDINGS = re.compile(r"(?<![a-z])esm|embed|repr|feature|merged", re.IGNORECASE)
_TRAINED = re.compile(r"model|classif|predictor|checkpoint|ckpt|best|weights|mlp", re.IGNORECASE)
#: fair-esm's own downloads, the other libraries' names for weights they fetch, and other models called ESM.
CHECKPOINT = re.compile(
    r"esm\w*_t\d+_|regression|pytorch_model|esmfold|esm2_\d+[mb]\b|(?<![a-z])esm(c|_?if)(?![a-z])", re.IGNORECASE
)
#: Paths in tests name files that the tests make.
IN_TESTS = re.compile(r"(^|/)(tests?/|test_|conftest)")
_CHECKS = ("exists", "isfile", "is_file", "path_exists")
HOLD = "hold the old model's embeddings"
RESTORED = "if what is restored here was trained on the old model's embeddings, train it again"
RESTORES = ("load_state_dict", "load_from_checkpoint", "load_model", "load_weights")
_LOADS = ("load", "read_pickle", "load_file", "File")


def stale_artefacts(sources: Mapping[str, Source], files: Iterable[str]) -> Iterator[Leftover]:
    """What was saved with the old embeddings and would be read with the new ones.

    `sources` are the files whose uses of fair-esm are migrated (and those that read what they save); `files` every
    file name of the repository, with `/`. Listed, never changed: only the owner can make them anew.
    """
    yield from reused_caches(sources)
    for _, source in sorted(sources.items()):
        yield from _trained(source)
        yield from _saved(source) if not IN_TESTS.search(source.path) else ()
    yield from _checked_in(files)


def reused_caches(sources: Mapping[str, Source]) -> Iterator[Leftover]:
    """Where a file that is there already is taken instead of computing embeddings; one answer a file."""
    code, why = Code(sources), "a file that is there already is used as it is, with old embeddings too"
    for source in code.sources:
        asked = [node for node in source.nodes if isinstance(node, ast.If) and _takes_what_is_there(node)]
        lines = [node.lineno for node in asked if _is_esms(code, source, node)]
        if lines:
            yield Leftover.at(source.path, lines, RULE, f"{why}: delete those saved before")


def _takes_what_is_there(node: ast.If) -> bool:
    """`if os.path.exists(file): ... load or return`."""
    inside = [each for statement in node.body for each in ast.walk(statement)]
    taken = any(isinstance(each, ast.Return) or _called(each) in _LOADS for each in inside)
    return taken and any(_called(each) in _CHECKS for each in ast.walk(node.test))


def _is_esms(code: Code, source: Source, node: ast.If) -> bool:
    """Whether the file that is looked for, or the function, is named after ESM."""
    checks = [each for each in ast.walk(node.test) if isinstance(each, ast.Call) and _called(each) in _CHECKS]
    paths = [part for each in checks for part in (*each.args, *([each.func] if not each.args else []))]
    told = any(nearest(code, source, path, _esm) for path in paths)
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    around = next((each for each in source.ancestors(node) if isinstance(each, functions)), None)
    return told or (around is not None and names(ESM, around.name))


def _esm(text: str) -> frozenset[bool]:
    return frozenset([True]) if names(ESM, text) and not CHECKPOINT.search(text) else frozenset()


def _saved(source: Source) -> Iterator[Leftover]:
    """Files of embeddings that are named after ESM, one answer a file."""
    found: dict[str, int] = {}
    for node in source.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith(_TENSORS):
            name = PurePosixPath(node.value.split()[-1]).name
            if names(ESM, name) and not CHECKPOINT.search(name):
                found.setdefault(name, node.lineno)
    if found:
        yield Leftover.at(source.path, list(found.values()), RULE, f"{listed(found)}, from before, {HOLD}")


def listed(found: Iterable[str]) -> str:
    """Three names and how many more."""
    first = sorted(found)
    return ", ".join(first[:3]) + (f" and {len(first) - 3} more" if len(first) > 3 else "")


def _trained(source: Source) -> Iterator[Leftover]:
    """Weights that are loaded into a network, one answer a file."""
    calls = [node for node in source.nodes if isinstance(node, ast.Call)]
    lines = [node.lineno for node in calls if _called(node) in RESTORES]
    if lines:
        yield Leftover.at(source.path, lines, RULE, RESTORED)


def _checked_in(files: Iterable[str]) -> Iterator[Leftover]:
    """Trained models one by one; saved embeddings once a top folder."""
    folders: defaultdict[str, list[str]] = defaultdict(list)
    for file in sorted(files):
        path = PurePosixPath(file)
        if CHECKPOINT.search(path.name):
            continue
        if path.suffix in _MODELS and _TRAINED.search(path.name):
            why = "a trained model in the repository: if its input is the embedding, it is not made for the new ones"
            yield Leftover(file, 1, RULE, f"{why}; retrain it")
        elif path.suffix in _TENSORS and _EMBEDDINGS.search(path.name):
            folders[path.parts[0]].append(file)
    for found in folders.values():
        more = f" (and {len(found) - 1} more below {PurePosixPath(found[0]).parts[0]}/)" if len(found) > 1 else ""
        yield Leftover(found[0], 1, RULE, f"saved embeddings of the old model{more}: make them anew")


def _called(node: ast.AST) -> str:
    function = getattr(node, "func", None)
    return function.id if isinstance(function, ast.Name) else str(getattr(function, "attr", ""))
