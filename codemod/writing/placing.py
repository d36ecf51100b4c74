"""Where imports and helper functions stand in a file: fair-esm's out, the target's in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Optional

from codemod.program.imports import (
    MARKER,
    ImportStatement,
    Names,
    asks,
    import_order,
    is_standard,
    named_in,
    of_packages,
    statement_of,
)
from codemod.program.line_spans import past_blank, shares_line, with_gap
from codemod.program.source import Source
from codemod.program.visibility import in_branch, is_inner, runs_later, sees_all
from codemod.records import Edit
from codemod.writing.heading import Heading
from codemod.writing.lazy import function_around, imported_in, is_light
from codemod.writing.own_imports import OwnImports
from codemod.writing.syntax import edit_import

_DEFINES = re.compile(r"(?:@|class\b|def\b|async\b)")


@dataclass(frozen=True)
class Placing:
    """`rewritten` are the rules' edits; `note` is a comment to stand where an import stood, if any."""

    source: Source
    names: Names
    leaving: Sequence[ast.alias]
    rewritten: Sequence[Edit]
    note: str = ""

    def edits(self) -> list[Edit]:
        """New imports stand where the first old one stood, if every edit can see it from there; else at the top.

        Where torch is imported only if it is there, so are they. What a function imports for itself stays there: the
        module is as cheap to import as it was.
        """
        own = {each: self.names.lines_for(texts, self._served) for each, texts in (self._own or {}).items()}
        places = {each: lines for each, lines in own.items() if isinstance(each, (ast.Import, ast.ImportFrom))}
        edits = [imported_in(self.source, each, lines) for each, lines in own.items()
                 if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)) and lines]  # fmt: skip
        if self._place is None:
            every = [*self._for_edits, *self.names.for_helpers]
            above, joined = self._merged(list(filter(is_standard, every)) if self._is_lazy else every)
            tried = self.names.tried
            if tried and (beside := [line for line in above if not is_standard(line)]):
                above = list(filter(is_standard, above))
                stop = self.source.span(tried)[1]
                edits.append(Edit(stop, stop, "".join(self._between(tried) + line for line in beside), "imports"))
        else:
            places[self._place], joined = self._merged(self._for_place)
            places.update(dict.fromkeys(self._again, places[self._place]))
            above = sorted(filter(is_standard, self.names.for_helpers)) if self._is_lazy else []
        edits += joined
        edits += [self._rewritten(statement, places.get(statement, [])) for statement in self._statements]
        if above:
            edits.append(self._added(above))
        return [*edits, *self._helpers(edits)]

    def too_early(self) -> Iterator[tuple[Edit, str]]:
        """The edits that need a name which their function imports only further down, with that name."""
        for edit in self.rewritten:
            placed = of_packages(edit.text) if self._is_lazy else set()
            for dotted in sorted(named_in(edit.text) - placed):
                if self._inner.hide(dotted, self.names.local[dotted], edit.start):
                    yield edit, self.names.local[dotted]

    @cached_property
    def _for_edits(self) -> list[str]:
        return self.names.for_edits(self._served)

    @cached_property
    def _inner(self) -> OwnImports:
        return OwnImports(self.source)

    @cached_property
    def _served(self) -> frozenset[str]:
        """What every edit that needs it finds imported in its function."""
        places = [(dotted, edit.start) for edit in self.rewritten for dotted in named_in(edit.text)]
        unserved = {each for each, start in places if not self._inner.serve(each, self.names.local[each], start)}
        return frozenset({each for each, _ in places} - unserved)

    @cached_property
    def _for_place(self) -> list[str]:
        """What is imported at the one place: for functions that import for themselves, only what the edits name."""
        if not self._is_lazy:
            return [*self._for_edits, *self.names.for_helpers]
        texts = [edit.text for edit in self.rewritten]
        return sorted({*self._for_edits, *self.names.lines_for(texts, self._served)})

    @cached_property
    def _is_lazy(self) -> bool:
        """Whether the helper functions import for themselves."""
        return self._own is not None or (self._place is not None and in_branch(self.source, self._place))

    @cached_property
    def _statements(self) -> dict[ImportStatement, list[ast.alias]]:
        """The statements that lose names, in the order of the file."""
        found: dict[ImportStatement, list[ast.alias]] = {}
        for alias in self.leaving:
            found.setdefault(statement_of(self.source, alias), []).append(alias)
        return dict(sorted(found.items(), key=lambda pair: self.source.span(pair[0])))

    @cached_property
    def _place(self) -> Optional[ImportStatement]:
        """The first import at module level that every edit can see."""
        outer = (each for each in self._statements if not is_inner(self.source, each))
        return next((each for each in outer if self._serves_all(each)), None)

    def _serves_all(self, statement: ImportStatement) -> bool:
        first, starts = self.source.span(statement)[0], [edit.start for edit in self.rewritten]
        now = [each for each in starts if each >= first or not runs_later(self.source, each, statement)]
        return sees_all(self.source, statement, now)

    @cached_property
    def _own(self) -> Optional[dict[ast.stmt, list[str]]]:
        """What serves the edits that need an import, with these edits' texts; None where the module has to.

        Functions' own imports of fair-esm do, and in a light module every function can have one.
        """
        apart = [each for each in self._statements if is_inner(self.source, each) or in_branch(self.source, each)]
        inner, light = apart, is_light(self.source)
        if self._place is not None or not (inner or light):
            return None
        found: dict[ast.stmt, list[str]] = {}
        for edit in self.rewritten:
            seen = (each for each in inner if sees_all(self.source, each, [edit.start]))
            home = next(seen, None) or (function_around(self.source, edit.start) if light else None)
            needs = of_packages(edit.text)
            if home is None and (needs or (MARKER.search(edit.text) and not inner)):
                return None
            if home is not None and needs:
                found.setdefault(home, []).append(edit.text)
        return found

    @cached_property
    def _places(self) -> frozenset[ast.stmt]:
        return frozenset([*(self._own or ()), *([self._place] if self._place else ()), *self._again])

    @cached_property
    def _again(self) -> list[ImportStatement]:
        """What imports it once more where that has failed: `except ImportError: install("fair-esm"); import esm`."""
        tried = self.source.parents[self._place] if self._place else None
        if not isinstance(tried, ast.Try) or self._place not in tried.body:
            return []
        retries = [(each, handler) for each in self._statements for handler in tried.handlers
                   if handler in self.source.ancestors(each)]  # fmt: skip
        return list({handler: each for each, handler in reversed(retries)}.values())

    @cached_property
    def _heading(self) -> Heading:
        """In a notebook that of the cell which imported fair-esm, else of the first one that needs what is added."""
        starts = [each.start for each in self.rewritten]
        needing = [each.start for each in self.rewritten if MARKER.search(each.text)]
        place = [self.source.span(self._place)[0]] if self._place else []
        return Heading(self.source, starts, min(place or needing or [0]))

    def _merged(self, lines: list[str]) -> tuple[list[str], list[Edit]]:
        """Names join an import of their package, standard modules go to the front: what is left, and the edits."""
        left, edits = [], []
        front: list[str] = []
        for line in sorted(lines, key=import_order):
            home = self._home(line)
            if home is not None:
                names = line.partition(" import ")[2].split(", ")
                joined = edit_import(self.source.code(home), (), names)
                edits.append(Edit(*self.source.span(home), joined or "", "imports"))
            elif is_standard(line) and self._first is not None:
                front.append(line)
            else:
                left.append(line)
        if front and self._first is not None:
            start = self.source.span(self._first)[0]
            edits.append(Edit(start, start, "".join(f"{line}\n" for line in front), "imports"))
        return left, edits

    def _home(self, line: str) -> Optional[ImportStatement]:
        """An import of the same package that the line's names can join."""
        if not line.startswith("from") or " as " in line:
            return None
        package = line.split()[1]
        for each in self._heading.imports:
            same = isinstance(each, ast.ImportFrom) and each.module == package and not each.level
            joinable = same and each not in self._statements and "#" not in self.source.code(each)
            if joinable and isinstance(each, ast.ImportFrom) and each.names[0].name != "*":
                return each
        return None

    @cached_property
    def _first(self) -> Optional[ImportStatement]:
        """The first import, to put standard modules before; None when it is itself one that goes."""
        plain = [each for each in self._heading.imports if getattr(each, "module", "") != "__future__"]
        return plain[0] if plain and plain[0] not in self._statements else None

    def _rewritten(self, statement: ImportStatement, lines: Sequence[str]) -> Edit:
        """One import statement after the change; the whole line goes when nothing is left of it."""
        start, stop = self.source.span(statement)
        left = self._left_of(statement)
        new = ([left] if left else []) + sorted(lines, key=import_order)
        alone = _only_one(self.source, statement, self._vanishing)
        if self.note and self.source.starts_line(statement):
            new = [f"{self.note}: {' '.join(self.source.code(statement).split())}", *new]
            new += ["pass"] if alone and len(new) == 1 else []
        elif not new and statement in self._asking:
            new = ["import transformers"]
        if new:
            return Edit(start, stop, self._between(statement).join(new), "imports")
        if alone:
            return Edit(start, stop, "pass", "imports")
        parent = self.source.parents[statement]
        opens = not isinstance(parent, ast.Module) and getattr(parent, "body", [None])[0] is statement
        return Edit(*(past_blank if opens else with_gap)(self.source, statement), "", "imports")

    def _between(self, statement: ImportStatement) -> str:
        """What stands between statements in the place of one: a new line, or `; ` where it shares its line."""
        return f"\n{self.source.indent(statement)}" if self.source.starts_line(statement) else "; "

    @cached_property
    def _vanishing(self) -> frozenset[ast.stmt]:
        """Statements of which nothing stays and in whose place nothing comes."""
        whole = [each for each, gone in self._statements.items() if len(gone) == len(each.names)]
        return frozenset(each for each in whole if each not in self._places and not self.note)

    @cached_property
    def _asking(self) -> frozenset[ast.stmt]:
        """One statement of each `try` that asks whether the package is there and gets no new import."""
        parents = self.source.parents
        asking = {parents[each]: each for each in reversed(list(self._statements)) if asks(self.source, each)}
        answered = {parents[each] for each in self._places} if self._for_edits else set()
        return frozenset(each for tried, each in asking.items() if tried not in answered)

    def _left_of(self, statement: ImportStatement) -> Optional[str]:
        aliases = self._statements[statement]
        if len(aliases) == len(statement.names):
            return None
        return edit_import(self.source.code(statement), {alias.name for alias in aliases})

    def _added(self, lines: Sequence[str]) -> Edit:
        """New import lines after the module's imports."""
        offset, text = self._heading.stop, "\n".join(sorted(lines, key=import_order))
        ended = not offset or self.source.text[:offset].endswith(("\n", "\r"))
        before = "\n" if self._heading.docstring and not self._heading.imports else ""
        after = "\n\n" if _DEFINES.match(self.source.text, offset) and not self.names.helpers else ""
        return Edit(offset, offset, f"{before}{text}\n{after}" if ended else f"\n{before}{text}", "imports")

    def _helpers(self, edits: Sequence[Edit]) -> Iterator[Edit]:
        """Helper functions after the imports, two blank lines around them."""
        if not self.names.helpers:
            return
        offset, text = self._heading.stop, self.source.text
        opens = offset == self._heading.start and all(each.start != offset for each in edits)
        before = "" if opens else "\n\n" if text[:offset].endswith(("\n", "\r")) or not offset else "\n\n\n"
        rest = text[offset:]
        blank = rest[: len(rest) - len(rest.lstrip("\r\n"))].replace("\r\n", "\n")
        after = "\n" * max(0, 2 - len(blank)) if rest.strip() else ""
        yield Edit(offset, offset, f"{before}{self.names.helper_text(lazy=self._is_lazy)}{after}", "helpers")


def _only_one(source: Source, statement: ast.stmt, vanishing: frozenset[ast.stmt]) -> bool:
    """Whether a block would be empty without the statement, or it shares its line with another."""
    parent = source.parents[statement]
    blocks = [block for _, block in ast.iter_fields(parent) if isinstance(block, list)]
    block = next(block for block in blocks if statement in block)
    others = [each for each in block if each not in vanishing]
    if not isinstance(parent, ast.Module) and others in ([], [statement]) and block[0] is statement:
        return True
    return not source.starts_line(statement) or shares_line(statement, block)

