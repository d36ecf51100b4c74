"""Statements rewritten with libcst, so that comments and spacing stay as they were. Only edited ones are parsed."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    import libcst as cst


def edit_import(code: str, remove: Collection[str], add: Sequence[str] = ()) -> Optional[str]:
    """An import statement without some of its names and with others; None when nothing of it is left.

    `remove` holds names as they are written in the statement (`pretrained`, `esm.data`); `add` names for a
    `from` import. `code` is one statement without its indentation and line end.
    """
    plain = ast.parse(code).body[0]
    assert isinstance(plain, (ast.Import, ast.ImportFrom))
    if ast.unparse(plain) == code:  # nothing of its own in the spacing
        kept = [each for each in plain.names if each.name not in remove]
        plain.names = [*kept, *(ast.alias(each, None) for each in add)]
        return ast.unparse(plain) if plain.names else None
    return _with_spacing(code, remove, add)


def _with_spacing(code: str, remove: Collection[str], add: Sequence[str]) -> Optional[str]:
    import libcst as cst  # a fifth of a second

    module = cst.parse_module(code)
    line = cst.ensure_type(module.body[0], cst.SimpleStatementLine)
    statement = line.body[0]
    assert isinstance(statement, (cst.Import, cst.ImportFrom))
    assert not isinstance(statement.names, cst.ImportStar)
    kept = [alias for alias in statement.names if module.code_for_node(alias.name) not in remove]
    if not kept and not add:
        return None
    kept = _with_commas(kept, [cst.ImportAlias(name=cst.Name(each)) for each in add], statement)
    changed = line.with_changes(body=[statement.with_changes(names=kept), *line.body[1:]])
    return module.with_changes(body=[changed]).code


def _with_commas(
    kept: list[cst.ImportAlias], added: list[cst.ImportAlias], statement: cst.Import | cst.ImportFrom
) -> list[cst.ImportAlias]:
    """Names with the separators they had; the last keeps a trailing comma only inside parentheses."""
    import libcst as cst

    plain = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    names = [*kept, *added]
    assert not isinstance(statement.names, cst.ImportStar)
    last = statement.names[-1]
    trailing = last.comma
    separated = [
        each if isinstance(each.comma, cst.Comma) and each is not last else each.with_changes(comma=plain)
        for each in names[:-1]
    ]
    return [*separated, names[-1].with_changes(comma=trailing)]
