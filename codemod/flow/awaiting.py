"""What asyncio gives for coroutines, which stand here for what awaiting them gives."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from codemod.flow.arguments import Arguments
from codemod.flow.calls import apply
from codemod.flow.frame import Frame
from codemod.flow.joining import join_all
from codemod.flow.values import Seq, Tup, Value


def _awaited(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    return arguments.positional[0] if arguments.positional else None


def _gathered(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    """Results in the order of the coroutines; exceptions may be among them where they are asked for."""
    starred = any(isinstance(each, ast.Starred) for each in node.args)
    return Seq(join_all(arguments.positional)) if starred else Tup(tuple(arguments.positional))


def _in_thread(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    if not arguments.positional or len(arguments.positional) != len(arguments.expressions):
        return None
    rest = replace(arguments, positional=arguments.positional[1:], expressions=arguments.expressions[1:])
    return apply(frame, node, arguments.positional[0], rest)


AWAITING: dict[str, Callable[[Frame, ast.Call, Arguments], Value]] = {
    "asyncio.create_task": _awaited,
    "asyncio.ensure_future": _awaited,
    "asyncio.gather": _gathered,
    "asyncio.run": _awaited,
    "asyncio.shield": _awaited,
    "asyncio.to_thread": _in_thread,
    "asyncio.wait_for": _awaited,
}
