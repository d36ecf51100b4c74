"""Write a file's new text: the rules' edits, fair-esm's imports out, the target's imports and helper functions in."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Optional

from codemod.imports import ImportStatement, Names, clashes, import_order, written
from codemod.records import Edit
from codemod.source import FunctionNode, Source
from codemod.syntax import edit_import
from codemod.text import newline_of
from codemod.usage import Use


class CannotWrite(Exception):
    """These uses cannot be written down together; the reason is the message."""

    def __init__(self, uses: Sequence[Use], why: str) -> None:
        super().__init__(why)
        self.uses = tuple(uses)


@dataclass(frozen=True)
class Assembled:
    """The new text of a file, and the edits that lead to it."""

    text: str
    edits: tuple[Edit, ...]


def assemble(
    source: Source, edits: dict[Use, list[Edit]], leaving: Sequence[ast.alias], note: str = ""
) -> Assembled:
    """The file after these uses' edits, without the import aliases that leave. Raises CannotWrite.

    `note` is a comment to stand where an import stood; none by default.
    """
    statements = _statements(source, leaving)
    gone = frozenset(written(alias, statement) for statement, aliases in statements.items() for alias in aliases)
    ordered = _without_nested(source, _ordered(source, edits))
    names = Names(source, [edit.text for edit in ordered], gone)
    clash = clashes(names)
    if clash:
        raise CannotWrite(list(edits), f"{clash} means something else in this module than the package")
    resolved = [Edit(edit.start, edit.stop, names.resolve(edit.text), edit.rule) for edit in ordered]
    inside = [edit for edit in ordered if edit.start != edit.stop]
    imports = _import_edits(source, statements, names, [edit.start for edit in ordered], note)
    resolved += [edit for edit in imports if not any(each.start <= edit.start < each.stop for each in inside)]
    resolved += _helper_edits(source, names, resolved)
    return _spliced(source, resolved)


def _spliced(source: Source, edits: Iterable[Edit]) -> Assembled:
    newline = newline_of(source.text)
    text, position, made = [], 0, []
    for edit in sorted(edits, key=lambda each: (each.start, each.stop)):
        new = edit.text.replace("\n", newline)
        text += [source.text[position : edit.start], new]
        position = edit.stop
        made.append(Edit(edit.start, edit.stop, new, edit.rule))
    return Assembled("".join([*text, source.text[position:]]), tuple(made))


def _ordered(source: Source, edits: dict[Use, list[Edit]]) -> list[Edit]:
    """Edits by place; insertions at one place open from the outside in and close from the inside out."""
    keyed = []
    for use, made in edits.items():
        start, stop = source.span(use.node)
        for number, edit in enumerate(made):
            size = stop - start
            nesting = -size if edit.start == start else size
            keyed.append(((edit.start, edit.start != edit.stop, nesting, number), edit))
    return [edit for _, edit in sorted(keyed, key=lambda pair: pair[0])]


#: Rules whose replacement makes what is inside it unnecessary.
_SWALLOW = frozenset(["representations", "type_names", "model_call", "stub"])


def _without_nested(source: Source, edits: list[Edit]) -> list[Edit]:
    kept: list[Edit] = []
    for edit in edits:
        if kept and edit.start < kept[-1].stop:
            if edit.stop <= kept[-1].stop and kept[-1].rule in _SWALLOW:
                continue
            raise CannotWrite([], f"two rewrites meet at line {source.line_of(edit.start)}")
        kept.append(edit)
    return kept


def _statements(source: Source, aliases: Sequence[ast.alias]) -> dict[ImportStatement, list[ast.alias]]:
    found: dict[ImportStatement, list[ast.alias]] = {}
    for alias in aliases:
        statement = source.parents[alias]
        assert isinstance(statement, (ast.Import, ast.ImportFrom))
        found.setdefault(statement, []).append(alias)
    return dict(sorted(found.items(), key=lambda pair: source.span(pair[0])))


def _import_edits(
    source: Source, leaving: dict[ImportStatement, list[ast.alias]], names: Names, starts: list[int], note: str
) -> list[Edit]:
    """Imports out and in. The new ones stand where the first old one stood, if every edit can see it from there."""
    place = next((each for each in leaving if _sees_all(source, each, starts)), None)
    inner = place is not None and not isinstance(source.scope_of(place), ast.Module)
    coming = names.for_edits if inner else names.for_edits + names.for_helpers
    edits = []
    for statement, aliases in leaving.items():
        left = _left_of(source, statement, aliases)
        edits.append(_rewritten(source, statement, left, _in_order(coming) if statement is place else [], note))
    above = _in_order(coming) if place is None else names.for_helpers if inner else []
    return [*edits, _added(source, above)] if above else edits


def _in_order(lines: list[str]) -> list[str]:
    return sorted(lines, key=import_order)


def _sees_all(source: Source, statement: ImportStatement, starts: list[int]) -> bool:
    scope = source.scope_of(statement)
    if isinstance(scope, ast.Module):
        return not any(isinstance(each, ast.If) and "TYPE_CHECKING" in ast.dump(each.test)
                       for each in source.ancestors(statement))  # fmt: skip
    start, stop = source.span(scope)
    return isinstance(scope, FunctionNode) and all(start <= each < stop for each in starts)


def _left_of(source: Source, statement: ImportStatement, aliases: list[ast.alias]) -> Optional[str]:
    if len(aliases) == len(statement.names):
        return None
    return edit_import(source.code(statement), {alias.name for alias in aliases})


def _rewritten(
    source: Source, statement: ImportStatement, left: Optional[str], lines: list[str], note: str
) -> Edit:
    """One import statement after the change; the whole line goes when nothing is left of it."""
    start, stop = source.span(statement)
    new = ([left] if left else []) + lines
    if note:
        needed = not new and _only_one(source, statement)
        new = [f"{note}: {' '.join(source.code(statement).split())}", *new, *(["pass"] if needed else [])]
    if new:
        return Edit(start, stop, f"\n{source.indent(statement)}".join(new), "imports")
    if _only_one(source, statement):
        return Edit(start, stop, "pass", "imports")
    return Edit(*_whole_line(source, start, stop), "", "imports")


def _only_one(source: Source, statement: ast.stmt) -> bool:
    """Whether a block would be empty without the statement, or shares its line with another."""
    blocks = [block for _, block in ast.iter_fields(source.parents[statement]) if isinstance(block, list)]
    block = next(block for block in blocks if statement in block)
    if len(block) == 1 and not isinstance(source.parents[statement], ast.Module):
        return True
    return any(each is not statement and each.lineno == statement.lineno for each in block)


def _whole_line(source: Source, start: int, stop: int) -> tuple[int, int]:
    """From the start of the statement's line to the start of the next."""
    first = source.line_starts[source.line_of(start) - 1]
    last = source.line_of(stop)
    return first, source.line_starts[last] if last < len(source.line_starts) else len(source.text)


