"""Follow fair-esm's values through the repository, across files, to a fixpoint.

An abstract interpreter: every scope is run with what is known of its variables, in the order of execution; what other
scopes may see (globals, attributes, parameters, returns) goes through cells, and a scope runs again when a cell that
it read has risen. It reads programs and never runs them.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from codemod.flow.annotations import named, promise_parameters
from codemod.flow.arguments import Arguments
from codemod.flow.cells import Cells
from codemod.flow.control import execute
from codemod.flow.expressions import evaluate
from codemod.flow.externals import external
from codemod.flow.frame import Frame, lookup_global
from codemod.flow.importable import importable
from codemod.flow.joining import element, join
from codemod.flow.local_weights import file_name, published
from codemod.flow.rebound import enclosed
from codemod.flow.values import (
    OTHER,
    Const,
    External,
    Func,
    Instance,
    Meaning,
    Mixed,
    Seq,
    Value,
    hints,
    meanings,
    origins,
)
from codemod.library import (
    CHECKPOINTS,
    LAYERS,
    NUM_LAYERS,
    WITHOUT_COUNTERPART,
)
from codemod.program.project import Project
from codemod.program.source import FunctionNode, Source, parameters


class Analysis:
    """What every expression of the repository means; filled by `run`."""

    def __init__(self, project: Project, open_kinds: tuple[type, ...] = (str, int)) -> None:
        self.project = project
        self.cells = Cells(open_kinds)
        self.values: dict[ast.AST, Value] = {}
        self.owners: dict[ast.AST, Source] = {}
        self.aliases: dict[ast.alias, tuple[Source, str]] = {}
        self.copies: dict[ast.AST, str] = {}  # import aliases that mean a changed copy of fair-esm
        self.calls: dict[ast.AST, tuple[str, Value]] = {}
        self.datasets: dict[ast.ClassDef, Meaning] = {}  # subclasses of FastaBatchedDataset, with the base they name
        self.escapes: dict[ast.AST, tuple[Value, str]] = {}
        self.stars: defaultdict[str, list[ast.alias]] = defaultdict(list)
        self.star_origins: dict[ast.AST, str] = {}
        self.taken: defaultdict[tuple[ast.AST, str], set[tuple[str, str]]] = defaultdict(set)  # imported variables
        self.settled = False  # from then on, an attribute that nothing here sets is somebody else's
        self._bases: dict[ast.ClassDef, list[ast.ClassDef]] = {}
        self._derived: defaultdict[ast.ClassDef, list[ast.ClassDef]] = defaultdict(list)
        self._entered: set[str] = set()
        self._have_run: set[str] = set()
        self._in_tests = lru_cache(maxsize=None)(_in_tests)
        self.candidates: frozenset[str] = frozenset()

    def run(self, paths: Iterable[str]) -> None:
        self.candidates = frozenset(paths)
        for path in sorted(self.candidates):
            self.enter(path)
        self.cells.settle(self._run)
        self.settled = True
        self._unseen()
        self.cells.resume()
        self.cells.settle(self._run)

    def _unseen(self) -> None:
        """Parameters that nothing has filled are filled by callers that nobody sees."""
        for function in [each for each in self.owners if isinstance(each, FunctionNode)]:
            for each in parameters(function):
                self.cells.leave_unseen(("param", function, each.arg))

    def enter(self, path: str) -> None:
        """Queue a module once."""
        source = None if path in self._entered else self.project.source(path)
        self._entered.add(path)
        if source is not None:
            self.owners[source.tree] = source
            self.cells.enqueue(source.tree)

    def entered(self, path: str) -> bool:
        return path in self._entered

    def awaits(self, path: str) -> bool:
        """Whether a module has yet to run, so that its star imports may yet bring a name; who asks runs again then."""
        self.cells.read(("stars", path))
        return path in self._entered and path not in self._have_run

    def _run(self, scope: ast.AST) -> None:
        source = self.owners[scope]
        frame = Frame(self, source, scope)  # type: ignore[arg-type]
        if isinstance(scope, FunctionNode):
            frame.env = {each.arg: self._parameter(source, scope, each.arg) for each in parameters(scope)}
        if isinstance(scope, ast.Lambda):
            self.cells.write(("return", scope), frame.evaluate(scope.body))
        else:
            execute(frame, scope.body)  # type: ignore[attr-defined]
        if isinstance(scope, ast.Module) and source.path not in self._have_run:
            self._have_run.add(source.path)
            self.cells.touch(("stars", source.path))

    def _parameter(self, source: Source, scope: ast.AST, name: str) -> Value:
        """What the callers give, or what a pytest fixture of that name returns."""
        value = self.cells.read(("param", scope, name))
        if value is not None or not self._in_tests(source):
            return value
        homes = [source.path, self.project.module(source.path, "conftest")]
        for fixture in (lookup_global(self, path, name) for path in homes if path):
            if isinstance(fixture, Func) and _is_fixture(fixture.node):
                given = self.cells.read(("return", fixture.node))
                return element(given) if isinstance(given, Seq) else given
        return value

    def evaluate(self, frame: Frame, node: ast.expr) -> Value:
        return evaluate(frame, node)

    def returned(self, frame: Frame, node: ast.AST) -> list[Value]:
        """What a function returns when it is run in a frame of its own."""
        if isinstance(node, ast.Lambda):
            return [frame.evaluate(node.body)]
        execute(frame, node.body)  # type: ignore[attr-defined]
        return frame.returned

    def external(self, frame: Frame, node: ast.Call, name: str, arguments: Arguments) -> Value:
        return external(frame, node, name, arguments)

    def keep(self, node: ast.AST, value: Value) -> Value:
        """Join a value into what is known of a node; gives the value back, not the join."""
        self.values[node] = join(self.values.get(node), value)
        return value

    def define(self, frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        """A function has been met: its defaults are known now, and it will run."""
        enclosed(frame, node)
        if importable(frame.source, node):
            self.cells.importable.add(node)
        arguments = node.args
        plain = [*arguments.posonlyargs, *arguments.args]
        pairs = list(zip(plain[len(plain) - len(arguments.defaults) :], arguments.defaults))
        pairs += [(name, value) for name, value in zip(arguments.kwonlyargs, arguments.kw_defaults) if value]
        for argument, default in pairs:
            self.cells.write(("param", node, argument.arg), frame.evaluate(default))
        promise_parameters(frame, node)
        returns = getattr(node, "returns", None)
        if returns is not None:
            named(frame, returns)
        if node not in self.owners:
            self.owners[node] = frame.source
            self.cells.enqueue(node)

    def escape(self, value: Value, node: ast.AST, why: str) -> None:
        """A fair-esm value goes where it cannot be followed."""
        if self.is_bound(value):
            self.escapes[node] = (value, why)

    def is_bound(self, value: Value) -> bool:
        """Whether a value may not go where it cannot be followed."""
        return isinstance(value, Mixed) or any(meaning.kind not in _FREE for meaning in meanings(value))

    def loaded(self, node: ast.AST, kind: str, name: Value) -> None:
        """A call of a fair-esm name, with the value of its first argument."""
        self.calls[node] = (kind, join(self.calls.get(node, (kind, None))[1], name))

    def depth(self, model: Meaning) -> Value:
        """The number of layers, where every checkpoint the model can be has the same."""
        layers = {CHECKPOINTS[name].layers if name in CHECKPOINTS else None for name in self.checkpoints(model)}
        only = next(iter(layers)) if len(layers) == 1 else None
        return External(NUM_LAYERS) if only is None else Const(frozenset([only]))

    def checkpoints(self, value: Meaning) -> frozenset[str]:
        """The names of the checkpoints behind a value; `?` stands for one that is not known."""
        names = frozenset(name for origin in value.origins if origin in self.calls for name in self.names(origin))
        return names or frozenset("?")

    def names(self, origin: ast.AST) -> frozenset[str]:
        """The checkpoint names one load can mean."""
        kind, argument = self.calls.get(origin, ("", OTHER))
        last = kind.rpartition(".")[2]
        if last in CHECKPOINTS or last in WITHOUT_COUNTERPART:
            return frozenset([last])
        if kind == "esm.pretrained.*":
            return self._choice(origin) or frozenset("?")
        known = [published(name) or name for name in self.paths(origin)]
        others = ["?"] if isinstance(argument, Const) and argument.open else []
        return frozenset([*known, *others]) or frozenset("?")

    def paths(self, origin: ast.AST) -> frozenset[str]:
        """The names and paths one load is given, as they are written."""
        _, argument = self.calls.get(origin, ("", OTHER))
        known = hints(argument)
        if known:
            return frozenset(name for name in known if isinstance(name, str))
        written = file_name(origin.args[0]) if isinstance(origin, ast.Call) and origin.args else None
        return frozenset([written] if written and written.endswith(".pt") else [])

    def _choice(self, call: ast.AST) -> frozenset[str]:
        """The factories that a variable called here can be."""
        function = self.values.get(call.func) if isinstance(call, ast.Call) else None
        mentions = [self.values.get(origin) for origin in origins(function)]
        kinds = [each.kind.rpartition(".")[2] for each in mentions if isinstance(each, Meaning)]
        return frozenset(kinds) if "*" not in kinds else frozenset()

    def lineage(self, node: ast.ClassDef) -> list[ast.ClassDef]:
        """A class and its bases in the repository, nearest first."""
        return _closure(node, self._bases)

    def heirs(self, node: ast.ClassDef) -> list[ast.ClassDef]:
        """The subclasses of a class in the repository."""
        return _closure(node, self._derived)[1:]

    def contents(self, value: Value) -> Value:
        """What a named tuple may give when it is taken apart: nothing that can be proven."""
        if not isinstance(value, Instance):
            return value
        if not any("NamedTuple" in ast.unparse(base) for base in value.node.bases):
            return OTHER
        held = [each for owner in self.lineage(value.node) for each in self.cells.attributes(owner)]
        inside = frozenset(origin for each in held for origin in origins(each))
        return Mixed(inside) if inside else OTHER

    def inherit(self, node: ast.ClassDef, bases: list[ast.ClassDef]) -> None:
        self._bases[node] = bases
        for base in bases:
            if node not in self._derived[base]:
                self._derived[base].append(node)


def _in_tests(source: Source) -> bool:
    return source.path.rpartition("/")[2].startswith("test") or "fixture" in source.program


def _is_fixture(node: ast.AST) -> bool:
    return any("fixture" in ast.unparse(each) for each in getattr(node, "decorator_list", ()))


#: Values that may go anywhere: after the migration they are plain callables, lists and dicts that work alike.
_FREE = frozenset(["esm.BatchConverter", "esm.Dataset", LAYERS])


def _closure(node: ast.ClassDef, edges: Mapping[ast.ClassDef, list[ast.ClassDef]]) -> list[ast.ClassDef]:
    found = {node: None}
    todo = list(edges.get(node, ()))
    while todo:
        each = todo.pop(0)
        if each not in found:
            found[each] = None
            todo.extend(edges.get(each, ()))
    return list(found)
