"""Which files reach fair-esm: a second opinion that shares no code with the tool.

Python is read as a syntax tree, so that comments and prose do not count; other files line by line.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tests.equivalence.static import python_source

#: Names and keywords that only fair-esm's API has.
NAMES = frozenset(
    (
        *("load_model_and_alphabet", "load_model_and_alphabet_core", "load_model_and_alphabet_hub"),
        *("load_model_and_alphabet_local", "get_batch_converter", "FastaBatchedDataset", "ProteinBertModel"),
    )
)
KEYWORDS = frozenset(("repr_layers", "need_head_weights"))
#: Attributes that its alphabet has and a tokenizer of transformers has not.
ALPHABET = frozenset(("tok_to_idx", "all_toks", "standard_toks", "prepend_bos", "append_eos"))
#: Modules of EvolutionaryScale's package of the same name.
NOT_OURS = frozenset(f"esm.{name}" for name in ("models", "sdk", "tokenization", "utils", "layers", "widgets"))
IN_STRINGS = re.compile(r"^esm(\.(pretrained|data|model|inverse_folding|Alphabet|\w*Dataset)\b.*)?$")
HUB = re.compile(r"^facebookresearch/esm\b")
IN_TEXT = re.compile(
    r"(?<![\w/.-])fair[-_]esm\b(?!-)|facebookresearch/esm(\.git)?\b(?!/blob|/tree|/issues)|\besm-(?:extract|fold)\b"
    r"|\besm\.pretrained\b|\bload_model_and_alphabet\b"
)
#: What a reader of documents is told to run, as opposed to credits, links and changelogs.
IN_COMMANDS = re.compile(
    r"\b(?:pip3?|conda|mamba|uv|pixi)\b.*\b(?:install|add)\b.*(?:\bfair-esm\b|facebookresearch/esm)"
    r"|git\+https?://github\.com/facebookresearch/esm|^\s*(?:import esm\b|from esm(?:\.\w+)? import)"
    r"|^\s*\$?\s*esm-(?:extract|fold) "
)
DEPENDENCIES = re.compile(
    r"(^|/)([\w.-]*requirements[\w.-]*\.(txt|in)|[\w.-]*\.ya?ml|pyproject\.toml|pixi\.toml|setup\.(cfg|py)"
    r"|Dockerfile[\w.]*|[\w.-]*\.dockerfile|Pipfile)$",
    re.IGNORECASE,
)


def kind(path: str) -> str | None:
    """What sort of file it is: code | dependencies | shell | docs, or None for what nobody runs or reads."""
    suffix = PurePosixPath(path).suffix
    if suffix in (".py", ".pyi", ".ipynb") and not path.endswith("setup.py"):
        return "code"
    if DEPENDENCIES.search(path):
        return "dependencies"
    return {".sh": "shell", ".bash": "shell", ".slurm": "shell", ".md": "docs", ".rst": "docs"}.get(suffix)


def reaches(root: Path, path: str) -> list[str]:
    """Where a file of the repository reaches fair-esm, as `line: what`; empty if it does not or cannot be read."""
    if _is_inside_fair_esm(root, path):
        return []
    if kind(path) == "code":
        source = python_source(root / path)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(source or "")
        except (SyntaxError, ValueError, RecursionError):
            return []
        local = _has_local_esm(root, path)
        return [f"{line}: {what}" for line, what in sorted(set(_python(tree, local)))]
    if kind(path):
        words = IN_COMMANDS if kind(path) == "docs" else IN_TEXT
        return [f"{number}: {found}" for number, found in _text(root / path, words)]
    return []


def _text(path: Path, words: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines, 1):
        if found := words.search(line):
            yield number, found.group()


def _python(tree: ast.Module, local: bool) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and not local:
            yield from ((node.lineno, f"import {a.name}") for a in node.names if _is_ours(a.name))
        elif isinstance(node, ast.ImportFrom) and not node.level and not local:
            if _is_ours(node.module or ""):
                yield node.lineno, f"from {node.module} import {', '.join(a.name for a in node.names)}"
        elif isinstance(node, ast.Attribute) and node.attr in NAMES:
            yield node.lineno, node.attr
        elif isinstance(node, ast.Name) and node.id in NAMES:
            yield node.lineno, node.id
        elif isinstance(node, ast.Call):
            yield from _call(node)


def _call(node: ast.Call) -> Iterator[tuple[int, str]]:
    yield from ((node.lineno, f"{k.arg}=") for k in node.keywords if k.arg in KEYWORDS)
    words = [a.value for a in node.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    function = ast.unparse(node.func).rpartition(".")[2]
    if function in ("import_module", "__import__", "patch", "importorskip", "find_spec"):
        yield from ((node.lineno, f"{function}({word!r})") for word in words[:1] if IN_STRINGS.match(word))
    if function == "load":
        yield from ((node.lineno, f"load({word!r})") for word in words[:1] if HUB.match(word))


def _is_ours(module: str) -> bool:
    return module.split(".")[0] == "esm" and ".".join(module.split(".")[:2]) not in NOT_OURS


def api_words(root: Path, path: str) -> list[str]:
    """Where a Python file uses words of fair-esm's API on whatever object, as `line: word`."""
    try:
        tree = ast.parse(python_source(root / path) or "")
    except (SyntaxError, ValueError, RecursionError):
        return []
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ALPHABET | {"get_batch_converter"}:
            found.add((node.lineno, f".{node.attr}"))
        elif isinstance(node, ast.Call):
            found |= {(node.lineno, f"{k.arg}=") for k in node.keywords if k.arg in KEYWORDS}
    return [f"{line}: {what}" for line, what in sorted(found)]


def _is_inside_fair_esm(root: Path, path: str) -> bool:
    """Whether the file belongs to a copy of fair-esm itself, which does not reach it but is it."""
    folders = (root / path).relative_to(root).parents
    return any(folder.name == "esm" and (root / folder / "pretrained.py").exists() for folder in folders)


def _has_local_esm(root: Path, path: str) -> bool:
    """Whether `import esm` finds a file of the repository first: beside the importing file, or at the root."""
    folders = ((root / path).parent, root)
    return any((folder / "esm.py").exists() or (folder / "esm" / "__init__.py").exists() for folder in folders)
