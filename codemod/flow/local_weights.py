"""Local copies of a published checkpoint: `load_model_and_alphabet("weights/esm2_t33_650M_UR50D.pt")`.

Whether such a file is as published or was trained further, nothing here can say. `python -m codemod convert` writes
what is in it to a folder beside it, and the rewritten program reads that folder: the numbers are the file's own.
"""

from __future__ import annotations

import ast
import re
from typing import Optional

from codemod.library import CHECKPOINTS, WITHOUT_COUNTERPART

_NAME = "|".join((*CHECKPOINTS, *WITHOUT_COUNTERPART))
_PUBLISHED = re.compile(rf"(?:^|.*[/\\])({_NAME})\.pt")
_CACHED = re.compile(rf".*\bhub[/\\]checkpoints[/\\]({_NAME})\.pt")


def published(path: str) -> Optional[str]:
    """The checkpoint that a path is named after: `models/esm2_t6_8M_UR50D.pt` gives `esm2_t6_8M_UR50D`."""
    found = _PUBLISHED.fullmatch(path)
    return found[1] if found else None


def cached(path: str) -> Optional[str]:
    """The checkpoint whose factory downloads to this very path, in torch.hub's cache, and reads it from there."""
    found = _CACHED.fullmatch(path)
    return found[1] if found else None


def file_name(path: Optional[ast.expr]) -> Optional[str]:
    """The text an expression for a path surely ends with, or None where it is not written there."""
    if isinstance(path, ast.Constant):
        return path.value if isinstance(path.value, str) else None
    if isinstance(path, ast.JoinedStr):
        return file_name(path.values[-1]) if path.values else None
    if isinstance(path, ast.BinOp) and isinstance(path.op, (ast.Div, ast.Add)):
        return file_name(path.right)
    if isinstance(path, ast.Call) and path.args and not path.keywords:
        joins = ast.unparse(path.func) in ("str", "Path", "pathlib.Path", "os.path.join", "osp.join", "os.fspath")
        return file_name(path.args[-1]) if joins else None
    return None


def folder_of(code: str) -> Optional[str]:
    """The code of such an expression without the file's `.pt`: the folder that was converted from it."""
    found = re.fullmatch(r"(.*)\.pt([\"'][\s)]*)", code, re.S)
    return f"{found[1]}{found[2]}" if found else None
