"""The repository on disk, read only: its files, their bytes when they matter, and what could not be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Optional

from codemod.errors import Undecodable, Unreadable
from codemod.files import git
from codemod.files.candidates import FIRST_WORD, PROGRAMS, import_text, names_any
from codemod.files.discovery import discover
from codemod.files.scan import scan, survey
from codemod.files.text import Decoded, decode
from codemod.manifests.names import is_manifest
from codemod.marker import unmarked
from codemod.records import Leftover

if TYPE_CHECKING:  # parsing is not worth its start-up where nothing is parsed
    from codemod.notebooks.read import Notebook
    from codemod.program.source import Source

_USES = re.compile(
    rb"\b(?:import|from)[\s\\]+esm\b|fair[-_]esm|facebookresearch/esm|load_model_and_alphabet"
    rb"|import\(\\*[\"']esm\b"
)
#: Where one of these stands, a project begins, and a folder in it is a part of one.
_ROOTS = ("setup.py", "setup.cfg", "pyproject.toml", "requirements.txt", "environment.yml", "__init__.py")


class Repository:
    """Files are named relative to `root`; texts are decoded once. Raises UnusableInput for a path that is not there."""

    def __init__(self, paths: Sequence[Path], exclude: Sequence[str]) -> None:
        found = discover(paths, exclude)
        self.root, self.files, self.skipped = found.root, found.files, found.skipped
        self._given, self._exclude = paths, exclude
        self.problems: dict[str, Leftover] = {}
        self.unparsed: dict[str, tuple[int, str]] = {}  # programs: the line and the reason
        self.found = dict(scan(self.root, self.files, (FIRST_WORD,), self._unreadable))
        self.notebooks: dict[str, Notebook] = {}
        self._imports: dict[str, bytes] = {}
        self._texts: dict[str, Optional[Decoded]] = {}
        self._sources: dict[str, Optional[Source]] = {}

    @cached_property
    def manifests(self) -> list[str]:
        return [path for path in self.files if is_manifest(path)]

    @cached_property
    def is_whole(self) -> bool:
        """Whether nothing of the project lies outside what is looked at: it is all of a work tree, or of a folder."""
        narrowed = bool(self._exclude) or len(self._given) > 1 or not all(each.is_dir() for each in self._given)
        if narrowed or "__init__.py" in self.files:
            return False
        top = git.top_of(self.root)
        return top == self.root if top else not any((self.root.parent / name).exists() for name in _ROOTS)

    @cached_property
    def programs(self) -> list[str]:
        return [path for path in self.files if path.endswith(PROGRAMS)]

    def search(self, words: Iterable[bytes], endings: tuple[str, ...] = PROGRAMS) -> Mapping[str, bytes]:
        """The bytes of the files with these endings that contain one of the words."""
        files = [path for path in self.files if path.endswith(endings)]
        found = scan(self.root, files, tuple(words), self._unreadable)
        self.found.update(found)
        return found

    def survey(self, words: Iterable[bytes]) -> None:
        """Look at every program again: find those that contain one of the words, and note what each imports."""
        found, self._imports = survey(self.root, self.programs, tuple(words), self._unreadable, import_text)
        self.found.update(found)

    def importers(self, modules: Iterable[str]) -> Mapping[str, bytes]:
        """The surveyed files whose import statements name one of these modules."""
        wanted = {name.encode() for name in modules if name.isidentifier()}
        found = scan(self.root, [path for path, text in self._imports.items() if names_any(text, wanted)], (b"",))
        self.found.update(found)
        return found

    def decoded(self, path: str) -> Optional[Decoded]:
        """A file's text and codec, or None where it has none; the reason is kept where the file uses fair-esm."""
        if path not in self._texts:
            self._texts[path] = self._decode(path)
        return self._texts[path]

    def source(self, path: str) -> Optional[Source]:
        """A file parsed, or None where it does not parse; the reason is kept where the file uses fair-esm."""
        if path not in self._sources:
            decoded = self.decoded(path)
            self._sources[path] = self._parsed(path, decoded.text) if decoded else None
        return self._sources[path]

    def _parsed(self, path: str, text: str) -> Optional[Source]:
        from codemod.program.source import Source

        try:
            if not path.endswith(".ipynb"):
                return Source(path, text, unmarked(text))
            from codemod.notebooks.read import read

            self.notebooks[path] = notebook = read(text)
            self._unparsed_cells(path)
            cells = tuple(each.start for each in notebook.cells)
            return Source(path, notebook.source, unmarked(notebook.program), cells)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            self.unparsed[path] = (getattr(error, "lineno", None) or 1, _reason(error))
            self._problem(path, *self.unparsed[path])
            return None

    def _unparsed_cells(self, path: str) -> None:
        for line, cell in self.notebooks[path].unparsed:
            if "esm" in cell:
                self._problem(path, line, "a cell does not parse")

    def _decode(self, path: str) -> Optional[Decoded]:
        if path not in self.found:
            self.found.update(scan(self.root, [path], (b"",), self._unreadable))
        if path not in self.found:
            return None
        try:
            return decode(self.found[path])
        except Undecodable as error:
            self._problem(path, 1, error.reason)
            return None

    def _problem(self, path: str, line: int, why: str) -> None:
        if _USES.search(self.found.get(path, b"")):
            self.problems[path] = Leftover(path, line, "unreadable", f"{why}; fair-esm is named in it: migrate by hand")

    def _unreadable(self, path: str, why: str) -> None:
        self.problems[path] = Leftover(path, 1, "unreadable", why)


def _reason(error: BaseException) -> str:
    if isinstance(error, Unreadable):
        return str(error)
    if isinstance(error, SyntaxError):
        return f"does not parse: {error.msg}"
    too_deep = isinstance(error, (RecursionError, MemoryError))
    return f"does not parse: {'nested too deeply' if too_deep else error}"
