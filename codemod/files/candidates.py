"""Which files can matter, by their bytes alone; nothing is parsed here and nothing heavy is imported."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set

from codemod.marker import START, unmarked_bytes

#: Nearly every file that uses fair-esm names it; searched first, over all files.
FIRST_WORD = b"esm"
#: Words of its interface, searched only in a repository that uses it: a file that is handed a model names no package.
WORDS = (
    b"load_model_and_alphabet", b"get_batch_converter", b"repr_layers", b"FastaBatchedDataset",
    b"tok_to_idx", b"all_toks",
)  # fmt: skip
#: An import of a package called esm, in any of its forms. Patterns that begin with a letter are searched ten times as
#: fast as others, so what may not stand before it is looked for behind it.
_IMPORTS = (
    rb"from(?<!\wfrom)[\s\\]+esm\b",
    rb"import(?<!\wimport)\b(?:[\w \t\f\v,.]|\\[\r\n]+){0,200}\besm\b",
    rb"facebookresearch/esm",
    rb"from(?<!\wfrom)[ \t]+[\w.]*\.esm(?:\.(?:pretrained|data)\b"
    rb"|[ \t]+import[^\n#]*\b(?:pretrained|Alphabet|FastaBatchedDataset)\b)",
    *(name + rb"\([\"']esm\b" for name in (b"import_module", b"importorskip", b"__import__")),
)
_REACHES = tuple(map(re.compile, _IMPORTS))
_MAY_USE = tuple(
    map(re.compile, (*_IMPORTS, *WORDS, rb"esm(?<!\wesm)\.pretrained\.esm", rb"esm(?<=[\"']esm)[.\"']"))
)
#: In a notebook lines are JSON strings.
_IN_NOTEBOOK = (re.compile(rb"\b(?:from|import)[ \t]+esm\b|facebookresearch/esm|" + b"|".join(WORDS)),)
_ORIGIN = re.compile(rb"from[\s\\]+[\w.\x80-\xff]+")
_IMPORTED = re.compile(rb"import[^\n\r(\\]*(?:\([^)]*|(?:\\\r?\n?[^\n\r\\]*)*)")
#: Leaves the words of a text, with spaces between them.
_WORDS_ALONE = bytes(n if re.match(rb"[\w\x80-\xff]", bytes([n])) else ord(" ") for n in range(256))
#: Words of files that use nothing and still bring or run it: an image's requirements, a document's commands.
_BRINGS = (
    b"fair-esm", b"fair_esm", b"facebookresearch/esm", b"esm-extract", b"esm-fold", b"esm.scripts", b"esm.pretrained.",
)  # fmt: skip
PROGRAMS = (".py", ".pyi", ".ipynb")


def candidates(found: Mapping[str, bytes]) -> list[str]:
    """The Python files and notebooks that may use fair-esm themselves."""
    return [path for path, data in found.items() if path.endswith(PROGRAMS) and _may_use(path, data)]


def _may_use(path: str, data: bytes) -> bool:
    notebook = path.endswith(".ipynb")
    return _any(_IN_NOTEBOOK if notebook else _MAY_USE, unmarked_bytes(data, notebook))


def _any(patterns: Iterable[re.Pattern[bytes]], data: bytes) -> bool:
    return any(pattern.search(data) for pattern in patterns)


def brought(found: Mapping[str, bytes]) -> bool:
    """Whether anything speaks of fair-esm as something to install or to run."""
    return any(word in data for data in found.values() for word in _BRINGS)


def marked_files(found: Mapping[str, bytes]) -> list[str]:
    """The Python files and notebooks that hold a comment of ours (see `codemod.marker`)."""
    return [path for path, data in found.items() if path.endswith(PROGRAMS) and START.encode() in data]


def reaches(program: str) -> bool:
    """Whether a program imports something called esm."""
    return _any(_REACHES, program.encode("utf-8", "surrogatepass"))


def import_text(data: bytes | bytearray, size: int) -> bytes:
    """What the import statements among the first `size` bytes say; a look at the text, which may find too much.

    Two patterns that begin with a letter each: Python searches those ten times as fast as lines.
    """
    return b" ".join(_ORIGIN.findall(data, 0, size) + _IMPORTED.findall(data, 0, size))


def names_any(text: bytes, names: Set[bytes]) -> bool:
    """Whether one of the names is a word of the text."""
    return not names.isdisjoint(text.translate(_WORDS_ALONE).split())
