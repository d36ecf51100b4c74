"""The repository as Python sees it: which file a module name means, and the files parsed so far."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import PurePosixPath
from typing import Optional

from codemod.program.releases import LANGUAGE_MODEL_FILES, is_released
from codemod.program.source import Source


class Project:
    """`paths` are all Python files and notebooks of the repository; `read` gives one of them parsed, or None.

    A file that does not parse is None too: `read` has reported it.
    """

    def __init__(self, paths: Iterable[str], read: Callable[[str], Optional[Source]]) -> None:
        self.paths = frozenset(path for path in paths if not path.endswith(".ipynb"))  # nobody imports a notebook
        self._read = read
        self._sources: dict[str, Optional[Source]] = {}
        self.module = lru_cache(maxsize=None)(self._module)
        self.changed_in = lru_cache(maxsize=None)(self._changed_in)
        self.imports = lru_cache(maxsize=None)(self._imports)

    @cached_property
    def copies(self) -> frozenset[str]:
        """Folders that hold a copy of fair-esm's own package."""
        marks = (path for path in self.paths if path.endswith("esm/pretrained.py"))
        return frozenset(path.rpartition("/")[0] for path in marks if self._loads_checkpoints(path))

    def copy_of(self, path: str) -> Optional[str]:
        """The copy of fair-esm that a file belongs to."""
        return next((folder for folder in self.copies if path.startswith(f"{folder}/")), None)

    def checkout_of(self, path: str) -> Optional[str]:
        """The folder with a whole checkout of fair-esm's repository that a file belongs to: its tests, its examples."""
        return next((folder for folder in self._checkouts if folder == "." or path.startswith(f"{folder}/")), None)

    @cached_property
    def _checkouts(self) -> list[str]:
        parents = {str(PurePosixPath(folder).parent) for folder in self.copies}
        setups = [(parent, str(PurePosixPath(parent, "setup.py"))) for parent in sorted(parents)]
        known = [(parent, self.source(setup)) for parent, setup in setups if setup in self.paths]
        return [parent for parent, setup in known if setup and "fair-esm" in setup.program]

    def name_in_copy(self, path: str) -> Optional[str]:
        """The name that a file of a copy has in fair-esm itself, `esm.model.esm2`; None for any other file."""
        folder = self.copy_of(path)
        inside = _module_path(path[len(folder) :]) if folder else ""
        return f"esm{inside.replace('/', '.')}" if folder else None

    def _changed_in(self, folder: str) -> tuple[str, ...]:
        """The files of a copy of fair-esm that are not as released; only those a language model is made of count."""
        names = [name for name in LANGUAGE_MODEL_FILES if f"{folder}/{name}" in self.paths]
        sources = [(name, self.source(f"{folder}/{name}")) for name in names]
        return tuple(name for name, source in sources if source is None or not is_released(name, source.text))

    def _loads_checkpoints(self, path: str) -> bool:
        source = self.source(path)
        return source is not None and "load_model_and_alphabet" in source.bindings[source.tree]

    def source(self, path: str) -> Optional[Source]:
        """A file parsed; None where there is no such file, or no program in it."""
        if path not in self._sources:
            self._sources[path] = self._read(path)
        return self._sources[path]

    @property
    def sources(self) -> list[Source]:
        """The files parsed so far."""
        return [source for _, source in sorted(self._sources.items()) if source]

    def imported(self, importer: str, statement: ast.ImportFrom) -> Optional[str]:
        """The file that `from X import ...` reads from, or None when it is not in the repository."""
        if statement.level:
            folder = PurePosixPath(importer).parent
            for _ in range(statement.level - 1):
                folder = folder.parent
            return self._in_folder(folder, statement.module or "")
        return self.module(importer, statement.module or "")

    def _imports(self, path: str) -> tuple[str, ...]:
        """The files of the repository that a file imports from, in the order of their names."""
        source = self.source(path)
        return tuple(sorted(set(self.named_by(path, source.imports if source else ()))))

    def reach(self, paths: Iterable[str], within: Callable[[str], bool]) -> list[str]:
        """Files and those that they import, directly or not, as far as these are within; the nearest come first."""
        found = dict.fromkeys(paths)
        todo = list(found)
        for path in todo:  # grows as it goes
            fresh = [each for each in self.imports(path) if each not in found and within(each)]
            found.update(dict.fromkeys(fresh))
            todo += fresh
        return todo

    def named_by(self, path: str, statements: Iterable[ast.Import | ast.ImportFrom]) -> Iterator[str]:
        """The files of the repository that import statements of a file name."""
        for node in statements:
            if isinstance(node, ast.Import):
                yield from filter(None, (self.module(path, alias.name) for alias in node.names))
            else:
                target = self.imported(path, node)
                if target:
                    yield target
                    yield from filter(None, (self.submodule(target, alias.name) for alias in node.names))

    def submodule(self, path: str, name: str) -> Optional[str]:
        """The file of `package.name`, when `path` is a package's `__init__.py`."""
        if path.rpartition("/")[2] != "__init__.py":
            return None
        return self._in_folder(PurePosixPath(path).parent, name)

    def _module(self, importer: str, dotted: str) -> Optional[str]:
        """Absolute imports search the importer's folder and every folder above it, as scripts and packages do."""
        for folder in PurePosixPath(importer).parents:
            for root in (folder, folder / "src"):
                found = self._in_folder(root, dotted)
                if found and found != importer:
                    return found
        return self._through_sys_path(importer, dotted)

    def _through_sys_path(self, importer: str, dotted: str) -> Optional[str]:
        """The one module of the repository with such a name, for an importer that edits `sys.path`."""
        source = self.source(importer) if dotted else None
        if source is None or "sys.path" not in source.program:
            return None
        tail = "/" + dotted.replace(".", "/")
        alike = self._by_stem.get(dotted.rpartition(".")[2], ())
        found = [path for path in alike if f"/{_module_path(path)}".endswith(tail) and self._may_be(path, dotted)]
        return found[0] if len(found) == 1 and found[0] != importer else None

    def _may_be(self, path: str, dotted: str) -> bool:
        """Whether a module far away is meant: one that is called esm has to have something of fair-esm's."""
        source = self.source(path) if dotted == "esm" else None
        return source is None or bool(source.bindings[source.tree] & _FAIR_ESMS)

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        """Modules by the last part of their names."""
        stems: dict[str, list[str]] = {}
        for path in self.paths:
            stems.setdefault(_module_path(path).rpartition("/")[2], []).append(path)
        return stems

    def _in_folder(self, folder: PurePosixPath, dotted: str) -> Optional[str]:
        base = folder.joinpath(*dotted.split(".")) if dotted else folder
        for candidate in (base / "__init__.py", base.with_name(base.name + ".py") if base.name else base):
            if str(candidate) in self.paths:
                return str(candidate)
        return None


#: What programs read of fair-esm's package.
_FAIR_ESMS = frozenset(["pretrained", "data", "model", "Alphabet", "BatchConverter", "FastaBatchedDataset"])


def _module_path(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__")
