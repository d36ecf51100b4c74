"""What imports bind: a name of fair-esm's, something of the repository, or a name of another package."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Optional

from codemod.flow.frame import Frame, lookup_global
from codemod.flow.joining import join
from codemod.flow.values import OTHER, UNSEEN, Deferred, External, Meaning, Module, Value
from codemod.library import MODULES, canonical, is_evolutionaryscale
from codemod.program.source import Source

if TYPE_CHECKING:
    from codemod.flow.analysis import Analysis


def import_module(analysis: Analysis, frame: Frame, node: ast.Import, alias: ast.alias) -> None:
    top = alias.name.partition(".")[0]
    shown = alias.name if alias.asname else top
    value = _module(analysis, frame.source, alias, shown, alias.name)
    if not alias.asname:
        value = _beside_earlier(frame.env.get(top), value)
    frame.bind(alias.asname or top, value)


def _beside_earlier(earlier: Value, value: Value) -> Value:
    """`import esm.x` and `import esm` bind one name to one object: a read of it may need what either has loaded."""
    both = isinstance(earlier, Meaning) and isinstance(value, Meaning) and earlier.kind == value.kind
    return join(earlier, value) if both else value


def import_from(analysis: Analysis, frame: Frame, node: ast.ImportFrom, alias: ast.alias) -> None:
    path = analysis.project.imported(frame.source.path, node)
    if alias.name == "*":
        _import_star(analysis, frame.source, node, alias, path)
        return
    name = alias.asname or alias.name
    copied = analysis.project.name_in_copy(path) if path else None
    if path is not None:
        analysis.taken[frame.scope, name].add((path, alias.name))
    if copied:
        frame.bind(name, _fair_esm(analysis, frame.source, alias, f"{copied}.{alias.name}", path))
    elif path is not None and not _shadows(analysis, path, node.module or "", alias.name):
        frame.bind(name, _through(analysis, frame.source, alias, _from(analysis, frame.source, path, alias.name)))
    elif node.level == 0:
        frame.bind(name, _module(analysis, frame.source, alias, f"{node.module}.{alias.name}", ""))
    else:
        frame.bind(name, OTHER)


def imported_by_name(analysis: Analysis, path: str, name: str, node: ast.AST) -> Value:
    """`importlib.import_module(name)`."""
    known = canonical(name)
    return Meaning(known, frozenset([node]), frozenset([node])) if known in MODULES and known else OTHER


def _from(analysis: Analysis, importer: Source, path: str, name: str) -> Value:
    """A name of another module of the repository."""
    submodule = analysis.project.submodule(path, name)
    if not _near(analysis, importer, submodule or path):
        return Module(submodule) if submodule else Deferred(path, name)
    analysis.enter(path)
    value = lookup_global(analysis, path, name)
    if submodule and value in (None, UNSEEN, OTHER):
        analysis.enter(submodule)
        return Module(submodule)
    return value


def _near(analysis: Analysis, importer: Source, path: str) -> bool:
    """Whether a module is read at once: a candidate, or imported by one."""
    return path in analysis.candidates or importer.path in analysis.candidates


def _through(analysis: Analysis, source: Source, alias: ast.alias, value: Value) -> Value:
    """A fair-esm name that another module of the repository hands on is imported here too."""
    if isinstance(value, Meaning) and value.via:
        analysis.aliases[alias] = (source, value.kind)
        return Meaning(value.kind, frozenset(), value.via | {alias})
    return value


def _shadows(analysis: Analysis, path: str, module: str, name: str) -> bool:
    """Whether a local module called esm stands where fair-esm is meant: it has no such name, and fair-esm has."""
    if module.partition(".")[0] != "esm":
        return False
    source = analysis.project.source(path)
    if source is None or (name and name in source.bindings[source.tree]):
        return False
    return bool(name) and canonical(f"{module}.{name}") is not None and not analysis.project.submodule(path, name)


def _import_star(analysis: Analysis, source: Source, node: ast.ImportFrom, alias: ast.alias, path: str | None) -> None:
    if path is not None and _near(analysis, source, path):
        analysis.enter(path)
    origin = path or (canonical(node.module or "") if node.level == 0 else None)
    if origin is None or alias in analysis.stars[source.path]:
        return
    analysis.stars[source.path].append(alias)
    analysis.star_origins[alias] = origin
    if path is None:
        analysis.aliases[alias] = (source, f"{origin}.*")


def _module(analysis: Analysis, source: Source, alias: ast.alias, shown: str, loaded: str) -> Value:
    """What an absolute import binds: fair-esm's name, a module here, or another package's name."""
    top = shown.partition(".")[0]
    path = analysis.project.module(source.path, shown) if loaded else None
    copied = analysis.project.name_in_copy(path) if path else None
    if copied:
        return _fair_esm(analysis, source, alias, copied, path)
    if path is not None and not _shadows(analysis, path, shown, ""):
        if _near(analysis, source, path):
            analysis.enter(path)
        return Module(path)
    if top != "esm" or is_evolutionaryscale(loaded or shown) or _is_about_evolutionaryscale(source):
        return External(shown)
    return _fair_esm(analysis, source, alias, shown, None)


def _fair_esm(analysis: Analysis, source: Source, alias: ast.alias, name: str, path: Optional[str]) -> Value:
    """A name of the installed package, or of the copy in the repository that `path` belongs to."""
    known = canonical(name)
    if known is None:
        return External(name)
    analysis.aliases[alias] = (source, name)
    path = path or analysis.project.module(source.path, "esm.pretrained")
    copied = analysis.project.copy_of(path) if path else None
    changed = analysis.project.changed_in(copied) if copied else ()
    if changed:
        analysis.copies[alias] = f"{copied}/, changed in {', '.join(changed)}"
    return Meaning(known, frozenset(), frozenset([alias]))


_FAIR = re.compile(r"\b(?:pretrained\.(?:esm|load_)|FastaBatchedDataset|get_batch_converter|load_model_and_alphabet)")


def _is_about_evolutionaryscale(source: Source) -> bool:
    """Whether a file imports what only EvolutionaryScale's esm has, and names nothing that only fair-esm has."""
    return any(map(is_evolutionaryscale, source.imported)) and not _FAIR.search(source.program)
