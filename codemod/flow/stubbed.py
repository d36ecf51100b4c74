"""What an earlier run with `--to stub` left behind in the place of fair-esm's values."""

from __future__ import annotations

from codemod.flow.values import Class, Instance, Value
from codemod.library import STUB


def is_stub(value: Value) -> bool:
    """Whether a value stands in the place of one of fair-esm's; what is made from it does too."""
    return isinstance(value, (Class, Instance)) and value.node.name.rstrip("_") == STUB
