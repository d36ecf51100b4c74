"""Calls that move a model, and those that also give it another number format."""

from __future__ import annotations

import ast
from typing import Optional


def changes_dtype(call: Optional[ast.Call]) -> bool:
    """`model.to(...)` with anything that may be another dtype than float32."""
    if call is None:
        return True
    given = [*call.args, *(each.value for each in call.keywords)]
    names = {ast.unparse(each).rpartition(".")[2] for each in given}
    asked = any(each.arg == "dtype" for each in call.keywords) or any("dtype" in name for name in names)
    halves = names & {"float16", "half", "bfloat16", "float64", "double"}
    return bool(halves) or (asked and not names & {"float32", "float"})