def _added(source: Source, lines: list[str]) -> Edit:
    """New import lines after the module's imports."""
    text = "\n".join(lines)
    last = _last_import(source)
    if last is None:
        return Edit(_top(source), _top(source), f"{text}\n", "imports")
    stop = _whole_line(source, *source.span(last))[1]
    ended = source.text[:stop].endswith(("\n", "\r"))
    return Edit(stop, stop, f"{text}\n" if ended else f"\n{text}", "imports")


def _last_import(source: Source) -> Optional[ast.stmt]:
    """The last import before the first function or class."""
    found = None
    for statement in source.tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            break
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            found = statement
    return found


def _top(source: Source) -> int:
    """After the docstring, or at the first statement."""
    body = source.tree.body
    documented = body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    if documented and isinstance(body[0].value.value, str):  # type: ignore[attr-defined]
        return _whole_line(source, *source.span(body[0]))[1]
    return source.line_starts[body[0].lineno - 1] if body else 0


def _helper_edits(source: Source, names: Names, edits: list[Edit]) -> list[Edit]:
    """Helper functions after the imports, two blank lines around them."""
    if not names.helpers:
        return []
    last = _last_import(source)
    offset = _whole_line(source, *source.span(last))[1] if last else _top(source)
    inserted = max((edit.stop for edit in edits if edit.rule == "imports" and edit.start == edit.stop == offset), default=offset)
    before = "\n\n" if source.text[:offset].endswith(("\n", "\r")) or not offset else "\n\n\n"
    rest = source.text[inserted:]
    blank = len(rest) - len(rest.lstrip("\r\n"))
    lines = len(source.text[inserted : inserted + blank].replace("\r\n", "\n"))
    after = "\n" * max(0, 2 - lines) if rest.strip() else ""
    return [Edit(offset, offset, f"{before}{names.helper_text()}{after}", "helpers")]
