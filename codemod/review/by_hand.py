"""What was edited by hand during a review: checked, and put onto a plan that may have changed since."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Optional

from codemod.errors import Unreadable
from codemod.files.candidates import PROGRAMS
from codemod.notebooks.read import read
from codemod.records import FilePlan, Migration
from codemod.review.merge import merge


@dataclass(frozen=True)
class HandEdit:
    """A file's whole text as planned when it was edited, and as it came out of the editor."""

    base: str
    text: str


def problem(plan: FilePlan, text: str) -> str:
    """Why a text cannot be what the file becomes; empty where it can."""
    try:
        text.encode(plan.codec)
        if plan.path.endswith(PROGRAMS):
            _compile(plan.path, text)
    except UnicodeEncodeError as error:
        return f"{error.object[error.start]!r} cannot be written in the file's encoding, {plan.codec}"
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}"
    except Unreadable as error:
        return str(error)
    except (ValueError, RecursionError, MemoryError) as error:
        return f"does not compile: {error}"
    return ""


def with_edits(migration: Migration, edits: Mapping[str, HandEdit]) -> tuple[Migration, tuple[str, ...]]:
    """The migration with the files as they were edited, and the paths whose edit no longer fits their plan."""
    made = {plan.path: _edited(plan, edits[plan.path]) for plan in migration.files if plan.path in edits}
    lost = tuple(sorted(path for path in edits if made.get(path) is None))
    files = tuple(made.get(plan.path) or plan for plan in migration.files)
    return replace(migration, files=files), lost


def _edited(plan: FilePlan, edit: HandEdit) -> Optional[FilePlan]:
    merged = merge(edit.base, edit.text, plan.before if plan.after is None else plan.after)
    if merged is None or problem(plan, merged):
        return None
    cells = plan.cells and (plan.cells[0], read(merged).source)
    return replace(plan, after=merged, cells=cells)


def _compile(path: str, text: str) -> None:
    flags = 0
    if path.endswith(".ipynb"):
        text, flags = read(text).program, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a doubtful escape may have been there before
        compile(text.lstrip("\ufeff"), path, "exec", flags=flags, dont_inherit=True)
