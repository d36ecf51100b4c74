"""What is known so far, in cells that only go up, and who has to be run again when one does."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Hashable
from typing import Optional

from codemod.flow.joining import join, opened
from codemod.flow.values import UNSEEN, Value

Key = Hashable  # ("param", function, name) | ("return", function) | ("local", scope, name) | ("global", path, name) ...


class Cells:
    """Reading a cell subscribes the scope that runs; a cell that rises queues its subscribers."""

    def __init__(self, open_kinds: tuple[type, ...] = (str, int)) -> None:
        self.importable: set[ast.AST] = set()  # functions that callers outside the repository may call
        self.open_kinds = open_kinds  # literals that their parameters may have others of
        self.given: set[Key] = set()  # parameters that some call fills, beside their defaults
        self._open: set[Key] = set()  # owners whose variables are set by names that nobody sees
        self._values: dict[Key, Value] = {}
        self._attributes: defaultdict[ast.AST, dict[Key, Value]] = defaultdict(dict)
        self._readers: defaultdict[Key, dict[ast.AST, None]] = defaultdict(dict)  # in the order of their coming
        self._queue: dict[ast.AST, None] = {}
        self._running: Optional[ast.AST] = None
        self._postponed: dict[ast.AST, None] = {}

    def read(self, key: Key) -> Value:
        if self._running is not None:
            self._readers[key][self._running] = None
        return self._values.get(key)

    def write(self, key: Key, value: Value) -> None:
        if isinstance(key, tuple) and key[0] == "param" and key[1] in self.importable:
            value = opened(value, self.open_kinds)
        if self._open and isinstance(key, tuple) and key[:2] in self._open:
            value = opened(value)
        before = self._values.get(key)
        after = join(before, value)
        if after != before:
            self._values[key] = after
            if isinstance(key, tuple) and key[0] == "attr":
                self._attributes[key[1]][key] = after
            self.touch(key)

    def give(self, function: ast.AST, parameter: object, value: Value) -> None:
        """Write what a call hands over."""
        key = ("param", function, parameter)
        self.given.add(key)
        self.write(key, value)

    def open_all(self, kind: str, owner: object) -> None:
        """The literals in the cells of an owner are not the only ones, now and later."""
        if (kind, owner) not in self._open:
            self._open.add((kind, owner))
            for key in [each for each in self._values if isinstance(each, tuple) and each[:2] == (kind, owner)]:
                self.write(key, self._values[key])

    def leave_unseen(self, key: Key) -> None:
        """Nobody who is seen writes this cell, if nothing has until now."""
        if key not in self.given and self._values.get(key) is None:
            self.write(key, UNSEEN)

    def touch(self, key: Key) -> None:
        """Queue the readers of a cell that stands for something kept elsewhere."""
        self._queue.update(self._readers[key])

    def attributes(self, owner: ast.AST) -> list[Value]:
        """The values of every attribute of a class."""
        return list(self._attributes[owner].values())

    def enqueue(self, scope: ast.AST) -> None:
        self._queue[scope] = None

    def postpone(self) -> None:
        """What runs now met something that may yet become known; a class body runs with the scope it stands in."""
        if self._running is not None:
            self._postponed[self._running] = None

    def resume(self) -> None:
        """Queue what was postponed."""
        self._queue.update(self._postponed)
        self._postponed.clear()

    def settle(self, run: Callable[[ast.AST], None]) -> None:
        """Run every queued scope until nothing rises any more."""
        while self._queue:
            self._running = next(iter(self._queue))
            del self._queue[self._running]
            run(self._running)
        self._running = None
